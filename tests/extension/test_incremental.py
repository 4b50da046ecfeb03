"""What changes in the registry is read and written again, and nothing else."""

from __future__ import annotations

import pytest

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Built
from tests.extension.guide import Checks
from tests.extension.guide import Guide


@pytest.fixture
def built(guide: Guide, checks: Checks) -> Built:
    """A guide that has been built once."""
    done = guide.build(
        ready=".. upgrade:check:: widget.ready",
        done=".. upgrade:check:: widget.done",
        cold=".. upgrade:procedure:: widget.cold",
        table=".. upgrade:checks:: widget\n   :summary-only:",
        check_link="See :upgrade:check:`widget.done`.",
        step_link="See :upgrade:step:`widget.cold.nodes`.",
        other="Nothing.",
    )
    assert done.code == 0, done.warnings
    return done


@pytest.mark.usefixtures("built")
class TestRebuild:
    def test_nothing_changed(self, guide: Guide) -> None:
        done = guide.build()
        assert (done.read, done.written) == (set(), set())

    def test_a_comment_in_the_module(self, guide: Guide, checks: Checks) -> None:
        source = checks.module.read_text()
        checks.module.write_text(f"# A comment.\n{source}")
        done = guide.build()
        assert (done.read, done.written) == (set(), set())

    def test_the_body_of_a_docstring(self, guide: Guide, checks: Checks) -> None:
        checks.add("done", "Widgets are done.\n\nMore.", more=', phase="after"')
        checks.install()
        done = guide.build()
        assert done.read == {"done"}
        # Sphinx writes the pages that hold a page in their toctree, too.
        assert done.written - {"index"} == {"done"}
        assert "More." in done["done.html"]

    def test_a_title(self, guide: Guide, checks: Checks) -> None:
        checks.add("done", "Widgets are done.", "New title", more=', phase="after"')
        checks.install()
        done = guide.build()
        assert done.read == {"done", "table"}
        linking = {"check_link", "cold"}
        assert done.written - {"index"} == {"done", "table"} | linking
        assert 'title="New title"' in done["check_link.html"]

    def test_steps_reordered(self, guide: Guide, checks: Checks) -> None:
        head, tail = PROCEDURE.split("  - id: stop\n")
        first, second = tail.split("  - id: nodes\n")
        second = second.replace("    requires: [stop]\n", "")
        text = f"{head}  - id: nodes\n{second}  - id: stop\n{first}"
        checks.install({"cold": text})
        done = guide.build()
        assert done.read == {"cold"}
        assert done.written - {"index"} == {"cold", "step_link", "ready"}
        assert "step 1 of Cold upgrade: Each node" in done["step_link.html"]

    def test_a_check_removed(self, guide: Guide, checks: Checks) -> None:
        checks.install({"cold": PROCEDURE.replace("verify: [widget.done]", "")})
        del checks.checks["done"]
        checks.install()
        done = guide.build()
        assert {"done", "table", "cold"} <= done.read
        assert "other" not in done.written
        assert "done.rst:4: WARNING: no check is widget.done" in done.warnings
        assert "check_link.rst:4: WARNING: the link to the check" in done.warnings

    def test_a_check_added_and_shown_nowhere(
        self, guide: Guide, checks: Checks
    ) -> None:
        checks.add("new", "Widgets are new.")
        checks.install()
        done = guide.build()
        assert done.read == {"index", "table"}
        assert "no page shows the check widget.new" in done.warnings
