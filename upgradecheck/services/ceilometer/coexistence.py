"""Whether agents of the new release may run beside those of the old one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import yaml

from upgradecheck.baseline import Baseline
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.release import same
from upgradecheck.secret import mask_urls
from upgradecheck.services.ceilometer import names
from upgradecheck.services.ceilometer import normal
from upgradecheck.services.ceilometer import recorded
from upgradecheck.services.ceilometer.files import EVENTS
from upgradecheck.services.ceilometer.files import NOTIFICATION
from upgradecheck.services.ceilometer.files import PIPELINE
from upgradecheck.services.ceilometer.files import POLL
from upgradecheck.services.ceilometer.files import Files
from upgradecheck.snapshot import written

_WAY = ("ceilometer.partial",)
_SAME = (
    "Give the old and the new agents the same file first. If either outcome is welcome "
    "while both run, say so with a waiver."
)
#: As many pollsters that went are named one by one.
_NAMED = 12
_BUILDER = "ceilometer.builder.poll."


def baseline_of(upgrade: Upgrade) -> Baseline:
    """What the old agents have.

    :raises NotVerified: if the operator gave no baseline.
    """
    if upgrade.baseline is None:
        raise NotVerified("there is no baseline of the old agents")
    return upgrade.baseline


@check(
    "ceilometer.notification-coexistence",
    title="Notification agents side by side",
    added="0.1.0",
    needs=("config", "baseline"),
    procedures=_WAY,
)
def notification(upgrade: Upgrade) -> Result:
    """Old and new notification agents have the same pipelines.

    Each notification is taken by one agent, old or new, and goes through the pipelines
    of that one. So ``pipeline.yaml`` and ``event_pipeline.yaml`` are compared with what
    the baseline (``--baseline``) recorded of an old agent, in a form in which the order
    does not count where Ceilometer passes over it; where the operator has no such file,
    the release's own counts. ``[notification] pipelines``, which says which of them are
    used, is compared too, and the operator's own ``gnocchi_resources.yaml``.

    A **failure** names each source and each sink that differs: give both kinds of agents
    the same pipelines until the last old one is gone. A **warning** means that the
    definitions of Gnocchi's resources differ. Passwords in publishers' URLs are not
    compared: a baseline holds none.
    """
    old = baseline_of(upgrade)
    findings: list[Finding] = []
    compared: list[str] = []
    for kind, what in ((PIPELINE, "meters"), (EVENTS, "events")):
        before = recorded.form(old, kind.name)
        found = normal.read(upgrade, kind)
        now = normal.pipeline(found, what)
        compared.append(found.file)
        lines = _lines(found)

        def at(
            group: str,
            name: str,
            where: Mapping[Any, str] = lines,
            file: str = found.file,
        ) -> str:
            return where.get((group, name), file)

        findings += _sources(before["sources"], now["sources"], what, at)
        findings += _sinks(before["sinks"], now["sinks"], at)
    findings += [*_used(upgrade, old), *_stored(upgrade, old)]
    verdict = "differ from" if findings else "are the same as"
    details = (
        f"The pipelines of {' and '.join(compared)} {verdict} those of Ceilometer "
        f"{old.version} in {old.file}."
    )
    return Result.judged(details, findings)


def _lines(found: Any) -> dict[tuple[str, str], str]:
    return {
        (group, str(each["name"])): found.at(group, number)
        for group in ("sources", "sinks")
        for number, each in enumerate(found.value[group])
    }


def _differs(message: str, at: str) -> Finding:
    return Finding(message, at, _SAME, Status.FAILURE)


def _sources(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    what: str,
    at: Callable[[str, str], str],
) -> Iterator[Finding]:
    """How sources differ, one by one."""
    for name in sorted({*before, *now}):
        where = at("sources", name)
        if name not in now:
            yield _differs(
                f"the old agents have a source {name}, the new ones not", where
            )
        elif name not in before:
            yield _differs(
                f"the new agents have a source {name}, the old ones not", where
            )
        else:
            for key in (what, "sinks"):
                told = _told(before[name][key], now[name][key])
                if told:
                    yield _differs(f"the source {name}: {key} {told}", where)


def _sinks(
    before: Mapping[str, Any], now: Mapping[str, Any], at: Callable[[str, str], str]
) -> Iterator[Finding]:
    """How the sinks that are used differ, one by one."""
    for name in sorted({*before, *now}):
        told = _told(before.get(name, ()), now.get(name, ()))
        if told:
            yield _differs(f"the sink {name}: publishers {told}", at("sinks", name))


def _told(before: Sequence[str], now: Sequence[str]) -> str:
    """What only one of two lists has, in words; empty if they are the same."""
    old, new = list(before), list(now)
    for each in before:
        if each in new:
            old.remove(each)
            new.remove(each)
    parts = [
        f"{', '.join(each)} only {who}"
        for each, who in ((old, "with the old agents"), (new, "with the new ones"))
        if each
    ]
    return "; ".join(parts)


def _used(upgrade: Upgrade, old: Baseline) -> Iterator[Finding]:
    place = ("notification", "pipelines")
    same = old.says(place, written(upgrade).get(place))
    if same is False:
        files = Files(upgrade.deployment, upgrade.target)
        yield _differs(
            "[notification] pipelines is not set as with the old agents: they use other "
            "pipelines",
            files.where(NOTIFICATION, place) or "[notification] pipelines",
        )


def _stored(upgrade: Upgrade, old: Baseline) -> Iterator[Finding]:
    """How the operator's own definitions of Gnocchi's resources differ."""
    before = recorded.form(old, "gnocchi_resources.yaml")
    now = normal.gnocchi_file(upgrade)
    if before == now:
        return
    kinds = {*(before or ()), *(now or ())}
    parts = [
        f"{kind} ({told})"
        for kind in sorted(kinds)
        if (told := _told((before or {}).get(kind, ()), (now or {}).get(kind, ())))
    ]
    whose = {(True, False): "only the new agents", (False, True): "only the old agents"}
    only = whose.get((before is None, now is None))
    yield Finding(
        f"{only} have definitions of the operator's own"
        if only
        else f"the metrics of Gnocchi's resources differ: {'; '.join(parts)}",
        "gnocchi_resources.yaml",
        "Give the old and the new agents the same definitions, or see that the "
        "difference is meant.",
        Status.WARNING,
    )


@dataclasses.dataclass(frozen=True)
class Polled:
    """What agents poll.

    :param sources: the sources of their ``polling.yaml``, in one form.
    :param pollsters: the pollsters that they have, by namespace.
    """

    sources: Sequence[Mapping[str, Any]]
    pollsters: Mapping[str, frozenset[str]]

    def of(self, namespace: str) -> dict[str, list[Mapping[str, Any]]]:
        """The pollsters polled in a namespace, and the sources that ask for them."""
        found = {
            name: [s for s in self.sources if names.asks_for(s["meters"], name)]
            for name in sorted(self.pollsters.get(namespace, ()))
        }
        return {name: asking for name, asking in found.items() if asking}


@check(
    "ceilometer.polling-coexistence",
    title="Polling agents side by side",
    added="0.1.0",
    needs=("config", "baseline"),
    procedures=_WAY,
)
def polling(upgrade: Upgrade) -> Result:
    """New polling agents poll nothing that the old ones do not.

    Old and new agents share the work only while they poll the same. What
    ``polling.yaml`` asks for is resolved, wildcards and all, against the pollsters of
    the new release and the dynamic ones, in each namespace (compute, central, ipmi), and
    compared with what the baseline (``--baseline``) recorded of an old agent, resolved
    against the pollsters that its node had; with ``--from``, against those of that
    release.

    A **failure** names the new pollsters, a namespace at a time, each with a
    ``polling.yaml`` for agents of their own, which poll only those, and the
    ``partitioning_group_prefix`` that keeps these agents apart from the others. Leave
    the new pollsters out of the ``polling.yaml`` of all other agents until the last old
    agent is upgraded. What old agents poll and new ones do not is named in the details.
    """
    old = baseline_of(upgrade)
    before = _before(upgrade, old)
    found = normal.read(upgrade, POLL)
    now = Polled(
        [
            {**normal.polled(each), "at": found.at("sources", number), "raw": each}
            for number, each in enumerate(found.value["sources"])
        ],
        _joined(
            names.pollsters(upgrade.target.catalogue.entry_points),
            normal.dynamic_pollsters(upgrade),
        ),
    )
    findings = [*_built(upgrade)]
    gone: list[str] = []
    for namespace in sorted({*before.pollsters, *now.pollsters}):
        was, is_ = before.of(namespace), now.of(namespace)
        new = {name: is_[name] for name in is_ if name not in was}
        gone += [name for name in was if name not in is_]
        if new:
            findings.append(_apart(upgrade, namespace, new))
    old_release = (upgrade.origin.spoken if upgrade.origin else "") or (
        f"Ceilometer {old.version}"
    )
    details = (
        f"{found.file} polls what agents of {old_release} do not poll."
        if findings
        else f"{found.file} polls nothing that agents of {old_release} do not poll."
    )
    if gone:
        named = sorted(set(gone))
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        details += f" No longer polled: {', '.join(named[:_NAMED])}{more}."
    return Result.judged(details, findings)


def _before(upgrade: Upgrade, old: Baseline) -> Polled:
    """What old agents poll.

    :raises NotVerified: if the baseline is of a node without polling agents.
    """
    form = recorded.form(old, POLL.name)
    if form is None:
        raise NotVerified(
            f"{old.file} is of a node without {POLL.name}: what old agents poll is not "
            "known",
            old.file,
            "Make the baseline on a node that runs a polling agent.",
        )
    return Polled(
        form["sources"],
        _joined(_static(upgrade, old), recorded.form(old, "pollsters.d")),
    )


def _static(upgrade: Upgrade, old: Baseline) -> Mapping[str, Sequence[str]]:
    """The pollsters of the old release: those that its node had, of it and of others.

    :raises NotVerified: if the operator names another release, and no catalogue
        tells what it has.
    """
    origin = upgrade.origin
    if origin is None or same(old.version, origin.version):
        had: Mapping[str, Sequence[str]] = recorded.form(old, "pollsters")
        return had
    return names.pollsters(origin.catalogue.entry_points)


def _joined(
    static: Mapping[str, Sequence[str]], dynamic: Mapping[str, Sequence[str]]
) -> dict[str, frozenset[str]]:
    return {
        namespace: frozenset([*static.get(namespace, ()), *dynamic.get(namespace, ())])
        for namespace in {*static, *dynamic}
    }


def _built(upgrade: Upgrade) -> Iterator[Finding]:
    """Pollsters that code makes at run time cannot be told."""
    for group, found in upgrade.target.catalogue.entry_points.items():
        if group.startswith(_BUILDER) and found:
            yield Finding(
                f"{', '.join(found)} of {group} make pollsters when an agent starts: "
                "which ones cannot be told",
                f"entry points {group}",
                "Compare them yourself.",
                Status.WARNING,
            )


def _apart(
    upgrade: Upgrade, namespace: str, new: Mapping[str, list[Mapping[str, Any]]]
) -> Finding:
    """That there are new pollsters in a namespace, and how to poll them apart."""
    sources = list({source["at"]: source for each in new.values() for source in each})
    return Finding(
        f"new pollsters in the namespace {namespace}: {', '.join(new)}",
        sources[0],
        fragment(upgrade.target.version or "new", namespace, new),
        Status.FAILURE,
    )


def fragment(
    version: str, namespace: str, new: Mapping[str, list[Mapping[str, Any]]]
) -> str:
    """A ``polling.yaml`` for agents that poll nothing but some pollsters.

    :param version: the new release's version, which names the agents' group.
    :param new: the pollsters, each with the sources that ask for it.
    """
    by_source: dict[str, list[str]] = {}
    sources: dict[str, Mapping[str, Any]] = {}
    for name, asking in new.items():
        for source in asking:
            sources[source["at"]] = source
            by_source.setdefault(source["at"], []).append(name)
    data = {
        "sources": [
            {
                **_kept(sources[at]["raw"]),
                "name": f"{sources[at]['name']}_new",
                "interval": sources[at]["interval"],
                "meters": by_source[at],
            }
            for at in by_source
        ]
    }
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=False)
    return (
        f"# Let agents of the {namespace} namespace poll these apart. polling.yaml:\n"
        f"{mask_urls(text)}"
        "# ceilometer.conf of these agents:\n"
        "#   [polling]\n"
        f"#   partitioning_group_prefix = new-in-{version}\n"
        "# Leave these meters out of the polling.yaml of all other agents."
    )


def _kept(source: Mapping[Any, Any]) -> dict[Any, Any]:
    kept = ("name", "resources", "discovery", "group_id_coordination_expression")
    return {key: source[key] for key in kept if source.get(key)}
