"""The procedure that the guide shows as an example is a real one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.extension.guide import Guide
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from upgradecheck import procedure as procedures

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "doc" / "source" / "examples" / "rolling.yaml"
SCHEMA: Any = json.loads((ROOT / "upgradecheck/procedure.schema.json").read_text())


def test_it_uses_every_key_that_there_is() -> None:
    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    known = {key for part in parts for key in part.get("properties", ())}
    assert set(_keys(yaml.safe_load(EXAMPLE.read_text()))) == known


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _keys(each)


@pytest.fixture
def gizmo(plugins: Plugins) -> list[str]:
    """The service of the example, with the checks that it names."""
    checks = procedures.checks_of(procedures.load(EXAMPLE))
    ids = sorted({check.name for check in checks})
    source = (
        "from upgradecheck import Service, check\n"
        'service = Service("gizmo", title="Gizmo", procedures="gizmo:procedures")\n'
    )
    names = {id: id.partition(".")[2].replace("-", "_") for id in ids}
    for id, name in names.items():
        source += (
            f'@check("{id}", title="{name}", added="2.0")\n'
            f'def {name}(upgrade):\n    """Asks {name}."""\n'
        )
    plugins.install(
        "gizmo",
        {"gizmo/__init__.py": source, "gizmo/procedures/rolling.yaml": ""},
        {
            SERVICES: {"gizmo": "gizmo:service"},
            CHECKS: {id: f"gizmo:{name}" for id, name in names.items()},
        },
    )
    (plugins.folder / "gizmo/procedures/rolling.yaml").write_bytes(EXAMPLE.read_bytes())
    return ids


@pytest.mark.parametrize("builder", ["html", "text", "man", "latex"])
def test_it_is_built_without_a_warning(
    guide: Guide, gizmo: list[str], builder: str
) -> None:
    guide.services = ["gizmo"]
    done = guide.build(
        builder,
        rolling=".. upgrade:procedure:: gizmo.rolling",
        man=".. upgrade:checks:: gizmo",
    )
    assert (done.warnings, done.code) == ("", 0)


def test_each_of_its_checks_and_steps_is_on_the_page(
    guide: Guide, gizmo: list[str]
) -> None:
    guide.services = ["gizmo"]
    done = guide.build(
        rolling=".. upgrade:procedure:: gizmo.rolling",
        checks=".. upgrade:checks:: gizmo",
    )
    page = done["rolling.html"]
    for id in gizmo:
        assert f'href="checks.html#check-{id}"' in page
    for step in procedures.order(procedures.load(EXAMPLE)):
        assert f'id="step-{step.name}"' in page
