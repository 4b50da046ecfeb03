"""The command's words: what may be written, and what was meant instead."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import NoReturn
from typing import Protocol

import upgradecheck
from upgradecheck.mistake import similar
from upgradecheck.report import MEANINGS

if TYPE_CHECKING:
    from upgradecheck.cmd.context import Context


def _codes(meanings: Mapping[int, str]) -> str:
    lines = (f"  {code:<4} {meaning}\n" for code, meaning in meanings.items())
    return "exit codes:\n" + "".join(lines)


#: What the exit codes of a run of checks mean, for the end of a help text.
EXIT_CODES = _codes(MEANINGS)
#: Those of a command that asks no check.
OTHER_EXIT_CODES = _codes(
    {0: "done", 255: "not done, or not as a whole: the output says why"}
)

_EXAMPLES = """\
examples:
  %(prog)s upgrade check {service}
  %(prog)s --config-file {service}.conf upgrade check {service} --json
  %(prog)s upgrade explain {service}.database-revision
"""


class Command(Protocol):
    """A word after ``upgrade``; a module of this package is one."""

    def add(self, commands: Any, prog: str, service: str | None) -> None:
        """Add the command's parser.

        :param commands: argparse's subparsers.
        :param prog: the program's name.
        :param service: the service of a ``<service>-status``; None for all.
        """

    def run(self, arguments: argparse.Namespace, context: Context) -> int:
        """Run the command.

        :returns: the exit code.
        """


class UsageError(Exception):
    """The command line cannot be understood.

    :param message: what is wrong, and what to write instead.
    """


def nearest(word: str, words: Iterable[str]) -> str:
    """`` Did you mean ...?``, or nothing where no word is near."""
    near = similar(word, words)
    return f" Did you mean {near}?" if near else ""


class _Parser(argparse.ArgumentParser):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **{**kwargs, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\nTry: {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        choices = list(action.choices or ())
        if choices and value not in choices:
            self.error(
                f"{value!r} is no {action.metavar or action.dest} of {self.prog}: it "
                f"is one of {', '.join(map(str, choices))}."
                f"{nearest(str(value), map(str, choices))}"
            )


def build(
    prog: str, service: str | None, commands: Iterable[Command]
) -> argparse.ArgumentParser:
    """The parser of the whole command.

    :param prog: the command's name, as the user called it.
    :param service: the service of a ``<service>-status``; None for all.
    :param commands: what may follow the word upgrade.
    """
    examples = _EXAMPLES.replace("{service}", service or "octavia")
    parser = _Parser(
        prog=prog,
        description=textwrap.fill(
            "Says whether an upgrade may start, what blocks it, where, and what to "
            "do about it. It reads the deployment's configuration, databases and "
            "images, and never writes to them.",
            78,
        ),
        epilog=f"{examples}\n{EXIT_CODES}",
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"upgradecheck {upgradecheck.__version__}",
    )
    prefix = "" if service else "[SERVICE:]"
    parser.add_argument(
        "--config-file",
        action="append",
        default=[],
        metavar=f"{prefix}FILE",
        help="a configuration file of the service, in place of those its own "
        "programs would find; may be given several times, later ones win",
    )
    parser.add_argument(
        "--config-dir",
        action="append",
        default=[],
        metavar=f"{prefix}DIR",
        help="a directory whose *.conf files are read after the files",
    )
    groups = parser.add_subparsers(dest="group", metavar="upgrade", required=True)
    upgrade = groups.add_parser(
        "upgrade",
        prog=f"{prog} upgrade",
        help="ask, list, explain: what is to be known about an upgrade",
        description="What is to be known before an upgrade.",
    )
    upgrade.add_argument(
        "--json", action="store_true", help="print JSON; the same as --format json"
    )
    found = upgrade.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        command.add(found, prog, service)
    for each in found.choices.values():
        each.epilog = each.epilog or OTHER_EXIT_CODES
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    # Suppressed, so that "upgrade --json check" is not undone here.
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
    )


def add_baseline_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="what upgrade snapshot recorded on a node of the old release; checks that "
        "compare old and new need it",
    )


def add_services(parser: argparse.ArgumentParser, service: str | None) -> None:
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        default=[],
        help=f"always {service} here"
        if service
        else "by default those that are installed here or have a configuration",
    )


def add_service(parser: argparse.ArgumentParser, service: str | None) -> None:
    """Add the word that names the only service of a command."""
    parser.add_argument(
        "services",
        nargs="?" if service else 1,
        metavar="SERVICE",
        default=[],
        type=lambda word: [word] if service else word,
        help=f"always {service} here" if service else "the service, as list shows it",
    )


def parse(parser: argparse.ArgumentParser, argv: list[str]) -> argparse.Namespace:
    """The words of a command line.

    :raises UsageError: if they cannot be understood.
    """
    own = [word for word in parser._option_string_actions if word.startswith("-")]
    for word in argv[: argv.index("upgrade") if "upgrade" in argv else 0]:
        name = word.partition("=")[0]
        if name.startswith("--") and name not in own:
            raise UsageError(
                f"{name} is not understood before the word upgrade."
                f"{nearest(name, own)}\nTry: {parser.prog} --help"
            )
    arguments, left = parser.parse_known_args(argv)
    if not left:
        return arguments
    word = left[0].partition("=")[0]
    top = [action for action in parser._actions if word in action.option_strings]
    if top:
        raise UsageError(
            f"{word} belongs before the word upgrade: {parser.prog} {word} ... upgrade "
            f"{arguments.command}"
        )
    known = {
        option
        for parser_ in (parser, *_subparsers(parser))
        for action in parser_._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    raise UsageError(
        f"{word} is not understood here.{nearest(word, sorted(known))}\n"
        f"Try: {parser.prog} upgrade {arguments.command} --help"
    )


def _subparsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield each
                yield from _subparsers(each)
