"""``upgrade plan``: a procedure with the state of the deployment in it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from upgradecheck import registry as registries
from upgradecheck import runner
from upgradecheck import settings
from upgradecheck.check import NotVerified
from upgradecheck.cmd import check
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import add_baseline
from upgradecheck.cmd.context import assign
from upgradecheck.cmd.context import colour
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import add_baseline_option
from upgradecheck.cmd.parser import add_json
from upgradecheck.cmd.parser import nearest
from upgradecheck.plan.state import MEANINGS
from upgradecheck.question import Given
from upgradecheck.question import Selection
from upgradecheck.registry import Registry
from upgradecheck.report import Report
from upgradecheck.report import progress

if TYPE_CHECKING:
    from upgradecheck.plan.live import Plan
    from upgradecheck.procedure import Procedure

_STATES = "\n".join(f"  {state:8} {text}" for state, text in MEANINGS.items())
_EPILOG = f"""\
states of a step:
{_STATES}

exit codes:
  0    nothing stands in the way of what is next; or all is done
  1    a check that comes before what is next warns
  2    a failure blocks a step
  255  a check that comes before a step could not be asked, or misuse

No command of the procedure is ever run. Steps that no check can see are kept
in a journal: --done says that one is done.
"""


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "plan",
        prog=f"{prog} upgrade plan",
        help="show where a procedure stands: what is done, next, blocked, waiting",
        description="Shows a procedure with the state of this deployment in it.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "procedure",
        metavar="SERVICE.PROCEDURE",
        help="the procedure, as list shows it",
    )
    parser.add_argument(
        "--values",
        action="append",
        default=[],
        metavar="NAME=VALUE[,VALUE]...",
        help="fill NAME in commands, and repeat for each value the steps that are "
        "repeated for it: node=web1,web2; may be given several times",
    )
    parser.add_argument(
        "--done",
        action="append",
        default=[],
        metavar="STEP",
        help="say that a step is done that no check can see; may be given several "
        "times",
    )
    parser.add_argument(
        "--undone",
        action="append",
        default=[],
        metavar="STEP",
        help="take back that a step is done",
    )
    parser.add_argument(
        "--note", metavar="TEXT", help="what to keep beside --done or --undone"
    )
    parser.add_argument(
        "--journal",
        metavar="FILE",
        help="where what people say is kept (default: a file for each procedure in "
        "$XDG_STATE_HOME/upgradecheck)",
    )
    check.add_releases(parser)
    add_baseline_option(parser)
    parser.add_argument("--waivers", metavar="FILE", help="as of upgrade check")
    parser.add_argument(
        "--timeout",
        type=check.seconds,
        metavar="SECONDS",
        help="how long one check may take (default: 60)",
    )
    parser.add_argument(
        "--format",
        choices=["text", "markdown", "json"],
        metavar="FORMAT",
        help="text (the default), markdown or json",
    )
    add_json(parser)
    parser.add_argument("--output", metavar="FILE", help="write the plan to this file")


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Print the plan, after what is said of steps is kept."""
    from upgradecheck.plan import journal
    from upgradecheck.plan import live
    from upgradecheck.plan import task
    from upgradecheck.plan.journal import Entry
    from upgradecheck.procedure import checks_of

    ours = settings.load()
    values = _values(arguments.values)
    if arguments.note and not (arguments.done or arguments.undone):
        raise UsageError("--note goes with --done or --undone")
    for step in arguments.done or ():
        if step in (arguments.undone or ()):
            raise UsageError(f"{step} cannot be --done and --undone at once")
    registry = registries.load()
    procedure = check.procedure_named(arguments.procedure, registry)
    if context.own and procedure.service != context.own:
        raise UsageError(
            f"this command knows {context.own} alone. Try: service-status upgrade plan "
            f"{procedure.name}"
        )
    given = context.given(arguments)
    report = _asked(arguments, registry, procedure, given, ours)
    examined = report.services[0]
    target = examined.target.version if examined.target else None
    try:
        kept = procedure.at(target)
    except ValueError:
        raise NotVerified(
            f"{examined.title} {target} is no version, so which steps lead to it is "
            "not known"
        ) from None
    tasks = task.laid_out(kept, values)
    _require_use(values, kept)
    path = arguments.journal or journal.default_place(procedure.name)
    said = [
        Entry.now(name, is_done, arguments.note or "", procedure.name, target)
        for is_done, names in ((True, arguments.done), (False, arguments.undone))
        for name in _named(names, live.Plan(kept, examined, tasks))
    ]
    if said:
        journal.append(path, said)
    entries = [e for e in journal.read(path) if e.procedure == procedure.name]
    counting = {e.step: e for e in entries if e.target == target}
    others = sum(e.target != target for e in entries)
    asked = {str(each) for each in checks_of(kept)}
    rows = [row for row in report.rows if row.id in asked]
    plan = live.made(kept, tasks, examined, rows, counting, path, others)
    write(_rendered(plan, arguments), arguments.output)
    return 255 if report.interrupted else plan.exit_code


