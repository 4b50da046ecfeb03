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


def similar(name: str, known: Iterable[str], likeness: float = 0.5) -> str | None:
    """The known name that an unknown one is most like; None if none is near.

    :param likeness: how alike they must be, from 0 to 1.
    """
    scope, own = _scope(name, known)
    rest = name.removeprefix(scope)
    near = difflib.get_close_matches(rest, own, n=1, cutoff=likeness)
    return scope + near[0] if near else None


def nearest(name: str, known: Collection[str]) -> str:
    """What would be right in the place of an unknown name, in a few words."""
    near = similar(name, known)
    if near:
        return f"did you mean {near}?"
    scope, own = _scope(name, known)
    names = ", ".join(scope + each for each in sorted(own))
    return f"it is one of {names}" if names else "there is none"


def _scope(name: str, known: Iterable[str]) -> tuple[str, list[str]]:
    """What comes before the last dot of a name, and the rests of those within it.

    It is the same in many names, and is no likeness. Where none is within it, it is
    empty, and all are.
    """
    known = list(known)
    scope = name[: name.rfind(".") + 1]
    own = [each.removeprefix(scope) for each in known if each.startswith(scope)]
    return (scope, own) if own else ("", known)
