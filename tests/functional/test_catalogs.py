"""A catalogue made anew out of the package index is the one that ships."""

from __future__ import annotations

import pytest

from tests.functional.servers.mariadb import MariaDB
from tools import catalogs
from upgradecheck import catalogue_file
from upgradecheck.services.ceilometer import service as ceilometer
from upgradecheck.services.glance import service as glance
from upgradecheck.services.octavia import service as octavia

SERVICES = {each.name: each for each in (ceilometer, glance, octavia)}


@pytest.mark.parametrize("release", ["octavia:2026.2", "ceilometer:2023.1"])
def test_one_made_anew_has_the_same_bytes(release: str, mariadb: MariaDB) -> None:
    (each,) = catalogs.wanted([release])
    version, text = catalogs.made(each, mariadb.create)
    file = catalogue_file.shipped(SERVICES[each.service])[version]
    assert text == file.read_text(encoding="utf-8")


def test_there_is_one_for_every_series_since_2023_1() -> None:
    for name, service in SERVICES.items():
        shipped = {version.split(".")[0] for version in catalogue_file.shipped(service)}
        wanted = {each.first.split(".")[0] for each in catalogs.wanted([name])}
        assert shipped == wanted
        series = {each.series for each in catalogs.wanted([name])}
        assert series >= {
            *("2023.1", "2023.2", "2024.1", "2024.2"),
            *("2025.1", "2025.2", "2026.1", "2026.2"),
        }
