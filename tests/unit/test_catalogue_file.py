"""Catalogues as files: whole, or told what is wrong with them."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oslo_config import cfg

from upgradecheck import catalogue_file
from upgradecheck.catalogue import FORM
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Revision
from upgradecheck.check import NotVerified
from upgradecheck.option import option_data
from upgradecheck.service import Service
from upgradecheck.services.ceilometer import service as ceilometer
from upgradecheck.services.glance import service as glance
from upgradecheck.services.octavia import service as octavia

WIDGET = Catalogue(
    "2.0.0",
    {
        "widget": [
            ("frame", [option_data(cfg.IntOpt("size", max=3, help="How big."), True)]),
            ("DEFAULT", [option_data(cfg.StrOpt("colour"), True)]),
            ("frame", [option_data(cfg.FloatOpt("age"), True)]),
        ]
    },
    revisions={"main": [Revision("b2", ("a1",), (), ("expand",), "Add bolts")]},
    service="widget",
    libraries={"widget": "2.0.0", "oslo-config": "10.0.0"},
)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with a folder of catalogues, in which there is one."""
    folder = tmp_path / "widget_releases" / "releases"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path))
    (folder / "2.0.0.json").write_text(catalogue_file.text(WIDGET))
    return Service("widget", title="Widget", releases="widget_releases:releases")


def folder_of(service: Service) -> Path:
    (file,) = catalogue_file.shipped(service).values()
    return Path(str(file)).parent


class TestShipped:
    def test_there_is_a_file_for_each_version_oldest_first(
        self, service: Service
    ) -> None:
        folder = folder_of(service)
        for name in ("10.0.0.json", "9.0.0.json", "README.rst", "notes.json"):
            (folder / name).write_text("")
        assert list(catalogue_file.shipped(service)) == ["2.0.0", "9.0.0", "10.0.0"]

    def test_a_service_without_a_folder_has_none(self) -> None:
        assert catalogue_file.shipped(Service("widget")) == {}

    def test_a_folder_that_is_not_there_is_told(self) -> None:
        with pytest.raises(NotVerified, match="no folder nowhere:releases"):
            catalogue_file.shipped(Service("widget", releases="nowhere:releases"))

    @pytest.mark.parametrize("service", [octavia, glance, ceilometer])
    def test_each_of_ours_can_be_read(self, service: Service) -> None:
        versions = catalogue_file.shipped(service)
        assert versions
        for version in versions:
            found = catalogue_file.shipped_catalogue(service, version)
            assert found.version == version
            assert found.libraries[service.name] == version
            assert service.namespaces[0] in found.options
            assert set(found.revisions) >= {each.name for each in service.databases[:1]}

    def test_ours_leave_nothing_unanswered(self) -> None:
        for service in (octavia, glance, ceilometer):
            versions = catalogue_file.shipped(service)
            assert len(versions) >= 8
            for version in versions:
                assert not catalogue_file.shipped_catalogue(service, version).faults

    def test_the_newest_of_ours_tells_what_each_revision_does(self) -> None:
        for service in (octavia, glance):
            newest = list(catalogue_file.shipped(service))[-1]
            found = catalogue_file.shipped_catalogue(service, newest)
            for name, revisions in found.revisions.items():
                assert set(found.effects[name]) == {each[0] for each in revisions}

    def test_ours_name_neither_a_machine_nor_a_person(self) -> None:
        host = json.dumps(socket.gethostname())
        private = (host, str(Path.home()), os.getcwd(), sys.prefix)
        for service in (octavia, glance, ceilometer):
            for version in catalogue_file.shipped(service):
                found = catalogue_file.shipped_catalogue(service, version)
                for each in found.known_options():
                    default = json.dumps(each.data.get("default"))
                    assert not any(word in default for word in private), each.spoken
                    assert not (each.data.get("secret") and "default" in each.data)

    def test_the_bytes_of_ours_are_those_that_are_written_of_them(self) -> None:
        for service in (octavia, glance, ceilometer):
            for file in catalogue_file.shipped(service).values():
                found = catalogue_file.read(file)
                assert catalogue_file.text(found).encode() == file.read_bytes()


class TestShippedCatalogue:
    def test_it_is_the_one_that_was_written(self, service: Service) -> None:
        found = catalogue_file.shipped_catalogue(service, "2.0.0")
        assert catalogue_file.text(found) == catalogue_file.text(WIDGET)
        assert found.revisions == WIDGET.revisions

    def test_of_an_unknown_version_it_is_said_which_there_are(
        self, service: Service
    ) -> None:
        with pytest.raises(NotVerified, match=r"no catalogue of Widget 3\.0\.0.*2\.0"):
            catalogue_file.shipped_catalogue(service, "3.0.0")

    def test_one_under_a_wrong_name_is_refused(self, service: Service) -> None:
        file = folder_of(service) / "2.0.0.json"
        file.rename(file.with_name("2.1.0.json"))
        with pytest.raises(NotVerified, match=r"of widget 2\.0\.0, not of widget 2\.1"):
            catalogue_file.shipped_catalogue(service, "2.1.0")


