"""A check family: one question that is asked of many services."""

from __future__ import annotations

import functools
from typing import ClassVar

from upgradecheck.check import Check
from upgradecheck.check import Phase
from upgradecheck.check import Result
from upgradecheck.check import Upgrade
from upgradecheck.service import Service
from upgradecheck.service import name_of


class Family(Check):
    """The check ``<service>.<slug>`` of a service.

    A family is a subclass that says what is asked; a service's check is an
    instance of it.

    :param service: the service, or its name.
    :param added: the version of your distribution in which it appeared.
    """

    slug: ClassVar[str]
    heading: ClassVar[str]
    when: ClassVar[Phase] = Phase.BEFORE
    wants: ClassVar[tuple[str, ...]] = ("config",)
    prose: ClassVar[str]
    ask: ClassVar[staticmethod[[Upgrade], Result]]

    def __init__(self, service: str | Service, added: str = "0.1.0") -> None:
        super().__init__(
            id=f"{name_of(service)}.{self.slug}",
            title=self.heading,
            # A new object: each service's check is registered by its own function.
            function=functools.partial(type(self).ask),
            added=added,
            phase=self.when,
            needs=self.wants,
            text=self.prose,
        )
