"""Our own pages: built as ``tox -e docs`` builds them, and complete."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extension.guide import Built
from upgradecheck import procedure as procedures
from upgradecheck import registry as registries
from upgradecheck.check import Status
from upgradecheck.cmd.parser import build
from upgradecheck.cmd.status import COMMANDS
from upgradecheck.report import MEANINGS

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "doc" / "source"
NOTES = ROOT / "releasenotes" / "source"

pytest.importorskip("openstackdocstheme", reason="the theme is not installed")


def built(source: Path, folder: Path, *, at: Path = ROOT) -> Built:
    """The pages of a folder; a warning is an error."""
    words = ("-a", "-E", "-W", "--keep-going", "-b", "html")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, str(source), str(folder)],
        cwd=at,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Built(done.returncode, done.stderr, done.stdout, folder)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The guide."""
    return built(PAGES, tmp_path_factory.mktemp("guide") / "html")


def html(done: Built) -> dict[str, str]:
    """All pages by their names."""
    return {
        file.relative_to(done.folder).as_posix(): file.read_text()
        for file in done.folder.rglob("*.html")
    }


def test_the_guide_is_built_without_a_warning(pages: Built) -> None:
    assert (pages.warnings, pages.code) == ("", 0)


def test_the_release_notes_are_built_without_a_warning(tmp_path: Path) -> None:
    done = built(NOTES, tmp_path / "html")
    assert (done.warnings, done.code) == ("", 0)
    assert "New Features" in done["unreleased.html"]


def test_both_are_built_where_there_is_no_git(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "build")
    for name in ("doc", "releasenotes", "upgradecheck", "ext"):
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for source in ("doc/source", "releasenotes/source"):
        done = built(tree / source, tmp_path / source, at=tree)
        assert done.code == 0, done.warnings
        assert "not a git repository" in done.warnings or done.warnings == ""


def test_two_builds_are_the_same(pages: Built, tmp_path: Path) -> None:
    assert html(pages) == html(built(PAGES, tmp_path / "again"))


def test_no_page_fetches_anything_from_elsewhere(pages: Built) -> None:
    loading = re.compile(
        r"<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)=\"([^\"]+)"
    )
    for name, text in html(pages).items():
        for address in loading.findall(text):
            assert not re.match(r"[a-z]+:|//", address), f"{name} loads {address}"
    for file in (pages.folder / "_static").glob("guide.*"):
        assert "://" not in file.read_text()


def test_no_page_counts_readers_or_leads_to_a_bug_tracker_that_is_not_ours(
    pages: Built,
) -> None:
    for name, text in html(pages).items():
        for word in ("gtag", "analytics", "launchpad", "storyboard", "badge"):
            assert word not in text.lower(), f"{word} in {name}"


def test_every_page_has_one_heading_of_the_first_level(pages: Built) -> None:
    for name, text in html(pages).items():
        assert text.count("<h1") == 1, name


class TestCommand:
    def test_each_word_of_the_parser_is_on_the_page(self, pages: Built) -> None:
        page = pages["command.html"]
        for parser in _parsers(build("service-status", None, COMMANDS.values())):
            for action in parser._actions:
                if isinstance(action, argparse._HelpAction):
                    continue
                for word in action.option_strings:
                    anchor = f"cmdoption-{parser.prog} {word}".replace(" ", "-")
                    assert f'id="{anchor.replace("---", "-")}"' in page, anchor

    def test_each_command_has_a_heading_and_its_exit_codes(self, pages: Built) -> None:
        page = re.sub("<[^>]+>", "", pages["command.html"])
        for name in COMMANDS:
            section = page.split(f"\nservice-status upgrade {name}¶")[1]
            assert "exit codes:" in section.split("¶\n\n")[0]

    def test_the_meanings_are_those_of_the_report(self, pages: Built) -> None:
        for code, meaning in MEANINGS.items():
            assert f"  {code:<4} {meaning}" in pages["command.html"]


class TestChecks:
    def test_all_bundled_checks_are_there_in_their_order(self, pages: Built) -> None:
        registry = registries.load(("ceilometer", "glance", "octavia"))
        for service in registry.services:
            due = [check.id for check in registry.checks_of(service)]
            table = pages["checks.html"].split(f'id="checks-{service}"')[1]
            found = re.findall(r"#check-([\w.-]+)\"", table.split("</table>")[0])
            assert found == due


class TestNothingIsListedByHand:
    """What the registry and the code know is shown by directives, or run."""

    def test_no_page_names_a_check_or_a_step_but_by_a_role(self) -> None:
        names = _names()
        assert len(names) > 50
        for page in _sources():
            assert list(_named(page.read_text(), names)) == [], page.name

    def test_no_page_lists_exit_codes(self) -> None:
        for page in _sources():
            assert list(_codes(page.read_text())) == [], page.name

    def test_what_is_listed_by_hand_is_seen(self) -> None:
        text = (
            "So:\n\n.. code-block:: x\n\n   255 a.b\n\n* ``a.b``: :upgrade:check:`a.b`\n\n"
            "255 is a.b-c, and\n\n   a.b.\n"
        )
        assert list(_named(text, {"a.b"})) == [(7, "a.b"), (11, "a.b")]
        assert list(_codes(text)) == [9]


def _named(text: str, names: set[str]) -> Iterator[tuple[int, str]]:
    """Each name that stands there as a word, with its line."""
    word = re.compile(r"(?<![\w.:`-])`{0,2}([a-z0-9_-]+(?:\.[a-z0-9-]+)+)(?![\w-])")
    for number, line in _prose(text):
        yield from ((number, found) for found in word.findall(line) if found in names)


def _codes(text: str) -> Iterator[int]:
    """The lines that begin with the exit code for what is not verified."""
    item = re.compile(r"^\s*(?:[*-] |\|\s*)*(?:``)?255\b")
    yield from (number for number, line in _prose(text) if item.match(line))


def _names() -> set[str]:
    """The ids of all bundled checks, and the names of procedures and steps."""
    registry = registries.load(("ceilometer", "glance", "octavia"))
    ways = registries.procedures_of(registry).values()
    steps = {step.name for way in ways for step in procedures.order(way)}
    return {*registry.checks, *(way.name for way in ways), *steps}


def _sources() -> list[Path]:
    return [ROOT / "README.rst", *PAGES.rglob("*.rst")]


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are neither in a block of code nor a directive's."""
    inside: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        if line.strip() and inside is not None and indent <= inside:
            inside = None
        if inside is None and not re.match(r"\s*\.\. [\w:-]+::", line):
            yield number, line
        starts = re.match(r"\s*\.\. (?:code-block|example)|.*::$", line)
        if inside is None and starts:
            inside = indent


class TestOperator:
    def test_each_status_is_told(self, pages: Built) -> None:
        text = (PAGES / "operator.rst").read_text()
        text = text.split("\nStatuses\n")[1].split("\n.. _exit-codes")[0]
        terms = re.findall(r"^``(\w+)``$", text, re.MULTILINE)
        assert terms == list(Status)


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _parsers(each)
