"""Where the steps of a plan stand, judged from answers and from what people said."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Mapping

import pytest

from upgradecheck.check import Finding
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.plan import text
from upgradecheck.plan.journal import Entry
from upgradecheck.plan.live import Plan
from upgradecheck.plan.live import made
from upgradecheck.plan.task import laid_out
from upgradecheck.procedure import checks_of
from upgradecheck.procedure import load_text
from upgradecheck.report import Examined
from upgradecheck.report import Row

WAY = """
service: widget
name: rolling
title: Rolling upgrade
summary: Node by node.
prerequisites:
  - {text: It is cold., check: widget.cold}
steps:
  - id: backup
    title: Back up
  - id: expand
    title: Expand
    requires: [backup]
    gate: [widget.ready]
    verify: [widget.expanded]
    run: [widget-db expand --node <node>]
  - id: tell
    title: Tell the users
    anytime: true
  - id: tidy
    title: Tidy up
    optional: true
    requires: [expand]
  - id: nodes
    each: remaining node
    requires: [tidy]
    gate: [widget.calm]
    steps:
      - {id: stop, title: Stop}
      - {id: start, title: Start, requires: [stop], run: ["start {node}"]}
  - id: contract
    title: Contract
    requires: [nodes]
    verify: [widget.contracted]
"""
FINE = {
    "widget.cold": Status.SUCCESS,
    "widget.ready": Status.SUCCESS,
    "widget.expanded": Status.FAILURE,
    "widget.calm": Status.SUCCESS,
    "widget.contracted": Status.FAILURE,
}
NOW = datetime.datetime(2026, 11, 21, 3, 0, tzinfo=datetime.UTC)


def plan(
    answers: Mapping[str, Status] = FINE,
    done: tuple[str, ...] = (),
    undone: tuple[str, ...] = (),
    way: str = WAY,
    values: Mapping[str, list[str]] | None = None,
    answer: str = "{id} said so.",
) -> Plan:
    """The plan of a procedure, with these answers and these words."""
    procedure = load_text(textwrap.dedent(way))
    finding = Finding("it is warm", None, "Cool it.")
    rows = [
        Row(
            id,
            id,
            "widget",
            Result.stated(answers[id], answer.format(id=id), [finding]),
        )
        for id in dict.fromkeys(str(each) for each in checks_of(procedure))
    ]
    said = {
        f"widget.rolling.{name}": Entry(
            f"widget.rolling.{name}", name in done, "", NOW, "me@here", "", "2.0"
        )
        for name in (*done, *undone)
    }
    service = Examined("widget", "Widget", "2.0", None, ())
    return made(procedure, laid_out(procedure, values or {}), service, rows, said)


def states(found: Plan) -> dict[str, str]:
    """The states of all steps, by their names without the procedure's."""
    return {
        each.name.removeprefix("widget.rolling."): str(each.state) for each in found
    }


class TestFirstLook:
    def test_the_first_step_is_next_and_the_others_wait(self) -> None:
        assert states(plan()) == {
            "backup": "next",
            "expand": "waiting",
            "tell": "next",
            "tidy": "waiting",
            "nodes": "waiting",
            "nodes.stop": "waiting",
            "nodes.start": "waiting",
            "contract": "waiting",
        }

    def test_what_may_come_at_any_time_is_not_advised_first(self) -> None:
        found = plan(done=("backup",))
        assert states(found)["tell"] == "next"
        assert found.advised is found.find("expand")

    def test_a_step_waits_for_what_it_requires_itself(self) -> None:
        assert plan().find("expand").waits_for == ("widget.rolling.backup",)
        assert plan().find("contract").waits_for == ("widget.rolling.nodes",)

    @pytest.mark.parametrize(
        ("status", "code"), [(Status.FAILURE, 2), (Status.ERROR, 255)]
    )
    def test_a_prerequisite_blocks_the_first_step(
        self, status: Status, code: int
    ) -> None:
        found = plan({**FINE, "widget.cold": status})
        assert states(found)["backup"] == "blocked"
        assert found.exit_code == code

    def test_once_something_is_done_a_prerequisite_blocks_no_more(self) -> None:
        found = plan({**FINE, "widget.cold": Status.FAILURE}, done=("backup",))
        assert states(found)["expand"] == "next"
        assert found.exit_code == 0


