"""How people read the defaults of options."""

from __future__ import annotations

from upgradecheck.default import contrasted


class TestContrasted:
    def test_short_defaults_are_told_as_they_are(self) -> None:
        assert contrasted("a", None) == ("'a'", "none")

    def test_long_defaults_are_told_from_where_they_differ(self) -> None:
        one, other = contrasted("x" * 200 + "old", "x" * 200 + "new" + "y" * 200)
        assert (one, other[:26]) == (f"...{'x' * 20}old'", f"...{'x' * 20}new")
        assert other.endswith("y...")
        assert len(other) < 90

    def test_long_defaults_that_differ_at_once_are_cut_off(self) -> None:
        one, other = contrasted("a" * 100, ["b"])
        assert one.startswith("'aaa")
        assert one.endswith("a...")
        assert other == '["b"]'
