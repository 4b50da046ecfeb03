"""Release notes: what has changed since the last release, and what tells of it.

A note is one of reno's. The last 16 characters of its name are made from what it
tells of, so that the note of a change is known for what it is, however its text
was reworded.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from upgradecheck import sentence
from upgradecheck import yamlfile
from upgradecheck.check import NotVerified
from upgradecheck.difference import Change
from upgradecheck.difference import Thing
from upgradecheck.difference import Verb
from upgradecheck.inventory import Inventory
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source

SECTION = "upgrade"
#: Where somebody may have told of a change; the others are about faults.
_TELLING = ("prelude", "upgrade", "features", "deprecations", "other")
#: What a note by hand has to say beside the name, so that it tells of the change.
_SAYING = {
    Verb.CHANGED: r"chang|\bnow\b|no longer|no more|instead|differ|strict|\balso\b",
    Verb.MOVED: r"\bmov|order|before|after|earlier|later|first|last",
    Verb.REMOVED: r"remov|drop|delet|\bgone\b|no longer|no more|retire|withdraw",
}
_UID = re.compile(r"-([0-9a-f]{16})\.yaml$")
_LONGEST = 120
_END = len("0123456789abcdef.yaml")


@dataclasses.dataclass(frozen=True)
class Note:
    """A note that is there.

    :param file: where.
    :param items: the texts in which it may tell of a change.
    :param text: all of it.
    """

    file: Path
    items: tuple[str, ...]
    text: str

    @property
    def uid(self) -> str:
        """What reno knows it by; empty if it has none as ours are."""
        found = _UID.search(self.file.name)
        return found[1] if found else ""


@dataclasses.dataclass(frozen=True)
class Outdated:
    """A note of ours that says what is not so any more.

    :param note: the note.
    :param why: what is not so.
    """

    note: Note
    why: str


@dataclasses.dataclass(frozen=True)
class Noted:
    """The changes since the last release, and what tells of them.

    :param noted: changes of which a note tells, each with the note's file.
    :param missing: changes of which none tells.
    :param outdated: notes that are to be corrected.
    """

    noted: tuple[tuple[Change, Path], ...]
    missing: tuple[Change, ...]
    outdated: tuple[Outdated, ...]


def uid(change: Change, inventory: Inventory, since: str | None = None) -> str:
    """The 16 characters by which reno knows the note of a change.

    :param since: the release after which it changed; by default the last.
    """
    return _uid(inventory, change.kind, change.name, since)


def _uid(inventory: Inventory, kind: str, name: str, since: str | None = None) -> str:
    after = inventory.last if since is None else since
    key = "\n".join((inventory.distribution, after, kind, name))
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def name(change: Change, inventory: Inventory) -> str:
    """The name of the file of a change's note, as reno would make it."""
    slug = f"{change.kind}-{change.name.replace('.', '-')}"[:_LONGEST]
    return f"{slug}-{uid(change, inventory)}.yaml"


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


class _Block(str):
    """A text that is written on lines of its own."""


def _block(dumper: yaml.SafeDumper, data: _Block) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(data), style="|")


_Dumper.add_representer(_Block, _block)


def text(change: Change) -> str:
    """The note of a change, as reno reads it."""
    told = _wrapped(sentence.of(change))
    document: str = yaml.dump(
        {SECTION: [_Block(told)]}, Dumper=_Dumper, allow_unicode=True, width=1000
    )
    return f"---\n{document}"


def _wrapped(told: str) -> str:
    """Lines of at most 76 characters; what is literal stays on one line."""
    lines, here = [], ""
    for word in re.findall(r"``.*?``\S*|\S+", told):
        if here and len(here) + 1 + len(word) > 76:
            lines.append(here)
            here = word
        else:
            here = f"{here} {word}".strip()
    return "\n".join([*lines, here]) + "\n"


def judged(
    changes: Iterable[Change], notes: Iterable[Note], inventory: Inventory
) -> Noted:
    """Which changes are told of, and which are not.

    :param changes: all since the last release.
    :param notes: those that may tell of them: see :func:`unreleased`.
    """
    by_uid = {uid(change, inventory): change for change in changes}
    ours: dict[Change, Note] = {}
    by_hand: list[Note] = []
    outdated: list[Outdated] = []
    for note in notes:
        change = by_uid.get(note.uid)
        if change is not None:
            ours[change] = note
            unsaid = sentence.unsaid(change, note.text)
            if change.verb is Verb.RENAMED and not _tells_title(change, note.text):
                why = f"{change.name} is titled {change.title!r} now"
                outdated.append(Outdated(note, why))
            elif unsaid:
                outdated.append(Outdated(note, f"it does not say “{unsaid}”"))
            continue
        since = _was_written_for(note, inventory)
        if since is None:
            by_hand.append(note)
        elif since == inventory.last:
            what = note.file.name[: -_END - 1]
            outdated.append(Outdated(note, f"it tells of {what}, which is not so"))
    noted: list[tuple[Change, Path]] = []
    missing: list[Change] = []
    for change in by_uid.values():
        found = ours.get(change) or next(
            (note for note in by_hand if tells(note, change)), None
        )
        if found is not None:
            noted.append((change, found.file))
        else:
            missing.append(change)
    return Noted(tuple(noted), tuple(missing), tuple(outdated))


