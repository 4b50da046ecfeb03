"""Services that nobody runs, with as many checks and procedures as are asked for.

What they say is put together from sentences such as operators read, with links from
service to service. Nothing is left to chance: the same numbers give the same text.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

#: The distribution that all of them are in.
DISTRIBUTION = "madeup"
#: How a text links something: ``[check:cell.image-reachable]``.
_LINK = re.compile(r"\[(check|procedure|step):([a-z0-9.-]+)\]")

_SERVICES = [
    "anvil",
    "basin",
    "cable",
    "delta",
    "ember",
    "flint",
    "grove",
    "haven",
    "inlet",
    "joint",
    "kiosk",
    "ledge",
    "mason",
    "north",
    "otter",
    "plaza",
    "quill",
    "ridge",
    "slate",
    "tower",
]
_THINGS = [
    "agent",
    "database",
    "image",
    "message",
    "network",
    "policy",
    "quota",
    "token",
    "volume",
    "worker",
]
_QUALITIES = ["reachable", "current", "complete", "unlocked", "readable"]
_WAYS = ["cold", "rolling", "partial", "staged", "offline"]
_NEEDS = (("config",), ("config", "database"), ("installed",), ("config", "image"))

_SUMMARIES = (
    "Every {thing} that the {service} serves is {quality}.",
    "The new release of the {service} finds each {thing} {quality}.",
    "No {thing} of the {service} is left that would not be {quality}.",
)
_FACTS = (
    "The release that you go to expects each {thing} of the {service} to be {quality} "
    "before its first process starts. The old one looked at it only when a request "
    "came in, so a deployment may have run for years with one that is not.",
    "What is compared is what ``{service}.conf`` says of the {thing} in ``[{thing}]`` "
    "and what the {service} has written down itself. Where the two differ, the finding "
    "names the file and the line, and the value that would be right.",
    "Old processes of the {service} keep what they have read of the {thing} until they "
    "end. So the answer is true of the moment in which it was asked: ask again when "
    "the last of them has stopped, and *before* the first new one starts.",
    "A {thing} that is not {quality} does no harm while nothing asks for it. That is "
    "why only those are looked at that a project owns; the others are counted, and "
    "the number is told.",
)
_CASES = (
    "a failure means that the {service} would not start again;",
    "a warning means that {thing} and {service} disagree, and that the newer wins;",
    "success means that nothing is left to do for this {thing}.",
)
_LINKS = (
    "See also [check:{other}], which looks at the same from the other side.",
    "Ask [check:{other}] first: without it this one cannot tell much.",
    "On the way of [procedure:{way}] this is asked before [step:{step}].",
)
_COMMANDS = (
    "{service}-manage {thing} list --all --long",
    "systemctl stop {service}-{thing}.service",
    "{service}-manage {thing} sync --until-done",
    "systemctl start {service}-{thing}.service",
)
#: The steps of each procedure, by their names in it.
STEPS = [
    "plan",
    "backup",
    "drain",
    "nodes",
    "nodes.stop",
    "nodes.install",
    "nodes.start",
    "expand",
    "migrate",
    "restart",
    "contract",
    "verify",
]


@dataclasses.dataclass(frozen=True)
class Check:
    """A check: its facts, and its text as blocks of reStructuredText."""

    id: str
    title: str
    needs: tuple[str, ...]
    phase: str
    added: str
    remedy: str
    blocks: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Step:
    """A step, and the steps within it."""

    id: str
    title: str
    where: str
    each: str
    text: str
    requires: tuple[str, ...]
    gate: tuple[str, ...]
    verify: tuple[str, ...]
    run: tuple[str, ...]
    warning: str
    steps: tuple[Step, ...] = ()


@dataclasses.dataclass(frozen=True)
class Procedure:
    """A procedure: its parts in the order in which they are read."""

    name: str
    title: str
    blocks: tuple[str, ...]
    note: str
    prerequisites: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


@dataclasses.dataclass(frozen=True)
class Service:
    """A service, which has a page of its own."""

    name: str
    checks: tuple[Check, ...]
    procedures: tuple[Procedure, ...]

    @property
    def title(self) -> str:
        """Its name as people write it."""
        return self.name.capitalize()

    def mentions(self, check: str) -> bool:
        """Whether its page says anything of a check."""
        return check in self._named

    @functools.cached_property
    def _named(self) -> set[str]:
        found = {each.id for each in self.checks}
        texts = [block for each in self.checks for block in each.blocks]
        for procedure in self.procedures:
            texts += procedure.blocks
            found.update(check for _, check in procedure.prerequisites)
            for step in walked(procedure.steps):
                found.update((*step.gate, *step.verify))
        return found.union(*map(links, texts))


def walked(steps: Sequence[Step]) -> Iterator[Step]:
    """All steps in their order, each before those within it."""
    for step in steps:
        yield step
        yield from walked(step.steps)


def services(number: int, checks: int, procedures: int) -> list[Service]:
    """Make up some services.

    :param number: how many, at most 20.
    :param checks: how many each has, at most 50.
    :param procedures: how many each has, at most 5.
    """
    names = _SERVICES[:number]
    slugs = [f"{thing}-{quality}" for quality in _QUALITIES for thing in _THINGS]
    ways = _WAYS[:procedures]
    maker = _Maker(names, slugs[:checks], ways)
    return [
        Service(
            name,
            tuple(maker.check(name, slug) for slug in sorted(slugs[:checks])),
            tuple(maker.procedure(name, way) for way in ways),
        )
        for name in names
    ]


class _Maker:
    """Puts texts together, which know of one another's names."""

    def __init__(self, names: list[str], slugs: list[str], ways: list[str]) -> None:
        self.names, self.slugs, self.ways = names, slugs, ways

    def _other(self, name: str, ahead: int) -> str:
        """The service that some number of places further on."""
        return self.names[(self.names.index(name) + ahead) % len(self.names)]

    def _slug(self, number: int) -> str:
        return self.slugs[number % len(self.slugs)]

    def check(self, name: str, slug: str) -> Check:
        number = self.slugs.index(slug)
        thing, _, quality = slug.rpartition("-")
        way = f"{self._other(name, 2)}.{self.ways[number % len(self.ways)]}"
        words = {
            "service": name,
            "thing": thing,
            "quality": quality,
            "other": f"{self._other(name, 1 + number % 3)}.{self._slug(number + 7)}",
            "way": way,
            "step": f"{way}.{STEPS[number % len(STEPS)]}",
        }
        facts = [_FACTS[(number + each) % len(_FACTS)] for each in range(3)]
        cases = "\n".join(f"- {case}" for case in _CASES)
        blocks = (
            _SUMMARIES[number % len(_SUMMARIES)],
            facts[0],
            f"{facts[1]} {_LINKS[number % len(_LINKS)]}",
            cases,
            f"{facts[2]} What there is, this tells::",
            f"    {_COMMANDS[0]}",
        )
        return Check(
            id=f"{name}.{slug}",
            title=f"{thing.capitalize()} of {name} {quality}",
            needs=_NEEDS[number % len(_NEEDS)],
            phase="after" if number % 5 == 4 else "before",
            added=f"{1 + number % 3}.0.0",
            remedy=f"Make the {thing} {quality}, then ask again." if number % 2 else "",
            blocks=tuple(block.format(**words) for block in blocks),
        )

    def procedure(self, name: str, way: str) -> Procedure:
        number = self.ways.index(way)
        first, second = (self._slug(number * 3 + each) for each in (0, 1))
        words = {
            "service": name,
            "thing": _THINGS[number],
            "quality": _QUALITIES[number],
            "other": f"{self._other(name, 3)}.{first}",
            "way": f"{self._other(name, 1)}.{way}",
            "step": f"{self._other(name, 1)}.{way}.migrate",
        }
        blocks = (
            f"Upgrades {{service}} the {way} way: it asks for patience and for one "
            f"{{thing}} more than usual, and the API answers most of the time.",
            _FACTS[number % len(_FACTS)] + " " + _LINKS[number % len(_LINKS)],
            "This way fits where\n\n" + "\n".join(f"- {case}" for case in _CASES),
        )
        steps = [self._step(name, way, id, number) for id in STEPS if "." not in id]
        return Procedure(
            name=f"{name}.{way}",
            title=f"{way.capitalize()} upgrade of {name}",
            blocks=tuple(block.format(**words) for block in blocks),
            note=_FACTS[(number + 1) % len(_FACTS)].format(**words),
            prerequisites=(
                (f"Each {words['thing']} has an owner.", f"{name}.{first}"),
                (
                    f"The hosts of {name} can reach those of {self._other(name, 1)}.",
                    f"{self._other(name, 1)}.{second}",
                ),
            ),
            steps=tuple(steps),
        )

    def _step(self, name: str, way: str, id: str, number: int) -> Step:
        place = STEPS.index(id)
        thing = _THINGS[(place + number) % len(_THINGS)]
        words = {
            "service": name,
            "thing": thing,
            "quality": _QUALITIES[place % len(_QUALITIES)],
        }
        within = [each for each in STEPS if each.startswith(f"{id}.")]
        before = STEPS[place - 1] if place and "." not in id else ""
        before = before.partition(".")[0]
        return Step(
            id=f"{name}.{way}.{id}",
            title=f"{id.rpartition('.')[2].capitalize()} the {thing}",
            where=f"the host of the {thing}" if place % 2 else "every node",
            each="remaining node" if within else "",
            text=_FACTS[place % len(_FACTS)].format(**words),
            requires=(f"{name}.{way}.{before}",) if before else (),
            gate=(f"{name}.{self._slug(place * 4 + number)}",) if place % 2 else (),
            verify=(
                (f"{self._other(name, place % 3)}.{self._slug(place * 4 + 2)}",)
                if place % 3 == 0
                else ()
            ),
            run=tuple(
                _COMMANDS[(place + each) % len(_COMMANDS)].format(**words)
                for each in range(place % 3)
            ),
            warning=_FACTS[(place + 2) % len(_FACTS)].format(**words)
            if place % 4 == 3
            else "",
            steps=tuple(self._step(name, way, each, number) for each in within),
        )


def linked(text: str, link: Callable[[str, str], str]) -> str:
    """A text with its links written out.

    :param link: writes one, from the kind and the name of what is linked.
    """
    return _LINK.sub(lambda found: link(found[1], found[2]), text)


def links(text: str) -> set[str]:
    """The names of all that a text links."""
    return {found[2] for found in _LINK.finditer(text)}
