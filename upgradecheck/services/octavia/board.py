"""The backends of a job board: each is connected to, asked who it is, and left.

The options are those that ``octavia.controller.worker.v2.taskflow_jobboard_driver``
of Octavia 19.0.0 passes on to taskflow, made into the arguments of each library as
taskflow 6.5.0 makes them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import ssl
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from upgradecheck.check import NotVerified

#: Seconds to wait for a backend that does not answer.
PATIENCE = 5
#: The oldest Redis that taskflow's job board works with.
OLDEST_REDIS = (2, 6)

#: The value of an option of ``[task_flow]``.
Value = Callable[[str], Any]


class Unreachable(Exception):
    """A backend does not answer as it must.

    :param place: which one, with its address.
    :param reason: the rest of a sentence about it.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place} {reason}")
        self.place = place
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Backend:
    """A kind of backend.

    :param name: the name people know.
    :param module: the library that speaks to it, and the extra that brings it.
    :param extra: that extra.
    :param ask: asks who it is; the answer in words.
    """

    name: str
    module: str
    extra: str
    ask: Callable[[Value], str]

    @contextlib.contextmanager
    def library(self, where: str | None) -> Iterator[None]:
        """Where the library may be imported.

        :param where: where the backend is chosen.
        :raises NotVerified: if it is not installed here.
        """
        try:
            yield
        except ModuleNotFoundError as fault:
            if (fault.name or "").partition(".")[0] != self.module:
                raise
            raise NotVerified(
                f"whether {self.name} answers needs {self.module}, not installed here",
                where or f"extra {self.extra}",
                f"pip install 'upgradecheck[{self.extra}]'",
            ) from None


def _address(value: Value, host: str) -> str:
    shown = f"[{host}]" if ":" in host and host[0] != "[" else host
    return f"{shown}:{value('jobboard_backend_port')}"


def _hosts(value: Value, name: str) -> list[str]:
    hosts = [str(each) for each in value("jobboard_backend_hosts") or ()]
    if not hosts:
        raise Unreachable(name, "has no host in jobboard_backend_hosts")
    return hosts


def _tls(options: Any) -> dict[str, Any]:
    """redis' arguments for TLS; none where it is not wanted."""
    given = {k: v for k, v in (options or {}).items() if v not in (None, "")}
    if not _is_true(given.get("ssl")):
        return {}
    names = ("ssl_keyfile", "ssl_certfile", "ssl_ca_certs", "ssl_cert_reqs")
    return {"ssl": True, **{name: given[name] for name in names if name in given}}


def _is_true(value: Any) -> bool:
    from oslo_utils import strutils

    return bool(strutils.bool_from_string(value))


