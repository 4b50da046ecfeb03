"""The registry: every service and check that is installed, and every fault."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import os
import re
import sys
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from stevedore import extension

from upgradecheck import entries
from upgradecheck import installed
from upgradecheck import isolation
from upgradecheck.check import Check
from upgradecheck.isolation import Interrupted
from upgradecheck.service import Service

if TYPE_CHECKING:
    from upgradecheck.mistake import Mistake
    from upgradecheck.mistake import Mistaken
    from upgradecheck.procedure import Procedure

CHECKS = "upgradecheck.checks"
SERVICES = "upgradecheck.services"
#: Seconds that loading one entry may take.
_LOAD_TIMEOUT = 30
#: The distribution whose definitions are bundled, and give way to others.
OURS = "upgradecheck"


@dataclasses.dataclass(frozen=True)
class Provider:
    """The distribution that provides something.

    :param name: the distribution's name; empty if it is not known.
    :param version: its version.
    """

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip() or "an unknown distribution"


@dataclasses.dataclass(frozen=True)
class Problem:
    """An entry that could not join the registry.

    :param entry: the entry point's name: a check's id or a service's name.
    :param reason: what is wrong with it, in a sentence.
    :param provider: whose entry it is.
    :param remedy: what to do.
    :param mistakes: what is wrong in its file, of a procedure that is refused;
        the reason names them all.
    """

    entry: str
    reason: str
    provider: Provider
    remedy: str
    mistakes: tuple[Mistake, ...] = ()

    @property
    def service(self) -> str:
        """The service it belongs to."""
        return self.entry.partition(".")[0]


@dataclasses.dataclass
class Registry:
    """All that is installed, by name, in a fixed order.

    :param services: the services.
    :param checks: the checks.
    :param problems: what could not join, each to be reported.
    :param replaced: services whose own distribution took our definition's place.
    """

    services: dict[str, Service] = dataclasses.field(default_factory=dict)
    checks: dict[str, Check] = dataclasses.field(default_factory=dict)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    replaced: set[str] = dataclasses.field(default_factory=set)
    providers: dict[str, Provider] = dataclasses.field(default_factory=dict)

    def checks_of(self, service: str) -> list[Check]:
        """The checks of one service, in the registry's order."""
        return [check for check in self.checks.values() if check.service == service]

    def problems_of(self, service: str) -> list[Problem]:
        """The problems of one service's entries."""
        return [each for each in self.problems if each.service == service]


class _Entries(extension.ExtensionManager[Any]):
    """stevedore's loader, over entry points that are read anew.

    stevedore keeps them on disk, told apart by times of change rounded to two
    minutes: a check installed just now would be missing, silently.
    """

    def __init__(
        self,
        group: str,
        wanted: Callable[[str], bool],
        failed: Callable[[importlib.metadata.EntryPoint, BaseException], None],
    ) -> None:
        self._wanted = wanted
        super().__init__(
            group, on_load_failure_callback=lambda _manager, entry, f: failed(entry, f)
        )

    def list_entry_points(self) -> list[Any]:
        return [
            _Guarded(entry)
            for entry in entries.of_group(self.namespace)
            if self._wanted(entry.name)
        ]


class _LoadFailure(Exception):
    """A module that ends the process, or tries to, while it is imported."""


class _Guarded:
    """An entry point whose module can neither print nor exit on loading."""

    def __init__(self, entry: importlib.metadata.EntryPoint) -> None:
        self.name, self.value, self.dist = entry.name, entry.value, entry.dist
        self.group = entry.group
        self._entry = entry

    def load(self) -> Any:
        """The object.

        :raises Exception: whatever the module raises; nothing worse.
        """
        if entries.owner(self._entry)[0] != OURS and not self._is_there():
            self._try()
        try:
            with _no_output():
                return self._entry.load()
        except Interrupted:
            raise
        except BaseException as fault:
            # stevedore passes AssertionError on, and what is no Exception.
            if isinstance(fault, Exception) and not isinstance(fault, AssertionError):
                raise
            raise _LoadFailure(f"{type(fault).__name__} {fault}".strip()) from None

    def _is_there(self) -> bool:
        """Whether its module ran here already, for another entry, and made it."""
        module = sys.modules.get(self._entry.module)
        return self._entry.attr in getattr(module, "__dict__", ())

    def _try(self) -> None:
        """Load it in a process of its own first: it might end this one, or hang.

        :raises _LoadFailure: if it did.
        """

        def loads() -> None:
            # What it raises, the load in this process will raise again.
            with contextlib.suppress(Exception):
                self._entry.load()

        outcome = isolation.run(loads, _LOAD_TIMEOUT)
        if outcome.raised is not None and outcome.raised.kind != "KeyboardInterrupt":
            raise _LoadFailure(f"it raised {outcome.raised.kind}")
        if outcome.fault is not None:
            raise _LoadFailure(f"its module {outcome.fault}")