class TestGates:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (Status.SUCCESS, 0),
            (Status.SKIPPED, 0),
            (Status.WAIVED, 0),
            (Status.WARNING, 1),
        ],
    )
    def test_a_gate_lets_pass(self, status: Status, code: int) -> None:
        found = plan({**FINE, "widget.ready": status}, done=("backup",))
        assert states(found)["expand"] == "next"
        assert found.exit_code == code

    @pytest.mark.parametrize(
        ("status", "code"), [(Status.FAILURE, 2), (Status.ERROR, 255)]
    )
    def test_a_gate_blocks_and_says_the_remedy(self, status: Status, code: int) -> None:
        found = plan({**FINE, "widget.ready": status}, done=("backup",))
        assert states(found)["expand"] == "blocked"
        assert [row.id for row in found.find("expand").blockers] == ["widget.ready"]
        assert found.exit_code == code
        shown = " ".join(text.render(found).split())
        assert f"Blocked by widget.ready: {status}." in shown
        assert "Remedy: Cool it." in shown

    def test_checks_that_say_the_same_are_named_together(self) -> None:
        way = WAY.replace("gate: [widget.ready]", "gate: [widget.ready, widget.calm]")
        answers = {**FINE, "widget.ready": Status.ERROR, "widget.calm": Status.ERROR}
        for answer, told in (
            ("No file.", ["Blocked by widget.ready, widget.calm: error. No file."]),
            ("{id}?", [f"Blocked by widget.{i}: error." for i in ("ready", "calm")]),
        ):
            found = plan(answers, done=("backup",), way=way, answer=answer)
            shown = " ".join(text.render(found).split("nodes)")[0].split())
            assert all(each in shown for each in told)
            assert shown.count("Blocked by") == len(told)

    def test_the_gate_of_a_step_around_holds_until_a_step_within_is_done(self) -> None:
        answers = {
            **FINE,
            "widget.expanded": Status.SUCCESS,
            "widget.calm": Status.FAILURE,
        }
        blocked = states(plan(answers, done=("backup",)))
        assert (blocked["nodes"], blocked["nodes.stop"]) == ("blocked", "blocked")
        begun = states(plan(answers, done=("backup", "nodes.stop")))
        assert (begun["nodes"], begun["nodes.start"]) == ("next", "next")


class TestProof:
    def test_a_step_is_done_when_all_its_checks_succeed(self) -> None:
        found = plan({**FINE, "widget.expanded": Status.SUCCESS}, done=("backup",))
        assert states(found)["expand"] == "done"

    @pytest.mark.parametrize("status", [Status.WARNING, Status.FAILURE, Status.WAIVED])
    def test_nothing_less_than_success_shows_that_it_is_done(
        self, status: Status
    ) -> None:
        found = plan({**FINE, "widget.expanded": status}, done=("backup",))
        assert states(found)["expand"] == "next"

    def test_a_check_outweighs_what_a_person_said(self) -> None:
        found = plan(done=("backup", "expand"))
        assert states(found)["expand"] == "next"
        assert found.find("expand").is_contradicted
        assert "the check says otherwise" in " ".join(text.render(found).split())

    @pytest.mark.parametrize("status", [Status.ERROR, Status.SKIPPED])
    def test_where_the_check_cannot_tell_a_person_must(self, status: Status) -> None:
        answers = {**FINE, "widget.expanded": status}
        assert states(plan(answers, done=("backup",)))["expand"] == "unseen"
        assert states(plan(answers, done=("backup", "expand")))["expand"] == "done"

    def test_a_later_proof_makes_what_it_requires_unseen_and_not_done(self) -> None:
        found = plan({**FINE, "widget.expanded": Status.SUCCESS})
        assert states(found)["backup"] == "unseen"
        # Nobody knows whether there is a backup: so nothing goes on.
        assert states(found)["nodes.stop"] == "waiting"
        assert found.find("nodes.stop").waits_for == ("widget.rolling.backup",)


