"""``upgrade plan`` through the real console script."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest

from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins

MODULE = """
import os
from upgradecheck import Code, Finding, Result, Service, check

service = Service("widget", title="Widget", procedures="widget_way:ways")

def _answer(name):
    text = open(os.environ["WIDGET_STATE"]).read()
    if name + "=error" in text:
        return Result.error("It cannot be asked.")
    if name in text:
        return Result(Code.SUCCESS, "It is so.")
    return Result(Code.FAILURE, "It is not so.", [Finding("no", None, "Make it so.")])

@check("widget.ready", title="Ready")
def ready(upgrade):
    return _answer("ready")

@check("widget.moved", title="Moved", phase="during", procedures=("widget.cold",))
def moved(upgrade):
    return _answer("moved")
"""
WAY = """
service: widget
name: cold
title: Cold upgrade
summary: All at once.
steps:
  - id: old
    removed: "1.0"
  - id: stop
    title: Stop <b>it</b>
    each: node
    where: the node
    gate: [widget.ready]
    run: ["touch marker-{node}"]
  - id: move
    title: Move
    requires: [stop]
    run: [touch marker]
    verify: [widget.moved]
  - id: start
    title: Start
    requires: [move]
"""


class Cold:
    """A widget that is to be upgraded by ``widget.cold``."""

    def __init__(self, status: ServiceStatus, home: Path) -> None:
        self.status = status
        self.home = home
        self.state = home / "widget.state"
        self.is_so("ready")

    def is_so(self, *names: str) -> None:
        """Make checks succeed, and no others."""
        self.state.write_text(" ".join(names))

    def plan(self, *words: str) -> Finished:
        """The plan as the words ask for it."""
        env = {"WIDGET_STATE": str(self.state)}
        return self.status("upgrade", "plan", "widget.cold", *words, env=env)

    def states(self, *words: str) -> dict[str, str]:
        """The states of the steps."""
        done = self.plan("--json", *words)
        return {
            step["id"].removeprefix("widget.cold."): step["state"]
            for step in done.json["steps"]
        }


@pytest.fixture
def cold(status: ServiceStatus, plugins: Plugins) -> Cold:
    plugins.install(
        "widget",
        {"widget_way/__init__.py": MODULE, "widget_way/ways/cold.yaml": WAY},
        {
            SERVICES: {"widget": "widget_way:service"},
            CHECKS: {
                "widget.ready": "widget_way:ready",
                "widget.moved": "widget_way:moved",
            },
        },
    )
    return Cold(status, status.home)


class TestOnTheWay:
    def test_it_goes_on_as_checks_and_people_say(self, cold: Cold) -> None:
        assert cold.states() == {"stop": "next", "move": "waiting", "start": "waiting"}
        assert cold.states("--done", "stop")["move"] == "next"
        cold.is_so("ready", "moved")
        assert cold.states() == {"stop": "done", "move": "done", "start": "next"}
        done = cold.plan("--done", "start", "--note", "up again")
        assert "All is done." in done.stdout
        assert "up again" in done.stdout

    def test_a_plan_after_a_crash_shows_the_same(self, cold: Cold) -> None:
        cold.plan("--done", "stop")
        before = cold.plan()
        (journal,) = (cold.home / "state" / "upgradecheck").iterdir()
        with journal.open("ab") as file:
            file.write(b'{"schema": 1, "time": "2026-')
        assert cold.plan().stdout == before.stdout

    def test_a_blocked_step_names_the_check_and_its_remedy(self, cold: Cold) -> None:
        cold.is_so()
        done = cold.plan()
        assert done.code == 2
        assert "Blocked by widget.ready: failure." in done.stdout
        assert "Make it so." in done.stdout

    def test_a_check_that_cannot_be_asked_blocks_with_255(self, cold: Cold) -> None:
        cold.is_so("ready=error")
        assert cold.plan().code == 255
        assert cold.states()["stop"] == "blocked"

    def test_what_a_check_cannot_see_a_person_must_say(self, cold: Cold) -> None:
        cold.plan("--done", "stop")
        cold.is_so("ready", "moved=error")
        assert cold.states()["move"] == "unseen"
        assert cold.states("--done", "move")["start"] == "next"
        assert cold.states("--undone", "move")["move"] == "unseen"

    def test_no_command_of_the_procedure_is_run(self, cold: Cold) -> None:
        cold.plan("--values", "node=a", "--done", "stop[a]")
        cold.plan("--values", "node=a", "--format", "markdown")
        assert not list(cold.home.glob("**/marker*"))

    def test_steps_of_other_releases_are_left_out(self, cold: Cold) -> None:
        assert "old" not in cold.states()

    def test_words_on_an_upgrade_to_another_release_do_not_count(
        self, cold: Cold
    ) -> None:
        cold.plan("--done", "stop")
        (journal,) = (cold.home / "state" / "upgradecheck").iterdir()
        data = json.loads(journal.read_text())
        journal.write_text(json.dumps({**data, "target": "0.9"}) + "\n")
        done = cold.plan()
        assert "to other releases (1)." in " ".join(done.stdout.split())
        assert cold.states()["stop"] == "next"


class TestForms:
    def test_json_fits_its_schema(self, cold: Cold) -> None:
        folder = importlib.resources.files("upgradecheck.plan")
        schema: Any = json.loads((folder / "plan.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        for words in ((), ("--done", "stop"), ("--values", "node=a,b")):
            jsonschema.validate(cold.plan("--json", *words).json, schema)

    def test_markdown_is_a_list_to_tick_off(self, cold: Cold) -> None:
        done = cold.plan("--format", "markdown", "--values", "node=a b")
        lines = done.stdout.splitlines()
        assert r"- [ ] **Stop \<b\>it\</b\>: a b**: next" in lines
        assert "  $ touch 'marker-a b'" in lines or "  $ touch marker-'a b'" in lines

    def test_no_line_of_text_is_wider_than_a_terminal(self, cold: Cold) -> None:
        for words in ((), ("--done", "stop")):
            assert max(map(len, cold.plan(*words).stdout.splitlines())) < 80

    def test_the_plan_can_be_written_to_a_file(self, cold: Cold) -> None:
        path = cold.home / "plan.md"
        done = cold.plan("--format", "markdown", "--output", str(path))
        assert done.stdout == ""
        assert path.read_text().startswith("# Cold upgrade")

    def test_the_journal_can_be_elsewhere(self, cold: Cold) -> None:
        path = cold.home / "other.jsonl"
        assert cold.states("--done", "stop", "--journal", str(path))["stop"] == "done"
        assert json.loads(path.read_text())["step"] == "widget.cold.stop"
        assert cold.states()["stop"] == "next"


class TestMisuse:
    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("--done", "stpo"), "did you mean stop?"),
            (("--undone", "nothing"), "no step 'nothing'"),
            (("--note", "x"), "--note goes with --done"),
            (("--done", "stop", "--undone", "stop"), "stop cannot be --done and"),
            (("--values", "node"), "NAME=VALUE"),
            (("--values", "node="), "NAME=VALUE"),
            (("--values", "node=a,a"), "twice"),
            (("--values", "nude=a"), "Did you mean node?"),
            (("--format", "yaml"), "markdown"),
        ],
    )
    def test_it_is_no_verdict_and_says_what_is_right(
        self, cold: Cold, words: tuple[str, ...], message: str
    ) -> None:
        done = cold.plan(*words)
        assert (done.code, done.stdout) == (255, "")
        assert message in done.stderr
        assert not (cold.home / "state").exists()

    def test_an_unknown_procedure_is_told_with_the_nearest(self, cold: Cold) -> None:
        env = {"WIDGET_STATE": str(cold.state)}
        done = cold.status("upgrade", "plan", "widget.cald", env=env)
        assert done.code == 255
        assert "widget.cold" in done.stderr

    def test_a_broken_journal_is_told_with_its_line(self, cold: Cold) -> None:
        path = cold.home / "broken.jsonl"
        path.write_text("what\n")
        done = cold.plan("--journal", str(path))
        assert (done.code, done.stdout) == (255, "")
        assert f"{path}:1: this is no entry of a journal" in done.stderr
