"""A connection to the Image service, made the way a service makes its own."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import requests
from keystoneauth1 import exceptions as faults
from keystoneauth1 import loading
from keystoneauth1.adapter import Adapter
from keystoneauth1.session import Session

from upgradecheck.check import NotVerified
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.secret import mask_urls

#: Seconds to wait for one answer.
ANSWER_TIMEOUT = 20

# Lines of C, numbers of errors and of requests.
_NOISE = re.compile(r"\s*\(_ssl\.c:\d+\)|\[Errno -?\d+\]\s*|\s*\(Request-ID: [^)]*\)")
_KEYSTONE = "Keystone"
_IMAGE_SERVICE = "the Image service"


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
    where = configuration.where
    with told(_KEYSTONE, group, where(group, "auth_type")):
        loading.register_session_conf_options(conf, group)
        loading.register_auth_conf_options(conf, group)
        auth = loading.load_auth_from_conf_options(conf, group)
        if auth is None:
            raise faults.MissingAuthPlugin
        session = loading.load_session_from_conf_options(conf, group, auth=auth)
    session.timeout = session.timeout or ANSWER_TIMEOUT
    with told(_KEYSTONE, group, where(group, "auth_url") or where(group, "auth_type")):
        # Now, so that a refusal is known to be Keystone's.
        session.get_auth_headers()
    return _Adapter(
        session,
        verify,
        service_type="image",
        region_name=region,
        interface=interface,
        service_name=service_name,
        endpoint_override=endpoint,
        user_agent="upgradecheck",
    )


class _Adapter(Adapter):
    """An adapter whose TLS options hold for its service, not for Keystone.

    :param verify: as requests takes it; None leaves it to the session.
    """

    def __init__(
        self, session: Session, verify: bool | str | None, **options: Any
    ) -> None:
        super().__init__(session, **options)
        self._verify = verify

    def request(self, url: str, method: str, **kwargs: Any) -> requests.Response:
        if self._verify is not None:
            kwargs.setdefault("verify", self._verify)
        return super().request(url, method, **kwargs)


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
    with told(_IMAGE_SERVICE, group, where):
        answer = adapter.get("/v2/images", params=given)
    try:
        page = answer.json()["images"]
        if not isinstance(page, list):
            raise TypeError
        return [Image.of(each) for each in page]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
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
    visibility: str
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
            str(data.get("visibility") or ""),
            str(data.get("created_at") or ""),
        )


@dataclasses.dataclass(frozen=True)
class _Fault:
    """How one kind of exception is told.

    :param kinds: the exceptions.
    :param reason: what happened; ``{who}``, ``{group}`` and ``{text}`` are
        filled in.
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
        "{who} refuses the credentials of [{group}] (401)",
        "Look at the user, the password and the project, and at their domains.",
    ),
    _Fault(
        (faults.Forbidden,),
        "{who} forbids what the credentials of [{group}] are for (403)",
        "Give the service's user the role that its own programs need.",
    ),
    _Fault(
        (faults.BadRequest,),
        "{who} refuses the request of [{group}] (400): {text}",
        "Look whether the user's name and the domains are set.",
    ),
    _Fault(
        (faults.NotFound,),
        "{who} is not at its address (404)",
        "Look at the path of the address: of the Image service's the service's own "
        "programs ask for /v2/images below it, so it must not end in /v2 itself.",
    ),
    _Fault(
        (faults.SSLError, requests.exceptions.SSLError),
        "the TLS connection to {who} failed: {text}",
        "Look at the authority's certificate and at insecure, in the group that holds "
        "the address, and at the server's certificate.",
    ),
    _Fault(
        (faults.ConnectTimeout, requests.Timeout),
        "{who} did not answer in time",
        "Look whether its address is reached from this machine.",
    ),
    _Fault(
        (faults.ConnectFailure,),
        "cannot connect to {who}: {text}",
        "Look whether the server runs and is reached from this machine.",
    ),
    _Fault(
        (faults.EndpointNotFound,),
        "the service catalogue has no such Image service: {text}",
        "Look at the region, the interface and the service's name, and whether the "
        "credentials name a project.",
    ),
    _Fault(
        (faults.DiscoveryFailure,),
        "what answers is not {who}: {text}",
        "Look at the address, and whether the service runs.",
    ),
    _Fault(
        (faults.HttpError,),
        "{who} answers with an error: {text}",
        "Look at that service's own log.",
    ),
    _Fault(
        (ValueError,),
        "the address of {who} cannot be used: {text}",
        "Write it as http://HOST:PORT or https://HOST:PORT.",
    ),
    _Fault(
        (faults.ClientException, requests.RequestException),
        "the connection to {who} broke: {text}",
        "Look whether the server runs and is reached from this machine.",
    ),
    _Fault(
        (OSError,),
        "cannot connect to {who}: {text}",
        "Look whether the certificate files exist and may be read by this user.",
    ),
)


@contextlib.contextmanager
def told(who: str, group: str, where: str | None) -> Iterator[None]:
    """Words every fault of credentials, Keystone and the Image service.

    :param who: which of the two is asked, in words.
    :param group: the group that holds the credentials.
    :param where: where to look first, as ``file:line``.
    :raises NotVerified: in place of each of their exceptions.
    """
    try:
        yield
    except tuple(kind for fault in _FAULTS for kind in fault.kinds) as raised:
        # What keystoneauth does not know, it wraps.
        causes = (getattr(raised, "original", raised), raised)
        cause, fault = next(
            (cause, fault)
            for cause in causes
            for fault in _FAULTS
            if isinstance(cause, fault.kinds)
        )
        raise NotVerified(
            fault.reason.format(
                who=f"{who}{_address(cause)}", group=group, text=_text(cause)
            ),
            where or f"[{group}]",
            fault.remedy.format(group=group),
        ) from None


def _text(fault: BaseException) -> str:
    """A message, short, since servers answer whole pages, and always the same."""
    if isinstance(fault, faults.ConnectionError | requests.RequestException | OSError):
        return _short(_chain(fault)[-1])
    text = _short(fault)
    status = getattr(fault, "http_status", None)
    return f"{status}: {text}" if status and str(status) not in text else text


def _address(fault: BaseException) -> str:
    """Where the server is that could not be asked, in words."""
    for each in _chain(fault):
        url = getattr(getattr(each, "request", None), "url", None)
        if url:
            parts = urllib.parse.urlsplit(url)
            return f" at {parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return ""


def _chain(fault: BaseException) -> list[BaseException]:
    """A fault and what led to it: each library words it anew, and adds noise."""
    chain = [fault]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    return chain


def _short(fault: BaseException) -> str:
    """A message in one line, without what differs from one time to the next."""
    text = getattr(fault, "strerror", None) or str(fault)
    text = _NOISE.sub("", " ".join(text.split()))
    return text if len(text) <= 200 else f"{text[:200]}..."