def _present(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def redis(value: Value) -> str:
    """Ask Redis, or the master that its Sentinels name.

    :raises Unreachable: if it does not answer as it must.
    :raises ModuleNotFoundError: if redis is not installed.
    """
    import redis as library
    from redis.backoff import NoBackoff
    from redis.retry import Retry
    from redis.sentinel import Sentinel

    first, *others = _hosts(value, "Redis")
    port, master = value("jobboard_backend_port"), value("jobboard_redis_sentinel")
    place = f"Redis at {_address(value, first)}"
    patience: dict[str, Any] = {
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        # By default it is patient many times over.
        "retry": Retry(NoBackoff(), 0),
    }
    arguments = {
        "db": value("jobboard_redis_backend_db"),
        **patience,
        **_tls(value("jobboard_redis_backend_ssl_options")),
        **_present(
            username=value("jobboard_backend_username"),
            password=value("jobboard_backend_password"),
        ),
    }
    try:
        client: Any
        if master:
            place = f"Redis {master}, by the Sentinels of {_address(value, first)}"
            sentinels = Sentinel(  # type: ignore[no-untyped-call]
                [(host, port) for host in (first, *others)],
                sentinel_kwargs={
                    **patience,
                    **_tls(value("jobboard_redis_sentinel_ssl_options")),
                    **_present(
                        username=value("jobboard_redis_sentinel_username"),
                        password=value("jobboard_redis_sentinel_password"),
                    ),
                },
                **arguments,
            )
            client = sentinels.master_for(master)  # type: ignore[no-untyped-call]
        else:
            client = library.Redis(host=first, port=port, **arguments)
        with contextlib.closing(client):
            client.ping()
            server, replication = client.info("server"), client.info("replication")
    except (library.RedisError, OSError, ValueError, TypeError) as fault:
        raise Unreachable(place, f"does not answer: {_told(fault)}") from None
    version = str(server.get("redis_version", ""))
    if _numbers(version)[:2] < OLDEST_REDIS:
        oldest = ".".join(map(str, OLDEST_REDIS))
        raise Unreachable(place, f"is {version or 'too old'}; it must be {oldest}")
    if replication.get("role") == "slave" and replication.get("slave_read_only"):
        raise Unreachable(place, "is a replica that may only be read")
    return place.replace("Redis", f"Redis {version}", 1)


def zookeeper(value: Value) -> str:
    """Ask ZooKeeper for a session.

    :raises Unreachable: if it gives none.
    :raises ModuleNotFoundError: if kazoo is not installed.
    """
    from kazoo.client import KazooClient
    from kazoo.exceptions import KazooException
    from kazoo.handlers.threading import KazooTimeoutError

    hosts = ",".join(_address(value, host) for host in _hosts(value, "ZooKeeper"))
    options = value("jobboard_zookeeper_ssl_options") or {}
    arguments = {
        name: options[name]
        for name in ("keyfile", "keyfile_password", "certfile")
        if options.get(name)
    }
    # More options than these taskflow does not pass on.
    client = KazooClient(
        hosts=hosts,
        use_ssl=_is_true(options.get("use_ssl")),
        verify_certs=_is_true(options.get("verify_certs", True)),
        **arguments,
    )
    try:
        client.start(timeout=PATIENCE)
        version = ".".join(map(str, client.server_version()))
    except (KazooException, KazooTimeoutError, OSError, ValueError) as fault:
        told = _told(fault)
        raise Unreachable(f"ZooKeeper at {hosts}", f"does not answer: {told}") from None
    finally:
        client.stop()
        client.close()
    return f"ZooKeeper {version} at {hosts}"


def etcd(value: Value) -> str:
    """Ask etcd for its status.

    :raises Unreachable: if it does not tell.
    :raises ModuleNotFoundError: if etcd3gw is not installed.
    """
    import requests
    from etcd3gw import Etcd3Client
    from etcd3gw.exceptions import Etcd3Exception

    host = _hosts(value, "etcd")[0]
    options = value("jobboard_etcd_ssl_options") or {}
    arguments: dict[str, Any] = {"host": host, "port": value("jobboard_backend_port")}
    if _is_true(options.get("use_ssl")):
        arguments["protocol"] = "https"
        arguments |= {
            name: options[name]
            for name in ("ca_cert", "cert_key", "cert_cert")
            if options.get(name)
        }
    arguments |= _present(api_path=value("jobboard_etcd_api_path"))
    place = f"etcd at {_address(value, host)}"
    try:
        client = Etcd3Client(
            timeout=min(value("jobboard_etcd_timeout") or PATIENCE, PATIENCE),
            **arguments,
        )
        status = client.status()
    except (Etcd3Exception, requests.RequestException, OSError, ValueError) as fault:
        raise Unreachable(place, f"does not answer: {_told(fault)}") from None
    version = dict(status).get("version", "of an unknown version")
    return f"etcd {version} at {_address(value, host)}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _told(fault: BaseException) -> str:
    """What a library says, in one line."""
    if isinstance(fault, ssl.SSLError) and fault.reason:
        return fault.reason.lower().replace("_", " ")
    return " ".join(str(fault).split()) or type(fault).__name__


#: The backends by the name that ``jobboard_backend_driver`` gives them.
BACKENDS = {
    "redis_taskflow_driver": Backend("Redis", "redis", "redis", redis),
    "zookeeper_taskflow_driver": Backend("ZooKeeper", "kazoo", "zookeeper", zookeeper),
    "etcd_taskflow_driver": Backend("etcd", "etcd3gw", "etcd", etcd),
}
