"""A connection to the Image service, made the way a service makes its own."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import requests
from keystoneauth1 import exceptions as faults
from keystoneauth1 import loading
from keystoneauth1.adapter import Adapter

from upgradecheck.check import NotVerified
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.secret import mask_urls

#: Seconds to wait for one answer.
ANSWER_TIMEOUT = 20


def connect(
    configuration: Configuration,
    group: str,
    *,
    region: str | None,
    interface: str | None,
    service_name: str | None,
    endpoint: str | None,
    verify: bool | str | None,
) -> Adapter:
    """An adapter with the credentials of one group of the configuration.

    The arguments are those of :meth:`upgradecheck.deployment.Deployment.image`.

    :raises NotVerified: if the credentials are no good.
    """
    conf = configuration.bare()
    with told(group, configuration.where(group, "auth_type")):
        loading.register_session_conf_options(conf, group)
        loading.register_auth_conf_options(conf, group)
        auth = loading.load_auth_from_conf_options(conf, group)
        if auth is None:
            raise faults.MissingAuthPlugin
        session = loading.load_session_from_conf_options(conf, group, auth=auth)
    if verify is not None:
        session.verify = verify
    session.timeout = session.timeout or ANSWER_TIMEOUT
    return Adapter(
        session,
        service_type="image",
        region_name=region,
        interface=interface,
        service_name=service_name,
        endpoint_override=endpoint,
        user_agent="upgradecheck",
    )


def images(
    adapter: Adapter, group: str, where: str | None, **query: str | int | None
) -> list[Image]:
    """One page of images, and never more: a server may page for ever.

    Asks as glanceclient does, which Octavia uses: the path is put behind the
    endpoint as it stands, without asking the server for its versions.

    :param group: the group that holds the credentials, for the messages.
    :param where: where to look first if it fails, as ``file:line``.
    :param query: the filters of Glance's API; those that are None are left out.
    :raises NotVerified: if the Image service does not answer properly.
    """
    given = {key: value for key, value in query.items() if value is not None}
    with told(group, where):
        answer = adapter.get("/v2/images", params=given)
    try:
        page = answer.json()["images"]
        return [Image.of(each) for each in page]
    except (ValueError, LookupError, TypeError, AttributeError):
        kind = answer.headers.get("Content-Type", "no type at all")
        raise NotVerified(
            f"what answers at {mask_urls(answer.url.partition('?')[0])} is no Image "
            f"service: it sends no list of images but {kind}",
            where,
            "Look whether the endpoint, or the service catalogue, leads to the Image "
            "service and not to another web server.",
        ) from None


@dataclasses.dataclass(frozen=True)
class Image:
    """An image, as far as a boot depends on it."""

    id: str
    name: str
    owner: str
    status: str
    hidden: bool
    created: str

    @classmethod
    def of(cls, data: Any) -> Image:
        """An image out of the Image service's answer.

        :raises LookupError, TypeError: if it is no image.
        """
        return cls(
            str(data["id"]),
            str(data.get("name") or ""),
            str(data.get("owner") or ""),
            str(data["status"]),
            bool(data.get("os_hidden")),
            str(data.get("created_at") or ""),
        )


@dataclasses.dataclass(frozen=True)
class _Fault:
    """How one kind of exception is told.

    :param kinds: the exceptions.
    :param reason: what happened; ``{group}`` and ``{text}`` are filled in.
    :param remedy: what to try.
    """

    kinds: tuple[type[BaseException], ...]
    reason: str
    remedy: str


# The first that fits counts, so the special ones come before the general.
_FAULTS = (
    _Fault(
        (faults.MissingAuthPlugin,),
        "[{group}] auth_type is not set: there are no credentials",
        "Set auth_type and its options in [{group}].",
    ),
    _Fault(
        (faults.NoMatchingPlugin,),
        "[{group}] auth_type names an unknown plug-in: {text}",
        "Use password, or install the package that provides the plug-in.",
    ),
    _Fault(
        (faults.OptionError,),
        "[{group}] is not complete: {text}",
        "Complete the options of [{group}].",
    ),
    _Fault(
        (faults.Unauthorized,),
        "Keystone or the Image service refuses the credentials of [{group}] (401)",
        "Look at the user, the password and the project, and at their domains.",
    ),
    _Fault(
        (faults.Forbidden,),
        "the credentials of [{group}] may not list images (403)",
        "Give the service's user the role that its own programs need.",
    ),
    _Fault(
        (faults.BadRequest,),
        "Keystone refuses the request of [{group}] (400): {text}",
        "Look whether the user's name and the domains are set.",
    ),
    _Fault(
        (faults.SSLError, requests.exceptions.SSLError),
        "the TLS connection failed: {text}",
        "Look at cafile and insecure, and at the server's certificate.",
    ),
    _Fault(
        (faults.ConnectTimeout, requests.Timeout),
        "the server did not answer in time",
        "Look whether its address is reached from this machine.",
    ),
    _Fault(
        (faults.ConnectFailure,),
        "cannot connect: {text}",
        "Look whether the server runs and is reached from this machine.",
    ),
    _Fault(
        (faults.EndpointNotFound,),
        "the service catalogue has no such Image service: {text}",
        "Look at the region, the interface and the service's name.",
    ),
    _Fault(
        (faults.DiscoveryFailure,),
        "no Image service answers there: {text}",
        "Look at the endpoint, and whether the service runs.",
    ),
    _Fault(
        (faults.HttpError,),
        "Keystone or the Image service answers with an error: {text}",
        "Look at that service's own log.",
    ),
    _Fault(
        (faults.ClientException, requests.RequestException),
        "the connection broke: {text}",
        "Look whether the server runs and is reached from this machine.",
    ),
)


@contextlib.contextmanager
def told(group: str, where: str | None) -> Iterator[None]:
    """Words every fault of credentials, Keystone and the Image service.

    :param group: the group that holds the credentials.
    :param where: where to look first, as ``file:line``.
    :raises NotVerified: in place of each of their exceptions.
    """
    try:
        yield
    except tuple(kind for fault in _FAULTS for kind in fault.kinds) as raised:
        fault = next(fault for fault in _FAULTS if isinstance(raised, fault.kinds))
        raise NotVerified(
            fault.reason.format(group=group, text=_short(raised)),
            where or f"[{group}]",
            fault.remedy.format(group=group),
        ) from None


def _short(fault: BaseException) -> str:
    """A short form of a message, with its status: servers answer whole pages."""
    text = " ".join(str(fault).split())
    text = text if len(text) <= 200 else f"{text[:200]}..."
    status = getattr(fault, "status_code", None) or getattr(fault, "http_status", None)
    return f"{status}: {text}" if status and str(status) not in text else text
