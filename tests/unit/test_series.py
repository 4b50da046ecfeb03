"""The release series: which version is of which, and how one gets from one to another."""

from __future__ import annotations

import datetime
import importlib.resources
import itertools

import pytest
import yaml
from packaging.version import Version

import tools.series
from upgradecheck.series import Timeline
from upgradecheck.series import all_series
from upgradecheck.series import facts
from upgradecheck.series import newest_series
from upgradecheck.series import series_of
from upgradecheck.service import Service

#: A service that brings its own facts.
WIDGET = Service("widget", series=(("2026.2", "3.0"), ("two", "2.0"), ("one", "1.0")))


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
            # Candidates and what is made between two releases.
            ("octavia", "19.1.0.dev3", "2026.2"),
            ("octavia", "18.0.0.0b1", "2026.1"),
            ("octavia", "20.0.0.0b1", None),
            # Services of which several series have one major number.
            ("swift", "2.36.0", "2025.2"),
            ("swift", "2.25.1", "ussuri"),
            ("swift", "2.38.1", "2026.2"),
            ("swift", "2.39.0", None),
            ("swift", "1.0.0", None),
            ("ceilometer", "2014.1.3", "icehouse"),
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

    def test_a_service_may_bring_facts_of_its_own(self) -> None:
        assert series_of(WIDGET, "2.4") == "two"
        assert series_of(WIDGET, "3.1") == "2026.2"
        assert series_of(WIDGET, "4.0") is None
        assert Timeline(WIDGET).path("one", "2026.2") == ["one", "two", "2026.2"]

    def test_the_newest_that_is_out_is_not_the_one_to_come(self) -> None:
        assert newest_series().id == "2026.2"
        assert all_series()[-1].id == "2027.1"


class TestWords:
    @pytest.mark.parametrize(
        ("word", "version", "series"),
        [
            ("19.0.0", "19.0.0", "2026.2"),
            ("2026.2", None, "2026.2"),
            ("hibiscus", None, "2026.2"),
            ("Hibiscus", None, "2026.2"),
            ("HIBISCUS", None, "2026.2"),
            ("zed", None, "zed"),
            ("Antelope", None, "2023.1"),
            ("99.0.0", "99.0.0", None),
            ("2027.1", None, "2027.1"),
            ("2031.2", None, "2031.2"),
        ],
    )
    def test_a_release_is_named_by_version_series_or_name(
        self, word: str, version: str | None, series: str | None
    ) -> None:
        named = Timeline("octavia").read(word)
        assert (named.version, named.series) == (version, series)

    def test_a_word_that_is_like_none_is_taken_for_none(self) -> None:
        with pytest.raises(LookupError, match=r"'master' is no release\. Write"):
            Timeline("octavia").read("master")

    @pytest.mark.parametrize(
        ("word", "meant"), [("hibicus", "hibiscus"), ("gazpachio", "gazpacho")]
    )
    def test_another_word_is_refused_with_what_was_meant(
        self, word: str, meant: str
    ) -> None:
        with pytest.raises(LookupError, match=f"Did you mean {meant}"):
            Timeline("octavia").read(word)


class TestPath:
    @pytest.mark.parametrize(
        ("start", "end", "path"),
        [
            ("2026.2", "2026.2", "2026.2"),
            ("2026.1", "2026.2", "2026.1 2026.2"),
            ("zed", "2023.1", "zed 2023.1"),
            ("2024.1", "2025.1", "2024.1 2025.1"),
            ("2023.1", "2024.1", "2023.1 2024.1"),
            ("2026.1", "2027.1", "2026.1 2027.1"),
            ("2024.1", "2026.2", "2024.1 2025.1 2026.1 2026.2"),
            ("2024.2", "2026.2", "2024.2 2025.1 2026.1 2026.2"),
            ("2024.1", "2025.2", "2024.1 2025.1 2025.2"),
            ("2023.2", "2024.2", "2023.2 2024.1 2024.2"),
            ("yoga", "2023.1", "yoga zed 2023.1"),
            ("wallaby", "2024.1", "wallaby xena yoga zed 2023.1 2024.1"),
        ],
    )
    def test_the_fewest_releases_that_must_be_visited(
        self, start: str, end: str, path: str
    ) -> None:
        assert Timeline("octavia").path(start, end) == path.split()

    def test_a_series_without_a_version_of_the_service_is_not_visited(self) -> None:
        firsts = [*Timeline("panko").firsts]
        assert "2023.1" not in firsts
        path = Timeline("panko").path(firsts[0], firsts[-1])
        assert path == firsts


class TestMakingTheFacts:
    """``python -m tools.series``."""

    def _yaml(self, **more: object) -> str:
        return "# Compiled on 2026-11-21\n" + yaml.safe_dump(
            {**facts(), **more}, sort_keys=False
        )

    def test_what_ships_comes_out_of_a_file_of_its_form(self) -> None:
        made = tools.series.facts(self._yaml())
        assert made == facts()
        ships = importlib.resources.files("upgradecheck").joinpath("releases.json")
        assert tools.series.written(made) == ships.read_text(encoding="utf-8")

    def test_a_file_out_of_order_or_without_its_day_is_refused(self) -> None:
        with pytest.raises(ValueError, match="not in order"):
            tools.series.facts(self._yaml(series=facts()["series"][::-1]))
        with pytest.raises(ValueError, match="gadget: its series are unknown"):
            tools.series.facts(self._yaml(services={"gadget": {"2099.1": "1.0"}}))
        with pytest.raises(ValueError, match="no comment tells the day"):
            tools.series.facts(self._yaml().replace("# Compiled", "#"))
