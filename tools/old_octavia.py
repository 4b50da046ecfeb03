"""An old Octavia deployment, made for real in a private directory.

Its configuration has the mistakes that such files gather over the years, its
database has the tables of Octavia's own models and a revision that Octavia's own
``octavia-db-manage`` stamped, and its images are in a Glance API on loopback.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

from tests.functional.servers import octavia
from tests.functional.servers import program
from tests.functional.servers.certificates import Folder
from tests.functional.servers.directory import private_directory
from tests.functional.servers.image import Image

#: The tag under which the deployment's images are found.
TAG = "amphora"

#: The project that owns them.
OWNER = "6f1c6bdf0b0a4c0f9a52b3d6e8a7c401"

#: None of these may be seen in any output.
PASSWORDS = (
    "fake-rabbit-password",
    "fake-heartbeat-key",
    "fake-service-password",
    "fake-passphrase",
)

#: Every kind of mistake; the braces are filled in by :func:`made`.
MANY_MISTAKES = """\
[DEFAULT]
debug = perhaps
log-dir = /var/log/octavia
transport_url = rabbit://octavia:fake-rabbit-password@controller:5672/

[api_settings]
bind_prot = 9876
tls_cipher_blacklist = AES128-SHA

[database]
connection = sqlite:///{directory}/octavia.sqlite

[health_manager]
heartbeat_key = fake-heartbeat-key
bind_port = 70000

[house-keeping]
cleanup_interval = 30

[controller_worker]
amp_image_tag = amphora
client_ca = {directory}/certs/client_ca.pem
loadbalancer_topology = ACTIVE-STANDBY
user_data_config_drive = True
workers = 1
workers = 4

[amphora_agent]
agent_server_network_file = /etc/network/interfaces

[haproxy_amphora]
active_connection_rety_interval = 2
active_connection_retry_interval = 5
client_cert = {directory}/certs/client.pem
server_ca = {directory}/certs/amphorae.pem

[certificates]
ca_certificate = {directory}/certs/server_ca.pem
ca_private_key = {directory}/certs/server_ca.key
server_certs_key_passphrase = fake-passphrase

[keystone_authtoken]
auth_type = password
auth_url = http://controller:5000
username = octavia
pasword = fake-service-password

[glance]
endpoint = {image_service}

[service_auth]
auth_type = none

[task_flow]
persistence_connection = sqlite:///{directory}/persistence.sqlite

[oslo_policy]
policy_file = {directory}/policy.yaml
"""

#: As many as fit on a page.
FEW_MISTAKES = """\
[DEFAULT]
log-dir = /var/log/octavia
transport_url = rabbit://octavia:fake-rabbit-password@controller:5672/

[api_settings]
tls_cipher_blacklist = AES128-SHA

[database]
connection = sqlite:///{directory}/octavia.sqlite

[health_manager]
heartbeat_key = fake-heartbeat-key
bind_port = 70000

[controller_worker]
amp_image_tag = amphora
client_ca = {directory}/certs/client_ca.pem

[haproxy_amphora]
client_cert = {directory}/certs/client.pem
server_ca = {directory}/certs/amphorae.pem

[certificates]
ca_certificate = {directory}/certs/server_ca.pem
ca_private_key = {directory}/certs/server_ca.key

[glance]
endpoint = {image_service}

[service_auth]
auth_type = none
"""

#: None: every program of Octavia takes it as it is.
NO_MISTAKES = """\
[DEFAULT]
debug = False
log_dir = /var/log/octavia
transport_url = rabbit://octavia:fake-rabbit-password@controller:5672/

[api_settings]
bind_host = 0.0.0.0
bind_port = 9876

[database]
connection = sqlite:///{directory}/octavia.sqlite

[health_manager]
heartbeat_key = fake-heartbeat-key
bind_port = 5555

[house_keeping]
cleanup_interval = 30

[controller_worker]
amp_image_owner_id = {owner}
amp_image_tag = amphora
client_ca = {directory}/certs/client_ca.pem
loadbalancer_topology = ACTIVE_STANDBY
workers = 4

[haproxy_amphora]
client_cert = {directory}/certs/client.pem
server_ca = {directory}/certs/amphorae.pem

[certificates]
ca_certificate = {directory}/certs/server_ca.pem
ca_private_key = {directory}/certs/server_ca.key

[glance]
endpoint = {image_service}

[service_auth]
auth_type = none
"""

#: What its operator lets pass.
WAIVERS = """\
- check: octavia.amphora-image
  message: .* amp_image_owner_id is not set.*
  reason: No project but ours may tag images in this cloud.
  owner: the storage team
  expires: 2099-12-31
"""


@dataclasses.dataclass(frozen=True)
class OldOctavia:
    """Where the deployment is.

    :param directory: everything of it, removed when it is left.
    :param image_service: the URL of its Image service.
    """

    directory: Path
    image_service: str

    @property
    def configuration(self) -> Path:
        return self.directory / "octavia.conf"

    def variables(self) -> dict[str, str]:
        """An environment in which a command leaves nothing behind."""
        home = str(self.directory)
        own = {"HOME": home, "XDG_CACHE_HOME": f"{home}/.cache", "COLUMNS": "80"}
        return program.environment(own)

    def command(self, *words: str) -> list[str]:
        """A command of this environment, with the deployment's configuration.

        :param words: its words; the first one is the program.
        """
        name, *rest = words
        return [
            str(program.PROGRAMS / name),
            "--config-file",
            self.configuration.name,
            *rest,
        ]

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the configuration, as an operator would.

        :param words: its words; the first one is the program.
        """
        return subprocess.run(
            self.command(*words),
            cwd=self.directory,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def silent(_step: str) -> None:
    """The teller to whom nobody listens."""


@contextlib.contextmanager
def made(
    text: str, images: int = 1, tell: Callable[[str], None] = silent
) -> Iterator[OldOctavia]:
    """Make the deployment; it is gone when the context is left.

    :param text: its octavia.conf.
    :param images: as many images carry the tag.
    :param tell: told what happens, step by step.
    """
    with contextlib.ExitStack() as undo:
        directory = undo.enter_context(private_directory())
        tell(
            "making a database: the tables of Octavia's own models, stamped "
            f"{octavia.OLD_REVISION} by octavia-db-manage"
        )
        octavia.stamp(f"sqlite:///{directory}/octavia.sqlite")
        (directory / "persistence.sqlite").touch()
        (directory / "certs").mkdir()
        Folder(directory / "certs")
        tell(
            "starting a Glance API on loopback, with a database and a store of its own"
        )
        glance = undo.enter_context(Image())
        tell(f"uploading {images} image{'' if images == 1 else 's'} tagged {TAG}")
        for number in range(images):
            if number:
                time.sleep(1.1)  # Glance tells ages apart by the second
            glance.upload(f"amphora-{number + 1}", [TAG], owner=OWNER)
        tell("writing octavia.conf")
        deployment = OldOctavia(directory, glance.url)
        deployment.configuration.write_text(
            text.format(directory=directory, image_service=glance.url, owner=OWNER)
        )
        os.chmod(deployment.configuration, 0o600)
        (directory / "waivers.yaml").write_text(WAIVERS)
        yield deployment