class TestText:
    def test_groups_and_options_are_in_the_order_of_their_names(self) -> None:
        data = json.loads(catalogue_file.text(WIDGET))
        ((default, _), (frame, opts)) = data["options"]["widget"]
        assert (default, frame) == ("DEFAULT", "frame")
        assert [opt["name"] for opt in opts] == ["age", "size"]

    def test_of_options_of_one_name_the_first_stays_the_first(self) -> None:
        opts = [option_data(cfg.IntOpt("a")), option_data(cfg.StrOpt("a"))]
        data = json.loads(catalogue_file.text(Catalogue("1", {"n": [("g", opts)]})))
        assert [opt["type"] for opt in data["options"]["n"][0][1]] == [
            "Integer",
            "String",
        ]

    def test_it_ends_with_a_newline_and_breaks_long_lines(self) -> None:
        text = catalogue_file.text(WIDGET)
        assert text.endswith("}\n")
        assert '\n "service": "widget",\n' in text


MARKS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["age", "colour", "size"]),
        "type": st.sampled_from(["str", "Integer", {"type": "Integer", "max": 3}]),
    },
    optional={
        "help": st.text(),
        "default": st.none() | st.integers() | st.text() | st.lists(st.text()),
        "sample": st.just(True),
        "machine": st.just(True),
        "has_default": st.just(True),
        "secret": st.just(True),
        "deprecated": st.lists(st.tuples(st.none() | st.text(), st.text()).map(list)),
    },
)
GROUPS = st.lists(
    st.tuples(st.sampled_from(["DEFAULT", "frame"]), st.lists(MARKS, max_size=4)),
    max_size=4,
)


class TestThereAndBack:
    @given(
        options=st.dictionaries(st.sampled_from(["a", "b", "c"]), GROUPS),
        plugins=st.dictionaries(st.sampled_from(["p", "q"]), st.lists(MARKS)),
    )
    def test_each_option_comes_back_with_all_its_marks(
        self, tmp_path_factory: pytest.TempPathFactory, options: Any, plugins: Any
    ) -> None:
        file = tmp_path_factory.getbasetemp() / "there-and-back.json"
        written = Catalogue("1", options, plugins=plugins, service="widget")
        file.write_bytes(catalogue_file.text(written).encode())
        found = catalogue_file.read(file)
        assert found.plugins == plugins
        assert {name: by_group(groups) for name, groups in found.options.items()} == {
            name: by_group(groups) for name, groups in options.items()
        }
        assert catalogue_file.text(found).encode() == file.read_bytes()


def by_group(groups: Any) -> dict[str, Any]:
    """The options of each group by their names, those of one name in their order."""
    found: dict[str, Any] = {}
    for group, opts in groups:
        of_group = found.setdefault(group, {})
        for each in opts:
            of_group.setdefault(each["name"], []).append(each)
    return found


def damaged(**changes: Any) -> str:
    return json.dumps({**json.loads(catalogue_file.text(WIDGET)), **changes})


class TestDamage:
    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", r"\.json:1: the catalogue is damaged: it is no JSON"),
            (b'{"form": 3,\n "version": }', r"\.json:2: the catalogue is damaged"),
            (b'{"form": ' + b"1" * 5_000 + b"}", "a number that is too long"),
            (b'{"form": 3, "version": "\xff\xfe"}', "not UTF-8"),
            (b"[" * 100_000, "nested too deeply"),
            (b" " * (catalogue_file.LARGEST + 1), "larger than"),
            (b"[]", "form None"),
            (b'{"form": 1}', "form 1"),
            (damaged(form=FORM + 1), f"form {FORM + 1}"),
            (damaged(version=7), "its version"),
            (damaged(options=[]), "its options"),
            (damaged(options={"w": [["g", [{"name": "a"}]]]}), "its options"),
            (damaged(options={"w": [["g", [{"name": 1, "type": "str"}]]]}), "options"),
            (damaged(options={"w": [["g"]]}), "its options"),
            (damaged(plugins={"p": [3]}), "its plugins"),
            (damaged(revisions={"main": [["a", "b"]]}), "its revisions"),
            (damaged(revisions={"main": {"a": 1}}), "its revisions"),
            (damaged(entry_points={"g": "a"}), "its entry_points"),
            (damaged(programs=[1]), "its programs"),
            (damaged(facts=[]), "its facts"),
            (damaged(policies=[{}]), "its policies"),
            (damaged(libraries={"a": 1}), "its libraries"),
            (damaged(more=1), "more"),
            (json.dumps({"form": FORM, "service": "a"}), "no version"),
        ],
    )
    def test_it_is_told_with_the_file_and_what_to_do(
        self, service: Service, content: bytes | str, told: str
    ) -> None:
        file = folder_of(service) / "2.0.0.json"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(NotVerified, match=told) as caught:
            catalogue_file.read(file)
        assert str(file) in str(caught.value.location)
        assert caught.value.remedy

    def test_a_file_that_cannot_be_read_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(NotVerified, match="cannot be read"):
            catalogue_file.read(tmp_path)
