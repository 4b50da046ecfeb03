"""Options as data: what comes back is what went in, or it is opaque."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslo_config import cfg
from oslo_config import types

from upgradecheck import option

low = st.none() | st.integers(-100, 0)
high = st.none() | st.integers(1, 100)
words = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, unique=True)
simple = st.one_of(
    st.builds(types.Boolean),
    st.builds(types.Integer, min=low, max=high),
    st.builds(types.Float, min=low, max=high),
    st.builds(types.Port),
    st.builds(types.Hostname),
    st.builds(types.HostDomain),
    st.sampled_from([None, 4, 6]).map(types.IPAddress),
    st.sampled_from([None, 4, 6]).map(types.HostAddress),
    st.builds(types.URI, schemes=st.none() | words),
    words.map(lambda choices: types.String(choices=choices)),
    st.builds(
        types.String,
        regex=st.sampled_from([None, "[a-c]+"]),
        ignore_case=st.booleans(),
        max_length=st.none() | st.integers(1, 9),
        quotes=st.booleans(),
    ),
    st.just(types.Range(min=0, max=9)),
)
kinds = st.one_of(
    simple,
    st.builds(types.List, simple, bounds=st.booleans()),
    st.builds(types.Dict, simple, bounds=st.booleans()),
    st.sampled_from([str, int, float, bool]),
)
VALUES = [
    *("", "a", "b", "ab", "abcd", "0", "5", "-50", "1e3", "99", "101", "true", "off"),
    *("10.0.0.1", "::1", "host", "host_name", "http://h/", "ftp://h/", "1-3", "5-20"),
    *("a,b", "[a,b]", "a:b,b:c", "{a:b}", "1,2", "'a'", '"a"', "80", "65536"),
]


def outcome(kind: Any, value: str) -> Any:
    """What a type makes of a value, refusals included."""
    try:
        return kind(value)
    except (ValueError, TypeError) as fault:
        return type(fault)


class TestTypes:
    @settings(max_examples=300)
    @given(kind=kinds)
    def test_one_that_comes_back_judges_as_before(self, kind: Any) -> None:
        data = json.loads(json.dumps(option.type_data(kind)))
        if data != option.OPAQUE:
            again = option.type_of(data)
            for value in VALUES:
                assert outcome(again, value) == outcome(kind, value), value

    @pytest.mark.parametrize(
        "kind",
        [
            types.Boolean(),
            types.Integer(1, 5),
            types.Float(0.5, 1.5),
            types.Port(),
            types.Port(min=1, max=9),
            types.String(choices=["a", "b"]),
            types.String(choices=[("a", "why"), ("b", "why not")]),
            types.String(regex=r"^a\d$"),
            types.String(max_length=3),
            types.List(types.Integer(max=3)),
            types.Dict(types.Integer()),
            types.URI(schemes=["http"]),
            types.Range(min=0, max=9),
            types.Hostname(),
            types.IPAddress(4),
            types.IPAddress(),
            types.HostAddress(6),
            str,
            int,
        ],
        ids=lambda kind: type(kind).__name__,
    )
    def test_the_types_that_services_use_are_not_opaque(self, kind: Any) -> None:
        assert option.type_data(kind) != option.OPAQUE

    @pytest.mark.parametrize(
        "kind",
        [
            lambda value: value,
            type("Even", (types.Integer,), {})(),
            types.List(type("Even", (types.Integer,), {})()),
            type("Thing", (), {})(),
        ],
        ids=["function", "own integer", "list of own integers", "own class"],
    )
    def test_a_type_of_somebodys_own_is_opaque(self, kind: Any) -> None:
        assert option.type_data(kind) == option.OPAQUE

    def test_every_type_of_the_installed_services_is_known_or_opaque(self) -> None:
        pytest.importorskip("octavia.common.config")
        listed = importlib.import_module("octavia.opts").list_opts()
        opts = [opt for _, opts in listed for opt in opts]
        datas = [option.option_data(opt) for opt in opts]
        opaque = [data["name"] for data in datas if data["type"] == option.OPAQUE]
        assert len(opts) > 200
        assert len(opaque) <= len(opts) // 50
        json.dumps(datas)


class TestOptions:
    @pytest.mark.parametrize(
        "opt",
        [
            cfg.IntOpt("a", min=1, max=3, default=2),
            cfg.StrOpt("a-b", default="x"),
            cfg.StrOpt("a", required=True),
            cfg.MultiStrOpt("a", default=["x", "y"]),
            cfg.BoolOpt("a", deprecated_name="b", deprecated_group="c"),
            cfg.ListOpt(
                "a",
                deprecated_opts=[cfg.DeprecatedOpt("b"), cfg.DeprecatedOpt("c", "d")],
            ),
            cfg.StrOpt(
                "a",
                deprecated_for_removal=True,
                deprecated_reason="why",
                deprecated_since="1.0",
            ),
            cfg.DictOpt("a", default={"k": "v"}),
        ],
        ids=lambda opt: type(opt).__name__,
    )
    def test_what_matters_comes_back(self, opt: cfg.Opt) -> None:
        again = option.option_of(json.loads(json.dumps(option.option_data(opt))))
        for field in (
            "dest",
            "multi",
            "secret",
            "required",
            "default",
            "deprecated_for_removal",
            "deprecated_reason",
            "deprecated_since",
        ):
            assert getattr(again, field) == getattr(opt, field), field
        assert [(d.group, d.name) for d in again.deprecated_opts] == [
            (d.group, d.name) for d in opt.deprecated_opts
        ]

    def test_a_default_of_a_secret_option_is_not_kept(self) -> None:
        data = option.option_data(cfg.StrOpt("a", secret=True, default="hunter2"))
        assert "hunter2" not in json.dumps(data)
        assert data["has_default"]

    def test_a_default_that_is_no_data_is_not_kept(self) -> None:
        opt = cfg.Opt("a")
        opt.default = object()
        data = option.option_data(opt)
        assert json.loads(json.dumps(data))["has_default"]

    def test_an_opaque_type_passes_every_value(self) -> None:
        data = option.option_data(
            cfg.Opt("a", type=type("Odd", (types.Integer,), {})())
        )
        assert data["type"] == option.OPAQUE
        assert option.option_of(data).type("anything") == "anything"
