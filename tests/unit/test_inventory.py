"""The inventory keeps what each release held, and tells every mistake in its file."""

from __future__ import annotations

import itertools
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upgradecheck import inventory_file
from upgradecheck.difference import Verb
from upgradecheck.difference import differences
from upgradecheck.held import CheckFacts
from upgradecheck.held import Held
from upgradecheck.held import ProcedureFacts
from upgradecheck.inventory import Inventory
from upgradecheck.mistake import Mistaken

ROOT = Path(__file__).parents[2]
READY = CheckFacts("Ready", needs=("config",), added="0.1")
COLD = ProcedureFacts("Cold", ("stop", "nodes", "nodes.halt", "start"))
FIRST = Held({"widget.ready": READY}, {"widget.cold": COLD})
SECOND = Held(
    {"widget.ready": CheckFacts("All ready", needs=("config",))},
    {"widget.cold": ProcedureFacts("Cold", ("nodes", "nodes.halt", "stop", "start"))},
)


@pytest.fixture
def inventory() -> Inventory:
    """Of three releases; the last holds nothing."""
    first = Inventory("widget").advanced("1.0", FIRST)
    return first.advanced("2.0", SECOND).advanced("3.0", Held())


class TestReleases:
    def test_each_is_kept_as_it_was(self, inventory: Inventory) -> None:
        assert inventory.at("1.0") == FIRST
        assert inventory.at("1.5") == FIRST
        assert inventory.at("2.0") == SECOND
        assert inventory.at() == Held()

    def test_the_history_is_newest_first(self, inventory: Inventory) -> None:
        told = [
            (version, [f"{each.kind} {each.name}" for each in changes])
            for version, changes in inventory.history()
        ]
        assert told == [
            ("3.0", ["check-removed widget.ready", "procedure-removed widget.cold"]),
            ("2.0", ["check-renamed widget.ready", "step-moved widget.cold.nodes"]),
            ("1.0", ["procedure-added widget.cold"]),
            # What it says itself, of a time from before the first record.
            ("0.1", ["check-added widget.ready"]),
        ]

    def test_versions_count_as_numbers(self) -> None:
        nine = Inventory("widget").advanced("9.0", FIRST)
        assert nine.advanced("10.0", Held()).at("10.0") == Held()

    def test_a_meaning_that_changed_before_the_first_record_is_told(self) -> None:
        check = CheckFacts("Ready", added="1.0", changed=("1.5", "soon"))
        found = Inventory("widget").advanced("2.0", Held({"widget.ready": check}))
        assert [version for version, _ in found.history()] == ["1.5", "1.0"]

    def test_a_version_that_is_not_newer_is_refused(self, inventory: Inventory) -> None:
        with pytest.raises(ValueError, match=r"not newer than 3\.0"):
            inventory.advanced("2.9", Held())

    def test_a_release_without_changes_changes_only_the_list(self) -> None:
        one = Inventory("widget").advanced("1.0", FIRST)
        two = one.advanced("1.1", FIRST)
        assert two.checks == one.checks
        assert two.releases == ("1.0", "1.1")


