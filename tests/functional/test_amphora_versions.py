"""``octavia.amphora-versions`` counts what must be replaced, and says in which order."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.deployment import Answer
from tests.functional.deployment import joined
from tests.functional.question import ask
from tests.functional.servers import octavia
from tests.functional.servers import settings
from tests.functional.servers.amphorae import Amphorae
from tests.functional.servers.image import Image
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.settings import Sections
from tests.unit.command import ServiceStatus

CHECK = "octavia.amphora-versions"
OWNER = "0123456789abcdef0123456789abcdef"
OLD = "00000000-0000-4000-8000-00000000a1d1"
OLDER = "00000000-0000-4000-8000-00000000a1d2"

#: Asks about the amphorae of a database.
Ask = Callable[..., Answer]


@pytest.fixture
def tag() -> str:
    """A tag that no other test uses."""
    return f"amphora-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def new(image_service: Image, tag: str) -> str:
    """The image that would be booted now."""
    return image_service.upload("amphora-x64", [tag], owner=OWNER)


@pytest.fixture
def amphorae(octavia_sqlite_old: str, tmp_path: Path) -> Amphorae:
    """A database of the test's own, in SQLite."""
    source = octavia_sqlite_old.removeprefix("sqlite:///")
    return Amphorae(f"sqlite:///{shutil.copy(source, tmp_path / 'octavia.sqlite')}")


@pytest.fixture
def ask_versions(
    status: ServiceStatus, image_service: Image, tag: str, tmp_path: Path
) -> Ask:
    """Asks ``octavia.amphora-versions`` alone."""
    usual = {
        "service_auth": {"auth_type": "none", "endpoint": image_service.url},
        "controller_worker": {"amp_image_tag": tag, "amp_image_owner_id": OWNER},
    }

    def question(url: str, *sections: Sections) -> Answer:
        database = {"database": {"connection": url}}
        conf = settings.write(
            tmp_path / "octavia.conf", joined(usual, database, *sections)
        )
        return ask(status, CHECK, conf)

    return question


def commands(answer: Answer) -> list[str]:
    """The commands that replace amphorae, in the order told."""
    remedies = [finding["remedy"] for finding in answer.findings]
    return [each for each in remedies if each.startswith("openstack loadbalancer")]


