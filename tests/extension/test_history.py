"""``upgrade:history`` shows what each release changed, off the inventory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Built
from tests.extension.guide import Checks
from tests.extension.guide import Guide
from tests.extension.test_builders import BUILDERS

INVENTORY = """\
schema: 1
distribution: widget
releases: ['1.0', '2.0', '10.0']
checks:
  widget.ready:
    - version: '1.0'
      title: Old title
    - version: '2.0'
      title: Ready
    - version: '10.0'
      title: Ready
      phase: after
  widget.gone:
    - version: '1.0'
      title: Gone *now*
    - version: '10.0'
      removed: true
procedures:
  widget.cold:
    - version: '1.0'
      title: Cold upgrade
      steps: [stop, nodes, nodes.install, start]
    - version: '2.0'
      title: Cold upgrade
      steps: [nodes, nodes.install, stop]
"""
PAGES = {
    "history": ".. upgrade:history::",
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold",
}


@pytest.fixture
def inventory(guide: Guide, checks: Checks) -> Path:
    """The inventory of the distribution, where the guide looks for it."""
    file = guide.folder / "inventory.yaml"
    file.write_text(INVENTORY)
    guide.more = 'upgradecheck_inventory = "inventory.yaml"'
    return file


def text_of(done: Built) -> str:
    assert (done.warnings, done.code) == ("", 0)
    return done["history.txt"]


@pytest.mark.usefixtures("inventory")
class TestText:
    def test_versions_are_newest_first_and_what_is_new_before_them(
        self, guide: Guide
    ) -> None:
        text = text_of(guide.build("text", **PAGES))
        places = [text.index(f"\n{v}\n") for v in ("10.0", "2.0", "1.0")]
        assert [text.index("\nNot yet released\n"), *places] == sorted(
            [text.index("\nNot yet released\n"), *places]
        )

    def test_each_kind_of_change_is_told(self, guide: Guide) -> None:
        text = text_of(guide.build("text", **PAGES))
        unreleased, rest = text.split("\n10.0\n")
        ten, rest = rest.split("\n2.0\n")
        two, one = rest.split("\n1.0\n")
        assert 'The check "widget.done": Done' in unreleased
        assert "Phase: before (was after)" in unreleased
        assert 'The check "widget.gone": Gone *now*' in ten.split("Removed")[1]
        assert "Phase: after (was before)" in ten.split("Removed")[0]
        assert "is titled “Ready” (was “Old title”)" in two
        assert 'The step "widget.cold.nodes" of the procedure "widget.cold": it' in two
        assert 'The step "widget.cold.start" of the procedure "widget.cold"' in two
        assert 'The check "widget.ready": Old title' in one
        assert 'The procedure "widget.cold": Cold upgrade' in one

    def test_only_the_services_that_are_asked_for(self, guide: Guide) -> None:
        pages = {**PAGES, "history": ".. upgrade:history:: octavia"}
        text = text_of(guide.build("text", **pages))
        assert "No version is recorded yet." in text


@pytest.mark.usefixtures("inventory")
class TestLinks:
    def test_what_is_there_is_linked_and_what_is_gone_is_text(
        self, guide: Guide
    ) -> None:
        html = guide.build("html", **PAGES)["history.html"]
        assert 'href="checks.html#check-widget.ready"' in html
        assert 'href="cold.html#procedure-widget.cold"' in html
        assert 'href="cold.html#step-widget.cold.stop"' in html
        assert "check-widget.gone" not in html
        assert 'id="history-10.0"' in html

    def test_what_no_page_shows_is_text_without_a_warning(self, guide: Guide) -> None:
        guide.services = []
        page = ".. upgrade:history:: widget"
        done = guide.build("html", history=page)
        assert (done.code, done.warnings) == (0, "")
        assert "widget.ready" in done["history.html"]


@pytest.mark.usefixtures("inventory")
@pytest.mark.parametrize("builder", BUILDERS.split())
def test_every_builder_is_quiet(guide: Guide, builder: str) -> None:
    more = {
        "man": ".. upgrade:history::",
        "nested": "* .. upgrade:history:: widget",
    }
    done = guide.build(builder, **PAGES, **more)
    assert (done.warnings, done.code) == ("", 0)


@pytest.mark.usefixtures("inventory")
def test_serial_and_parallel_pages_are_the_same(guide: Guide) -> None:
    more = {f"page{number}": "Nothing." for number in range(9)}
    serial = guide.build("html", **PAGES, **more)
    parallel = guide.build("html", "-j2")
    assert (serial.code, parallel.code) == (0, 0)
    assert serial["history.html"] == parallel["history.html"]


class TestRebuild:
    @pytest.fixture(autouse=True)
    def _built(self, guide: Guide, inventory: Path) -> None:
        done = guide.build("html", **PAGES, other="Nothing.")
        assert (done.warnings, done.code) == ("", 0)

    def test_nothing_changed(self, guide: Guide) -> None:
        done = guide.build()
        assert (done.read, done.written) == (set(), set())

    def test_the_inventory(self, guide: Guide, inventory: Path) -> None:
        inventory.write_text(INVENTORY.replace("Old title", "Older title"))
        done = guide.build()
        assert done.read == {"history"}
        assert "Older title" in done["history.html"]

    def test_the_steps_of_a_procedure(self, guide: Guide, checks: Checks) -> None:
        checks.install({"cold": PROCEDURE + "  - id: start\n"})
        done = guide.build()
        assert done.read == {"history", "cold"}
        assert "widget.cold.start" in done["history.html"].split("10.0")[0]

    def test_a_docstring_is_no_change(self, guide: Guide, checks: Checks) -> None:
        checks.add("done", "Widgets are done.\n\nMore.", more=', phase="after"')
        checks.install()
        assert "history" not in guide.build().read


class TestWithoutAnInventory:
    def test_what_checks_say_of_themselves_is_told(
        self, guide: Guide, checks: Checks
    ) -> None:
        checks.add("more", "More.", more=', changed=("2.1", "10.0")')
        checks.install()
        text = text_of(guide.build("text", **PAGES))
        assert "No releases are recorded" in text
        new, rest = text.split("\n10.0\n")[1].split("\n2.1\n")
        middle, old = rest.split("\n2.0\n")
        for part in (new, middle):
            assert 'Changed\n   * The check "widget.more": More' in part
            assert "widget.done" not in part
        assert 'Added\n   * The check "widget.done": Done' in old

    def test_versions_of_several_distributions_are_told_apart(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.services = []
        page = ".. upgrade:history:: widget octavia"
        text = text_of(guide.build("text", history=page))
        assert "\nwidget 2.0\n" in text
        assert "\nupgradecheck " in text

    def test_one_that_is_written_is_taken_up(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.build("text", **PAGES)
        assert guide.build("text").read == set()
        folder = guide.folder.parent / "releasenotes"
        folder.mkdir()
        (folder / "inventory.yaml").write_text(INVENTORY)
        text = text_of(guide.build("text"))
        assert "No releases are recorded" not in text
        assert "widget.gone" in text


class TestMistakes:
    def test_no_inventory_where_one_should_be(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.more = 'upgradecheck_inventory = "inventory.yaml"'
        done = guide.build("html", **PAGES)
        assert done.code == 1
        assert "history.rst:4: WARNING: the inventory" in done.warnings
        assert "upgradecheck_inventory in conf.py" in done.warnings

    def test_each_mistake_is_a_warning_with_its_line(
        self, guide: Guide, inventory: Path
    ) -> None:
        text = INVENTORY.replace("phase: after", "phase: later")
        inventory.write_text(text.replace("removed: true", "removed: false"))
        done = guide.build("html", **PAGES)
        assert done.code == 1
        assert f"{inventory}:12: WARNING: later is no phase" in done.warnings
        assert f"{inventory}:17: WARNING: removed is not true" in done.warnings
        assert done.warnings.count("[upgradecheck.load]") == 2

    def test_an_unknown_service(self, guide: Guide, inventory: Path) -> None:
        pages = {**PAGES, "history": ".. upgrade:history:: widgit"}
        done = guide.build("html", **pages)
        assert "no service is widgit; did you mean widget?" in done.warnings

    def test_that_of_a_distribution_that_is_not_there(
        self, guide: Guide, inventory: Path
    ) -> None:
        text = INVENTORY.replace("distribution: widget", "distribution: gadget")
        inventory.write_text(text)
        done = guide.build("html", **PAGES)
        assert "that of gadget, of which nothing is registered here" in done.warnings
        assert "Not yet released" not in done["history.html"]

    def test_what_does_not_load_is_not_said_to_be_removed(
        self, guide: Guide, checks: Checks, inventory: Path
    ) -> None:
        checks.add("ready", "Widgets are ready.", more=', phase="never"')
        checks.install()
        guide.services = []
        done = guide.build("html", history=".. upgrade:history:: widget")
        assert "upgradecheck.load" in done.warnings
        unreleased = done["history.html"].split("10.0")[0]
        assert "widget.ready" not in unreleased


def test_our_own_words_are_in_the_language_of_the_build(
    guide: Guide, inventory: Path
) -> None:
    guide.more += '\nlanguage = "de"\n'
    text = text_of(guide.build("text", **PAGES))
    assert "Noch nicht veröffentlicht" in text
    assert 'Die Prüfung "widget.ready" heißt „Ready“ (vorher „Old title“)' in text
    catalogue = (guide.build("gettext").folder / "history.pot").read_text()
    assert "Not yet released" not in catalogue
