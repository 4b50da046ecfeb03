"""Release notes are written from what changed, once, and reno builds them."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docutils.nodes
import pytest
import yaml
from docutils.core import publish_doctree
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from upgradecheck import held
from upgradecheck import inventory_file
from upgradecheck import notes
from upgradecheck import sentence
from upgradecheck.check import Check
from upgradecheck.check import Result
from upgradecheck.difference import Change
from upgradecheck.difference import Fact
from upgradecheck.difference import Thing
from upgradecheck.difference import Verb
from upgradecheck.held import Held
from upgradecheck.inventory import Inventory

SOURCE = """
from upgradecheck import Service, check
service = Service("widget", title="Widget", procedures="widget_upgrade:ways")
"""
ONE = """
@check("widget.{slug}", title={title!r}, added={added!r}{more})
def {function}(upgrade):
    '''Asked.'''
"""
WAY = """
service: widget
name: cold
title: {title}
summary: All at once.
steps: {steps}
"""


@dataclasses.dataclass
class Widget:
    """The repository of the distribution ``widget``, which is installed."""

    root: Path
    plugins: Plugins
    status: ServiceStatus
    checks: dict[str, tuple[str, str]] = dataclasses.field(
        default_factory=lambda: {"ready": ("Widgets ready", ""), "old": ("Old", "")}
    )
    steps: str = (
        "[{id: stop}, {id: nodes, each: node, steps: [{id: halt}]}, {id: start}]"
    )
    title: str = "Cold upgrade"
    ways: bool = True
    added: str = "1.0"

    def install(self) -> None:
        source = SOURCE
        for slug, (title, more) in self.checks.items():
            source += ONE.format(
                slug=slug,
                title=title,
                added=self.added,
                more=more,
                function=slug.replace("-", "_"),
            )
        text = WAY.format(title=json.dumps(self.title), steps=self.steps)
        way = "widget_upgrade/ways/cold.yaml"
        self.plugins.install(
            "widget",
            {"widget_upgrade/__init__.py": source, way: text},
            {
                SERVICES: {"widget": "widget_upgrade:service"},
                CHECKS: {
                    f"widget.{slug}": f"widget_upgrade:{slug.replace('-', '_')}"
                    for slug in self.checks
                },
            },
        )
        if not self.ways:
            (self.plugins.folder / way).unlink()

    def __call__(self, *words: str) -> Finished:
        self.install()
        where = ["--releasenotes", str(self.root / "releasenotes")]
        return self.status("upgrade", "notes", *where, *words)

    def write(self) -> list[str]:
        """Write what is missing; the kinds and the names, as the command tells them."""
        before = set(self.files)
        done = self("--json")
        assert done.code == 0, done.output
        told = {Path(each["note"]): each for each in done.json["changes"]}
        return sorted(
            f"{told[file]['kind']} {told[file]['id']}"
            for file in set(self.files) - before
        )

    @property
    def files(self) -> list[Path]:
        return sorted((self.root / "releasenotes" / "notes").glob("*.yaml"))

    @property
    def texts(self) -> str:
        """What the notes say under ``upgrade:``, each on one line."""
        found = []
        for file in self.files:
            data = yaml.safe_load(file.read_text())
            found += [" ".join(each.split()) for each in data.get("upgrade", [])]
        return "\n".join(found)

    def by_hand(self, text: str, name: str = "by-hand-0123456789abcdef") -> Path:
        file = self.root / "releasenotes" / "notes" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return file

    def commit(self, tag: str = "") -> None:
        """Commit all there is, and tag it."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "All")
        if tag:
            git(self.root, "tag", "-a", tag, "-m", tag)

    def release(self, version: str) -> None:
        """Record a release, commit and tag it."""
        done = self("--release", version)
        assert done.code == 0, done.output
        self.commit(version)


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "-C", str(root), *who, *words], check=True)


@pytest.fixture
def widget(tmp_path: Path, plugins: Plugins, status: ServiceStatus) -> Widget:
    """A repository with nothing in it but its name."""
    root = tmp_path / "widget"
    (root / "releasenotes").mkdir(parents=True)
    (root / "setup.cfg").write_text("[metadata]\nname = widget\n")
    git(root, "init", "-q")
    return Widget(root, plugins, status)


