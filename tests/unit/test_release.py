"""Releases: versions and series, and the facts that ship with us."""

from __future__ import annotations

import pytest

from upgradecheck.catalogue import Catalogue
from upgradecheck.check import NotVerified
from upgradecheck.release import Release
from upgradecheck.service import Service


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
