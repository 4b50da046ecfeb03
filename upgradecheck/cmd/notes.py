"""``upgrade notes``: a release note for each change, or what has none."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import upgradecheck
from upgradecheck import entries
from upgradecheck import registry as registries
from upgradecheck.check import NotVerified
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import Unwritten
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import add_json
from upgradecheck.cmd.parser import add_services
from upgradecheck.report import file as report_file
from upgradecheck.report.terminal import plain

if TYPE_CHECKING:
    from upgradecheck.difference import Change
    from upgradecheck.held import Held
    from upgradecheck.inventory import Inventory
    from upgradecheck.notes import Noted

_DESCRIPTION = """\
Compares the checks and procedures that a distribution provides with those of its last
release, which stand in releasenotes/inventory.yaml, and writes a note of reno's for
each change that no note tells of. Run it in the distribution's repository.
"""


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "notes",
        prog=f"{prog} upgrade notes",
        help="write release notes for checks and procedures that changed",
        description=_DESCRIPTION,
    )
    add_services(parser, service)
    parser.add_argument(
        "--releasenotes",
        metavar="DIR",
        default="releasenotes",
        help="the folder of the release notes; by default releasenotes, here",
    )
    parser.add_argument(
        "--distribution",
        metavar="NAME",
        help="whose checks and procedures; by default that of the inventory, or of the "
        "repository that the folder is in",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help="write nothing; end with 255 and a list of the changes without a note, if "
        "there are any",
    )
    what.add_argument(
        "--release",
        metavar="VERSION",
        help="record in the inventory what this version holds; do so in the commit "
        "that becomes the release",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Write what is missing, or tell it."""
    from upgradecheck import inventory_file
    from upgradecheck import notes
    from upgradecheck.difference import differences
    from upgradecheck.mistake import Mistaken

    services = context.services(arguments)
    folder = Path(arguments.releasenotes)
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {folder}.\nTry: run this in the root of the "
            "repository, or --releasenotes DIR"
        )
    file = folder / inventory_file.NAME
    try:
        old = _old(file)
        inventory = _started(old, arguments, services, folder)
        now = _now(inventory)
        changes = differences(inventory.at(), now)
        unreleased = notes.Folder(folder).unreleased(inventory.last)
        is_known = notes.Folder(folder).released(inventory.last) is not None
    except Mistaken as fault:
        raise NotVerified(str(fault), remedy="Correct the file.") from None
    for each in inventory.contradicted(now):
        print(f"{context.prog}: {plain(each)}", file=sys.stderr)
    if not is_known:
        print(
            f"{context.prog}: git knows no tag of {inventory.last} here, so that notes "
            "by hand count that may be older; fetch the tags, if there are any",
            file=sys.stderr,
        )
    noted = notes.judged(changes, unreleased, inventory)
    job = _Job(arguments, inventory, noted, services, folder)
    if arguments.release is not None:
        return job.release(now, is_first=old is None)
    if arguments.check:
        return job.check()
    return job.write(is_first=old is None)


def _old(file: Path) -> Inventory | None:
    from upgradecheck import inventory_file

    try:
        return inventory_file.load(file)
    except FileNotFoundError:
        return None
    except OSError as fault:
        reason = f"{file} cannot be read: {fault.strerror}"
        raise NotVerified(reason, remedy="Make it readable.") from None


def _started(
    old: Inventory | None,
    arguments: argparse.Namespace,
    services: Sequence[str],
    folder: Path,
) -> Inventory:
    """The inventory, or a new one of the right distribution."""
    from upgradecheck.held import same
    from upgradecheck.inventory import Inventory

    named: str | None = arguments.distribution
    if old is not None:
        if named and not same(named, old.distribution):
            raise UsageError(
                f"{folder}/inventory.yaml is that of {old.distribution}, not of {named}"
            )
        return old
    return Inventory(named or _project(folder) or _provider(services))


def _project(folder: Path) -> str:
    """The distribution that the repository of a folder makes; empty if it is none."""
    import tomllib

    from upgradecheck.deployment.configuration import settings_of

    root = folder.absolute().parent
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text()).get("project")
        if isinstance(project, dict) and isinstance(project.get("name"), str):
            return str(project["name"])
    except (OSError, ValueError):
        pass
    try:
        settings = settings_of(str(root / "setup.cfg"))
    except NotVerified:
        return ""
    names = [each.value for each in settings if each.key == ("metadata", "name")]
    return names[-1].strip() if names else ""


def _provider(services: Sequence[str]) -> str:
    """The distribution that defines the only service that was named."""
    if len(services) == 1:
        registry = registries.load(services)
        if services[0] in registry.providers:
            return registry.providers[services[0]].name
    raise UsageError(
        "it is not known whose notes these are: beside the folder of the release notes "
        "there is neither a pyproject.toml nor a setup.cfg with a name.\n"
        "Try: --distribution NAME"
    )


