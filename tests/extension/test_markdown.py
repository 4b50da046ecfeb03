"""The directives on a page in MyST's Markdown; the texts stay reStructuredText."""

from __future__ import annotations

import pytest

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Checks
from tests.extension.guide import Guide

pytest.importorskip("myst_parser")

PAGE = """\
# Markdown

```{upgrade:procedure} widget.cold
```

## Checks

```{upgrade:checks} widget
```

```{upgrade:history} widget
```

See {upgrade:step}`widget.cold.nodes.install`.
"""


@pytest.fixture(autouse=True)
def _page(guide: Guide) -> None:
    guide.more = 'extensions.append("myst_parser")'
    (guide.folder / "page.md").write_text(PAGE)


def test_it_shows_what_any_page_shows(guide: Guide, checks: Checks) -> None:
    checks.add("ready", "Widgets *are* ready.\n\n.. note:: Mind :doc:`page`.")
    checks.install()
    done = guide.build("text", man="Nothing.", index=".. toctree::\n\n   page\n   man")
    assert (done.code, done.warnings) == (0, "")
    text = done["page.txt"]
    assert "\nSteps\n-----\n\n1. **Stop the widgets**" in text
    assert 'These must pass before:\n         "widget.ready"' in text
    assert "Widgets *are* ready.\n\n   Note:\n\n     Mind Markdown." in text
    assert "See *step 2.1 of Cold upgrade: Install*." in text


def test_faults_are_told_where_they_are(guide: Guide, checks: Checks) -> None:
    text = PROCEDURE.replace("They stop.", "They *stop.")
    checks.install({"cold": text})
    done = guide.build("html", man="Nothing.", index=".. toctree::\n\n   page\n   man")
    line = text.splitlines().index("      They *stop.") + 1
    assert f"cold.yaml:{line}: WARNING: Inline emphasis" in done.warnings
    assert done.warnings.count("WARNING: ") == 1