def _was_written_for(note: Note, inventory: Inventory) -> str | None:
    """The release after which a note of ours was written; None if it is not ours."""
    if not note.uid:
        return None
    kinds = [f"{thing}-{verb}" for thing, verb in sentence.KINDS]
    for word in dict.fromkeys(re.findall(r"[a-z0-9][\w.-]*\.[\w-]+", note.text)):
        for since in ("", *inventory.releases):
            for kind in kinds:
                if _uid(inventory, kind, word, since) == note.uid:
                    return since
    return None


def tells(note: Note, change: Change) -> bool:
    """Whether a note that was written by hand tells of a change.

    It names what has changed by its id, and says what has become of it; to name
    what was not there before is to tell that it is new.
    """
    return any(_tells(item, change) for item in note.items)


def _tells(item: str, change: Change) -> bool:
    if not _names(item, change.name) and not (
        change.thing is Thing.STEP
        and _names(item, change.procedure)
        and _names(item, change.name.removeprefix(f"{change.procedure}."))
    ):
        return False
    if change.verb is Verb.RENAMED:
        return _tells_title(change, item)
    saying = _SAYING.get(change.verb)
    return saying is None or re.search(saying, item, re.IGNORECASE) is not None


def _names(item: str, name: str) -> bool:
    if name not in item:  # most are not, and this is soon told
        return False
    whole = rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)"
    return re.search(whole, item) is not None


def _tells_title(change: Change, item: str) -> bool:
    bare = " ".join(item.split())
    return any(
        title in bare for title in (change.title, sentence.escaped(change.title))
    )


@dataclasses.dataclass(frozen=True)
class Folder:
    """The folder of a repository's release notes.

    :param path: the folder.
    """

    path: Path

    def notes_folder(self) -> Path:
        """Where reno keeps the notes.

        :raises NotVerified: if reno is not installed, or has no upgrade section.
        """
        try:
            from reno import config
        except ImportError:
            raise NotVerified(
                "reno is not installed, whose notes these are",
                remedy="pip install upgradecheck[notes]",
            ) from None
        here = self.path.absolute()
        try:
            settings: Any = config.Config(str(here.parent), here.name)
            sections = {each.name for each in settings.sections}
            found = Path(os.path.relpath(here.parent / str(settings.notespath), here))
        except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as e:
            reason = f"reno's settings for {self.path} cannot be read: {e}"
            raise NotVerified(reason, remedy="Correct reno.yaml.") from None
        if SECTION not in sections:
            raise NotVerified(
                f"reno's settings for {self.path} have no section {SECTION}",
                remedy=f"Add {SECTION} to the sections in reno.yaml.",
            )
        return self.path / found

    def unreleased(self, last: str) -> list[Note]:
        """The notes that were not there at the last release.

        What was there is asked of git, by the tag of that release. Without one all
        notes count; those of ours tell by themselves which release they follow.

        :raises Mistaken: if one of them cannot be read.
        :raises NotVerified: if git's own files cannot be.
        """
        folder = self.notes_folder()
        past = self.released(last) or ()
        files = sorted(folder.rglob("*.yaml"))
        found: list[Note] = []
        mistakes: list[Mistake] = []
        for file in files:
            if file.name[-_END:] in past:
                continue
            try:
                found.append(_read(file))
            except Mistaken as fault:
                mistakes += fault.mistakes
        if mistakes:
            raise Mistaken(mistakes)
        return found

    def released(self, last: str) -> frozenset[str] | None:
        """The ends of the names of the notes that the last release had.

        :returns: None if git knows no tag of that release.
        :raises NotVerified: if git's own files cannot be read.
        """
        if not last:
            return frozenset()
        try:
            return _tagged(self.notes_folder(), last)
        except (OSError, ValueError, LookupError) as fault:
            reason = f"git's history of {self.path} cannot be read: {fault}"
            raise NotVerified(reason, remedy="Try it in a new clone.") from None


def _read(file: Path) -> Note:
    shown = str(file)
    try:
        data = file.read_bytes()
    except OSError as fault:
        what = f"cannot be read: {fault.strerror}"
        raise Mistaken([Mistake(Source(shown, 1), what, "make it readable")]) from None
    lined = yamlfile.read(data, shown)
    if lined.mistakes:
        raise Mistaken(lined.mistakes)
    sections = lined.value if isinstance(lined.value, dict) else {}
    items = [
        item
        for section, value in sections.items()
        if section in _TELLING
        for item in _texts(value)
    ]
    return Note(file, tuple(items), data.decode())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))


def _tagged(folder: Path, version: str) -> frozenset[str] | None:
    from dulwich.errors import NotGitRepository
    from dulwich.object_store import iter_tree_contents
    from dulwich.objects import Commit
    from dulwich.objects import Tag
    from dulwich.refs import Ref
    from dulwich.repo import Repo

    try:
        repository = Repo.discover(str(folder.absolute().parent))
    except NotGitRepository:
        return None
    with repository:
        top = Path(repository.path).resolve()
        inside = folder.resolve().relative_to(top).as_posix().encode()
        for name in (f"refs/tags/{version}", f"refs/tags/v{version}"):
            if Ref(name.encode()) not in repository.refs:
                continue
            found: Any = repository[repository.refs[Ref(name.encode())]]
            while isinstance(found, Tag):
                found = repository[found.object[1]]
            if not isinstance(found, Commit):
                continue
            tree: Any = repository[found.tree]
            try:
                _, sha = tree.lookup_path(repository.__getitem__, inside)
            except KeyError:
                return frozenset()
            contents = iter_tree_contents(repository.object_store, sha)
            paths = [each.path for each in contents if each.path is not None]
            return frozenset(path.decode(errors="replace")[-_END:] for path in paths)
    return None