def _asked(
    arguments: argparse.Namespace,
    registry: Registry,
    procedure: Procedure,
    given: dict[str, Given],
    ours: settings.Settings,
) -> Report:
    """Ask all that the procedure names; its own service is the report's first."""
    from upgradecheck.procedure import checks_of
    from upgradecheck.procedure import gates_of

    ids = list(dict.fromkeys(str(each) for each in checks_of(procedure)))
    names = [procedure.service, *(id.partition(".")[0] for id in ids)]
    services = check.chosen(list(dict.fromkeys(names)), registry, given)
    assign(given, services)
    add_baseline(given, arguments.baseline, services)
    selection = Selection(
        checks=ids,
        excluded=set(ours.exclude),
        waivers=check.waivers_of(arguments.waivers or ours.waivers),
        origin=arguments.origin,
        target=arguments.target,
        gates=gates_of(procedure),
    )
    check.require_releases(selection, services)
    timeout = arguments.timeout or ours.timeout
    with progress.shown(colour()) as tell:
        more = [tell] if tell else []
        return runner.run(registry, services, selection, given, timeout, *more)


def _values(words: Sequence[str]) -> dict[str, list[str]]:
    """The values by name, out of ``NAME=VALUE,VALUE``.

    :raises UsageError: if one is written otherwise.
    """
    found: dict[str, list[str]] = {}
    for word in words:
        name, equals, items = word.partition("=")
        each = [item.strip() for item in items.split(",")]
        if not (name.strip() and equals and all(each)):
            raise UsageError(f"--values {word!r} is not NAME=VALUE or NAME=VALUE,VALUE")
        found.setdefault(name.strip(), []).extend(each)
    for name, many in found.items():
        if len(set(many)) < len(many):
            raise UsageError(f"--values gives a value of {name} twice")
    return found


def _require_use(values: Mapping[str, Sequence[str]], procedure: Procedure) -> None:
    """:raises UsageError: if the procedure has nothing of one of these names."""
    from upgradecheck.plan import task

    known = task.names_of(procedure)
    for name in values:
        if task.normal(name) not in known:
            raise UsageError(
                f"{procedure.name} has nothing that --values {name}=... could fill."
                f"{nearest(name, known)} It has: {', '.join(sorted(known)) or 'nothing'}"
            )


def _named(names: Sequence[str], plan: Plan) -> list[str]:
    """The full names of steps.

    :raises UsageError: if there is no such step.
    """
    try:
        return [plan.find(name).name for name in names]
    except KeyError as fault:
        raise UsageError(str(fault.args[0])) from None


def _rendered(plan: Plan, arguments: argparse.Namespace) -> str:
    from upgradecheck.plan import document
    from upgradecheck.plan import markdown
    from upgradecheck.plan import text

    if arguments.json or arguments.format == "json":
        return document.render(plan)
    if arguments.format == "markdown":
        return markdown.render(plan)
    return text.render(plan, colour() and arguments.output is None)
