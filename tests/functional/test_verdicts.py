"""Verdicts on real revisions: a table made by reading each script.

Each service's revisions run on a real MariaDB; what is recorded there is judged, and
must come to what a reader of the script came to. Manila is in an environment of its
own, out of the package index.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.functional.servers import program
from tests.functional.servers import release
from tests.functional.servers.mariadb import MariaDB
from upgradecheck import catalogue_file
from upgradecheck import effects
from upgradecheck import making
from upgradecheck.effect import Effect
from upgradecheck.effect import Verdict
from upgradecheck.effect import verdict_of
from upgradecheck.service import Database
from upgradecheck.service import Service
from upgradecheck.services import glance
from upgradecheck.services import octavia

SAFE, UNSAFE, UNJUDGED = Verdict.SAFE, Verdict.UNSAFE, Verdict.UNJUDGED

#: A verdict, and what a reader found: of what is not safe, every column, index,
#: constraint or statement, by its kind and its place.
Read = tuple[Verdict, set[str]]

#: Octavia's revisions since 2023.1 (12.0.0), and older ones that drop or alter.
OCTAVIA: dict[str, Read] = {
    "632152d2d32e": (SAFE, set()),  # three nullable columns
    "db2a73e82626": (SAFE, set()),  # NOT NULL with a server default
    "3097e55493ae": (SAFE, set()),  # a table
    "8db7a6443785": (SAFE, set()),  # NOT NULL with a server default
    "fabf4983846b": (SAFE, set()),  # a table with a foreign key of its own
    # Before.
    "0995c26fc506": (SAFE, set()),  # a row in a table of statuses
    "31f7653ded67": (SAFE, set()),  # a table
    "443fe6676637": (SAFE, set()),  # a nullable column
    "14892634e228": (
        UNSAFE,
        {
            "column-renamed vip.net_port_id",
            "column-renamed vip.subnet_id",
            "column-dropped vip.floating_ip_id",
            "column-dropped vip.floating_ip_network_id",
        },
    ),
    # MySQL's CHANGE needs the whole type: the 255 characters are lost, too.
    "6abb04f24c5": (
        UNSAFE,
        {
            f"{kind} {table}.{column}"
            for table in ("load_balancer", "listener", "pool", "member")
            for kind, column in (
                ("column-renamed", "tenant_id"),
                ("column-narrowed", "project_id"),
            )
        },
    ),
    "3a1e1cdb7b27": (UNSAFE, {"column-renamed amphora.host_id"}),
    "4fe8240425b4": (UNSAFE, {"column-renamed vip.network_id"}),
    "11e4bb2bb8ef": (SAFE, set()),  # 36 to 64 characters
    "43287cd10fef": (SAFE, set()),  # to 255; its foreign key comes back
    "8c0851bdf6c3": (SAFE, set()),  # 36 to 128
    "62816c232310": (SAFE, set()),  # the same once more
    "2351ea316465": (SAFE, set()),  # a protocol's row, and to 255
    "543f5d8e4e56": (UNSAFE, {"column-added-required amphora_health.busy"}),
    "5a3ee5472c31": (UNSAFE, {"column-added-required amphora.cert_busy"}),
    # A default of SQLAlchemy's is none of the server's.
    "c11292016060": (
        UNSAFE,
        {"column-added-required listener_statistics.request_errors"},
    ),
    "ba35e0fb88e1": (UNSAFE, {"column-added-required member.backup"}),
    "4a6ec0ab7284": (
        UNSAFE,
        {
            "foreign-key-dropped listener_statistics.listener_id",
            "foreign-key-dropped listener_statistics.amphora_id",
        },
    ),
    "4c094013699a": (
        UNSAFE,
        {
            "foreign-key-added amphora.load_balancer_id",
            "table-dropped load_balancer_amphora",
        },
    ),
    # One unique key for another, in raw SQL that shows in the schema.
    "a5762a99609a": (
        UNSAFE,
        {
            "unique-dropped listener.load_balancer_id, protocol_port",
            "unique-added listener.load_balancer_id, protocol, protocol_port",
        },
    ),
    "9bf4d21caaea": (
        UNSAFE,
        {
            "column-added-required listener_statistics.amphora_id",
            "foreign-key-added listener_statistics.amphora_id",
            "primary-key-changed listener_statistics.listener_id, amphora_id",
        },
    ),
    # Its server default is dropped again at the end.
    "034b2dc2f3e0": (
        UNSAFE,
        {
            "column-added-required l7policy.operating_status",
            "foreign-key-added l7policy.operating_status",
            *(
                f"column-made-required {table}.provisioning_status"
                for table in ("health_monitor", "l7policy", "l7rule", "member", "pool")
            ),
        },
    ),
    "fac584114642": (
        UNSAFE,
        {
            "column-added-required health_monitor.id",
            "data-changed UPDATE health_monitor SET id = pool_id",
            "primary-key-changed health_monitor.id",
            "unique-added health_monitor.pool_id",
        },
    ),
    # It reads each listener, and updates the pool of each.
    "29ff921a6eb": (
        UNSAFE,
        {
            "data-read listener",
            "foreign-key-added pool.load_balancer_id",
            "unique-dropped listener.default_pool_id",
        },
    ),
    "8ac4ed24df3a": (UNSAFE, {"foreign-key-added load_balancer.availability_zone"}),
    # An UPDATE that fills a new column: old code adds rows without it.
    "0f242cf02c74": (
        UNJUDGED,
        {
            "data-changed UPDATE load_balancer set provider='amphora' where provider is "
            "null"
        },
    ),
    # A helper selects pools to find out which to change.
    "dcf88e59aae4": (
        UNJUDGED,
        {
            "data-read SELECT pool.id FROM pool INNER JOIN load_balancer ON "
            "pool.load_balancer_id = load_balancer.id WHERE load_balancer.provider = "
            "%(provider_1)s"
        },
    ),
}

#: All of Glance's; the contract branch is judged here, though no check asks for it.
GLANCE: dict[str, Read] = {
    "2023_1_expand01": (SAFE, set()),  # empty
    "2023_1_contract01": (SAFE, set()),  # empty
    "2024_1_expand01": (SAFE, set()),  # two tables
    "2024_1_contract01": (SAFE, set()),  # empty
    "mitaka01": (SAFE, set()),  # two indexes
    "mitaka02": (UNJUDGED, {"data-changed metadef_resource_types"}),
    # A nullable column and index, is_public made nullable, and two triggers.
    "ocata_expand01": (
        UNJUDGED,
        {
            "raw-sql CREATE TRIGGER insert_visibility",
            "raw-sql CREATE TRIGGER update_visibility",
        },
    ),
    "ocata_contract01": (
        UNSAFE,
        {
            "column-dropped images.is_public",
            "column-made-required images.visibility",
            "raw-sql DROP TRIGGER insert_visibility;",
            "raw-sql DROP TRIGGER update_visibility;",
        },
    ),
    "pike_contract01": (
        UNSAFE,
        {
            "table-dropped artifact_blob_locations",
            "table-dropped artifact_properties",
            "table-dropped artifact_blobs",
            "table-dropped artifact_dependencies",
            "table-dropped artifact_tags",
            "table-dropped artifacts",
        },
    ),
    "rocky_expand01": (SAFE, set()),  # NOT NULL with a server default, an index
    "rocky_expand02": (SAFE, set()),  # two nullable columns, an index
    "wallaby_expand01": (SAFE, set()),  # three nullable columns, an index
    **{
        f"{name}01": (SAFE, set())  # empty
        for name in (
            *("pike_expand", "queens_expand", "train_expand", "ussuri_expand"),
            *("xena_expand", "yoga_expand", "zed_expand", "queens_contract"),
            *("rocky_contract", "train_contract", "ussuri_contract"),
            *("wallaby_contract", "xena_contract", "yoga_contract", "zed_contract"),
        )
    },
    "rocky_contract02": (SAFE, set()),  # empty
}

#: All of Keystone's but the first, which makes every table.
KEYSTONE: dict[str, Read] = {
    "29e87d24a316": (SAFE, set()),  # empty
    "e25ffa003242": (SAFE, set()),  # empty
    "b4f8b3f584e0": (
        UNSAFE,
        {
            "unique-added trust.trustor_user_id, trustee_user_id, project_id, "
            "impersonation, expires_at"
        },
    ),
    # The column stays NOT NULL: an INSERT without it is refused now.
    "11c3b243b4cb": (
        UNSAFE,
        {"default-dropped service_provider.relay_state_prefix"},
    ),
    "47147121": (SAFE, set()),  # NOT NULL with a server default
    "e8725d6fa226": (SAFE, set()),  # an index
    "742c857f1dfb": (SAFE, set()),  # two indexes
    # Of two unique constraints that go the expand branch has replaced one.
    "99de3849d860": (UNSAFE, {"unique-dropped access_rule.external_id"}),
    "c88cdce8f248": (SAFE, set()),  # a unique index that is there twice
}

#: Manila's since 2023.1 (16.0.0), and older ones that drop or alter.
MANILA: dict[str, Read] = {
    "c476aeb186ec": (SAFE, set()),  # a nullable column
    "ac0620cbe74d": (SAFE, set()),  # a table
    "aebe2a413e13": (SAFE, set()),  # a nullable column
    "9afbe2df4945": (SAFE, set()),  # a table and a nullable column
    "cb20f743ca7b": (SAFE, set()),  # a table
    # A column goes, another comes, and an UPDATE for each zone that it finds.
    "2d708a9a3ba9": (
        UNSAFE,
        {
            "column-dropped share_backups.availability_zone",
            "data-read availability_zones",
            "foreign-key-added share_backups.availability_zone_id",
        },
    ),
    "99d328f0a3d2": (SAFE, set()),  # a nullable column
    "6e32091979e0": (SAFE, set()),  # a nullable column
    "2f27d904214c": (SAFE, set()),  # a nullable column
    "cdefa6287df8": (SAFE, set()),  # NOT NULL with a server default
    "0d8c8f6d54a4": (SAFE, set()),  # NOT NULL with a server default
    "e975ea83b712": (SAFE, set()),  # nullable columns and a table
    "eead2cb81845": (UNSAFE, {"foreign-key-added share_instances.qos_type_id"}),
    "004e506e922e": (SAFE, set()),  # a table
    # Before.
    "4ee2cf4be19a": (UNSAFE, {"column-dropped share_snapshots.export_location"}),
    "95e3cf760840": (UNSAFE, {"column-dropped share_networks.nova_net_id"}),
    "533646c7af38": (
        UNSAFE,
        {
            "column-dropped network_allocations.status",
            "column-dropped security_services.status",
        },
    ),
    "829a09b0ddd4": (
        UNSAFE,
        {
            "unique-dropped project_share_type_quotas.share_type_id, resource, deleted",
            "unique-added project_share_type_quotas.share_type_id, resource, deleted, "
            "project_id",
        },
    ),
    "e8ea58723178": (
        UNSAFE,
        {
            "column-dropped drivers_private_data.host",
            "primary-key-changed drivers_private_data.entity_uuid, key",
        },
    ),
    # A column without default that an UPDATE fills with False.
    "a77e2ad5012d": (UNJUDGED, {"data-changed shares"}),
    # Microseconds for all dates.
    "fbdfabcba377": (SAFE, set()),
    # The call and its arguments stand apart, so no row is added at all.
    "0c23aec99b74": (SAFE, set()),
}

Recorded = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def octavia_effects(mariadb: MariaDB) -> Recorded:
    (database, _) = octavia.service.databases
    return effects.record(octavia.service, database, mariadb.create())


@pytest.fixture(scope="module")
def glance_effects(mariadb: MariaDB) -> Recorded:
    (database,) = glance.service.databases
    return effects.record(glance.service, database, mariadb.create())


@pytest.fixture(scope="module")
def keystone_effects(mariadb: MariaDB) -> Recorded:
    """Keystone names its folders of revisions at run time, and has two heads."""
    scripts = "keystone.common.sql:migrations"
    versions = making.folder_of(f"{scripts}/versions")
    folders = sorted({each.parent for each in versions.rglob("*.py")})
    database = Database(
        "main",
        scripts,
        "keystone-manage db_sync",
        version_locations=tuple(
            f"{scripts}/{folder.relative_to(versions.parent)}" for folder in folders
        ),
    )
    service = Service("keystone", title="Keystone", databases=(database,))
    return effects.record(service, database, mariadb.create())


@pytest.fixture(scope="module")
def manila_effects(mariadb: MariaDB) -> Recorded:
    programs = release.programs_of("manila==23.0.1", "PyMySQL")
    printed = program.run(
        programs / "python",
        program.OWN_PROGRAMS / "recording.py",
        mariadb.create(),
        variables={"PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=600,
    )
    recorded: Recorded = json.loads(printed)
    return recorded


def _read(recorded: Recorded, revision: str) -> Read:
    """What was recorded, in the words of the tables above."""
    found = [Effect(*each) for each in recorded[revision]]
    return verdict_of(found), {
        f"{each.kind} {each.table}{each.column and '.'}{each.column}"
        if each.table
        else f"{each.kind} {each.detail}"
        for each in found
        if each.verdict is not SAFE
    }


def _same(recorded: Recorded, table: Mapping[str, Read]) -> None:
    for revision, (verdict, expected) in table.items():
        found, problems = _read(recorded, revision)
        # Of a trigger its name is enough.
        told = {
            next((e for e in expected if e.endswith("visibility") and e in p), p)
            for p in problems
        }
        assert (revision, found, told) == (revision, verdict, expected)


class TestVerdicts:
    """Each is that of a person who read the script."""

    def test_of_octavia(self, octavia_effects: Recorded) -> None:
        assert len(octavia_effects) == 95
        _same(octavia_effects, OCTAVIA)

    def test_of_glance(self, glance_effects: Recorded) -> None:
        # The first makes every table.
        assert set(glance_effects) == {*GLANCE, "liberty"}
        _same(glance_effects, GLANCE)

    def test_of_keystone(self, keystone_effects: Recorded) -> None:
        assert set(keystone_effects) == {*KEYSTONE, "27e647c0fad4"}
        _same(keystone_effects, KEYSTONE)

    def test_of_manila(self, manila_effects: Recorded) -> None:
        _same(manila_effects, MANILA)


class TestCatalogues:
    """What ships is what a scratch server records today."""

    def test_octavias_tells_the_same(self, octavia_effects: Recorded) -> None:
        (_, known) = _newest(octavia.service)
        assert known["main"] == octavia_effects

    def test_glances_tells_the_same(self, glance_effects: Recorded) -> None:
        (_, known) = _newest(glance.service)
        assert known["main"] == glance_effects


def _newest(service: Service) -> tuple[str, Mapping[str, Recorded]]:
    """The newest release whose catalogue tells effects."""
    for version in reversed(catalogue_file.shipped(service)):
        known = catalogue_file.shipped_catalogue(service, version).effects
        if known:
            return version, {name: dict(each) for name, each in known.items()}
    raise AssertionError(f"no catalogue of {service.name} tells effects")
