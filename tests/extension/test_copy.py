"""A button beside each command; what it does in a browser is another test's matter."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import upgradecheck_sphinx

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Checks
from tests.extension.guide import Guide

PAGES = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold\n\n.. code-block:: bash\n\n   ls",
}
SCRIPT = Path(upgradecheck_sphinx.__file__).parent / "static" / "upgradecheck.js"


def test_commands_have_it_and_other_blocks_have_not(
    guide: Guide, checks: Checks
) -> None:
    done = guide.build(**PAGES)
    page = done["cold.html"]
    assert done.code == 0, done.warnings
    assert page.count('<div class="highlight">') == 3
    assert page.count('<button type="button" class="upgrade-copy"') == 2


def test_nothing_shows_before_the_script_runs(guide: Guide, checks: Checks) -> None:
    done = guide.build(**PAGES)
    buttons = re.findall(r'<button[^>]* class="upgrade-copy"[^>]*>', done["cold.html"])
    assert buttons
    assert all(" hidden " in each for each in buttons)
    assert re.search(
        r'<script defer="defer" src="_static/upgradecheck.js',
        page := (done["cold.html"]),
    ), page
    assert (done.folder / "_static" / "upgradecheck.js").is_file()


def test_it_names_its_command_and_announces_what_it_did(
    guide: Guide, checks: Checks
) -> None:
    evil = '"><script>alert(1)</script>'
    text = PROCEDURE.replace("widget-manage status", f"echo '{evil}'")
    checks.install({"cold": text})
    page = guide.build(**PAGES)["cold.html"]
    labels = re.findall(r'aria-label="(Copy [^"]*)"', page)
    assert [html.unescape(each) for each in labels] == [
        'Copy the command widget-manage stop --all "now"',
        f"Copy the command echo '{evil}'",
    ]
    assert page.count('<span class="upgrade-unseen" role="status"></span>') == 2
    assert 'data-done="Copied"' in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("builder", ["epub", "text", "latex", "xml"])
def test_it_is_for_pages_in_a_browser_alone(
    guide: Guide, checks: Checks, builder: str
) -> None:
    done = guide.build(builder, **PAGES)
    assert done.code == 0, done.warnings
    texts = [
        each
        for each in done.folder.rglob("*")
        if each.suffix in (".xhtml", ".txt", ".tex", ".xml")
    ]
    assert texts
    assert not any("upgrade-copy" in each.read_text() for each in texts)


#: A page with one button, as little of a browser as the script needs.
BROWSER = """
const told = {textContent: ""};
const code = {textContent: %(text)s};
const clicks = [];
const button = {
  hidden: true, textContent: "Copy", dataset: {done: "Copied", failed: "Not copied"},
  closest: () => ({querySelector: (which) => (which === "pre" ? code : told)}),
  addEventListener: (kind, act) => clicks.push(act),
};
let copied = null;
const clipboard = {writeText: (text) => { copied = text; return Promise.resolve(); }};
const found = (which) => (which.startsWith("button") ? [button] : []);
globalThis.document = {readyState: "complete", querySelectorAll: found};
globalThis.addEventListener = () => {};
Object.defineProperty(globalThis, "navigator", {value: {clipboard}});
require(%(script)s);
clicks[0]();
setTimeout(() => {
  console.log(JSON.stringify([button.hidden, copied, told.textContent]));
  process.exit();
}, 20);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
@pytest.mark.parametrize(
    ("shown", "copied"),
    [("a\\n", "a"), ("a \\\\\\n  b\\n", "a \\\\\\n  b"), ("$ a", "$ a")],
)
def test_the_script_copies_exactly_the_command(shown: str, copied: str) -> None:
    program = BROWSER % {"text": f'"{shown}"', "script": f'"{SCRIPT}"'}
    done = subprocess.run(
        ["node", "-e", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f'[false,"{copied}","Copied"]\n'