class TestCounts:
    def test_all_on_the_new_image_is_fine(
        self, ask_versions: Ask, amphorae: Amphorae, new: str, tag: str
    ) -> None:
        amphorae.pair(new, new)
        amphorae.single(new)

        answer = ask_versions(amphorae.url)

        assert (answer.status, answer.findings, answer.run.code) == ("success", [], 0)
        assert answer.details == (
            "None of 3 amphorae runs on another image than would be booted now: "
            f"image {new} for the tag {tag} of [controller_worker] amp_image_tag."
        )

    def test_none_at_all_is_fine_whatever_the_image_service_says(
        self, ask_versions: Ask, amphorae: Amphorae
    ) -> None:
        answer = ask_versions(
            amphorae.url, {"service_auth": {"endpoint": "http://127.0.0.1:1"}}
        )

        assert (answer.status, answer.details) == ("success", "No amphora runs.")

    def test_the_outdated_are_grouped_by_image_and_topology(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        for _ in range(3):
            amphorae.pair(OLD, OLD)
        for _ in range(2):
            amphorae.single(OLD)
        amphorae.single(OLDER)
        amphorae.pair(new, new)

        answer = ask_versions(amphorae.url)

        assert (answer.status, answer.run.code) == ("warning", 1)
        assert answer.details.startswith("9 of 11 amphorae run on another image")
        assert [finding["message"] for finding in answer.findings[:3]] == [
            "6 amphorae of 3 load balancers of the topology ACTIVE_STANDBY run on the "
            f"image {OLD}, not on {new}",
            "2 amphorae of 2 load balancers of the topology SINGLE run on the image "
            f"{OLD}, not on {new}",
            "1 amphora of 1 load balancer of the topology SINGLE runs on the image "
            f"{OLDER}, not on {new}",
        ]
        assert answer.findings[2]["location"] == f"image {OLDER}"

    def test_those_that_are_deleted_or_being_booted_do_not_count(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        amphorae.single(new)
        for state in ("DELETED", "PENDING_DELETE", "PENDING_CREATE", "BOOTING"):
            amphorae.single(OLD, status=state)

        answer = ask_versions(amphorae.url)

        assert answer.status == "success"
        assert answer.details.startswith("None of 1 amphora runs on")
        assert answer.details.endswith(
            "Not counted: 1 BOOTING, 1 PENDING_CREATE, 1 PENDING_DELETE."
        )

    @pytest.mark.parametrize("state", ["ERROR", "FAILOVER_STOPPED", "ACTIVE"])
    def test_those_in_trouble_do(
        self, ask_versions: Ask, amphorae: Amphorae, new: str, state: str
    ) -> None:
        balancer = amphorae.single(OLD, status=state)

        answer = ask_versions(amphorae.url)

        assert commands(answer) == [
            f"openstack loadbalancer failover --wait {balancer.id}"
        ]

    def test_those_without_a_load_balancer_are_told_apart(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        amphorae.spare(OLD)

        answer = ask_versions(amphorae.url)

        assert answer.status == "warning"
        assert "1 amphora without a load balancer runs" in answer.finding["message"]
        assert commands(answer) == []

    def test_those_of_a_load_balancer_that_is_gone_are_not_failed_over(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        for state in ("DELETED", "PENDING_DELETE"):
            balancer = amphorae.single(OLD)
            amphorae.execute(
                f"update load_balancer set provisioning_status = '{state}' "
                f"where id = '{balancer.id}'"
            )

        answer = ask_versions(amphorae.url)

        assert commands(answer) == []
        assert answer.details.startswith("1 of 1 amphora runs on another image")
        assert (
            "left over of a load balancer that was deleted"
            in (answer.finding["message"])
        )

    def test_an_image_that_is_not_recorded_is_told_and_not_failed_over(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        amphorae.single(None)
        amphorae.single(new)

        answer = ask_versions(amphorae.url)

        assert answer.status == "warning"
        assert answer.finding["message"] == (
            "of 1 amphora Octavia has not recorded the image"
        )
        assert commands(answer) == []


class TestFailover:
    def test_both_halves_of_a_pair_are_one_command(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        same, other = amphorae.pair(OLD, OLD), amphorae.pair(OLD, OLDER)

        told = commands(ask_versions(amphorae.url))

        assert told == [
            f"openstack loadbalancer failover --wait {each}"
            for each in sorted((same.id, other.id))
        ]

    @pytest.mark.parametrize("half", [0, 1], ids=["master", "backup"])
    def test_one_half_alone_is_replaced_where_the_other_is_new_and_healthy(
        self, ask_versions: Ask, amphorae: Amphorae, new: str, half: int
    ) -> None:
        balancer = amphorae.pair(*((OLD, new) if half == 0 else (new, OLD)))

        answer = ask_versions(amphorae.url)

        assert commands(answer) == [
            f"openstack loadbalancer amphora failover --wait {balancer.amphorae[half]}"
        ]
        assert "other half is new and healthy" in answer.findings[-1]["message"]

    @pytest.mark.parametrize("state", ["ERROR", "FAILOVER_STOPPED", "BOOTING"])
    def test_never_where_the_new_half_is_not_healthy(
        self, ask_versions: Ask, amphorae: Amphorae, new: str, state: str
    ) -> None:
        balancer = amphorae.pair(new, OLD, statuses=(state, "ALLOCATED"))

        assert commands(ask_versions(amphorae.url)) == [
            f"openstack loadbalancer failover --wait {balancer.id}"
        ]

    def test_pairs_come_first_and_those_that_are_busy_last(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        busy = amphorae.pair(OLD, OLD, status="PENDING_UPDATE")
        single = amphorae.single(OLD)
        pair = amphorae.pair(OLD, OLD)

        answer = ask_versions(amphorae.url)

        assert [command.split()[-1] for command in commands(answer)] == [
            pair.id,
            single.id,
            busy.id,
        ]
        message = answer.finding_at(f"load balancer {busy.id}")["message"]
        assert message.endswith("it is PENDING_UPDATE now")

    def test_no_load_balancer_is_named_twice_and_the_rest_is_counted(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        amphorae.many(60, [OLD, OLDER])

        answer = ask_versions(amphorae.url)

        told = [command.split()[-1] for command in commands(answer)]
        assert len(set(told)) == len(told) == 20
        last = answer.findings[-1]
        assert last["message"] == "40 more load balancers must be failed over"
        assert CHECK in last["remedy"]

    def test_of_very_many_images_the_most_frequent_are_told(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        amphorae.many(40, [f"image-{number:02}" for number in range(40)])
        amphorae.many(3, [OLD])

        answer = ask_versions(amphorae.url)

        groups = [f for f in answer.findings if f["location"].startswith("image ")]
        assert len(groups) == 25
        assert groups[0]["location"] == f"image {OLD}"
        assert "more than 25 such groups" in answer.messages


class TestFlavors:
    def test_a_tag_of_their_own_decides_for_their_load_balancers(
        self,
        ask_versions: Ask,
        amphorae: Amphorae,
        image_service: Image,
        new: str,
        tag: str,
    ) -> None:
        big = image_service.upload("amphora-big", [f"{tag}-big"], owner=OWNER)
        flavor = amphorae.flavor(f'{{"amp_image_tag": "{tag}-big"}}')
        plain = amphorae.flavor('{"loadbalancer_topology": "ACTIVE_STANDBY"}')
        amphorae.pair(big, big, flavor=flavor)
        amphorae.pair(new, new, flavor=plain)
        stale = amphorae.pair(new, new, flavor=flavor)

        answer = ask_versions(amphorae.url)

        assert commands(answer) == [
            f"openstack loadbalancer failover --wait {stale.id}"
        ]
        assert f"image {big} for the tag {tag}-big" in answer.details
        assert answer.findings[0]["message"].endswith(f"image {new}, not on {big}")

    def test_two_that_name_the_same_tag_are_one_group(
        self, ask_versions: Ask, amphorae: Amphorae, new: str, tag: str
    ) -> None:
        for _ in range(2):
            flavor = amphorae.flavor(f'{{"amp_image_tag": "{tag}"}}')
            amphorae.pair(OLD, OLD, flavor=flavor)

        answer = ask_versions(amphorae.url)

        assert answer.findings[0]["message"].startswith("4 amphorae of 2 load")

    def test_one_whose_tag_has_no_image_is_not_verified_and_the_rest_is(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        flavor = amphorae.flavor('{"amp_image_tag": "no-such-tag"}')
        amphorae.pair(new, new, flavor=flavor)
        outdated = amphorae.single(OLD)

        answer = ask_versions(amphorae.url)

        assert (answer.status, answer.run.code) == ("error", 255)
        assert "nothing to compare 2 amphorae with" in answer.messages
        assert commands(answer) == [
            f"openstack loadbalancer failover --wait {outdated.id}"
        ]

    def test_a_malformed_one_is_told_if_it_is_in_use(
        self, ask_versions: Ask, amphorae: Amphorae, new: str
    ) -> None:
        amphorae.flavor("not in use")
        amphorae.pair(new, new, flavor=amphorae.flavor("{"))

        answer = ask_versions(amphorae.url)

        assert answer.status == "failure"
        assert "is malformed" in answer.finding["message"]


class TestNotVerified:
    def test_without_an_image_to_compare_with(
        self, ask_versions: Ask, amphorae: Amphorae
    ) -> None:
        amphorae.single(OLD)

        answer = ask_versions(amphorae.url)

        assert (answer.status, answer.run.code) == ("error", 255)
        assert answer.details.startswith("It cannot be told which of 1 amphora")
        assert "octavia.amphora-image" in answer.finding["remedy"]
        assert commands(answer) == []

    def test_without_an_image_service(
        self, ask_versions: Ask, amphorae: Amphorae
    ) -> None:
        amphorae.single(OLD)

        answer = ask_versions(
            amphorae.url, {"service_auth": {"endpoint": "http://127.0.0.1:1"}}
        )

        assert answer.status == "error"
        assert "Image service" in answer.details

    def test_a_database_from_before_images_were_recorded(
        self, ask_versions: Ask, tmp_path: Path
    ) -> None:
        file = tmp_path / "old.sqlite"
        with sqlite3.connect(file) as database:
            database.execute(
                "CREATE TABLE amphora (id TEXT, load_balancer_id TEXT, status TEXT)"
            )

        answer = ask_versions(f"sqlite:///{file}")

        assert answer.status == "error"
        assert "older than revision 034756a182a2" in answer.finding["message"]

    def test_a_database_from_before_there_were_flavors(
        self, ask_versions: Ask, tmp_path: Path, new: str
    ) -> None:
        file = tmp_path / "rocky.sqlite"
        with sqlite3.connect(file) as database:
            database.executescript(
                f"""
                CREATE TABLE amphora
                    (id TEXT, load_balancer_id TEXT, status TEXT, image_id TEXT);
                CREATE TABLE load_balancer
                    (id TEXT, topology TEXT, provisioning_status TEXT);
                INSERT INTO amphora VALUES ('a', 'b', 'ALLOCATED', '{OLD}');
                INSERT INTO load_balancer VALUES ('b', 'SINGLE', 'ACTIVE');
                """
            )

        assert commands(ask_versions(f"sqlite:///{file}")) == [
            "openstack loadbalancer failover --wait b"
        ]

    def test_a_database_of_something_else(
        self, ask_versions: Ask, tmp_path: Path
    ) -> None:
        sqlite3.connect(tmp_path / "empty.sqlite").close()

        answer = ask_versions(f"sqlite:///{tmp_path}/empty.sqlite")

        assert answer.status == "error"
        assert "no table of amphorae" in answer.finding["message"]

    def test_nothing_where_no_amphora_driver_is_enabled(
        self, ask_versions: Ask, amphorae: Amphorae
    ) -> None:
        drivers = {"api_settings": {"enabled_provider_drivers": "ovn: OVN"}}

        assert ask_versions(amphorae.url, drivers).status == "skipped"


class TestRealServers:
    def test_the_answer_is_the_same_before_and_after_the_migration(
        self, ask_versions: Ask, mariadb: MariaDB, octavia_13: Path, new: str
    ) -> None:
        amphorae = Amphorae(octavia.upgrade(mariadb.create(), octavia_13))
        half, pair = amphorae.pair(new, OLD), amphorae.pair(OLD, OLDER)
        amphorae.many(200, [new])
        # They may only read.
        reader = mariadb.create_user(amphorae.url, read_only=True)
        expected = [
            "openstack loadbalancer amphora failover --wait " + half.amphorae[1],
            "openstack loadbalancer failover --wait " + pair.id,
        ]

        before = ask_versions(reader)
        octavia.upgrade(amphorae.url)
        after = ask_versions(reader)

        for answer in (before, after):
            assert answer.status == "warning"
            assert answer.details.startswith("3 of 404 amphorae")
            assert sorted(commands(answer)) == sorted(expected)

    def test_of_another_collation_than_the_connection(
        self, ask_versions: Ask, mariadb: MariaDB, new: str
    ) -> None:
        amphorae = Amphorae(octavia.upgrade(mariadb.create()))
        amphorae.execute("SET FOREIGN_KEY_CHECKS = 0")
        flavor = amphorae.flavor('{"amp_image_tag": "no-such-tag"}')
        amphorae.pair(OLD, new)
        amphorae.pair(OLD, OLD, flavor=flavor)
        amphorae.execute(
            "ALTER TABLE amphora MODIFY image_id VARCHAR(36) "
            "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci"
        )

        answer = ask_versions(amphorae.url)

        assert len(commands(answer)) == 1
        assert "nothing to compare 2 amphorae with" in answer.messages

    def test_postgresql(
        self, ask_versions: Ask, octavia_postgresql_old: str, new: str, tag: str
    ) -> None:
        amphorae = Amphorae(octavia_postgresql_old)
        flavor = amphorae.flavor(f'{{"amp_image_tag": "{tag}"}}')
        pair = amphorae.pair(OLD, OLD, flavor=flavor)
        single = amphorae.single(OLD)
        amphorae.single(None)

        answer = ask_versions(amphorae.url)

        assert [command.split()[-1] for command in commands(answer)] == [
            pair.id,
            single.id,
        ]
        assert "has not recorded the image" in answer.messages
