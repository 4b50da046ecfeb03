"""``upgrade explain``: what a check proves; what a procedure and its steps are."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from upgradecheck import registry as registries
from upgradecheck.check import Check
from upgradecheck.check import NotVerified
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import nearest
from upgradecheck.registry import Registry
from upgradecheck.report.terminal import plain

if TYPE_CHECKING:
    from upgradecheck.procedure import Note
    from upgradecheck.procedure import Procedure
    from upgradecheck.procedure import Section
    from upgradecheck.procedure import Span
    from upgradecheck.procedure import Step

#: The widest line of facts, in columns, where words can be broken.
_WIDTH = 79
#: What a text begins with: names and values; a value that is empty is not told.
_Facts = Iterable[tuple[str, str]]


def add(commands: Any, prog: str, _service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "explain",
        prog=f"{prog} upgrade explain",
        help="explain a check: what it proves; or a procedure, or one of its steps",
        description="Explains one check, one procedure or one step of a procedure.",
    )
    parser.add_argument(
        "id",
        metavar="ID",
        help="the id of a check or of a procedure, as list shows it; of a step "
        "SERVICE.PROCEDURE.STEP",
    )


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Print all that is known of a check, a procedure or a step."""
    id: str = arguments.id
    service = id.partition(".")[0]
    registry = registries.load([service] if service in context.known else None)
    if id in registry.checks:
        write(text(registry, registry.checks[id]))
        return 0
    procedures = registries.procedures_of(registry)
    name = ".".join(id.split(".")[:2])
    for problem in registry.problems:
        if problem.entry in (id, name):
            raise NotVerified(problem.reason, remedy=problem.remedy)
    if name not in procedures:
        known = [*registry.checks, *procedures]
        raise UsageError(
            f"there is no check and no procedure {id!r}.{nearest(id, known)}\n"
            "Try: service-status upgrade list"
        )
    write(_of_procedures(registry, procedures, id, name))
    return 0


def text(registry: Registry, check: Check) -> str:
    """One check, for an operator who wants to know what it means."""
    provider = registry.providers[check.id]
    lines = _headed(
        check.title,
        [
            ("id", check.id),
            ("phase", str(check.phase)),
            ("needs", ", ".join(check.needs)),
            ("applies to", check.applies_to),
            ("procedures", ", ".join(check.procedures)),
            ("added in", f"{provider.name} {check.added}" if check.added else ""),
            ("changed in", ", ".join(check.changed)),
            ("provided by", str(provider)),
        ],
    )
    lines += ["", check.text.strip()]
    if check.remedy:
        lines += ["", "What to do: " + check.remedy]
    ask = f"{check.service} --check {check.id}"
    lines += ["", f"Ask it: service-status upgrade check {ask}"]
    return plain("\n".join(lines)) + "\n"


def _of_procedures(
    registry: Registry, procedures: Mapping[str, Procedure], id: str, name: str
) -> str:
    procedure = procedures[name]
    sections = {each.name: each for each in (*procedure.before, *procedure.after)}
    if id == name:
        lines = _procedure(registry, procedure)
    elif id in sections:
        lines = _section(procedure, sections[id])
    else:
        try:
            lines = _step(procedure, procedure.step(id))
        except KeyError as fault:
            more = f"Try: service-status upgrade explain {name}"
            raise UsageError(f"{fault.args[0]}\n{more}") from None
    return plain("\n".join(lines)) + "\n"


def _headed(title: str, facts: _Facts) -> list[str]:
    return [
        *(title, "=" * len(title), ""),
        *(_fact(name, value) for name, value in facts if value),
    ]