class TestFile:
    def test_it_is_read_as_it_was_written(self, inventory: Inventory) -> None:
        text = inventory_file.text(inventory)
        assert inventory_file.read(text, "inventory.yaml") == inventory
        assert text == inventory_file.text(inventory_file.read(text, "again"))

    def test_the_guide_shows_one_as_it_is_written(self) -> None:
        page = (ROOT / "doc/source/releasing.rst").read_text()
        block = page.partition(".. code-block:: yaml\n\n")[2].partition("\nA ")[0]
        text = textwrap.dedent(block)
        found = inventory_file.read(text, "releasing.rst")
        assert inventory_file.text(found).endswith(text.strip() + "\n")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", "1: this is not an inventory"),
            ("schema: 2\ndistribution: widget\n", "1: schema is not 1"),
            ("distribution: widget\n", "1: schema is not 1"),
            ("schema: 1\n", "1: distribution is no text"),
            ("schema: 1\ndistribution: w\nrelease: []\n", "3: 'release' is no key"),
            ("schema: 1\ndistribution: w\nreleases: ['2', '1']\n", "1 comes after 2"),
            ("schema: 1\ndistribution: w\nreleases: [one]\n", "'one' in releases is"),
            ("schema: 1\ndistribution: w\nreleases: 1\n", "releases is no list"),
            ("schema: 1\ndistribution: w\nchecks: []\n", "3: checks is no mapping"),
        ],
    )
    def test_a_mistake(self, text: str, expected: str) -> None:
        with pytest.raises(Mistaken) as raised:
            inventory_file.read(text, "inventory.yaml")
        assert expected in str(raised.value)

    def test_all_mistakes_are_told_with_their_lines(self) -> None:
        text = """\
schema: 1
distribution: widget
releases: ['1.0', '2.0']
checks:
  Ready: []
  widget.ready:
    - version: '2.0'
      titel: Ready
    - version: '1.0'
      title: Ready
      phase: befor
      needs: config
    - version: '1.5'
      removed: no
    - ready
  widget.gone:
    - version: '1.0'
      removed: true
procedures:
  widget.cold:
    - version: '1.0'
      title: Cold
      steps:
        - stop
        - stop
        - nodes.halt
        - Start
"""
        with pytest.raises(Mistaken) as raised:
            inventory_file.read(text, "inventory.yaml")
        lines = {each.source.line for each in raised.value.mistakes}
        assert lines == {5, 7, 8, 9, 11, 12, 13, 14, 15, 17, 25, 26, 27}
        assert "did you mean title?" in str(raised.value)
        assert "did you mean before?" in str(raised.value)

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"schema: 1\ndistribution: \xff\n", ":2: byte 24 is not UTF-8"),
            (b"schema: &a [*a]\n", ":1: the alias *a is not read"),
            (b"a" * (inventory_file.LARGEST + 1), "is larger than"),
            (b"[" * 100, "levels deep"),
            (b"schema: !!python/object:os.system x\n", "is not read"),
            (b"schema: 1\nschema: 1\n", ":2: schema stands there twice"),
            (
                b"schema: 1\n<<<<<<< HEAD\nreleases: [1.0]\n=======\n>>>>>>> b\n",
                ":2: git left both sides of a merge here; resolve the conflict",
            ),
        ],
    )
    def test_what_is_no_such_file(
        self, tmp_path: Path, data: bytes, expected: str
    ) -> None:
        file = tmp_path / "inventory.yaml"
        file.write_bytes(data)
        with pytest.raises(Mistaken) as raised:
            inventory_file.load(file)
        assert expected in str(raised.value)

    @given(st.binary(max_size=300) | st.text(max_size=300))
    def test_anything_is_read_or_refused(self, data: bytes | str) -> None:
        lines = [1]
        try:
            inventory_file.read(data, "inventory.yaml")
        except Mistaken as fault:
            lines = [each.source.line for each in fault.mistakes]
        assert min(lines) >= 1


TEXTS = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1
).map(lambda text: " ".join(text.split()) or "x")
NAMES = st.sampled_from(["widget.a", "widget.b", "widget.c"])
CHECKS = st.builds(
    CheckFacts,
    TEXTS,
    st.sampled_from(["before", "during", "after"]),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.just("") | TEXTS,
    st.lists(NAMES, max_size=2).map(tuple),
    st.lists(st.sampled_from(["0.5", "1.5"]), max_size=2).map(tuple),
)
STEPS = st.lists(st.sampled_from("abcdefg"), unique=True, max_size=7).map(tuple)
HELD = st.builds(
    Held,
    st.dictionaries(NAMES, CHECKS, max_size=3),
    st.dictionaries(NAMES, st.builds(ProcedureFacts, TEXTS, STEPS), max_size=3),
)


class TestAnyHistory:
    @given(st.lists(HELD, max_size=5))
    def test_each_release_is_read_back_as_it_was(self, releases: list[Held]) -> None:
        found = Inventory("widget")
        for number, each in enumerate(releases, 1):
            found = found.advanced(f"{number}.0", each)
        again = inventory_file.read(inventory_file.text(found), "inventory.yaml")
        assert again == found
        for number, each in enumerate(releases, 1):
            assert again.at(f"{number}.0") == each

    @given(HELD, HELD)
    def test_there_is_a_change_where_two_times_differ(
        self, one: Held, other: Held
    ) -> None:
        assert differences(one, one) == ()
        changes = differences(one, other)
        assert len({(each.kind, each.name) for each in changes}) == len(changes)
        assert {c.name for c in changes if c.verb is Verb.ADDED and "." in c.name} >= (
            other.checks.keys() - one.checks.keys()
        )

    @given(STEPS, st.randoms())
    def test_as_few_steps_as_can_be_have_moved(
        self, steps: tuple[str, ...], random: object
    ) -> None:
        shuffled = list(steps)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        before = Held({}, {"widget.cold": ProcedureFacts("Cold", steps)})
        now = Held({}, {"widget.cold": ProcedureFacts("Cold", tuple(shuffled))})
        moved = {each.name.rpartition(".")[2] for each in differences(before, now)}
        longest = max(
            len(each)
            for size in range(len(steps) + 1)
            for each in itertools.combinations(shuffled, size)
            if list(each) == [step for step in steps if step in each]
        )
        assert len(moved) == len(steps) - longest
        left = [step for step in shuffled if step not in moved]
        assert left == [step for step in steps if step not in moved]
