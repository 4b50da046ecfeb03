"""The catalogue: what one version of a service expects."""

from __future__ import annotations

import json

import pytest
from oslo_config import cfg

from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import KnownOption
from upgradecheck.catalogue import Options
from upgradecheck.catalogue import Revision
from upgradecheck.option import option_data


def known(group: str, opt: cfg.Opt, namespace: str = "widget") -> KnownOption:
    return KnownOption(group, option_data(opt), namespace)


class TestAsData:
    def test_it_comes_back_from_json_as_it_was(self) -> None:
        catalogue = Catalogue(
            "2.0",
            {"widget": [("frame", [option_data(cfg.IntOpt("size", max=3))])]},
            {"password": [option_data(cfg.StrOpt("username"))]},
            {"main": [Revision("b2", ("a1",), ("x",), ("expand",), "Add bolts")]},
            {"widget.drivers": ["fast"]},
            ["widget-api"],
            {"meters": ["size"]},
            {"other": "ImportError: no"},
            {"main": {"a1": [], "b2": [["column-added", "bolt", "size", "INTEGER"]]}},
        )
        again = Catalogue.from_data(json.loads(json.dumps(catalogue.to_data())))
        assert again.revisions == catalogue.revisions
        assert again.entry_points == catalogue.entry_points
        assert again.programs == catalogue.programs
        assert again.facts == catalogue.facts
        assert again.faults == catalogue.faults
        assert again.effects == catalogue.effects
        assert json.dumps(again.to_data()) == json.dumps(catalogue.to_data())

    @pytest.mark.parametrize("data", [None, [], {}, {"form": 0}, {"form": "1"}, "x"])
    def test_another_form_is_refused(self, data: object) -> None:
        with pytest.raises(ValueError, match="form"):
            Catalogue.from_data(data)

    def test_without_effects_none_are_known(self) -> None:
        data = Catalogue("2.0").to_data()
        del data["effects"]
        assert Catalogue.from_data(data).effects == {}

    @pytest.mark.parametrize(
        "effect", [["column-added"], ["a", "b", "c", 4], "words", [[], "", "", ""]]
    )
    def test_effects_of_another_form_are_refused(self, effect: object) -> None:
        data = Catalogue("2.0").to_data()
        data["effects"] = {"main": {"a1": [effect]}}
        with pytest.raises(ValueError, match="effects are damaged"):
            Catalogue.from_data(data)


class TestOptions:
    def test_of_two_of_one_place_the_first_counts(self) -> None:
        options = Options(
            [known("a", cfg.IntOpt("b"), "one"), known("A", cfg.StrOpt("b"), "two")]
        )
        assert options.current["a", "b"].namespace == "one"

    def test_old_names_are_found_by_their_old_places(self) -> None:
        opt = cfg.IntOpt(
            "new",
            deprecated_opts=[
                cfg.DeprecatedOpt("old"),
                cfg.DeprecatedOpt("older", group="Past"),
                cfg.DeprecatedOpt("new", group="gone"),
            ],
        )
        options = Options([known("a", opt)])
        assert set(options.old) == {("a", "old"), ("past", "older"), ("gone", "new")}
        assert all(each.spoken == "[a] new" for each in options.old.values())

    def test_groups_keep_their_spelling(self) -> None:
        options = Options([known("Frame", cfg.IntOpt("a"))])
        assert options.groups == {"frame": "Frame"}

    def test_definitions_are_oslos_options(self) -> None:
        definitions = Options([known("a", cfg.IntOpt("b", max=3))]).definitions()
        assert definitions["a", "b"].type("3") == 3
        with pytest.raises(ValueError, match="3"):
            definitions["a", "b"].type("4")
        assert list(definitions) == [("a", "b")]
        assert ("a", "c") not in definitions

    def test_namespaces_that_are_patterns_are_left_out(self) -> None:
        data = {
            "widget": [("a", [option_data(cfg.IntOpt("b"))])],
            "widget.stores": [("file", [option_data(cfg.IntOpt("c"))])],
        }
        found = Catalogue("1", data).known_options(skip=["widget.stores"])
        assert [each.spoken for each in found] == ["[a] b"]
