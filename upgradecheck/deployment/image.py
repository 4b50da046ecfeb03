"""A connection to the Image service, made the way a service makes its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

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


@contextlib.contextmanager
def told(group: str, where: str | None) -> Iterator[None]:
    """Words every fault of credentials, Keystone and the Image service.

    :param group: the group that holds the credentials.
    :param where: where its ``auth_type`` stands.
    :raises NotVerified: in place of each of their exceptions.
    """
    try:
        yield
    except faults.MissingAuthPlugin:
        reason = f"[{group}] auth_type is not set: there are no credentials"
        remedy = f"Set auth_type and its options in [{group}]."
    except faults.NoMatchingPlugin as fault:
        reason = f"[{group}] auth_type names an unknown plug-in: {fault.name}"
        remedy = "Use password, or install the package that provides the plug-in."
    except faults.MissingRequiredOptions as fault:
        names = ", ".join(opt.dest for opt in fault.options)
        reason = f"[{group}] lacks {names}"
        remedy = f"Set {names} in [{group}]."
    except faults.OptionError as fault:
        reason = f"[{group}] is not complete: {fault}"
        remedy = f"Complete the options of [{group}]."
    except faults.Unauthorized:
        reason = f"Keystone or the Image service refuses the credentials of [{group}]"
        reason += " (401)"
        remedy = "Look at the user, the password and the project, and at their domains."
    except faults.Forbidden:
        reason = f"the credentials of [{group}] may not list images (403)"
        remedy = "Give the service's user the role that its own programs need."
    except faults.BadRequest as fault:
        reason = f"Keystone refuses the request of [{group}]: {fault.message}"
        remedy = "Look whether the user's name and the domains are set."
    except faults.SSLError as fault:
        reason = f"the TLS connection failed: {_last(fault)}"
        remedy = "Look at cafile and insecure, and at the server's certificate."
    except (faults.ConnectTimeout, requests.Timeout):
        reason = "the server did not answer in time"
        remedy = "Look whether its address is reached from this machine."
    except faults.ConnectFailure as fault:
        reason = f"cannot connect: {_last(fault)}"
        remedy = "Look whether the server runs and is reached from this machine."
    except (
        faults.EndpointNotFound,
        openstack_faults.ServiceDisabledException,
    ) as fault:
        reason = f"the service catalogue has no such Image service: {_last(fault)}"
        remedy = "Look at the region, the interface and the service's name."
    except (
        faults.DiscoveryFailure,
        openstack_faults.ServiceDiscoveryException,
    ) as fault:
        reason = f"no Image service answers there: {_last(fault)}"
        remedy = "Look at the endpoint, and whether the service runs."
    except openstack_faults.HttpException as fault:
        reason = f"the Image service answers with an error: {_http(fault)}"
        remedy = "Look at the Image service's own log."
    except faults.HttpError as fault:
        reason = f"Keystone or the Image service answers with an error: {_http(fault)}"
        remedy = "Look at that service's own log."
    except (faults.ClientException, openstack_faults.SDKException) as fault:
        reason = f"{type(fault).__name__}: {_last(fault)}"
        remedy = f"Look at the options of [{group}]."
    except requests.RequestException as fault:
        reason = f"the connection broke: {_last(fault)}"
        remedy = "Look whether the server runs and is reached from this machine."
    else:
        return
    raise NotVerified(reason, where or f"[{group}]", remedy) from None


def _http(fault: Any) -> str:
    status = getattr(fault, "status_code", None) or getattr(fault, "http_status", None)
    first = _last(fault)
    return f"{status}: {first}" if status and str(status) not in first else first


def _last(fault: BaseException) -> str:
    """A short form of a message: servers answer with whole pages."""
    text = " ".join(str(fault).split())
    return text if len(text) <= 200 else f"{text[:200]}..."