@pytest.fixture
def released(widget: Widget) -> Widget:
    """The same after its first release, 1.0."""
    widget.release("1.0")
    return widget


class TestEachChange:
    def test_all_is_new_before_the_first_release(self, widget: Widget) -> None:
        assert widget.write() == [
            "check-added widget.old",
            "check-added widget.ready",
            "procedure-added widget.cold",
        ]
        assert (
            "The check ``widget.ready`` (Widgets ready) is new. It is asked before the "
            "upgrade."
        ) in widget.texts
        assert (
            "The procedure ``widget.cold`` (Cold upgrade) is new, with 4 steps."
        ) in widget.texts

    def test_nothing_has_changed_since_a_release(self, released: Widget) -> None:
        assert released.write() == []
        assert released("--check").code == 0

    @pytest.mark.parametrize(
        "more",
        [
            ', phase="after"',
            ', needs=("config",)',
            ', applies_to=">=2"',
            ', changed=("2.0",)',
            ', procedures=("widget.cold",)',
        ],
    )
    def test_a_check_changed(self, released: Widget, more: str) -> None:
        released.checks["ready"] = ("Widgets ready", more)
        assert released.write() == ["check-changed widget.ready"]
        assert "The check ``widget.ready`` (Widgets ready) has changed" in (
            released.texts
        )

    def test_what_is_another_now_is_told(self, released: Widget) -> None:
        more = ', phase="after", needs=("config", "database")'
        released.checks["ready"] = ("Widgets ready", more)
        released.write()
        assert (
            "has changed in its phase, from ``before`` to ``after`` and in what it "
            "needs, from nothing to ``config, database``."
        ) in released.texts

    def test_a_docstring_edited_is_no_change(self, released: Widget) -> None:
        module = released.plugins.folder / "widget_upgrade" / "__init__.py"
        released.install()
        module.write_text(module.read_text().replace("Asked.", "Asked well."))
        where = str(released.root / "releasenotes")
        done = released.status("upgrade", "notes", "--releasenotes", where, "--check")
        assert done.code == 0

    def test_titles_renamed(self, released: Widget) -> None:
        released.checks["ready"] = ("All widgets ready", "")
        released.title = "Offline upgrade"
        assert released.write() == [
            "check-renamed widget.ready",
            "procedure-renamed widget.cold",
        ]
        assert "is “All widgets ready” now; it was “Widgets ready”" in released.texts

    def test_a_check_removed(self, released: Widget) -> None:
        del released.checks["old"]
        assert released.write() == ["check-removed widget.old"]
        assert "The check ``widget.old`` (Old) has been removed." in released.texts

    def test_a_procedure_removed(self, released: Widget) -> None:
        released.ways = False
        assert released.write() == ["procedure-removed widget.cold"]

    @pytest.mark.parametrize(
        ("steps", "expected", "said"),
        [
            (
                "[{id: stop}, {id: drain}, {id: nodes, each: node, steps: [{id: halt}]},"
                " {id: start}]",
                ["step-added widget.cold.drain"],
                "a new step, ``widget.cold.drain``, which comes after"
                " ``widget.cold.stop``.",
            ),
            (
                "[{id: stop}, {id: nodes, each: node, steps: [{id: halt}]}]",
                ["step-removed widget.cold.start"],
                "The step ``widget.cold.start`` of the procedure ``widget.cold``"
                " (Cold upgrade) has been removed.",
            ),
            (
                "[{id: start}, {id: stop}, {id: nodes, each: node, steps: [{id: halt}]}]",
                ["step-moved widget.cold.start"],
                "it comes first now.",
            ),
            (
                "[{id: stop}, {id: halt}, {id: nodes}, {id: start}]",
                ["step-moved widget.cold.halt"],
                "it was ``widget.cold.nodes.halt``",
            ),
            (
                "[{id: stop}, {id: start}]",
                ["step-removed widget.cold.nodes"],
                "removed, with the steps within it: ``widget.cold.nodes.halt``.",
            ),
        ],
    )
    def test_a_step(
        self, released: Widget, steps: str, expected: list[str], said: str
    ) -> None:
        released.steps = steps
        assert released.write() == expected
        assert said in released.texts

    def test_a_check_that_comes_back_is_new(self, released: Widget) -> None:
        gone = released.checks.pop("old")
        released.write()
        released.release("2.0")
        released.checks["old"] = gone
        assert released.write() == ["check-added widget.old"]


