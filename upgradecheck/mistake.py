"""A mistake in a file that people write: where, what, and what would be right."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True, order=True)
class Source:
    """Where something is written.

    :param file: the file.
    :param line: the line, from 1 on.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


#: The source of what was written in no file.
NOWHERE = Source("", 0)


@dataclasses.dataclass(frozen=True)
class Mistake:
    """One mistake.

    :param source: where it is.
    :param what: what is wrong.
    :param right: what would be right.
    """

    source: Source
    what: str
    right: str

    def __str__(self) -> str:
        return f"{self.source}: {self.what}; {self.right}"


class Mistaken(ValueError):
    """A file with mistakes; all of them, in the order of their lines.

    :param mistakes: the mistakes.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        unique = dict.fromkeys(mistakes)
        self.mistakes = tuple(sorted(unique, key=lambda each: each.source))
        super().__init__("\n".join(str(each) for each in self.mistakes))


def similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that an unknown one is most like; None if none is near."""
    known = list(known)
    # What comes before the last dot is the same in many names, and is no likeness.
    scope = name[: name.rfind(".") + 1]
    if not any(each.startswith(scope) for each in known):
        scope = ""
    own = [each.removeprefix(scope) for each in known if each.startswith(scope)]
    near = difflib.get_close_matches(name.removeprefix(scope), own, n=1, cutoff=0.5)
    return scope + near[0] if near else None


def nearest(name: str, known: Collection[str]) -> str:
    """What would be right in the place of an unknown name, in a few words."""
    near = similar(name, known)
    if near:
        return f"did you mean {near}?"
    return f"it is one of {', '.join(sorted(known))}" if known else "there is none"