def _now(inventory: Inventory) -> Held:
    """What the distribution holds now.

    :raises NotVerified: if that cannot be told: it must not look like a removal.
    """
    from upgradecheck import held

    name = inventory.distribution
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        raise NotVerified(
            f"{name} is not installed here, so that it cannot be told what it holds",
            remedy=f"Install it: pip install -e . in the repository of {name}",
        ) from None
    own = [
        entry
        for group in (registries.SERVICES, registries.CHECKS)
        for entry in entries.of_group(group)
        if held.same(entries.owner(entry)[0], name)
    ]
    registry = registries.load({each.name.partition(".")[0] for each in own})
    procedures = registries.procedures_of(registry)
    its = [p for p in registry.problems if held.same(p.provider.name, name)]
    if its:
        reasons = "\n".join(f"{each.entry}: {each.reason}" for each in its)
        raise NotVerified(
            f"not all that {name} provides can be loaded, so that it cannot be told "
            f"what has changed:\n{reasons}",
            remedy=its[0].remedy,
        )
    for entry in own:
        provider = registry.providers.get(entry.name)
        if provider is None or not held.same(provider.name, name):
            other = registry.providers.get(entry.name.partition(".")[0])
            raise NotVerified(
                f"{entry.name} of {name} gives way to {other} here, so that it cannot "
                "be told what has changed",
                remedy=f"Run this where {name} is installed without it.",
            )
    return held.held(registry, procedures, name)


class _Job:
    """What is to be done with what was found."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        inventory: Inventory,
        noted: Noted,
        services: Sequence[str],
        folder: Path,
    ) -> None:
        self.is_json: bool = arguments.json
        self.version: str | None = arguments.release
        self.inventory = inventory
        self.noted = noted
        self.folder = folder
        self.missing = [
            each for each in noted.missing if not services or each.service in services
        ]

    def check(self) -> int:
        """Tell what has no note."""
        self._tell([])
        return 255 if self.missing or self.noted.outdated else 0

    def write(self, *, is_first: bool) -> int:
        """Write the notes that are missing."""
        from upgradecheck import inventory_file
        from upgradecheck import notes

        written = []
        if is_first:
            file = self.folder / inventory_file.NAME
            _write(file, inventory_file.text(self.inventory))
            written.append(file)
        where = notes.Folder(self.folder).notes_folder()
        for change in self.missing:
            file = where / notes.name(change, self.inventory)
            _write(file, notes.text(change))
            written.append(file)
        self._tell(written)
        return 255 if self.noted.outdated else 0

    def release(self, now: Held, *, is_first: bool) -> int:
        """Record a release, whose changes all have a note."""
        from upgradecheck import inventory_file

        assert self.version is not None
        if self.version == self.inventory.last and not self.noted.missing:
            self._end(f"{self.version} is recorded already.", [])
            return 0
        try:
            advanced = self.inventory.advanced(self.version, now)
        except ValueError as fault:
            raise UsageError(f"--release {self.version}: {fault}") from None
        if not is_first and (self.noted.missing or self.noted.outdated):
            self.missing = list(self.noted.missing)
            self._tell([])
            return 255
        file = self.folder / inventory_file.NAME
        _write(file, inventory_file.text(advanced))
        told = f"{file} holds {self.inventory.distribution} {self.version} now."
        self._end(plain(told), [file])
        return 0

    def _end(self, told: str, written: Sequence[Path]) -> None:
        write(self._document(written) if self.is_json else f"{told}\n")

    def _tell(self, written: Sequence[Path]) -> None:
        write(self._document(written) if self.is_json else self._text(written))

    @property
    def _since(self) -> str:
        return self.inventory.last or "the beginning: no release is recorded"

    def _text(self, written: Sequence[Path]) -> str:
        from upgradecheck import sentence

        lines = [f"wrote {plain(str(file))}" for file in written]
        for each in self.noted.outdated:
            lines.append(
                f"outdated: {plain(str(each.note.file))}: {plain(each.why)}. Correct "
                "it, or delete it and run this again."
            )
        unwritten = [] if written else self.missing
        for change in unwritten:
            told = f"no note: {change.kind} {change.name}: {sentence.of(change)}"
            lines += textwrap.wrap(
                plain(told),
                88,
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        total = len(self.noted.noted) + len(self.noted.missing)
        lines.append(
            f"{self.inventory.distribution} since {self._since}: {_count(total)}, "
            f"{len(unwritten)} without a note."
        )
        return "\n".join(lines) + "\n"

    def _document(self, written: Sequence[Path]) -> str:
        from upgradecheck import notes
        from upgradecheck import sentence

        files = {file.name: str(file) for file in written}

        def row(change: Change, note: str | None) -> dict[str, Any]:
            return {
                "kind": change.kind,
                "id": change.name,
                "text": sentence.of(change),
                "note": note,
            }

        data = {
            "schema": 1,
            "tool": {"name": "upgradecheck", "version": upgradecheck.__version__},
            "distribution": self.inventory.distribution,
            "since": self.inventory.last or None,
            "changes": [
                *(row(change, str(file)) for change, file in self.noted.noted),
                *(
                    row(change, files.get(notes.name(change, self.inventory)))
                    for change in self.missing
                ),
            ],
            "written": [str(file) for file in written],
            "outdated": [
                {"note": str(each.note.file), "why": each.why}
                for each in self.noted.outdated
            ],
        }
        return json.dumps(data, indent=2) + "\n"


def _count(number: int) -> str:
    return f"{number} change{'' if number == 1 else 's'}"


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        report_file.write(str(file), text)
    except OSError as fault:
        raise Unwritten(
            f"cannot write {file}: {fault.strerror}\nTry: a folder that this user may "
            "write to"
        ) from None
