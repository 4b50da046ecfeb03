"""A connection to the Image service, made the way a service makes its own."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

import openstack.connection
import requests
from keystoneauth1 import exceptions as faults
from keystoneauth1 import loading
from openstack import exceptions as openstack_faults

from upgradecheck.check import NotVerified
from upgradecheck.deployment.configuration import Configuration

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
) -> openstack.connection.Connection:
    """A connection with the credentials of one group of the configuration.

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
    return openstack.connection.Connection(
        session=session,
        region_name=region,
        image_interface=_interface(interface),
        image_service_name=service_name,
        image_endpoint_override=endpoint,
        image_api_version="2",
    )


def _interface(name: str | None) -> str | None:
    """``public`` for ``publicURL``, the older form that services still take."""
    return name.removesuffix("URL") if name else None


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
        (faults.Forbidden, openstack_faults.ForbiddenException),
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
        (faults.EndpointNotFound, openstack_faults.ServiceDisabledException),
        "the service catalogue has no such Image service: {text}",
        "Look at the region, the interface and the service's name.",
    ),
    _Fault(
        (faults.DiscoveryFailure, openstack_faults.ServiceDiscoveryException),
        "no Image service answers there: {text}",
        "Look at the endpoint, and whether the service runs.",
    ),
    _Fault(
        (faults.HttpError, openstack_faults.HttpException),
        "Keystone or the Image service answers with an error: {text}",
        "Look at that service's own log.",
    ),
    _Fault(
        (
            faults.ClientException,
            openstack_faults.SDKException,
            requests.RequestException,
        ),
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
