"""Releases: versions and series, and the facts that ship with us."""

from __future__ import annotations

import datetime
import itertools

import pytest
from packaging.version import Version

from upgradecheck import history
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import NotVerified
from upgradecheck.release import Release
from upgradecheck.release import facts
from upgradecheck.release import series_of
from upgradecheck.service import Service


class TestSeries:
    @pytest.mark.parametrize(
        ("service", "version", "series"),
        [
            ("octavia", "19.0.0", "2026.2"),
            ("octavia", "19.4.1", "2026.2"),
            ("octavia", "19.0.0.0rc1", "2026.2"),
            ("octavia", "13.0.1", "2023.2"),
            ("glance", "33.0.0", "2026.2"),
            ("ceilometer", "27.0.0", "2026.2"),
            ("octavia", "99.0.0", None),
            ("octavia", None, None),
            ("octavia", "", None),
            ("octavia", "no version", None),
            ("widget", "1.0", None),
        ],
    )
    def test_a_version_has_its_series(
        self, service: str, version: str | None, series: str | None
    ) -> None:
        assert series_of(service, version) == series

    def test_the_facts_are_in_order(self) -> None:
        released = [each["released"] for each in facts()["series"]]
        assert released == sorted(released, reverse=True)
        assert all(datetime.date.fromisoformat(day) for day in released)

    @pytest.mark.parametrize("service", sorted(facts()["services"]))
    def test_the_series_of_a_service_are_in_order(self, service: str) -> None:
        firsts = facts()["services"][service]
        known = [each["id"] for each in facts()["series"]]
        assert list(firsts) == [series for series in known if series in firsts]
        # Before Liberty, versions were dates.
        versions = [v for v in map(Version, firsts.values()) if v.major < 2000]
        assert all(newer > older for newer, older in itertools.pairwise(versions))


class TestRelease:
    def test_one_that_is_not_known_is_not_verified_when_asked(self) -> None:
        release = Release(Service("widget"), None, NotVerified("not installed"))
        with pytest.raises(NotVerified, match="not installed"):
            _ = release.catalogue
        with pytest.raises(NotVerified, match="not installed"):
            _ = release.options

    def test_it_is_spoken_of_by_title_and_version(self) -> None:
        service = Service("widget", title="Widget")
        assert Release(service, "2.0", Catalogue("2.0")).spoken == "Widget 2.0"
        assert "unknown" in Release(service, None, Catalogue("")).spoken


class TestHistory:
    def test_a_service_without_history_has_none(self) -> None:
        assert history.removed_options("no-such-service") == {}
        assert history.origins("no-such-service", "abc") == []

    def test_a_head_tells_the_releases_it_fits(self) -> None:
        found = history.origins("octavia", "632152d2d32e")
        assert any(version.startswith("13.") for version in found)
        assert not any(version.startswith("19.") for version in found)

    def test_one_head_may_fit_several_releases(self) -> None:
        found = history.origins("octavia", "fabf4983846b")
        assert {version.partition(".")[0] for version in found} >= {"18", "19"}

    @pytest.mark.parametrize(
        ("origins", "crossed"),
        [([], True), (["13.0.0"], True), (["14.0.0"], False), (["13.0", "15.0"], True)],
    )
    def test_a_removal_is_crossed_from_an_older_release(
        self, origins: list[str], crossed: bool
    ) -> None:
        removed = history.Removed("14.0.0", "2024.1", None, None)
        assert removed.is_crossed_from(origins) is crossed

    def test_no_option_that_octavia_has_counts_as_removed(self) -> None:
        from upgradecheck import installed
        from upgradecheck.catalogue import Options
        from upgradecheck.services.octavia import service

        options = Options(installed.catalogue_of(service).known_options())
        removed = history.removed_options("octavia")
        assert removed
        assert not set(removed) & set(options.current)
