"""The commands of operators, beside the services' own."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

from tools.bench import amphorae
from tools.bench import hundred
from tools.bench import page
from tools.bench.measure import Cost
from tools.bench.measure import Failed
from tools.bench.measure import Run
from tools.bench.measure import median
from tools.old_octavia import OldOctavia
from upgradecheck import registry
from upgradecheck import release


@dataclasses.dataclass(frozen=True)
class Command:
    """A command to measure.

    :param words: its words; the first one is the program.
    :param spoken: how the table calls it.
    :param fresh: whether the catalogue is removed before each run.
    :param takes_file: whether ``--config-file`` comes before its words.
    :param configuration: the file that comes with it.
    """

    words: tuple[str, ...]
    spoken: str
    fresh: bool = False
    takes_file: bool = True
    configuration: str = "octavia.conf"


_ASK = ("service-status", "upgrade")
LIST = Command((*_ASK, "list"), "``service-status upgrade list``", takes_file=False)
THEIRS = Command(
    ("octavia-status", "upgrade", "check"), "``octavia-status upgrade check``"
)
PLAN = Command(
    (*_ASK, "plan", f"{hundred.NAME}.walk"),
    f"``service-status upgrade plan`` of {hundred.STEPS} steps",
    takes_file=False,
)
CHECKS = Command(
    (*_ASK, "check", hundred.NAME),
    f"``service-status upgrade check`` of the same {hundred.STEPS} checks",
    takes_file=False,
)


def _amphorae(count: int) -> Command:
    return Command(
        (*_ASK, "check", "octavia", "--check", "octavia.amphora-versions"),
        f"``octavia.amphora-versions``, {count} amphorae on MariaDB",
        configuration=amphorae.configuration(count),
    )


def pairs() -> list[tuple[Command, Command]]:
    """What is compared with what; ours first.

    :raises Failed: if too few catalogues ship to compare with.
    """
    origin, target = _releases()
    service = "octavia"
    loaded = registry.load([service])
    # What only the code of a release can answer is left out on both sides.
    code = [each.id for each in loaded.checks_of(service) if "installed" in each.needs]
    without = [word for id in code for word in ("--exclude", id)]
    check = (*_ASK, "check", service)
    ours = Command(
        (*check, "--from", target), "``service-status upgrade check octavia``"
    )
    cold = _cold(ours, "the same, with no catalogue kept yet")
    told = "``upgrade check octavia`` without what needs Octavia's code"
    here = Command((*check, "--from", target, *without), f"{told}: what is installed")
    there = Command(
        (*check, "--from", origin, "--to", target, *without),
        f"{told}: ``--to {target}``, which is not installed",
    )
    return [
        (ours, THEIRS),
        (ours, _validator()),
        (LIST, THEIRS),
        (ours, cold),
        (there, here),
        (there, _cold(here, f"{here.spoken}, with no catalogue kept yet")),
        (PLAN, CHECKS),
        (_amphorae(amphorae.MANY), _amphorae(amphorae.FEW)),
    ]


def _cold(command: Command, spoken: str) -> Command:
    return dataclasses.replace(command, spoken=spoken, fresh=True)


def _releases() -> tuple[str, str]:
    """Two releases of Octavia, one after the other, that are not installed."""
    service = registry.load(["octavia"]).services["octavia"]
    installed = importlib.metadata.version("octavia")
    versions = release.shipped(service).values()
    others = [each for each in versions if not release.same(each, installed)]
    if len(others) < 2:
        raise Failed("octavia: fewer than two catalogues of other releases ship")
    return others[-2], others[-1]


def _validator() -> Command:
    """oslo-config-validator, with the namespaces that we know."""
    service = registry.load(["octavia"]).services["octavia"]
    installed = importlib.metadata.entry_points(group="oslo.config.opts")
    names = {entry.name for entry in installed} & set(service.namespaces)
    words = [word for name in sorted(names) for word in ("--namespace", name)]
    return Command(
        ("oslo-config-validator", *words, "--input-file", "octavia.conf"),
        f"``oslo-config-validator``, {len(names)} namespaces",
        takes_file=False,
    )


def lines(
    deployment: OldOctavia, runs: int, tell: Callable[[str], None]
) -> Iterator[str]:
    """The table of commands.

    :param runs: how often each command of a pair runs.
    :param tell: told what happens, step by step.
    """
    hundred.install(deployment.directory / "installed")
    yield f"Medians of {runs} runs each, in turns, after one to warm up."
    yield ""
    titles = ("Command", "Wall time, s", "Largest process, MiB", "All together, MiB")
    yield from page.table(titles, (46, 18, 18, 18))
    for ours, other in pairs():
        tell(f"{ours.spoken} against {other.spoken}")
        a, b = _measured(deployment, ours, other, runs)
        for command, cost in ((ours, a), (other, b)):
            figures = (
                f"{cost.seconds:.2f}",
                f"{cost.largest:.0f}",
                f"{cost.together:.0f}",
            )
            yield from page.row(command.spoken, *figures)
        yield from page.ratios(
            "ratio",
            a.seconds / b.seconds,
            a.largest / b.largest,
            a.together / b.together,
        )


def _measured(
    deployment: OldOctavia, ours: Command, other: Command, runs: int
) -> tuple[Cost, Cost]:
    """The median cost of each of two commands, run in turns."""
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for turn in range(runs + 1):
        for command, costs in zip((ours, other), found, strict=True):
            cost = _cost(deployment, command)
            if turn:
                costs.append(cost)
    return median(found[0]), median(found[1])


def _cost(deployment: OldOctavia, command: Command) -> Cost:
    """Run a command twice: for time alone, and to watch its memory."""
    run = _run(deployment, command)
    _forget(deployment, command)
    cost = run.timed()
    _forget(deployment, command)
    return dataclasses.replace(cost, together=run.watched())


def _run(deployment: OldOctavia, command: Command) -> Run:
    folder = deployment.directory
    words = deployment.command(*command.words)
    variables = deployment.variables()
    if command.takes_file:
        words[words.index("--config-file") + 1] = command.configuration
    else:
        words = [words[0], *command.words[1:]]
    if hundred.NAME in " ".join(command.words):
        # For these alone: other commands must not read what they do not ask.
        variables["PYTHONPATH"] = str(folder / "installed")
    # What it finds is no matter, but it must have asked.
    return Run(words, variables, folder, folder / "output.log", ends=(0, 1, 2))


def _forget(deployment: OldOctavia, command: Command) -> None:
    if command.fresh:
        kept = Path(deployment.variables()["XDG_CACHE_HOME"]) / "upgradecheck"
        shutil.rmtree(kept, ignore_errors=True)
