"""The Identity service: a real Keystone."""

from __future__ import annotations

import grp
import os
import pwd
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from keystoneauth1.adapter import Adapter
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from tests.functional.servers import program
from tests.functional.servers import settings
from tests.functional.servers import wsgi

_ADMIN_PASSWORD = "admin-pass-word"


class Identity(wsgi.Api):
    """Keystone with what services need: a project, users, a region."""

    application = "keystone.wsgi.api:application"
    directory_variable = "OS_KEYSTONE_CONFIG_DIR"

    region = "RegionOne"
    project = "service"
    username = "octavia"
    project_id: str

    @property
    def auth_url(self) -> str:
        return f"{self.url}/v3"

    @property
    def password(self) -> str:
        return self.password_of(self.username)

    def password_of(self, username: str) -> str:
        return f"{username}-pass-word"

    def service_auth(self, username: str = username) -> dict[str, str]:
        """The options with which a service presents itself.

        They are what [service_auth] of octavia.conf holds, and
        [keystone_authtoken] of the other services.
        """
        return {
            "auth_type": "password",
            "auth_url": self.auth_url,
            "username": username,
            "password": self.password_of(username),
            "user_domain_name": "Default",
            "project_name": self.project,
            "project_domain_name": "Default",
        }

    def session(self, username: str = username, **changed: str) -> Session:
        """A client's session, as one of the service users."""
        options: dict[str, Any] = self.service_auth(username) | changed
        del options["auth_type"]
        return Session(v3.Password(**options), timeout=wsgi.PATIENCE)

    def add_service(self, kind: str, name: str, url: str) -> None:
        """Tell clients where a service is."""
        service = self._post("service", type=kind, name=name)
        for interface in ("public", "internal", "admin"):
            self._post(
                "endpoint",
                service_id=service["id"],
                interface=interface,
                region_id=self.region,
                url=url,
            )

    def prepare(self) -> None:
        configuration: dict[str, dict[str, object]] = {
            "database": {"connection": f"sqlite:///{self.directory}/keystone.sqlite"},
            "token": {"provider": "fernet"},
            # Honest hashing takes 0.2 s for each user and each token.
            "identity": {"password_hash_rounds": 4},
            "fernet_tokens": {"key_repository": self.directory / "keys"},
            # Else these go to /etc/keystone, whoever asks.
            "fernet_receipts": {"key_repository": self.directory / "keys"},
            "credential": {"key_repository": self.directory / "credentials"},
        }
        settings.write(self._configuration, configuration)
        # Each of the commands takes two seconds to import Keystone.
        with ThreadPoolExecutor() as together:
            keys = together.submit(self._make_keys)
            self._manage("db_sync")
            keys.result()
        self._manage(
            "bootstrap",
            "--bootstrap-password",
            _ADMIN_PASSWORD,
            "--bootstrap-public-url",
            self.auth_url,
            # Other services' middleware looks for this one.
            "--bootstrap-internal-url",
            self.auth_url,
            "--bootstrap-region-id",
            self.region,
        )

    def furnish(self) -> None:
        admin = self.session("admin", password=_ADMIN_PASSWORD, project_name="admin")
        self._api = Adapter(admin, endpoint_override=self.auth_url)
        self.project_id = self._post("project", name=self.project, domain_id="default")[
            "id"
        ]
        roles = {
            role["name"]: role["id"] for role in self._api.get("/roles").json()["roles"]
        }
        for username in (self.username, "glance"):
            user = self._post(
                "user",
                name=username,
                password=self.password_of(username),
                domain_id="default",
            )
            for role in ("admin", "service"):
                self._api.put(
                    f"/projects/{self.project_id}/users/{user['id']}"
                    f"/roles/{roles[role]}"
                )

    @property
    def _configuration(self) -> Path:
        return self.directory / "keystone.conf"

    def _manage(self, *arguments: str) -> None:
        program.run(
            program.PROGRAMS / "keystone-manage",
            "--config-file",
            self._configuration,
            *arguments,
        )

    def _make_keys(self) -> None:
        self._manage(
            "fernet_setup",
            "--keystone-user",
            pwd.getpwuid(os.geteuid()).pw_name,
            "--keystone-group",
            grp.getgrgid(os.getegid()).gr_name,
        )

    def _post(self, kind: str, **attributes: str) -> dict[str, Any]:
        """Make one of a kind, and return it as Keystone describes it."""
        answer = self._api.post(f"/{kind}s", json={kind: attributes})
        made: dict[str, Any] = answer.json()[kind]
        return made