@contextlib.contextmanager
def _no_output() -> Iterator[None]:
    """Standard output belongs to the report: what is printed goes elsewhere."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def load(services: Collection[str] | None = None) -> Registry:
    """Everything that is installed.

    :param services: only what belongs to these services; by default all.
    """
    registry = Registry()
    wanted = None if services is None else set(services)

    def is_wanted(name: str) -> bool:
        return wanted is None or name.partition(".")[0] in wanted

    _load_services(registry, is_wanted)
    _load_checks(registry, is_wanted)
    registry.checks = dict(sorted(registry.checks.items(), key=_order(registry)))
    registry.services = dict(sorted(registry.services.items()))
    registry.problems.sort(key=lambda each: (each.entry, str(each.provider)))
    return registry


def _order(registry: Registry) -> Callable[[tuple[str, Check]], Any]:
    """Service by service, the families first, the rest by id."""
    families = ("release-path", "config-options", "policy-file", "database-revision")

    def key(item: tuple[str, Check]) -> Any:
        service, _, slug = item[0].partition(".")
        first = families.index(slug) if slug in families else len(families)
        return service, first, slug

    return key


def names() -> list[str]:
    """The names of all services that have a definition or a check; sorted."""
    found = {
        entry.name.partition(".")[0]
        for group in (CHECKS, SERVICES)
        for entry in entries.of_group(group)
    }
    return sorted(found)


def _provider(entry: Any) -> Provider:
    return Provider(*entries.owner(entry))


def _entries(
    registry: Registry, group: str, is_wanted: Callable[[str], bool]
) -> list[extension.Extension[Any]]:
    def failed(entry: importlib.metadata.EntryPoint, fault: BaseException) -> None:
        provider = _provider(entry)
        registry.problems.append(
            Problem(
                entry.name,
                f"{entry.value} of {provider} does not load: "
                f"{type(fault).__name__}: {fault}",
                provider,
                f"Install {provider.name or 'that distribution'} anew, or remove it.",
            )
        )

    manager = _Entries(group, is_wanted, failed)
    return sorted(
        manager.extensions,
        key=lambda e: (e.name, _rank(e.name, _provider(e.entry_point))),
    )


def _rank(name: str, provider: Provider) -> tuple[int, str]:
    """Who comes first to a name: the service's own distribution, then ours."""
    service = name.partition(".")[0]
    if _same(provider.name, service):
        return 0, provider.name
    return (1 if provider.name == OURS else 2), provider.name


def _same(distribution: str, service: str) -> bool:
    return re.sub(r"[-_.]+", "-", distribution).lower() == service


def _load_services(registry: Registry, is_wanted: Callable[[str], bool]) -> None:
    for each in _entries(registry, SERVICES, is_wanted):
        provider = _provider(each.entry_point)
        value: Any = each.plugin
        if not isinstance(value, Service):
            reason = f"is no Service but {type(value).__name__}"
        elif value.name != each.name:
            reason = f"is registered as {each.name} but names itself {value.name}"
        elif each.name not in registry.services:
            registry.services[each.name] = installed.completed(value)
            registry.providers[each.name] = provider
            continue
        elif registry.providers[each.name].name == OURS:
            # A definition from outside takes the place of ours as a whole.
            registry.services[each.name] = installed.completed(value)
            registry.providers[each.name] = provider
            registry.replaced.add(each.name)
            continue
        elif provider.name == OURS:
            registry.replaced.add(each.name)
            continue
        else:
            reason = (
                f"is defined by {registry.providers[each.name]} already; only one "
                "definition can hold"
            )
        _refuse(registry, each, reason)


def _load_checks(registry: Registry, is_wanted: Callable[[str], bool]) -> None:
    functions: dict[int, str] = {}
    for each in _entries(registry, CHECKS, is_wanted):
        provider = _provider(each.entry_point)
        value: Any = each.plugin
        service = each.name.partition(".")[0]
        if service in registry.replaced and provider.name == OURS:
            continue
        if not isinstance(value, Check):
            reason = (
                f"is no check but {type(value).__name__}; make it one with "
                "upgradecheck.check"
            )
        elif value.id != each.name:
            if id(value.function) in functions:
                reason = (
                    f"is the check {functions[id(value.function)]} a second time; a "
                    "function is registered once"
                )
            else:
                reason = f"is registered as {each.name} but declares the id {value.id}"
        elif each.name in registry.checks:
            reason = f"is provided by {registry.providers[each.name]} already"
        elif id(value.function) in functions:
            reason = (
                f"has the function of {functions[id(value.function)]}; a function is "
                "registered under one id"
            )
        else:
            registry.checks[each.name] = value
            registry.providers[each.name] = provider
            functions[id(value.function)] = each.name
            if service not in registry.services:
                registry.services[service] = _implied(service, provider)
            registry.providers.setdefault(service, provider)
            continue
        _refuse(registry, each, reason)


def procedures_of(registry: Registry) -> dict[str, Procedure]:
    """The procedures of the registry's services, by name.

    One that is refused is a problem of the registry. They are not loaded with it:
    whoever asks checks need not wait for them.
    """
    from upgradecheck import procedure

    known = {*registry.checks, *(each.entry for each in registry.problems)}
    found: dict[str, Procedure] = {}

    def refuse(name: str, fault: Mistaken) -> None:
        provider = registry.providers[name.partition(".")[0]]
        reason = f"{name} of {provider} is no procedure:\n{fault}"
        remedy = f"Correct the file, or install {provider} anew."
        problem = Problem(name, reason, provider, remedy, fault.mistakes)
        registry.problems.append(problem)

    for service in registry.services.values():
        if not service.procedures:
            continue
        for each in procedure.load_folder(
            service.procedures, service.name, refuse, known
        ):
            found[each.name] = each
    return found


def _implied(service: str, provider: Provider) -> Service:
    """A service of which nothing is known but that there are checks for it."""
    distribution = provider.name if _same(provider.name, service) else service
    return installed.completed(Service(service, distribution=distribution))


def _refuse(registry: Registry, each: extension.Extension[Any], reason: str) -> None:
    provider = _provider(each.entry_point)
    registry.problems.append(
        Problem(
            each.name,
            f"{each.entry_point.value} of {provider} {reason}",
            provider,
            f"Correct the entry points of {provider.name or 'that distribution'}, or "
            "remove it.",
        )
    )


def find(ids: Iterable[str], registry: Registry) -> list[str]:
    """Those of some ids that the registry knows neither as check nor as problem."""
    known = {*registry.checks, *(each.entry for each in registry.problems)}
    return [each for each in ids if each not in known]
