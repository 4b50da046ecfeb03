"""A procedure's file is read whole, and every mistake in it is told with its line."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from upgradecheck import procedure
from upgradecheck.mistake import Mistaken
from upgradecheck.procedure import Note
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import Reference
from upgradecheck.procedure import Span
from upgradecheck.procedure import Step
from upgradecheck.procedure import Text
from upgradecheck.procedure import UnknownCheck
from upgradecheck.procedure_rules import Circle
from upgradecheck.procedure_rules import Duplicate
from upgradecheck.procedure_rules import UnknownStep
from upgradecheck.yamlfile import LARGEST

#: Writes the file of a procedure.
WriteProcedure = Callable[..., Path]

HEAD = """\
service: widget
name: rolling
title: Rolling upgrade
summary: Upgrades widgets.
"""

WHOLE = """\
service: widget
name: rolling
title: Rolling upgrade
added: "2.0.0"
summary: |
  Upgrades *widgets*.

  One by one.
prerequisites:
  - text: The widget server is 5.5 or later.
    check: widget.server
notes:
  - {kind: warning, text: Experimental., removed: "4.0.0"}
before:
  - id: plan
    title: Plan
    text: Think.
steps:
  - id: install
    where: the new node
    text: Install it.
    notes:
      - {id: gently, title: Gently, text: Wait.}
  - id: expand
    title: Expand the database
    requires: [install]
    gate: [widget.revision]
    run: [widget-manage db expand]
    verify:
      - widget.expanded
  - id: nodes
    each: remaining node
    requires: [expand]
    steps:
      - id: stop
        notes: [{see: gently}]
      - id: start
        requires: [stop]
  - id: contract
    optional: true
    requires: [nodes, nodes.start]
    removed: "5.0.0"
  - id: api
    anytime: true
after:
  - id: testing
    title: Testing
    text: Try it.
