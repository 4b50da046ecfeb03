"""The servers that the other tests trust are what they claim to be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy
from keystoneauth1.exceptions import Unauthorized
from sqlalchemy.exc import DBAPIError

from tests.functional.servers import program
from tests.functional.servers import settings
from tests.functional.servers.database import DatabaseServer
from tests.functional.servers.directory import private_directory
from tests.functional.servers.files import DeafFiles
from tests.functional.servers.files import Files
from tests.functional.servers.identity import Identity
from tests.functional.servers.image import Image
from tests.functional.servers.image import ImageWithIdentity
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL
from tests.functional.servers.server import accepts

HEAD_OF_OCTAVIA_19 = "fabf4983846b"
HEAD_OF_OCTAVIA_13 = "632152d2d32e"
HEAD_OF_GLANCE_33 = "2024_1_contract01"

REPOSITORY = Path(__file__).parents[2]

A_RUN_THAT_WAITS = """
import time
from tests.functional.servers.files import Files

with Files() as server:
    print(server.process.pid, server.directory, flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["mariadb", "postgresql"])
def database_server(request: pytest.FixtureRequest) -> DatabaseServer:
    server: DatabaseServer = request.getfixturevalue(request.param)
    return server


class TestDatabaseServers:
    def test_every_new_database_is_another_and_empty(
        self, database_server: DatabaseServer
    ) -> None:
        one, another = database_server.create(), database_server.create()

        assert one != another
        assert tables_of(one) == tables_of(another) == set()

    def test_a_database_may_be_given_a_name(
        self, database_server: DatabaseServer
    ) -> None:
        url = database_server.create("named")

        assert url == database_server.url("named")
        assert tables_of(url) == set()

    def test_mariadb_is_mariadb_and_its_databases_use_three_bytes(
        self, mariadb: MariaDB
    ) -> None:
        url = mariadb.create()

        version, charset = one_row(url, "SELECT version(), @@character_set_database")
        assert "MariaDB" in version
        assert charset == "utf8mb3"

    def test_postgresql_is_postgresql(self, postgresql: PostgreSQL) -> None:
        (version,) = one_row(postgresql.create(), "SELECT version()")

        assert version.startswith("PostgreSQL")

    @pytest.mark.parametrize(
        ("server", "package"),
        [(MariaDB, "mariadb-server"), (PostgreSQL, "postgresql")],
    )
    def test_a_missing_one_skips_and_names_the_package_to_install(
        self,
        server: type[DatabaseServer],
        package: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("shutil.which", lambda *_, **__: None)

        with pytest.raises(pytest.skip.Exception, match=f"Debian's {package}"):
            server()

    def test_a_user_with_a_password_may_write(
        self, database_server: DatabaseServer
    ) -> None:
        url = table_in(database_server.create())

        write(database_server.create_user(url))

        assert one_row(url, "SELECT count(*) FROM thing") == (1,)

    def test_a_user_who_only_reads_may_not_write(
        self, database_server: DatabaseServer
    ) -> None:
        url = table_in(database_server.create())
        reader = database_server.create_user(url, read_only=True)

        assert one_row(reader, "SELECT count(*) FROM thing") == (0,)
        with pytest.raises(DBAPIError, match="denied"):
            write(reader)

    def test_a_wrong_password_is_denied(self, database_server: DatabaseServer) -> None:
        url = database_server.create_user(database_server.create())
        wrong = sqlalchemy.make_url(url).set(password="guessed")

        with pytest.raises(DBAPIError, match=r"denied|authentication failed"):
            tables_of(wrong)


class TestOctaviaDatabases:
    def test_the_head_is_that_of_the_installed_octavia(
        self, octavia_mariadb_head: str
    ) -> None:
        assert revisions_in(octavia_mariadb_head) == {HEAD_OF_OCTAVIA_19}
        assert "load_balancer" in tables_of(octavia_mariadb_head)

    def test_the_old_one_is_that_of_octavia_13(self, octavia_mariadb_old: str) -> None:
        assert revisions_in(octavia_mariadb_old) == {HEAD_OF_OCTAVIA_13}
        assert "load_balancer" in tables_of(octavia_mariadb_old)

    @pytest.mark.parametrize("server", ["sqlite", "postgresql"])
    def test_a_stamped_one_has_the_tables_and_an_old_revision(
        self, server: str, request: pytest.FixtureRequest
    ) -> None:
        url = request.getfixturevalue(f"octavia_{server}_old")

        assert revisions_in(url) == {"31f7653ded67"}
        assert "load_balancer" in tables_of(url)

    def test_octavia_13_is_kept_for_the_next_run(self, octavia_13: Path) -> None:
        assert (octavia_13.parent / "complete").is_file()
        assert octavia_13 != program.PROGRAMS


class TestGlanceDatabases:
    @pytest.mark.parametrize("server", ["sqlite", "mariadb", "postgresql"])
    def test_the_head_is_that_of_the_installed_glance(
        self, server: str, request: pytest.FixtureRequest
    ) -> None:
        url = request.getfixturevalue(f"glance_{server}_head")

        assert revisions_in(url) == {HEAD_OF_GLANCE_33}
        assert "image_locations" in tables_of(url)

    def test_a_database_of_ones_own_can_be_brought_there(
        self, glance_database: Callable[[str], str], tmp_path: Path
    ) -> None:
        url = glance_database(f"sqlite:///{tmp_path}/glance.sqlite")

        assert revisions_in(url) == {HEAD_OF_GLANCE_33}


class TestImageService:
    def test_images_are_found_by_their_tag(self, image_service: Image) -> None:
        image_id = image_service.upload("amphora", tags=["found", "other"])

        (image,) = images_at(image_service.url, tag="found")

        assert image["id"] == image_id
        assert image["status"] == "active"
        assert set(image["tags"]) == {"found", "other"}

    def test_what_octavia_would_not_boot_can_be_made(
        self, image_service: Image
    ) -> None:
        upload = image_service.upload
        queued = upload("queued", tags=["odd"], active=False)
        deactivated = upload("deactivated", tags=["odd"])
        image_service.deactivate(deactivated)
        deleted = upload("deleted", tags=["odd"])
        image_service.delete(deleted)

        images = images_at(image_service.url, tag="odd")

        assert {image["id"]: image["status"] for image in images} == {
            queued: "queued",
            deactivated: "deactivated",
        }

    def test_a_hidden_image_is_listed_on_request(self, image_service: Image) -> None:
        hidden = image_service.upload("hidden", tags=["hidden"], hidden=True)

        (image,) = images_at(image_service.url, tag="hidden", os_hidden="true")

        assert image["id"] == hidden
        assert images_at(image_service.url, tag="hidden") == []

    @pytest.mark.parametrize("visibility", ["private", "shared", "community", "public"])
    def test_owner_and_visibility_are_as_asked(
        self, image_service: Image, visibility: str
    ) -> None:
        image_service.upload(
            "owned", tags=[visibility], owner="someone", visibility=visibility
        )

        (image,) = images_at(image_service.url, tag=visibility, visibility="all")

        assert image["owner"] == "someone"
        assert image["visibility"] == visibility

    def test_octavia_finds_the_image(
        self, image_service: Image, tmp_path: Path
    ) -> None:
        image_id = image_service.upload("amphora", tags=["booted"])
        configuration = {
            "service_auth": {
                "auth_type": "none",
                "endpoint": image_service.url,
            },
            "glance": {"endpoint": image_service.url},
        }

        assert octavias_image(tmp_path, configuration, "booted") == image_id


class TestImageServiceWithIdentity:
    def test_who_has_no_token_is_not_let_in(
        self, image_service_with_identity: ImageWithIdentity
    ) -> None:
        answer = requests.get(
            f"{image_service_with_identity.url}/v2/images", timeout=10
        )

        assert answer.status_code == 401

    def test_a_wrong_password_gets_no_token(self, identity_service: Identity) -> None:
        session = identity_service.session(password="guessed")

        with pytest.raises(Unauthorized):
            session.get_token()

    def test_the_catalog_leads_octavia_to_its_own_images(
        self,
        identity_service: Identity,
        image_service_with_identity: ImageWithIdentity,
    ) -> None:
        image_id = image_service_with_identity.upload("amphora", tags=["own"])

        answer = identity_service.session().get(
            "/v2/images?tag=own",
            endpoint_filter={
                "service_type": "image",
                "interface": "public",
                "region_name": identity_service.region,
            },
        )

        (image,) = answer.json()["images"]
        assert image["id"] == image_id
        assert image["owner"] == identity_service.project_id

    def test_octavia_finds_the_image(
        self,
        identity_service: Identity,
        image_service_with_identity: ImageWithIdentity,
        tmp_path: Path,
    ) -> None:
        upload = image_service_with_identity.upload
        image_id = upload("amphora", tags=["booted"])
        configuration = {
            "service_auth": identity_service.service_auth(),
            "glance": {"region_name": identity_service.region},
        }

        assert octavias_image(tmp_path, configuration, "booted") == image_id
        with pytest.raises(program.ProgramFailure, match="ImageGetException"):
            octavias_image(tmp_path, configuration, "no-such-tag")


class TestServer:
    def test_nothing_of_it_remains(self) -> None:
        with Files() as server:
            assert accepts(server.port)

        assert not accepts(server.port)
        assert not is_running(server.process.pid)
        assert not server.directory.exists()

    def test_one_that_does_not_answer_is_stopped_and_its_log_shown(
        self,
    ) -> None:
        server = DeafFiles()

        with pytest.raises(program.ProgramFailure, match="no ears"):
            server.__enter__()

        assert not is_running(server.process.pid)
        assert not server.directory.exists()

    @pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for it")
    def test_it_does_not_outlive_a_killed_run(self) -> None:
        run = subprocess.Popen(
            [sys.executable, "-c", A_RUN_THAT_WAITS],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert run.stdout is not None
        process_id, directory = run.stdout.readline().split()
        assert is_running(int(process_id))

        run.kill()
        run.communicate()

        assert comes_true(lambda: not is_running(int(process_id)))
        shutil.rmtree(directory)

    def test_a_directory_is_short_enough_for_a_socket(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 80)))

        with private_directory() as directory:
            assert len(str(directory / "socket.5432.lock")) < 107

    def test_options_in_the_environment_do_not_reach_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OS_DATABASE__CONNECTION", "sqlite://")

        assert "OS_DATABASE__CONNECTION" not in program.environment()


def tables_of(url: str | sqlalchemy.URL) -> set[str]:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    return set(sqlalchemy.inspect(engine).get_table_names())


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.text(statement))
        return [tuple(row) for row in found]


def one_row(url: str, statement: str) -> tuple[Any, ...]:
    (row,) = rows(url, statement)
    return row


def revisions_in(url: str) -> set[str]:
    return {
        revision for (revision,) in rows(url, "SELECT version_num FROM alembic_version")
    }


def table_in(url: str) -> str:
    return change(url, "CREATE TABLE thing (id INTEGER)")


def write(url: str) -> str:
    return change(url, "INSERT INTO thing VALUES (1)")


def change(url: str, statement: str) -> str:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(statement))
    return url


def images_at(url: str, **filters: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{url}/v2/images", params=filters, timeout=10)
    answer.raise_for_status()
    images: list[dict[str, Any]] = answer.json()["images"]
    return images


def octavias_image(directory: Path, configuration: settings.Sections, tag: str) -> str:
    file = settings.write(directory / "octavia.conf", configuration)
    return program.run(
        sys.executable,
        program.OWN_PROGRAMS / "octavia_image.py",
        file,
        tag,
    ).strip()


def comes_true(claim: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
