"""A guide of made-up services, written twice: by the extension, and by hand."""

from __future__ import annotations

import dataclasses
import html
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.bench import by_hand
from tools.bench import distribution
from tools.bench.made_up import Service
from tools.bench.measure import Cost
from tools.bench.measure import Failed
from tools.bench.measure import Run

EXT = Path(__file__).parents[2] / "ext"
#: What stands around a page's text, and what is seen only where one points at it.
_APART = re.compile(
    r"<script.*?</script>|<style.*?</style>|<a [^>]*headerlink[^>]*>.*?</a>"
    r"|<button.*?</button>",
    re.DOTALL,
)
_BODY = re.compile(
    r'<div class="body" role="main">(.*)<div class="clearer">', re.DOTALL
)


@dataclasses.dataclass
class Pages:
    """A folder of pages that Sphinx builds.

    :param folder: where they are, in a folder of their own.
    :param services: what they are about, a page each.
    :param by_extension: whether the extension makes their text.
    """

    folder: Path
    services: list[Service]
    by_extension: bool

    def __post_init__(self) -> None:
        self.folder.mkdir()
        extensions = ["upgradecheck_sphinx"] if self.by_extension else []
        names = [each.name for each in self.services]
        demanded = f"upgradecheck_services = {names}\n" if self.by_extension else ""
        (self.folder / "conf.py").write_text(
            f'extensions = {extensions}\nproject = "made up"\n{demanded}'
        )
        toctree = ["Made up", "=======", "", ".. toctree::", ""]
        lines = [*toctree, *(f"   {name}" for name in names), ""]
        (self.folder / "index.rst").write_text("\n".join(lines))
        if self.by_extension:
            distribution.install(self.services, self.installed)
        self._write(self.services)

    @property
    def installed(self) -> Path:
        """Where the distribution is that the extension finds."""
        return self.folder.with_name(f"{self.folder.name}-installed")

    @property
    def built(self) -> Path:
        """Where the HTML is."""
        return self.folder.with_name(f"{self.folder.name}-html")

    @property
    def _trees(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-trees")

    def _write(self, services: Sequence[Service]) -> None:
        made = distribution if self.by_extension else by_hand
        for name, text in made.pages(services).items():
            file = self.folder / f"{name}.rst"
            if not file.exists() or file.read_text() != text:
                file.write_text(text)

    def retitle(self, id: str, title: str) -> None:
        """Give a check another title."""
        for place, service in enumerate(self.services):
            if any(each.id == id for each in service.checks):
                checks = tuple(
                    dataclasses.replace(each, title=title) if each.id == id else each
                    for each in service.checks
                )
                self.services[place] = dataclasses.replace(service, checks=checks)
                if self.by_extension:
                    distribution.rewrite(self.services[place], self.installed)
        self._write(self.services)

    def build(self, fresh: bool = False) -> tuple[Cost, set[str]]:
        """Build the HTML; what it cost, and the pages that were written.

        :param fresh: build everything anew.
        :raises Failed: if Sphinx warns of anything.
        """
        log = self.folder.with_name(f"{self.folder.name}.log")
        words = ["-E", "-a"] if fresh else []
        path = os.pathsep.join(map(str, (self.installed, EXT)))
        own = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        home = str(self.folder.parent)
        command = [
            *(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-j", "1"),
            *("-b", "html", *words, "-d", str(self._trees)),
            *(str(self.folder), str(self.built)),
        ]
        variables = {"PYTHONPATH": path, "HOME": home, "NO_COLOR": "1", "TERM": "dumb"}
        cost = Run(command, {**own, **variables}, self.folder, log).timed()
        written = re.findall(r"writing output\.\.\. \[[ \d]+%\] (\S+)", log.read_text())
        return cost, set(written)

    def text(self, name: str) -> str:
        """What is read on a page: its words, without markup."""
        page = (self.built / f"{name}.html").read_text()
        found = _BODY.search(page)
        if found is None:
            raise Failed(f"{name}.html has no body")
        words = re.sub(r"<[^>]+>", " ", _APART.sub("", found[1]))
        return " ".join(html.unescape(words).split())
