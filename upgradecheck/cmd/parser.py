"""The command's words: what may be written, and what was meant instead."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable
from typing import Any
from typing import NoReturn

import upgradecheck
from upgradecheck.check import Phase
from upgradecheck.mistake import similar

EXIT_CODES = """\
exit codes:
  0    every check passed: the upgrade may start
  1    a warning: look into it, the upgrade may be OK
  2    a failure: do not upgrade before it is solved
  255  not verified: a check could not be asked, or the command was misused
"""

_EXAMPLES = """\
examples:
  %(prog)s upgrade check {service}
  %(prog)s --config-file {service}.conf upgrade check {service} --json
  %(prog)s upgrade explain {service}.database-revision
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


def build(prog: str, service: str | None) -> argparse.ArgumentParser:
    """The parser of the whole command.

    :param prog: the command's name, as the user called it.
    :param service: the service of a ``<service>-status``; None for all.
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
        help="check, list or explain",
        description="What is to be known before an upgrade.",
    )
    upgrade.add_argument(
        "--json", action="store_true", help="print JSON; the same as --format json"
    )
    commands = upgrade.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_check(commands, prog, service)
    _add_list(commands, prog, service)
    _add_explain(commands, prog)
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    # Suppressed, so that "upgrade --json check" is not undone here.
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
    )


def _add_services(parser: argparse.ArgumentParser, service: str | None) -> None:
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        default=[],
        help=f"always {service} here"
        if service
        else "by default those that are installed here or have a configuration",
    )


def _add_check(commands: Any, prog: str, service: str | None) -> None:
    parser = commands.add_parser(
        "check",
        prog=f"{prog} upgrade check",
        help="ask the checks",
        description="Asks the checks of the services and reports every answer.",
        epilog=EXIT_CODES,
    )
    _add_services(parser, service)
    parser.add_argument(
        "--check",
        action="append",
        default=[],
        metavar="ID",
        dest="checks",
        help="ask this check alone, whatever its phase; may be given several times",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="ID",
        help="do not ask this check; the report shows it as skipped",
    )
    parser.add_argument(
        "--procedure",
        metavar="SERVICE.NAME",
        help="ask the checks that must pass before the first step of this procedure, "
        "as list shows it",
    )
    parser.add_argument(
        "--phase",
        choices=[str(phase) for phase in Phase],
        metavar="PHASE",
        default=str(Phase.BEFORE),
        help="ask the checks of this phase: before (the default), during or after "
        "the upgrade",
    )
    parser.add_argument(
        "--waivers",
        metavar="FILE",
        help="a YAML file of reasons to let findings pass; a waived finding stays in "
        "the report",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="how long one check may take (default: 60)",
    )
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        metavar="FORMAT",
        help="table (the default) or json",
    )
    _add_json(parser)
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="write the report to this file; it is replaced as a whole or not at all",
    )


def _add_list(commands: Any, prog: str, service: str | None) -> None:
    parser = commands.add_parser(
        "list",
        prog=f"{prog} upgrade list",
        help="list the services and their checks",
        description="Lists what is registered here, and what could not be.",
    )
    _add_services(parser, service)
    _add_json(parser)


def _add_explain(commands: Any, prog: str) -> None:
    parser = commands.add_parser(
        "explain",
        prog=f"{prog} upgrade explain",
        help="explain a check: what it proves, what its results mean",
        description="Explains one check.",
    )
    parser.add_argument("id", metavar="ID", help="the check's id, as list shows it")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


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
    known = ["--check", "--exclude", "--phase", "--timeout", "--format", "--json"]
    known += [
        "--procedure",
        "--output",
        "--waivers",
        "--config-file",
        "--config-dir",
        "--help",
    ]
    raise UsageError(
        f"{word} is not understood here.{nearest(word, known)}\n"
        f"Try: {parser.prog} upgrade {arguments.command} --help"
    )