class TestTwice:
    def test_the_second_run_changes_nothing(self, widget: Widget) -> None:
        widget.write()
        before = {each: each.read_bytes() for each in widget.root.rglob("*.yaml")}
        assert widget.write() == []
        assert {e: e.read_bytes() for e in widget.root.rglob("*.yaml")} == before

    def test_a_note_whose_words_and_name_were_changed_still_counts(
        self, released: Widget
    ) -> None:
        del released.checks["old"]
        released.write()
        (file,) = released.files
        uid = file.stem[-16:]
        file.rename(file.with_name(f"farewell-{uid}.yaml"))
        (file,) = released.files
        file.write_text("upgrade:\n  - widget.old is history.\n")
        assert released.write() == []

    def test_the_same_change_after_another_release_has_a_note_of_its_own(
        self, released: Widget
    ) -> None:
        released.checks["ready"] = ("Widgets ready", ', changed=("2.0",)')
        assert released.write() == ["check-changed widget.ready"]
        released.release("2.0")
        assert released.write() == []
        released.checks["ready"] = ("Widgets ready", ', changed=("2.0", "3.0")')
        assert released.write() == ["check-changed widget.ready"]
        assert len(released.files) == 2

    def test_a_note_of_a_change_that_was_taken_back_is_told(
        self, released: Widget
    ) -> None:
        old = released.checks.pop("old")
        released.write()
        released.checks["old"] = old
        done = released("--check")
        assert done.code == 255
        assert f"outdated: {released.files[0]}" in done.stdout

    def test_a_note_of_a_title_that_has_changed_again_is_told(
        self, released: Widget
    ) -> None:
        released.checks["ready"] = ("Second", "")
        released.write()
        released.checks["ready"] = ("Third", "")
        done = released()
        assert done.code == 255
        assert "widget.ready is titled 'Third' now" in done.stdout
        assert len(released.files) == 1

    def test_a_note_of_a_check_that_has_changed_in_more_is_told(
        self, released: Widget
    ) -> None:
        released.checks["ready"] = ("Widgets ready", ', phase="after"')
        released.write()
        more = ', phase="after", needs=("config",)'
        released.checks["ready"] = ("Widgets ready", more)
        done = released("--check")
        assert done.code == 255
        assert (
            "it does not say “has changed in its phase, from ``before`` to ``after`` "
            "and in what it needs, from nothing to ``config``.”"
        ) in done.stdout
        released.files[0].unlink()
        assert released.write() == ["check-changed widget.ready"]

    @pytest.mark.parametrize(
        ("steps", "again", "unsaid"),
        [
            (
                "[{id: start}, {id: stop}, NODES]",
                "[{id: stop}, {id: start}, NODES]",
                "has moved: it comes after ``widget.cold.stop`` now.",
            ),
            (
                "[{id: stop}, {id: rest}, NODES, {id: start}]",
                "[{id: rest}, {id: stop}, NODES, {id: start}]",
                "has a new step, ``widget.cold.rest``, which comes first.",
            ),
        ],
    )
    def test_a_note_of_a_step_that_has_another_place_now_is_told(
        self, released: Widget, steps: str, again: str, unsaid: str
    ) -> None:
        nodes = "{id: nodes, each: node, steps: [{id: halt}]}"
        released.steps = steps.replace("NODES", nodes)
        assert len(released.write()) == 1
        released.steps = again.replace("NODES", nodes)
        done = released("--check")
        assert (done.code, done.stdout.count("outdated")) == (255, 1)
        assert f"it does not say “{unsaid}”" in done.stdout

    def test_a_note_with_the_title_of_a_moment_ago_is_told(
        self, released: Widget
    ) -> None:
        released.checks["fresh"] = ("Fresh", "")
        released.write()
        released.checks["fresh"] = ("Fresh air", "")
        done = released("--check")
        assert done.code == 255
        assert "it does not say “check ``widget.fresh`` (Fresh air) is new”" in (
            done.stdout
        )