class TestWords:
    def test_an_optional_step_holds_nothing_up(self) -> None:
        found = plan({**FINE, "widget.expanded": Status.SUCCESS}, done=("backup",))
        assert states(found)["tidy"] == "next"
        assert states(found)["nodes.stop"] == "next"

    def test_a_word_can_be_taken_back(self) -> None:
        assert states(plan(undone=("backup",)))["backup"] == "next"

    def test_a_step_is_done_when_its_parts_are(self) -> None:
        answers = {**FINE, "widget.expanded": Status.SUCCESS}
        found = plan(answers, done=("backup", "nodes.stop", "nodes.start"))
        assert states(found)["nodes"] == "done"
        assert states(found)["contract"] == "next"

    def test_a_word_on_a_step_holds_for_its_parts(self) -> None:
        answers = {**FINE, "widget.expanded": Status.SUCCESS}
        found = plan(answers, done=("backup", "nodes"))
        assert states(found)["nodes.start"] == "done"
        assert states(found)["contract"] == "next"

    def test_at_the_end_all_is_done_but_what_may_be_left_out(self) -> None:
        answers = dict.fromkeys(FINE, Status.SUCCESS)
        found = plan(answers, done=("backup", "nodes", "tell"))
        assert found.is_done
        assert states(found)["tidy"] == "unseen"
        assert "All is done." in text.render(found)


class TestValues:
    def test_a_repeated_step_is_there_once_for_each_value(self) -> None:
        found = plan(values={"node": ["web1", "web2"]})
        assert [each.name.removeprefix("widget.rolling.") for each in found][4:10] == [
            "nodes[web1]",
            "nodes[web1].stop",
            "nodes[web1].start",
            "nodes[web2]",
            "nodes[web2].stop",
            "nodes[web2].start",
        ]
        assert found.find("nodes[web2].start").commands == ("start web2",)

    def test_the_rounds_of_a_repetition_do_not_wait_for_each_other(self) -> None:
        answers = {**FINE, "widget.expanded": Status.SUCCESS}
        done = ("backup", "nodes[web1].stop")
        found = states(plan(answers, done, values={"node": ["web1", "web2"]}))
        assert found["nodes[web1].start"] == "next"
        assert found["nodes[web2].start"] == "waiting"
        assert found["contract"] == "waiting"

    def test_all_rounds_must_be_done_before_what_comes_after(self) -> None:
        answers = {**FINE, "widget.expanded": Status.SUCCESS}
        done = ("backup", "nodes[web1]", "nodes[web2]")
        assert (
            states(plan(answers, done, values={"node": ["web1", "web2"]}))["contract"]
            == "next"
        )

    def test_a_command_is_there_once_for_each_value(self) -> None:
        found = plan(values={"node": ["web1", "web 2"]})
        assert found.find("expand").commands == (
            "widget-db expand --node web1",
            "widget-db expand --node 'web 2'",
        )

    def test_the_full_words_of_a_repetition_name_it_too(self) -> None:
        found = plan(values={"remaining-node": ["web1"]})
        assert found.find("nodes[web1].start").commands == ("start web1",)
        assert found.open_placeholders == ["node"]

    def test_words_in_capitals_are_placeholders(self) -> None:
        way = WAY.replace("<node>", "LOAD_BALANCER").replace("{node}", "${HOME}")
        found = plan(way=way, values={"load_balancer": ["lb1"]})
        assert found.find("expand").commands == ("widget-db expand --node lb1",)
        assert found.open_placeholders == []


class TestNames:
    def test_an_unknown_step_is_told_with_the_nearest(self) -> None:
        with pytest.raises(KeyError, match="did you mean expand"):
            plan().find("expnad")

    def test_a_step_is_found_by_its_full_name(self) -> None:
        assert plan().find("widget.rolling.expand").step.id == "expand"
