"""The Image service: a real Glance API."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from keystoneauth1.adapter import Adapter
from keystoneauth1.noauth import NoAuth
from keystoneauth1.session import Session

from tests.functional.servers import glance
from tests.functional.servers import program
from tests.functional.servers import settings
from tests.functional.servers import wsgi
from tests.functional.servers.identity import Identity


class Image(wsgi.Api):
    """Glance that lets anybody do anything."""

    application = "glance.wsgi.api:application"
    directory_variable = "OS_GLANCE_CONFIG_DIR"
    flavor = ""

    def upload(
        self,
        name: str,
        tags: Iterable[str] = (),
        owner: str | None = None,
        visibility: str = "private",
        hidden: bool = False,
        active: bool = True,
    ) -> str:
        """Make an image and return its id.

        One that is not active stays without data, in the state "queued".
        """
        description = {
            "name": name,
            "tags": list(tags),
            "visibility": visibility,
            "os_hidden": hidden,
            # Glance looks into the data of other formats.
            "disk_format": "raw",
            "container_format": "bare",
        }
        if owner is not None:
            description["owner"] = owner
        image_id: str = self._api.post("/images", json=description).json()["id"]
        if active:
            self._api.put(
                f"/images/{image_id}/file",
                data=b"no amphora, yet an image",
                headers={"Content-Type": "application/octet-stream"},
            )
        return image_id

    def deactivate(self, image_id: str) -> None:
        self._api.post(f"/images/{image_id}/actions/deactivate")

    def delete(self, image_id: str) -> None:
        self._api.delete(f"/images/{image_id}")

    def sections(self) -> dict[str, dict[str, object]]:
        """The configuration of this Glance."""
        return {
            "DEFAULT": {"enabled_backends": "store:file"},
            "paste_deploy": {
                "flavor": self.flavor,
                "config_file": _paste_configuration(),
            },
            "database": {"connection": f"sqlite:///{self.directory}/glance.sqlite"},
            "oslo_policy": {"policy_file": self._policy},
            "glance_store": {"default_backend": "store"},
            "store": self._store("store"),
            "os_glance_staging_store": self._store("staging"),
            "os_glance_tasks_store": self._store("tasks"),
        }

    def prepare(self) -> None:
        configuration = settings.write(
            self.directory / "glance-api.conf", self.sections()
        )
        with ThreadPoolExecutor() as together:
            tables = together.submit(glance.manage, configuration, "db", "sync")
            self.write_policy()
            tables.result()

    def write_policy(self) -> None:
        """Allow everything: who has no token has no role either."""
        rules = program.run(
            program.PROGRAMS / "oslopolicy-policy-generator",
            "--namespace",
            "glance",
        )
        everything = dict.fromkeys(yaml.safe_load(rules), "@")
        self._policy.write_text(json.dumps(everything))

    def furnish(self) -> None:
        self._api = Adapter(self.session(), endpoint_override=f"{self.url}/v2")

    def session(self) -> Session:
        """The session of the client that uploads."""
        return Session(NoAuth(endpoint=self.url), timeout=wsgi.PATIENCE)

    @property
    def _policy(self) -> Path:
        return self.directory / "policy.yaml"

    def _store(self, name: str) -> dict[str, object]:
        return {"filesystem_store_datadir": self.directory / name}


class ImageWithIdentity(Image):
    """Glance that asks Keystone who is there."""

    flavor = "keystone"

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def sections(self) -> dict[str, dict[str, object]]:
        token = {
            "www_authenticate_uri": self.identity.auth_url,
            "http_connect_timeout": wsgi.PATIENCE,
            **self.identity.service_auth("glance"),
        }
        return super().sections() | {"keystone_authtoken": token}

    def write_policy(self) -> None:
        """Glance's own rules are right where users have roles."""

    def furnish(self) -> None:
        super().furnish()
        self.identity.add_service("image", "glance", self.url)

    def session(self) -> Session:
        return self.identity.session("glance")


def _paste_configuration() -> Path:
    """The file that Glance's distribution brings along."""
    files = importlib.metadata.files("glance") or []
    return next(
        Path(str(file.locate())).resolve()
        for file in files
        if file.name == "glance-api-paste.ini"
    )