class TestByHand:
    def test_a_note_that_names_what_is_new_is_enough(self, released: Widget) -> None:
        released.checks["fresh"] = ("Fresh", "")
        released.by_hand("features:\n  - |\n    ``widget.fresh`` asks for bolts.\n")
        assert released.write() == []

    @pytest.mark.parametrize(
        "text",
        [
            "features:\n  - Widgets, ``widget.fresh-air``.\n",
            "features:\n  - See ``my-widget.fresh``.\n",
            "fixes:\n  - The check ``widget.fresh`` is faster.\n",
            "upgrade:\n  - Nothing.\n",
            "# widget.fresh\nupgrade:\n  - Nothing.\n",
        ],
    )
    def test_one_that_does_not_is_not(self, released: Widget, text: str) -> None:
        released.checks["fresh"] = ("Fresh", "")
        released.by_hand(text)
        assert released.write() == ["check-added widget.fresh"]

    def test_it_has_to_say_what_has_become_of_it(self, released: Widget) -> None:
        del released.checks["old"]
        file = released.by_hand("upgrade:\n  - Beside ``widget.old`` is a bolt.\n")
        assert released("--check").code == 255
        file.write_text("upgrade:\n  - We removed the check ``widget.old``.\n")
        assert released("--check").code == 0

    def test_one_of_an_earlier_release_does_not_count(self, released: Widget) -> None:
        released.by_hand("upgrade:\n  - |\n    ``widget.ready`` has changed.\n")
        released.release("2.0")
        released.checks["ready"] = ("Widgets ready", ', changed=("3.0",)')
        assert released.write() == ["check-changed widget.ready"]

    def test_without_a_tag_of_the_release_all_count_and_that_is_told(
        self, widget: Widget
    ) -> None:
        widget.by_hand("upgrade:\n  - |\n    ``widget.ready`` has changed.\n")
        assert widget("--release", "1.0").code == 0
        widget.checks["ready"] = ("Widgets ready", ', changed=("2.0",)')
        done = widget("--check")
        assert done.code == 0
        assert "git knows no tag of 1.0 here" in done.stderr
        widget.commit("v1.0")
        done = widget("--check")
        assert (done.code, done.stderr.count("tag")) == (255, 0)

    def test_its_mistakes_are_told_with_their_lines(self, released: Widget) -> None:
        file = released.by_hand("upgrade:\n  - fine\n  - [bad\n")
        done = released("--check")
        assert done.code == 255
        assert f"{file}:4: " in done.stderr


class TestCheckOption:
    def test_it_lists_what_has_no_note_and_writes_nothing(
        self, released: Widget
    ) -> None:
        released.checks["fresh"] = ("Fresh", "")
        done = released("--check")
        assert done.code == 255
        assert "no note: check-added widget.fresh: The check" in done.stdout
        assert "1 change, 1 without a note" in done.stdout
        assert released.files == []

    def test_without_an_inventory_nothing_is_made(self, widget: Widget) -> None:
        assert widget("--check").code == 255
        assert list(widget.root.rglob("*.yaml")) == []

    def test_json(self, released: Widget) -> None:
        released.checks["fresh"] = ("Fresh", "")
        done = released("--check", "--json")
        (change,) = done.json["changes"]
        assert (done.code, done.json["since"]) == (255, "1.0")
        assert (change["kind"], change["id"]) == ("check-added", "widget.fresh")
        assert change["note"] is None

    def test_one_service_is_looked_at_alone(self, released: Widget) -> None:
        del released.checks["old"]
        assert released("--check", "octavia").code == 0
        assert released("--check", "widget").code == 255