def _fact(name: str, value: str) -> str:
    return textwrap.fill(
        value,
        _WIDTH,
        initial_indent=f"{name + ':':13}",
        subsequent_indent=" " * 13,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _procedure(registry: Registry, procedure: Procedure) -> list[str]:
    lines = _headed(
        procedure.title,
        [
            ("id", procedure.name),
            ("releases", _releases(procedure.span)),
            ("provided by", str(registry.providers[procedure.service])),
        ],
    )
    lines += ["", str(procedure.summary)]
    if procedure.prerequisites:
        lines += ["", "What must be so before:"]
    for each in procedure.prerequisites:
        proof = f"proved by {each.check}" if each.check else ""
        what = str(each.text).replace("\n", "\n    ")
        lines.append(f"  * {what}{_aside(proof, _releases(each.span))}")
    lines += _notes(procedure, procedure.notes)
    lines += _contents(procedure, "To read before:", procedure.before)
    lines += ["", "Its steps, in the advised order:"]
    lines += _outline(procedure, procedure.steps, "")
    lines += _contents(procedure, "To read afterwards:", procedure.after)
    first = procedure.steps[0].name
    lines += [
        "",
        f"Explain a step: service-status upgrade explain {first}",
        f"See where it stands: service-status upgrade plan {procedure.name}",
    ]
    return lines


def _contents(
    procedure: Procedure, heading: str, sections: Iterable[Section]
) -> list[str]:
    told = [
        f"  * {each.title}{_aside(_short(procedure, each.name), _releases(each.span))}"
        for each in sections
    ]
    return ["", heading, *told] if told else []


def _short(procedure: Procedure, name: str) -> str:
    return name.removeprefix(f"{procedure.name}.")


def _outline(
    procedure: Procedure, steps: Iterable[Step], number: str, indent: str = "  "
) -> Iterator[str]:
    for place, step in enumerate(steps, 1):
        here = f"{number}{place}."
        how = [
            _short(procedure, step.name),
            f"for each {step.each}" if step.each else "",
            "optional" if step.is_optional else "",
            "at any time" if step.is_anytime else "",
            _releases(step.span),
        ]
        yield f"{indent}{here} {step.title}{_aside(*how)}"
        yield from _outline(procedure, step.steps, here, f"{indent}  ")


def _step(procedure: Procedure, step: Step) -> list[str]:
    from upgradecheck.procedure import steps_before

    lines = _headed(
        step.title,
        [
            ("id", step.name),
            ("procedure", procedure.title),
            ("where", step.where),
            ("for each", step.each),
            ("optional", "yes" if step.is_optional else ""),
            ("at any time", "yes" if step.is_anytime else ""),
            ("releases", _releases(step.span)),
            ("gated by", ", ".join(map(str, step.gate))),
            ("verified by", ", ".join(map(str, step.verify))),
        ],
    )
    if step.text:
        lines += ["", str(step.text)]
    if step.run:
        lines += ["", *(f"    $ {each}" for each in _commands(step))]
    if step.steps:
        lines += ["", "Its steps, in the advised order:"]
        lines += _outline(procedure, step.steps, "")
    lines += _notes(procedure, step.notes)
    before = [each.name for each in steps_before(procedure, step.name)]
    if before:
        lines += ["", "These must be done before:", *(f"  * {each}" for each in before)]
    lines += ["", f"See where it stands: service-status upgrade plan {procedure.name}"]
    return lines


def _commands(step: Step) -> Iterator[str]:
    for command in step.run:
        yield command.replace("\n", "\n      ")


def _section(procedure: Procedure, section: Section) -> list[str]:
    return [
        *_headed(
            section.title,
            [
                ("id", section.name),
                ("procedure", procedure.title),
                ("releases", _releases(section.span)),
            ],
        ),
        *("", str(section.text)),
        *_notes(procedure, section.notes),
    ]


def _notes(procedure: Procedure, notes: Iterable[Note]) -> Iterator[str]:
    for each in notes:
        note = procedure.note(each.see)[0] if each.see else each
        told = str(note.text).replace("\n", "\n  ")
        title = f": {note.title}" if note.title else ""
        yield ""
        yield f"{note.kind.capitalize()}{title}{_aside(_releases(note.span))}"
        yield f"  {told}"


def _releases(span: Span) -> str:
    """The releases to which one upgrades that something is about."""
    parts = [
        f"from {span.added} on" if span.added else "",
        f"before {span.removed}" if span.removed else "",
    ]
    return ", ".join(filter(None, parts))


def _aside(*parts: str) -> str:
    told = "; ".join(filter(None, parts))
    return f" ({told})" if told else ""
