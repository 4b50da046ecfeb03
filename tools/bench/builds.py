"""What it costs to build a guide, by the extension and as static pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

from tools.bench import made_up
from tools.bench import page
from tools.bench.guide import Pages
from tools.bench.measure import Cost
from tools.bench.measure import Failed
from tools.bench.measure import median
from tools.bench.measure import seconds


@dataclasses.dataclass(frozen=True)
class Size:
    """How much there is of everything.

    :param services: each has a page.
    :param checks: of each service.
    :param procedures: of each service.
    """

    services: int = 20
    checks: int = 50
    procedures: int = 5

    def made(self) -> list[made_up.Service]:
        """The services, made up anew."""
        return made_up.services(self.services, self.checks, self.procedures)


class Builds:
    """The same guide twice, built in turns.

    :param folder: an empty folder to work in.
    """

    def __init__(self, folder: Path, size: Size) -> None:
        self.size = size
        self.ours = Pages(folder / "ours", size.made(), by_extension=True)
        self.static = Pages(folder / "static", size.made(), by_extension=False)
        #: The check that gets new titles, which pages beside its own mention.
        self.check = self.ours.services[0].checks[0].id
        self.words = 0
        self._titles = 0

    def full(self) -> tuple[Cost, Cost]:
        """Build everything anew, and see that the words on the pages are the same.

        :raises Failed: if they are not.
        """
        ours, _ = self.ours.build(fresh=True)
        static, _ = self.static.build(fresh=True)
        self.words = 0
        for service in self.ours.services:
            text = self.ours.text(service.name)
            if text != self.static.text(service.name):
                raise Failed(f"the pages of {service.name} do not say the same")
            self.words += len(text.split())
        return ours, static

    def unchanged(self) -> tuple[Cost, Cost]:
        """Build again, with nothing to do.

        :raises Failed: if a page was written.
        """
        ours, written = self.ours.build()
        static, others = self.static.build()
        if written | others:
            raise Failed(f"written without need: {sorted(written | others)}")
        return ours, static

    def retitled(self) -> tuple[Cost, Cost]:
        """Build with another title of one check.

        :raises Failed: if the pages that were written are others than those that
            mention it.
        """
        self._titles += 1
        for pages in (self.ours, self.static):
            pages.retitle(self.check, f"Another title, number {self._titles}")
        ours, written = self.ours.build()
        static, _ = self.static.build()
        if written - {"index"} != self.mentioning:
            raise Failed(
                f"written: {sorted(written)}; {self.check} is mentioned by "
                f"{sorted(self.mentioning)}"
            )
        return ours, static

    @property
    def mentioning(self) -> set[str]:
        """The pages that mention the check."""
        services = self.ours.services
        return {each.name for each in services if each.mentions(self.check)}


def lines(
    folder: Path, size: Size, rounds: int, tell: Callable[[str], None]
) -> Iterator[str]:
    """The table of builds.

    :param folder: an empty folder to work in.
    :param rounds: how often each build is made.
    :param tell: told what happens, step by step.
    """
    builds = Builds(folder, size)
    kinds = {
        "full": builds.full,
        "nothing changed": builds.unchanged,
        "one title changed": builds.retitled,
    }
    found: dict[str, tuple[list[Cost], list[Cost]]] = {kind: ([], []) for kind in kinds}
    for number in range(rounds):
        for kind, build in kinds.items():
            tell(f"guide, round {number + 1}: {kind}")
            for costs, cost in zip(found[kind], build(), strict=True):
                costs.append(cost)
    checks = size.services * size.checks
    procedures = size.services * size.procedures
    yield (
        f"{checks:,} checks and {procedures:,} procedures of {len(made_up.STEPS)} steps on "
        f"{size.services} pages, {builds.words:,} words: the same, word for word, "
        f"on both. Medians of {rounds} rounds, in turns; of wall times the least and "
        "the greatest too."
    )
    yield ""
    yield from page.table(("Build", "Wall time, s", "Memory, MiB"), (50, 30, 20))
    whole = median(found["full"][0]).seconds
    for kind, (ours, static) in found.items():
        a, b = median(ours), median(static)
        for who, costs in (("the extension", ours), ("static pages", static)):
            memory = f"{median(costs).largest:.0f}"
            yield from page.row(f"{kind}: {who}", seconds(costs), memory)
        yield from page.ratios("ratio", a.seconds / b.seconds, a.largest / b.largest)
        if kind != "full":
            to_full = a.seconds / whole
            yield from page.ratios("ratio to the extension's full build", to_full, None)
    yield ""
    yield (
        f"{len(builds.mentioning)} of the {size.services} pages mention the check whose "
        "title changed: these were written again, and no other but the root page, "
        "which Sphinx writes with every page of its table of contents."
    )