class TestRelease:
    def test_one_with_a_change_without_a_note_is_refused(
        self, released: Widget
    ) -> None:
        del released.checks["old"]
        before = (released.root / "releasenotes/inventory.yaml").read_bytes()
        done = released("--release", "2.0")
        assert done.code == 255
        assert "check-removed widget.old" in done.stdout
        after = (released.root / "releasenotes/inventory.yaml").read_bytes()
        assert after == before

    def test_twice_is_once(self, released: Widget) -> None:
        file = released.root / "releasenotes/inventory.yaml"
        before = file.read_bytes()
        assert released("--release", "1.0").code == 0
        assert file.read_bytes() == before

    @pytest.mark.parametrize("version", ["0.9", "two"])
    def test_one_that_cannot_follow_is_refused(
        self, released: Widget, version: str
    ) -> None:
        done = released("--release", version)
        assert done.code == 255
        assert version in done.stderr

    def test_a_check_that_claims_to_be_older_is_told(self, released: Widget) -> None:
        released.checks["fresh"] = ("Fresh", "")
        done = released("--check")
        assert "widget.fresh says that it was added in 1.0" in done.stderr


class TestWhose:
    def test_the_name_of_the_repository_tells(self, widget: Widget) -> None:
        (widget.root / "setup.cfg").unlink()
        (widget.root / "pyproject.toml").write_text('[project]\nname = "Widget"\n')
        assert len(widget.write()) == 3

    def test_the_provider_of_the_named_service_tells(self, widget: Widget) -> None:
        (widget.root / "setup.cfg").unlink()
        done = widget("widget")
        assert (done.code, len(widget.files)) == (0, 3)

    def test_nothing_tells(self, widget: Widget) -> None:
        (widget.root / "setup.cfg").unlink()
        done = widget()
        assert done.code == 255
        assert "--distribution NAME" in done.stderr

    def test_another_than_that_of_the_inventory_is_refused(
        self, released: Widget
    ) -> None:
        done = released("--distribution", "gadget")
        assert done.code == 255
        assert "is that of widget" in done.stderr

    def test_what_is_not_installed_has_removed_nothing(self, widget: Widget) -> None:
        done = widget("--distribution", "gadget")
        assert done.code == 255
        assert "gadget is not installed here" in done.stderr

    def test_what_does_not_load_has_removed_nothing(self, released: Widget) -> None:
        released.checks["old"] = ("Old", ', phase="never"')
        done = released()
        assert done.code == 255
        assert "not all that widget provides can be loaded" in done.stderr
        assert released.files == []

    def test_the_check_of_a_third_party_is_not_ours(self, released: Widget) -> None:
        released.plugins.install_checks(
            "widget", distribution="widget-more", extra="return None"
        )
        assert released.write() == []

    def test_a_service_under_its_own_command(
        self, widget: Widget, tmp_path: Path
    ) -> None:
        program = tmp_path / "widget-status"
        program.write_text(Path(widget.status.program).read_text())
        program.chmod(0o755)
        widget.status.program = program
        assert len(widget.write()) == 3


class TestBadInput:
    @pytest.mark.parametrize(
        "data",
        [
            b"schema: 2\ndistribution: widget\n",
            b"schema: 1\ndistribution: \xff\n",
            b"schema: &a [*a]\n",
            b"- " * 600_000,
            b"schema: 1\ndistribution: widget\nchecks: {a.b: [{version: '1'}]}\n",
        ],
    )
    def test_an_inventory_with_mistakes_is_no_inventory(
        self, widget: Widget, data: bytes
    ) -> None:
        file = widget.root / "releasenotes/inventory.yaml"
        file.write_bytes(data)
        done = widget()
        assert done.code == 255
        assert f"{file}:" in done.stderr
        assert (widget.files, file.read_bytes()) == ([], data)

    def test_no_folder(self, status: ServiceStatus) -> None:
        done = status("upgrade", "notes")
        assert done.code == 255
        assert "no folder releasenotes" in done.stderr