"""


@pytest.fixture
def written(tmp_path: Path) -> WriteProcedure:
    """Writes the file of a procedure, whose first lines are those of HEAD."""

    def write(text: str | bytes, name: str = "rolling.yaml") -> Path:
        file = tmp_path / name
        if isinstance(text, str):
            text = (HEAD + textwrap.dedent(text)).encode()
        file.write_bytes(text)
        return file

    return write


def mistakes_of(file: Path) -> list[str]:
    """Each mistake in a file, without the name of the file."""
    with pytest.raises(Mistaken) as caught:
        procedure.load(file)
    assert isinstance(caught.value, ValueError)
    assert all(each.source.file == str(file) for each in caught.value.mistakes)
    prefix = f"{file}:"
    lines = str(caught.value).splitlines()
    assert all(line.startswith(prefix) for line in lines)
    return [line.removeprefix(prefix) for line in lines]


def whole() -> Procedure:
    """The procedure that says everything which one can say."""
    return procedure.load_text(WHOLE, "whole.yaml")


class TestValues:
    def test_a_file_becomes_values(self) -> None:
        assert whole().steps[1] == Step(
            name="widget.rolling.expand",
            title="Expand the database",
            requires=(Reference("widget.rolling.install"),),
            gate=(Reference("widget.revision"),),
            run=("widget-manage db expand",),
            verify=(Reference("widget.expanded"),),
        )

    def test_values_that_say_the_same_are_equal_wherever_they_stand(self) -> None:
        moved = procedure.load_text("# A comment.\n" + WHOLE, "moved.yaml")
        assert moved == whole()
        assert moved.steps[0].source != whole().steps[0].source

    def test_values_cannot_be_changed(self) -> None:
        with pytest.raises(AttributeError):
            whole().title = "Another"  # type: ignore[misc]

    @pytest.mark.parametrize(
        ("value", "line"),
        [
            (lambda p: p.source, 1),
            (lambda p: p.summary.source, 6),
            (lambda p: p.prerequisites[0].source, 10),
            (lambda p: p.prerequisites[0].check.source, 11),
            (lambda p: p.notes[0].source, 13),
            (lambda p: p.before[0].source, 15),
            (lambda p: p.steps[1].source, 24),
            (lambda p: p.steps[1].gate[0].source, 27),
            (lambda p: p.steps[1].verify[0].source, 30),
            (lambda p: p.step("nodes.stop").notes[0].source, 36),
        ],
    )
    def test_every_value_knows_its_file_and_line(
        self, value: Callable[[Procedure], Any], line: int
    ) -> None:
        assert str(value(whole())) == f"whole.yaml:{line}"

    def test_each_line_of_a_text_knows_its_line(self) -> None:
        lines = [(line, source.line) for line, source in whole().summary.lines()]
        assert lines == [("Upgrades *widgets*.", 6), ("", 7), ("One by one.", 8)]

    def test_a_folded_text_knows_its_first_line(self) -> None:
        folded = WHOLE.replace("text: Think.", "text: >\n      One\n\n      two.")
        text = procedure.load_text(folded).before[0].text
        assert [source.line for _, source in text.lines()] == [17, 17]

    def test_a_step_without_a_title_has_one_from_its_id_or_what_it_repeats(
        self,
    ) -> None:
        assert whole().step("install").title == "Install"
        assert whole().step("nodes").title == "Each remaining node"

    def test_names_are_full_and_steps_are_found_by_them(self) -> None:
        step = whole().step("widget.rolling.nodes.stop")
        assert step == whole().step("nodes.stop")
        assert (step.id, step.depth, step.steps) == ("stop", 1, ())

    def test_a_step_that_there_is_not_names_the_nearest(self) -> None:
        with pytest.raises(KeyError, match=r"did you mean widget\.rolling\.nodes"):
            whole().step("widget.rolling.noodles")

    def test_a_note_is_found_by_its_id_with_the_step_it_stands_at(self) -> None:
        note, holder = whole().note("gently")
        assert note == Note(Text("Wait."), title="Gently", id="gently")
        assert holder == whole().step("install")

    def test_a_text_in_memory_is_named_in_its_mistakes(self) -> None:
        with pytest.raises(Mistaken, match=r"^<text>:1: "):
            procedure.load_text("[]")


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "mistake"),
        [
            (
                "steps:\n- idd: expand\n  id: expand",
                "6: 'idd' is no key of a step; did you mean id?",
            ),
            ("steps:\n- {title: One}", "6: a step lacks id; add id: to it"),
            (
                "steps: []",
                "5: steps is an empty list; it must be a list of at least one step, "
                "in the advised order",
            ),
            (
                "steps:\n- id: Expand",
                "6: id is 'Expand'; it must be a name in lower case, words apart by "
                "hyphens, for example remaining-nodes",
            ),
            (
                "steps:\n- id: one\n  run: now",
                "7: run is 'now'; it must be a list of commands",
            ),
            (
                "steps:\n- id: one\n  optional: perhaps",
                "7: optional is 'perhaps'; it must be true or false",
            ),
            ("steps:\n- id: one\n  text:", "7: text is empty; it must be some words"),
            (
                "steps:\n- id: one\n  gate: [one]",
                "7: gate is 'one'; it must be the id of a check, <service>.<slug>",
            ),
            (
                "steps:\n- id: one\n  gate: [w.one, w.one]",
                "7: gate names w.one twice; keep one of the two",
            ),
            (
                "steps:\n- id: one\n  notes:\n  - {kind: hint, text: One.}",
                "8: kind is 'hint'; it is one of note, tip, important",
            ),
            (
                "steps:\n- id: one\n  notes:\n  - kind: tip",
                "8: a note lacks text; add text: to it",
            ),
            (
                "steps:\n- id: one\n  notes:\n  - {id: one, text: One.}\n"
                "  - {see: one, text: Here.}",
                "9: a note that says see says something else too; keep see alone",
            ),
            (
                "steps:\n- id: one\n  notes:\n  - see: their\n  - {id: there, text: H.}",
                "8: there is no note their to see; did you mean there?",
            ),
            (
                "steps:\n- id: one\n  added: 14.0",
                "7: added is '14.0'; it must be a version of the service in quotes",
            ),
            (
                "steps:\n- id: one\n  added: Ocata",
                "7: added is 'Ocata', which is no version; write a release",
            ),
            (
                "steps:\n- id: one\n  added: ''",
                "7: added is '', which is no version; write a release",
            ),
            (
                "added: '3'\nremoved: '2'\nsteps:\n- id: one\n  notes:\n"
                "  - {text: One., added: '2'}",
                "6: removed is 2, which is not after 3; removed is the first release",
            ),
            (
                "added: '3'\nsteps:\n- id: one\n  removed: '5'\n  each: node\n"
                "  steps:\n  - {id: two, removed: '3'}",
                "11: the releases are none of those that what is around it is bound to",
            ),
            (
                "steps:\n- id: one\n  added: '15.0.0'\n  removed: '14.0.0'",
                "8: removed is 14.0.0, which is not after 15.0.0; removed is the first",
            ),
            (
                "steps:\n- id: one\n  removed: '14.0.0'\n  notes:\n"
                "  - {text: One., added: '14.0.0'}",
                "9: the releases are none of those that what is around it is bound to",
            ),
            (
                "steps:\n- id: one\n- id: two\n- id: one",
                "8: the step one stands there twice, first on line 6; give one",
            ),
            (
                "before:\n- {id: one, title: One, text: One.}\nsteps:\n- id: one",
                "6: the section one stands there twice, first on line 8",
            ),
            (
                "steps:\n- id: one\n  id: two",
                "7: id stands there twice, first on line 6; keep one of the two",
            ),
            (
                "steps:\n- id: one\n- id: two\n  requires: [won]",
                "8: two requires won, which is no step of the procedure; did you mean",
            ),
            (
                "steps:\n- id: one\n  requires: [one]",
                "7: one requires one, which is itself; remove it",
            ),
            (
                "steps:\n- id: one\n  requires: [two]\n- id: two",
                "7: one requires two, which stands after it; the list is the advised "
                "order: move two before one",
            ),
            (
                "steps:\n- id: one\n  each: node\n  steps:\n  - id: two\n"
                "    requires: [one]",
                "10: one.two requires one, of which it is a part; remove it",
            ),
            (
                "steps:\n- id: one\n  each: node\n  requires: [one.two]\n  steps:\n"
                "  - id: two",
                "8: one requires one.two, which is a part of it; a step is done when",
            ),
            (
                "steps:\n- id: one\n  steps:\n  - id: two",
                "6: one consists of one step and is not repeated; say each: what for",
            ),
            (
                "steps:\n- id: one\n  each: node\n  run: [ls]\n  steps:\n  - id: two",
                "8: one has commands and steps; move its commands to one of its steps",
            ),
            (
                "steps:\n- id: one\n  each: node\n  steps:\n  - {id: a, optional: true}",
                "6: every step of one is optional; let one be optional instead",
            ),
            (
                "steps:\n- id: one\n  text: &a One.\n- id: two\n  text: *a",
                "9: the alias *a is not read: write out what it stands for",
            ),
            ("steps:\n- id: one\n  title: [", "7: while parsing a flow node: expected"),
            (
                "steps:\n- id: one\n  title: !!python/name:os.system One",
                "7: the tag tag:yaml.org,2002:python/name:os.system is not read",
            ),
            (
                "steps:\n- !odd {id: one}",
                "6: the tag !odd is not read; remove it",
            ),
            ("steps:\n- id: one\n  ? [a]\n  : b", "7: a key is no word; write one"),
            ("steps:\n- one", "6: steps is 'one'; it must be a step: a mapping"),
        ],
    )
    def test_a_mistake_is_told_with_its_line_and_with_what_is_right(
        self, written: WriteProcedure, text: str, mistake: str
    ) -> None:
        (found,) = mistakes_of(written(text))
        assert found.startswith(mistake)

    @pytest.mark.parametrize(
        ("version", "mistake"),
        [
            ("2026.1", "5: added is 2026.1, which is a series and no version; write"),
            (
                "Hibiscus",
                "5: added is 'Hibiscus', which is no version; write the first",
            ),
        ],
    )
    def test_a_series_is_not_taken_for_a_version(
        self, written: WriteProcedure, version: str, mistake: str
    ) -> None:
        file = written(f"added: '{version}'\nsteps:\n- id: one\n")
        file.write_text(file.read_text().replace("widget", "glance"))
        (found,) = mistakes_of(file)
        assert found.startswith(mistake)
        first = {"2026.1": "32.0.0", "Hibiscus": "33.0.0"}[version]
        assert found.endswith(f"the first release of that series, {first}")

    def test_a_service_that_counts_by_years_may(self) -> None:
        text = f"{HEAD}added: '2026.1'\nsteps:\n- id: one\n"
        assert "2026.2" in procedure.load_text(text).span

    def test_all_mistakes_are_told_at_once_in_the_order_of_lines(
        self, written: WriteProcedure
    ) -> None:
        file = written(
            """\
            titel: Again
            steps:
            - id: one
              requires: [three]
              gate: one
            - id: two
              requires: [one]
            - id: three
              requires: [two]
              optional: 3
              added: x
            - id: two
            """
        )
        lines = [each.partition(":")[0] for each in mistakes_of(file)]
        assert lines == ["5", "8", "9", "14", "15", "16"]

    def test_the_steps_of_a_circle_are_named(self, written: WriteProcedure) -> None:
        with pytest.raises(Mistaken) as caught:
            procedure.load(
                written(
                    """\
                    steps:
                    - id: one
                      requires: [three]
                    - id: two
                      requires: [one]
                    - id: three
                      requires: [two]
                    - id: four
                      requires: [three]
                    """
                )
            )
        (circle,) = caught.value.mistakes
        assert isinstance(circle, Circle)
        assert sorted(circle.steps) == ["one", "three", "two"]
        for said in ("one requires three", "two requires one", "three requires two"):
            assert said in circle.what

    def test_each_circle_is_told(self, written: WriteProcedure) -> None:
        found = mistakes_of(
            written(
                """\
                steps:
                - {id: a, requires: [b]}
                - {id: b, requires: [a]}
                - {id: c, requires: [d]}
                - {id: d, requires: [c]}
                """
            )
        )
        assert [each.partition(":")[0] for each in found] == ["6", "8"]

    def test_a_circle_may_lead_through_the_steps_within_a_step(
        self, written: WriteProcedure
    ) -> None:
        (found,) = mistakes_of(
            written(
                """\
                steps:
                - id: nodes
                  each: node
                  steps:
                  - id: stop
                    requires: [other]
                - id: other
                  requires: [nodes]
                """
            )
        )
        assert "nodes.stop requires other" in found
        assert "other requires nodes" in found

    def test_mistakes_keep_what_they_are_about(self, written: WriteProcedure) -> None:
        with pytest.raises(Mistaken) as caught:
            procedure.load(
                written("steps:\n- {id: one, requires: [won]}\n- {id: one}\n")
            )
        unknown, twice = caught.value.mistakes
        assert isinstance(unknown, UnknownStep)
        assert (unknown.step, unknown.required) == ("one", "won")
        assert isinstance(twice, Duplicate)
        assert (twice.id, twice.first) == ("one", unknown.source)

    def test_who_requires_a_step_that_lacks_its_id_is_not_blamed(
        self, written: WriteProcedure
    ) -> None:
        found = mistakes_of(
            written("steps:\n- {idd: one}\n- {id: two, requires: [one]}\n")
        )
        assert [each.partition(":")[0] for each in found] == ["6", "6"]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "1: a procedure is empty"),
            (b"- one", "1: a procedure is a list"),
            (b"a: \xff", "1: byte 3 is not UTF-8; save the file as UTF-8"),
            (b"a:\n b\x07", "2: the character U+0007 may not stand in YAML"),
            (b"a: 1\n---\nb: 2", "2: expected a single document in the stream"),
            (b"a: &a [*a]", "1: the alias *a is not read"),
            (b"[" * 100_000, "1: lies more than 32 levels deep"),
            (b"- " * 100_000, "1: lies more than 32 levels deep"),
            (b"#" * (LARGEST + 1), f"1: is larger than {LARGEST} bytes"),
            (b'a: "\\UFFFFFFFF"', "1: "),
            (
                b"a: 1\n\tb: 2\n",
                "2: while scanning for the next token: found character",
            ),
            (
                b"a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n",
                "2: git left both sides of a merge here; resolve the conflict",
            ),
        ],
    )
    def test_what_is_no_procedure_at_all_is_a_mistake(
        self, written: WriteProcedure, data: bytes, words: str
    ) -> None:
        assert mistakes_of(written(data))[0].startswith(words)

    def test_a_small_file_cannot_stand_for_a_huge_one(
        self, written: WriteProcedure
    ) -> None:
        lines = ["a0: &a0 [x, x]"]
        lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
        (found,) = mistakes_of(written("\n".join(lines).encode()))
        assert found.startswith("2: the alias *a0 is not read")

    def test_a_file_that_cannot_be_read_is_a_mistake(self, tmp_path: Path) -> None:
        (found,) = mistakes_of(tmp_path / "absent.yaml")
        assert found.startswith("1: cannot be read: No such file")
        (found,) = mistakes_of(tmp_path)
        assert found.startswith("1: cannot be read: Is a directory")


#: What hands that know the keys could write.
KEYS = [
    *("service", "name", "title", "summary", "steps", "id", "each", "requires"),
    *("gate", "run", "verify", "notes", "kind", "text", "see", "optional"),
    *("anytime", "added", "removed", "before", "after", "prerequisites", "check"),
]
WORDS = st.sampled_from([*KEYS, "one", "one.two", "widget.one", "14.0.0", "<<", "="])
WRITTEN = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(WORDS, inner, max_size=6),
        st.fixed_dictionaries({"id": WORDS, "steps": st.lists(inner, max_size=3)}),
    ),
    max_leaves=25,
)


def read(data: bytes | str) -> Procedure | None:
    """The procedure of a text; None if there are mistakes in it."""
    try:
        return procedure.load_text(data)
    except Mistaken as fault:
        lines = [each.source.line for each in fault.mistakes]
    assert lines
    assert lines == sorted(lines)
    assert lines[0] >= 1
    return None


class TestWhateverIsWritten:
    @given(st.one_of(st.binary(), st.text().map(lambda t: t.encode(errors="replace"))))
    def test_bytes_are_a_procedure_or_mistakes(self, data: bytes) -> None:
        assert read(data) is None

    @settings(deadline=None)
    @given(st.text(alphabet="&*!|>-?:,[]{}#'\"%@`\\ \n\tabU0~<=.", max_size=60))
    def test_yaml_of_any_kind_is_a_procedure_or_mistakes(self, text: str) -> None:
        assert read(text) is None

    @settings(deadline=None)
    @given(WRITTEN, st.lists(WRITTEN, max_size=4))
    def test_what_uses_the_keys_is_a_procedure_or_mistakes(
        self, data: Any, steps: list[Any]
    ) -> None:
        head = yaml.safe_load(HEAD)
        more = data if isinstance(data, dict) else {"notes": data}
        read(yaml.safe_dump({**head, "steps": steps, **more}))

    @settings(deadline=None)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {"id": st.sampled_from("abcdef")},
                optional={"requires": st.lists(st.sampled_from("abcdef"), max_size=2)},
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_no_step_of_a_procedure_waits_for_itself_or_for_a_later_one(
        self, steps: list[Any]
    ) -> None:
        found = read(HEAD + yaml.safe_dump({"steps": steps}))
        if found is None:
            return
        names = [step.name for step in procedure.order(found)]
        for place, name in enumerate(names):
            before = procedure.steps_before(found, name)
            assert {step.name for step in before} <= set(names[:place])
        assert found.at(None) == found


class TestOrder:
    def test_the_list_is_the_advised_order(self) -> None:
        names = [step.name for step in procedure.order(whole())]
        assert names == [
            f"widget.rolling.{each}"
            for each in (
                "install",
                "expand",
                "nodes",
                "nodes.stop",
                "nodes.start",
                "contract",
                "api",
            )
        ]

    def test_the_required_order_is_what_steps_require(self) -> None:
        required = procedure.required_order(whole())
        assert required["widget.rolling.expand"] == ("widget.rolling.install",)
        assert required["widget.rolling.nodes.start"] == ("widget.rolling.nodes.stop",)
        assert required["widget.rolling.api"] == ()

    @pytest.mark.parametrize(
        ("step", "before"),
        [
            ("install", []),
            ("expand", ["install"]),
            ("nodes.stop", ["install", "expand"]),
            ("nodes.start", ["install", "expand", "stop"]),
            ("contract", ["install", "expand", "nodes", "stop", "start"]),
            ("api", []),
        ],
    )
    def test_the_steps_before_a_step_are_all_that_it_waits_for(
        self, step: str, before: list[str]
    ) -> None:
        found = procedure.steps_before(whole(), step)
        assert [each.id for each in found] == before

    def test_a_step_is_looked_for_beside_the_one_that_requires_it(self) -> None:
        text = WHOLE.replace("- id: api", "- id: start")
        found = procedure.load_text(text).step("nodes.start")
        text = text.replace("id: stop", "id: api").replace("[stop]", "[api]")
        other = procedure.load_text(text).step("nodes.start")
        assert [str(each) for each in found.requires] == ["widget.rolling.nodes.stop"]
        assert [str(each) for each in other.requires] == ["widget.rolling.nodes.api"]


class TestReleases:
    @pytest.mark.parametrize(
        ("release", "is_there"),
        [
            ("13.9.9", False),
            ("14.0.0", True),
            ("14.0.0.0rc1", True),
            ("14.1.0.dev3", True),
            ("17.5", True),
            ("18.0.0.0b1", False),
            ("18.0.0", False),
            ("2015.1.0", False),
            (None, True),
        ],
    )
    def test_a_span_is_from_a_release_on_and_before_another(
        self, release: str | None, is_there: bool
    ) -> None:
        assert (release in Span("14.0.0", "18.0.0")) == is_there

    def test_the_releases_counted_by_years_come_first(self) -> None:
        assert "2014.2" in Span(removed="5.0.0")
        assert "5.0.0" in Span(added="2015.1.0")
        assert "2014.2" not in Span(added="2015.1.0")

    def test_only_what_belongs_to_a_release_is_there(self) -> None:
        here = whole().at("5.0.0")
        assert [step.id for step in procedure.steps_for(whole(), "5.0.0")][-1] == "api"
        assert "contract" not in {step.id for step in procedure.order(here)}
        assert here.notes == ()
        assert whole().at("3.0.0").notes == whole().notes

    def test_what_a_missing_step_required_is_required_in_its_place(self) -> None:
        text = HEAD + textwrap.dedent(
            """\
            steps:
            - id: one
            - {id: two, requires: [one], removed: "2.0.0"}
            - {id: three, requires: [two], removed: "2.0.0"}
            - {id: four, requires: [three, one]}
            """
        )
        four = procedure.load_text(text).at("2.0.0").step("four")
        assert [str(each) for each in four.requires] == ["widget.rolling.one"]

    def test_what_many_missing_steps_required_is_found_at_once(self) -> None:
        text = f"{HEAD}steps:\n- {{id: s0}}\n- {{id: t0}}\n"
        for number in range(1, 40):
            before = f"[s{number - 1}, t{number - 1}]"
            for name in ("s", "t"):
                text += (
                    f"- {{id: {name}{number}, requires: {before}, removed: '2.0'}}\n"
                )
        text += "- {id: last, requires: [s39]}\n"
        last = procedure.load_text(text).at("2.0").step("last")
        assert [str(each) for each in last.requires] == [
            "widget.rolling.s0",
            "widget.rolling.t0",
        ]

    def test_a_step_of_which_every_part_is_missing_is_missing(self) -> None:
        text = HEAD + textwrap.dedent(
            """\
            steps:
            - id: one
            - id: two
              each: node
              steps: [{id: three, removed: "2.0.0"}]
            """
        )
        found = procedure.steps_for(procedure.load_text(text), "2.0.0")
        assert [step.id for step in found] == ["one"]

    def test_no_step_asks_to_see_a_note_that_is_gone(self) -> None:
        text = WHOLE.replace("text: Wait.", "text: Wait., removed: '3.0.0'")
        found = procedure.load_text(text)
        assert found.at("2.0.0").step("nodes.stop").notes == (Note(see="gently"),)
        assert found.at("3.0.0").step("nodes.stop").notes == ()

    def test_a_release_that_is_no_version_is_refused(self) -> None:
        with pytest.raises(ValueError, match="Ocata"):
            whole().at("Ocata")


class TestChecks:
    def test_checks_that_nobody_provides_are_mistakes_with_their_lines(self) -> None:
        known = {"widget.server", "widget.expand"}
        first, second = procedure.unknown_checks(whole(), known)
        assert str(first).startswith(
            "whole.yaml:27: widget.rolling names the check widget.revision, which is "
            "not registered; "
        )
        assert second.source.line == 30
        assert second.right == "did you mean widget.expand?"

    def test_they_are_told_together_with_all_other_mistakes(self) -> None:
        text = (
            WHOLE.replace("check: widget.server", "check: widget.sever")
            .replace("[widget.revision]", "[widget.revison, Widget, widget.revision]")
            .replace("title: Rolling upgrade", "titel: Rolling upgrade")
        )
        known = ["widget.server", "widget.revision", "widget.expanded"]
        with pytest.raises(Mistaken) as caught:
            procedure.load_text(text, "whole.yaml", known)
        told = str(caught.value).splitlines()
        assert [line.partition(": ")[0] for line in told] == [
            *("whole.yaml:1", "whole.yaml:3", "whole.yaml:11"),
            *("whole.yaml:27", "whole.yaml:27"),
        ]
        assert told[2].endswith("which is not registered; did you mean widget.server?")
        unknown = [
            each for each in caught.value.mistakes if isinstance(each, UnknownCheck)
        ]
        assert [each.check for each in unknown] == ["widget.sever", "widget.revison"]

    def test_a_procedure_whose_checks_are_all_known_has_no_mistake(self) -> None:
        known = {"widget.server", "widget.revision", "widget.expanded"}
        assert procedure.unknown_checks(whole(), known) == []

    def test_what_is_asked_before_the_first_step(self) -> None:
        text = WHOLE.replace("where: the new node", "gate: [widget.conf]")
        found = procedure.load_text(text)
        assert procedure.checks_before(found) == ("widget.server", "widget.conf")


class TestFolder:
    @pytest.fixture
    def package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The folder of the procedures of an installed service."""
        folder = tmp_path / "a_widget" / "procedures"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        monkeypatch.syspath_prepend(str(tmp_path))
        return folder

    def test_a_folder_holds_procedures_and_what_is_refused_is_told(
        self, package: Path
    ) -> None:
        (package / "rolling.yaml").write_text(WHOLE)
        (package / "other.yaml").write_text(WHOLE)
        (package / "third.yml").write_text(WHOLE.replace("rolling", "third"))
        (package / "broken.yaml").write_text("[")
        (package / "README.rst").write_text("Not read.")
        refused: dict[str, Mistaken] = {}
        found = procedure.load_folder(
            "a_widget:procedures", "widget", refused.__setitem__
        )
        assert [each.name for each in found] == ["widget.rolling"]
        assert sorted(refused) == ["widget.broken", "widget.other", "widget.third"]
        assert "widget.rolling stands in other.yaml" in str(refused["widget.other"])

    @pytest.mark.parametrize("where", ["no_such_package:x", "a_widget:absent"])
    def test_a_folder_that_is_not_there_is_told(
        self, package: Path, where: str
    ) -> None:
        refused: dict[str, Mistaken] = {}
        found = procedure.load_folder(where, "widget", refused.__setitem__)
        assert found == ()
        assert f"{where}:1: cannot be read" in str(refused["widget.procedures"])
