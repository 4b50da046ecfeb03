"""Real Sphinx builds of pages that a test writes, with plug-ins it installs."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins

EXT = Path(__file__).parents[2] / "ext"


@dataclasses.dataclass(frozen=True)
class Built:
    """How a build ended."""

    code: int
    warnings: str
    output: str
    folder: Path

    def __getitem__(self, name: str) -> str:
        """The text of a file that was written."""
        return (self.folder / name).read_text()

    @property
    def read(self) -> set[str]:
        """The pages that were read."""
        return set(re.findall(r"reading sources\.\.\. \[[ \d]+%\] (\S+)", self.output))

    @property
    def written(self) -> set[str]:
        """The pages that were written."""
        return set(re.findall(r"writing output\.\.\. \[[ \d]+%\] (\S+)", self.output))


class Guide:
    """A folder of pages.

    :param folder: where they are.
    :param plugins: what is installed.
    """

    def __init__(self, folder: Path, plugins: Plugins) -> None:
        self.folder = folder
        self.plugins = plugins
        self.services = ["widget"]
        self.more = ""
        folder.mkdir()

    def write(self, **pages: str) -> None:
        """Write pages; each has a title unless it is called ``index``."""
        for name, text in pages.items():
            body = textwrap.dedent(text).strip("\n")
            title = f"{name}\n{'=' * len(name)}\n\n"
            (self.folder / f"{name}.rst").write_text(f"{title}{body}\n")

    def build(self, builder: str = "html", *words: str, **pages: str) -> Built:
        """Write pages, then build them all, as ``-W -n`` does."""
        self.write(**pages)
        names = sorted(each.stem for each in self.folder.glob("*.rst"))
        others = [name for name in names if name != "index"]
        if "index" not in names:
            lines = "\n   ".join(others)
            self.write(index=".. toctree::\n\n   " + lines)
        conf = (
            'extensions = ["upgradecheck_sphinx"]\n'
            'project, copyright, version = "guide", "those who test", "1"\n'
            f"upgradecheck_services = {self.services!r}\n"
            'man_pages = [("man", "service-status", "ask whether", "who", 1)]\n'
            # Sphinx 7 does not show them unasked.
            "show_warning_types = True\n"
            "linkcheck_report_timeouts_as_broken = False\n"
            f"{self.more}\n"
        )
        file = self.folder / "conf.py"
        if not file.exists() or file.read_text() != conf:
            file.write_text(conf)
        folder = self.folder.parent / f"built-{builder}{'-'.join(('', *words))}"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n"),
                *("-b", builder, *words, "-d", f"{folder}-trees"),
                *(str(self.folder), str(folder)),
            ],
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=120,
            check=False,
        )
        return Built(done.returncode, done.stderr, done.stdout, folder)

    def environment(self) -> dict[str, str]:
        """The tests' own, in which the plug-ins are installed."""
        own = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        path = os.pathsep.join([str(self.plugins.folder), str(EXT)])
        return {**own, "PYTHONPATH": path, "NO_COLOR": "1", "TERM": "dumb"}


@dataclasses.dataclass
class Asked:
    """A check that a test invents."""

    title: str
    text: str
    more: str = ""


class Checks:
    """The distribution ``widget``: checks, a service and its procedures."""

    def __init__(self, plugins: Plugins) -> None:
        self.plugins = plugins
        self.checks: dict[str, Asked] = {}
        self.procedures: dict[str, str] = {}

    @property
    def module(self) -> Path:
        """The file that the checks are in."""
        return self.plugins.folder / "widget_upgrade" / "__init__.py"

    def add(self, slug: str, text: str, title: str = "", more: str = "") -> None:
        """Have a check, whose docstring is a text."""
        title = title or slug.replace("-", " ").capitalize()
        self.checks[slug] = Asked(title, textwrap.dedent(text).strip("\n"), more)

    def install(self, procedures: Mapping[str, str] | None = None) -> None:
        """Install all of them anew."""
        self.procedures.update(procedures or {})
        source = (
            "from upgradecheck import Service, check\n"
            'service = Service("widget", title="Widget",\n'
            '    procedures="widget_upgrade:procedures")\n'
        )
        for slug, each in self.checks.items():
            text = textwrap.indent(each.text, "    ")
            source += (
                f'\n@check("widget.{slug}", title={each.title!r}, added="2.0"'
                f"{each.more})\ndef {slug.replace('-', '_')}(upgrade):\n"
                f'    """{text.strip()}\n    """\n'
            )
        files = {"widget_upgrade/__init__.py": source}
        for name, text in self.procedures.items():
            files[f"widget_upgrade/procedures/{name}.yaml"] = text
        self.plugins.install(
            "widget",
            files,
            {
                SERVICES: {"widget": "widget_upgrade:service"},
                CHECKS: {
                    f"widget.{slug}": f"widget_upgrade:{slug.replace('-', '_')}"
                    for slug in self.checks
                },
            },
        )
        (self.plugins.folder / "widget_upgrade/procedures").mkdir(exist_ok=True)