class TestReno:
    """What is written is what reno reads, and Sphinx builds without a warning."""

    NASTY = [
        "*Bold* `x` |y| z_ ``q`` [1]_ \\ <b> :role:`a`",
        "=======",
        "--- # {a: b} %&!",
        ".. raw:: html",
        "javascript:alert(1) http://x.example a@b.example",
        "\u202e\x1b[31mred\x07",
        "Zürich 漢字 \U0001f600",
        "x" * 300,
    ]

    @pytest.fixture
    def odd_titles(self, released: Widget) -> Widget:
        for number, title in enumerate(self.NASTY):
            released.checks[f"n{number}"] = (title, "")
        released.title = " ".join(self.NASTY)
        released.steps = "[{id: new}, {id: stop}, {id: start}]"
        return released

    def test_the_page_says_all_of_them_without_a_warning(
        self, odd_titles: Widget, tmp_path: Path
    ) -> None:
        widget = odd_titles
        assert len(widget.write()) == len(self.NASTY) + 3
        widget.commit()
        subprocess.run(
            [Path(sys.executable).parent / "reno", "-q", "lint"],
            cwd=widget.root,
            check=True,
        )
        source = widget.root / "releasenotes" / "source"
        source.mkdir()
        (source / "conf.py").write_text('extensions = ["reno.sphinxext"]\n')
        (source / "index.rst").write_text("Notes\n=====\n\n.. release-notes::\n")
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", "-W", "-n", "-b", "text", ".", "out"],
            cwd=source,
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": str(tmp_path)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        page = (source / "out" / "index.txt").read_text()
        assert "Upgrade Notes" in page
        assert "widget.cold.new" in page
        flat = " ".join(page.split())
        for title in self.NASTY[:5]:
            assert f"({title}) is new" in flat


TITLES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NAMES = st.from_regex(
    r"[a-z0-9][a-z0-9_-]{0,9}\.[a-z0-9][a-z0-9-]{0,9}", fullmatch=True
)


class TestText:
    @given(NAMES, TITLES, TITLES)
    def test_any_title_is_read_back_as_it_was_meant(
        self, name: str, title: str, was: str
    ) -> None:
        change = Change(Thing.CHECK, Verb.RENAMED, name, title, was)
        read: Any = yaml.safe_load(notes.text(change))
        assert list(read) == ["upgrade"]
        assert " ".join(read["upgrade"][0].split()) == " ".join(
            sentence.of(change).split()
        )

    @given(st.sampled_from(sentence.KINDS), TITLES, TITLES, TITLES)
    @example((Thing.CHECK, Verb.ADDED), "x" * 76 + " ==== " + "y" * 76, "", "|a| b_")
    def test_no_title_is_markup(
        self, kind: tuple[Thing, Verb], title: str, was: str, fact: str
    ) -> None:
        facts = (Fact("applies_to", fact, was),)
        change = Change(*kind, "w.a.b", title, was, facts, applies_to=fact)
        text = yaml.safe_load(notes.text(change))["upgrade"][0]
        tree = publish_doctree(text, settings_overrides={"report_level": 5})
        assert [type(each) for each in tree.children] == [docutils.nodes.paragraph]
        kinds = {type(each) for each in tree[0].children}
        assert kinds <= {docutils.nodes.Text, docutils.nodes.literal}

    @pytest.mark.parametrize("title", ["", " ", "a\nb", "\ud800", "\x00\x1b\ufffe"])
    def test_any_title_can_be_kept(self, title: str) -> None:
        check = Check(id="widget.ready", title=title, function=lambda _: Result(0))
        found = Inventory("widget").advanced(
            "1.0", Held({check.id: held.check_facts(check)})
        )
        text = inventory_file.text(found)
        assert inventory_file.read(text.encode(), "inventory.yaml") == found

    @given(NAMES, st.sampled_from(sentence.KINDS))
    def test_the_name_is_one_of_renos(
        self, name: str, kind: tuple[Thing, Verb]
    ) -> None:
        found = notes.name(Change(*kind, name), Inventory("widget"))
        assert notes._UID.search(found)
        assert len(found) < 160
