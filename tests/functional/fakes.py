"""Stand-ins for servers that misbehave in ways no real one can be made to.

They listen on loopback, in a thread of the tests' own process.
"""

from __future__ import annotations

import contextlib
import datetime
import http.client
import http.server
import ipaddress
import json
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.functional.servers.server import LOOPBACK

#: Answers one request, or does not.
Manner = Callable[["Request"], None]


class Request(http.server.BaseHTTPRequestHandler):
    """One request to a fake server."""

    server: _Listener

    def handle_one_request(self) -> None:
        # A client that leaves half-way is what some tests are about.
        with contextlib.suppress(OSError):
            super().handle_one_request()

    def _serve(self) -> None:
        self.server.asked.append(self.path)
        self.close_connection = True
        self.server.manner(self)

    do_GET = do_POST = _serve  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""

    def answer(
        self, status: int, body: bytes = b"", kind: str = "", length: int | None = None
    ) -> None:
        """Send a whole answer.

        :param length: the length to claim, in place of the true one.
        """
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, manner: Manner) -> None:
        super().__init__((LOOPBACK, 0), Request)
        self.manner = manner
        self.asked: list[str] = []

    def handle_error(self, *_: object) -> None:
        """A client that refuses our certificate is no news."""


class Fake:
    """A web server that answers every request in one manner.

    :param manner: how it answers.
    :param certificate: for TLS: a file with a key and its certificate.
    """

    scheme = "http"

    def __init__(self, manner: Manner, certificate: Path | None = None) -> None:
        self._listener = _Listener(manner)
        if certificate is not None:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is left to the thread that serves the client.
            self._listener.socket = context.wrap_socket(
                self._listener.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def url(self) -> str:
        return f"{self.scheme}://{LOOPBACK}:{self._listener.server_address[1]}"

    @property
    def asked(self) -> list[str]:
        """The paths and queries that were asked for."""
        return self._listener.asked

    def __enter__(self) -> Self:
        serve = lambda: self._listener.serve_forever(poll_interval=0.01)  # noqa: E731
        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


def says(status: int, body: bytes = b"", kind: str = "application/json") -> Manner:
    """The same answer to everything."""
    return lambda request: request.answer(status, body, kind)


def breaks_off(request: Request) -> None:
    """The first half of a list of images; then the connection is cut."""
    body = json.dumps({"images": [image()] * 20}).encode()
    half = body[: len(body) // 2]
    request.answer(200, half, "application/json", length=len(body))
    request.connection.shutdown(socket.SHUT_RDWR)


def hangs_up(request: Request) -> None:
    """The request is read, and the connection closed."""
    request.connection.shutdown(socket.SHUT_RDWR)


def pages_for_ever(request: Request) -> None:
    """Full pages of images, each with the address of a next one."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
    number = len(request.server.asked)
    images = [image() for _ in range(int(query["limit"][0]))]
    following = f"/v2/images?marker={number}"
    page = {"images": images, "next": following, "first": "/v2/images"}
    request.answer(200, json.dumps(page).encode(), "application/json")


def image(**changed: object) -> dict[str, object]:
    """An image as Glance describes it."""
    return {
        "id": "d3adbeef-0000-4000-8000-000000000001",
        "name": "amphora",
        "owner": "0123456789abcdef0123456789abcdef",
        "status": "active",
        "os_hidden": False,
        "created_at": "2026-01-01T00:00:00Z",
        "tags": ["amphora"],
        **changed,
    }


@contextlib.contextmanager
def deaf() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"


def front_of(target: str, path: str = "") -> Manner:
    """Passes each request on to a real server.

    :param target: the URL of the real server.
    :param path: it lies under this path here; everything else is not found.
    """
    behind = urllib.parse.urlsplit(target).netloc

    def forward(request: Request) -> None:
        if not request.path.startswith(f"{path}/"):
            request.answer(404)
            return
        length = int(request.headers.get("Content-Length", 0))
        connection = http.client.HTTPConnection(behind, timeout=20)
        with contextlib.closing(connection):
            connection.request(
                request.command,
                request.path.removeprefix(path),
                request.rfile.read(length),
                dict(request.headers),
            )
            answer = connection.getresponse()
            body = answer.read()
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "date", "server"):
                request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return forward


class Authority:
    """A certificate authority that nobody knows.

    :param directory: where it keeps its files.
    :param name: a name for it, and for its files.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = self._sign(self._name, self._key, authority=True)
        #: The certificate that clients should trust.
        self.file = directory / f"{name}.pem"
        self.file.write_bytes(_pem(own))
        #: A server's key and certificate.
        self.server_file = directory / f"{name}-server.pem"
        self.server_file.write_bytes(self._server())

    def _server(self) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, LOOPBACK)])
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return private + _pem(self._sign(subject, key, authority=False))

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, authority: bool
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        address = x509.IPAddress(ipaddress.ip_address(LOOPBACK))
        issuer = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False
            )
            .sign(self._key, hashes.SHA256())
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
