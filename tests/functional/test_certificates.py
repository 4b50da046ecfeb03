"""``octavia.certificates`` finds what would keep control plane and amphorae apart."""

from __future__ import annotations

import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.functional.deployment import Answer
from tests.functional.deployment import OctaviaConf
from tests.functional.deployment import joined
from tests.functional.question import ask
from tests.functional.question import without_privileges
from tests.functional.servers import program
from tests.functional.servers.certificates import PASSPHRASE
from tests.functional.servers.certificates import Folder
from tests.functional.servers.certificates import Pair
from tests.functional.servers.settings import Sections
from tests.unit.command import ServiceStatus

CHECK = "octavia.certificates"
SIGN = program.OWN_PROGRAMS / "octavia_sign.py"

#: Asks about the certificates of a folder.
Ask = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Files that are all as they should be."""
    (tmp_path / "certs").mkdir()
    return Folder(tmp_path / "certs")


@pytest.fixture
def ask_certificates(
    status: ServiceStatus, folder: Folder, octavia_conf: OctaviaConf
) -> Ask:
    """Asks ``octavia.certificates`` alone."""

    def question(*sections: Sections) -> Answer:
        conf = octavia_conf(joined(folder.sections(), *sections))
        return ask(status, CHECK, conf)

    return question


class TestAGoodSet:
    def test_is_fine_and_says_what_expires_first(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("client.pem", _client(folder.users.issue("soon", days=100)))

        answer = ask_certificates()

        assert (answer.status, answer.findings, answer.run.code) == ("success", [], 0)
        assert answer.details == (
            "5 files read. The first certificate to expire is that of "
            f"[haproxy_amphora] client_cert ({folder.client_cert}), in 100 days."
        )

    def test_may_have_one_authority_for_both(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("client.pem", _client(folder.server.issue("control plane")))

        answer = ask_certificates(
            {"controller_worker": {"client_ca": folder.ca_certificate}}
        )

        assert answer.status == "success"

    @pytest.mark.parametrize(
        "form",
        [
            serialization.PrivateFormat.PKCS8,
            serialization.PrivateFormat.TraditionalOpenSSL,
        ],
    )
    def test_may_have_an_encrypted_key_with_its_passphrase(
        self,
        ask_certificates: Ask,
        folder: Folder,
        octavia_conf: OctaviaConf,
        form: serialization.PrivateFormat,
    ) -> None:
        folder.write("server_ca.key", folder.server.encrypted(PASSPHRASE, form))

        answer = ask_certificates(passphrase(PASSPHRASE))

        assert answer.status == "success"
        assert signed(octavia_conf(joined(folder.sections(), passphrase(PASSPHRASE))))

    def test_may_be_bundles_with_text_and_expired_authorities_that_nobody_needs(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        gone = Pair.authority("gone", days=-1, starts=-100)
        for name, needed in (
            ("amphorae.pem", folder.server),
            ("client_ca.pem", folder.users),
        ):
            folder.write(name, b"Authorities:\n" + gone.pem + b"\n" + needed.pem)

        assert ask_certificates().status == "success"

    def test_may_have_intermediate_authorities(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        below = Pair.authority("below", issuer=folder.users)
        client = below.issue("control plane")
        folder.write("client.pem", client.pem + below.pem + client.key_pem)

        assert ask_certificates().status == "success"

    def test_may_have_a_directory_of_authorities_for_the_amphorae(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        directory = folder.directory / "authorities"
        directory.mkdir()
        (directory / "0a1b2c3d.0").write_bytes(folder.server.pem)
        there = {"haproxy_amphora": {"server_ca": directory}}

        found = ask_certificates(there)
        (directory / "0a1b2c3d.0").rename(directory / "authority.pem")
        lost = ask_certificates(there)

        assert found.status == "success"
        assert lost.status == "failure"
        assert lost.finding["remedy"] == f"openssl rehash {directory}"


class TestTime:
    @pytest.mark.parametrize(
        ("days", "expected"),
        [(-1, "failure"), (0.01, "warning"), (89, "warning"), (91, "success")],
    )
    def test_less_than_ninety_days_is_a_warning_and_none_a_failure(
        self, ask_certificates: Ask, folder: Folder, days: float, expected: str
    ) -> None:
        client = folder.users.issue("control plane", days=days, starts=-200)
        folder.write("client.pem", _client(client))

        answer = ask_certificates()

        assert answer.status == expected
        if expected != "success":
            word = "expired on" if days < 0 else "expires on"
            assert word in answer.finding["message"]
            assert answer.finding["location"] == str(folder.client_cert)
        assert ("has expired." in answer.details) == (days < 0)

    def test_one_that_is_not_valid_yet_is_a_failure(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        client = folder.users.issue("control plane", starts=2)
        folder.write("client.pem", _client(client))

        answer = ask_certificates()

        assert answer.status == "failure"
        assert "is not valid before" in answer.finding["message"]

    def test_each_certificate_is_told_once_wherever_it_stands(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        server = Pair.authority("server", days=10)
        folder.write("server_ca.pem", server.pem)
        folder.write("server_ca.key", server.key_pem)
        folder.write("amphorae.pem", server.pem)

        answer = ask_certificates()

        assert answer.status == "warning"
        assert "holds CN=server, which expires on" in answer.finding["message"]

    def test_a_renewed_authority_of_the_same_key_is_trusted(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        old = Pair.authority("server", days=-1, starts=-100, key=folder.server.key)
        folder.write("amphorae.pem", old.pem + folder.server.pem)

        assert ask_certificates().status == "success"


class TestWhatDoesNotMatch:
    def test_another_key_than_the_authoritys(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("server_ca.key", folder.users.key_pem)

        answer = ask_certificates()

        assert answer.status == "failure"
        assert answer.finding["location"] == str(folder.ca_private_key)
        assert (
            "not that of the certificate in [certificates] ca_certificate"
            in (answer.finding["message"])
        )

    def test_another_key_than_the_clients(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("client.pem", folder.client.pem + folder.users.key_pem)

        answer = ask_certificates()

        assert answer.status == "failure"
        assert "private key that is not that of" in answer.finding["message"]

    def test_a_client_that_another_authority_issued_though_of_the_same_name(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("client_ca.pem", Pair.authority("users").pem)

        answer = ask_certificates()

        assert answer.status == "failure"
        assert (
            f"no authority in [controller_worker] client_ca ({folder.client_ca}) "
            in (answer.finding["message"])
        )

    def test_amphorae_whose_authority_is_not_trusted(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("amphorae.pem", folder.users.pem)

        answer = ask_certificates()

        assert answer.status == "failure"
        assert (
            "does not hold the authority of [certificates] ca_certificate"
            in (answer.finding["message"])
        )

    @pytest.mark.parametrize(
        ("ca", "signs"), [(False, True), (None, True), (True, False)]
    )
    def test_an_authority_that_is_none(
        self, ask_certificates: Ask, folder: Folder, ca: bool | None, signs: bool
    ) -> None:
        server = Pair.authority("server", ca=ca, signs=signs)
        for name in ("server_ca.pem", "amphorae.pem"):
            folder.write(name, server.pem)
        folder.write("server_ca.key", server.key_pem)

        answer = ask_certificates()

        assert answer.status == "failure"
        assert "which is no authority" in answer.finding["message"]

    def test_a_client_certificate_that_is_for_servers(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        client = folder.users.issue("web", uses=(ExtendedKeyUsageOID.SERVER_AUTH,))
        folder.write("client.pem", _client(client))

        answer = ask_certificates()

        assert answer.status == "failure"
        assert "lacks clientAuth" in answer.finding["message"]

    def test_a_chain_without_its_root_is_a_warning(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        below = Pair.authority("below", issuer=folder.users)
        folder.write("client.pem", _client(below.issue("control plane")))
        folder.write("client_ca.pem", below.pem)

        answer = ask_certificates()

        assert answer.status == "warning"
        assert "but not the root above it" in answer.finding["message"]


class TestThePassphrase:
    def test_that_is_wrong_is_a_failure_that_does_not_show_it(
        self, ask_certificates: Ask, folder: Folder, octavia_conf: OctaviaConf
    ) -> None:
        folder.write("server_ca.key", folder.server.encrypted(PASSPHRASE))
        wrong = passphrase("S3cret-but-Wrong")

        answer = ask_certificates(wrong)

        assert answer.status == "failure"
        assert "ca_private_key_passphrase does not decrypt" in answer.finding["message"]
        assert "S3cret-but-Wrong" not in answer.run.output
        assert not signed(octavia_conf(joined(folder.sections(), wrong)))

    def test_that_is_missing_is_a_failure(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("server_ca.key", folder.server.encrypted(PASSPHRASE))

        answer = ask_certificates()

        assert answer.status == "failure"
        assert "encrypted key, but no passphrase is set" in answer.finding["message"]

    def test_that_nobody_needs_is_a_failure_since_octavia_refuses_the_key(
        self, ask_certificates: Ask, folder: Folder, octavia_conf: OctaviaConf
    ) -> None:
        answer = ask_certificates(passphrase(PASSPHRASE))

        assert answer.status == "failure"
        assert "holds a key that is not encrypted" in answer.finding["message"]
        assert not signed(octavia_conf(joined(folder.sections(), passphrase("x" * 9))))

    def test_cannot_be_given_for_the_clients_key(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        key = folder.client.encrypted(PASSPHRASE)
        folder.write("client.pem", folder.client.pem + key)

        answer = ask_certificates(passphrase(None))

        assert answer.status == "failure"
        assert "which nobody can decrypt there" in answer.finding["message"]


FILES = [
    "server_ca.pem",
    "server_ca.key",
    "amphorae.pem",
    "client_ca.pem",
    "client.pem",
]


class TestFiles:
    @pytest.mark.parametrize("name", FILES)
    def test_that_are_missing_are_told_where_they_are_named(
        self, ask_certificates: Ask, folder: Folder, name: str
    ) -> None:
        (folder.directory / name).unlink()

        answer = ask_certificates()

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert "no such file or directory" in answer.finding["message"]
        assert "octavia.conf:" in answer.finding["location"]

    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "is empty"),
            (b"\0\xff" * 500, "PEM form"),
            (b"-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n", ""),
            (b"-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n", ""),
        ],
        ids=["empty", "noise", "no certificate", "no key"],
    )
    def test_that_hold_something_else_are_failures(
        self,
        ask_certificates: Ask,
        folder: Folder,
        name: str,
        content: bytes,
        told: str,
    ) -> None:
        folder.write(name, content)

        answer = ask_certificates()

        assert (answer.status, answer.run.code) == ("failure", 2)
        wrong = str(folder.directory / name)
        assert all(finding["location"] == wrong for finding in answer.findings)
        if told and name != "client_ca.pem":
            assert told in answer.messages

    def test_that_are_in_der_form_are_told_how_to_be_converted(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.write("server_ca.pem", folder.server.der)
        folder.write("server_ca.key", folder.server.key_der)

        answer = ask_certificates()

        assert answer.status == "failure"
        key = answer.finding_at(str(folder.ca_private_key))
        certificate = answer.finding_at(str(folder.ca_certificate))
        assert key["remedy"].startswith("openssl pkey -inform DER")
        assert certificate["remedy"].startswith("openssl x509 -inform DER")

    def test_that_are_directories_or_devices_are_failures_and_are_not_waited_for(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        fifo = folder.directory / "fifo"
        os.mkfifo(fifo)

        answer = ask_certificates(
            {
                "haproxy_amphora": {"client_cert": folder.directory},
                "controller_worker": {"client_ca": fifo},
            }
        )

        assert answer.status == "failure"
        assert "is a directory" in answer.messages
        assert "is no regular file" in answer.messages

    def test_that_are_huge_are_not_verified(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        with folder.client_ca.open("ab") as file:
            file.truncate(1 << 40)

        answer = ask_certificates()

        assert (answer.status, answer.run.code) == ("error", 255)
        assert "larger than 4 MiB" in answer.finding["message"]

    @pytest.mark.parametrize("value", ["", "certs/client_ca.pem"])
    def test_that_are_named_badly_are_told(
        self, ask_certificates: Ask, value: str
    ) -> None:
        answer = ask_certificates({"controller_worker": {"client_ca": value}})

        assert answer.status == ("error" if value else "failure")
        assert "octavia.conf:" in answer.finding["location"]

    def test_that_may_not_be_read_are_not_verified(
        self, status: ServiceStatus, folder: Folder, octavia_conf: OctaviaConf
    ) -> None:
        folder.ca_private_key.chmod(0)

        run = status(
            *("--config-file", octavia_conf(folder.sections())),
            *("upgrade", "check", "--json", "octavia", "--check", CHECK),
            preexec_fn=without_privileges,
        )

        answer = Answer(run.rows[CHECK], run)
        assert (answer.status, run.code) == ("error", 255)
        assert "permission denied" in answer.finding["message"]
        assert answer.finding["location"] == str(folder.ca_private_key)

    def test_that_are_not_set_are_those_of_the_defaults(
        self, ask_certificates: Ask
    ) -> None:
        answer = ask_certificates(
            {
                "haproxy_amphora": {"client_cert": None, "server_ca": None},
                "controller_worker": {"client_ca": None},
            }
        )

        assert answer.status == "failure"
        places = [finding["location"] for finding in answer.findings]
        assert "default of [controller_worker] client_ca" in places


class TestWeakOnes:
    @pytest.mark.parametrize(
        ("key", "told"),
        [
            (rsa.generate_private_key(65537, 1024), "has 1024 bits"),
            (ec.generate_private_key(ec.SECP192R1()), "has 192 bits"),
        ],
    )
    def test_of_few_bits_are_a_warning(
        self, ask_certificates: Ask, folder: Folder, key: object, told: str
    ) -> None:
        folder.write("client.pem", _client(folder.users.issue("weak", key=key)))

        answer = ask_certificates()

        assert answer.status == "warning"
        assert told in answer.finding["message"]

    def test_of_an_old_digest_are_a_warning(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        # No library of today makes such a signature any more.
        old = folder.directory / "old.pem"
        program.run(
            *("openssl", "req", "-x509", "-sha1", "-subj", "/CN=control plane"),
            *("-key", folder.client_cert, "-out", old, "-days", "365"),
            *("-CA", folder.client_ca, "-CAkey"),
            folder.write("users.key", folder.users.key_pem),
        )
        folder.write("client.pem", old.read_bytes() + folder.client.key_pem)

        answer = ask_certificates()

        assert answer.status == "warning"
        assert "CN=control plane" in answer.finding["message"]
        assert "signed by SHA1" in answer.finding["message"]


class TestWhatIsNotNeeded:
    @pytest.mark.parametrize(
        "sections",
        [
            {"api_settings": {"enabled_provider_drivers": "ovn: OVN"}},
            {"controller_worker": {"amphora_driver": "amphora_noop_driver"}},
        ],
    )
    def test_is_not_asked_without_the_amphora_driver(
        self, ask_certificates: Ask, folder: Folder, sections: Sections
    ) -> None:
        folder.client_ca.unlink()

        assert ask_certificates(sections).status == "skipped"

    def test_is_not_asked_of_another_generator(
        self, ask_certificates: Ask, folder: Folder
    ) -> None:
        folder.ca_private_key.unlink()
        folder.ca_certificate.unlink()

        answer = ask_certificates({"certificates": {"cert_generator": "anchor"}})

        assert answer.status == "success"
        assert "cert_generator is anchor: what signs" in answer.details


class TestOctaviaItself:
    def test_signs_a_certificate_that_its_client_trusts_and_the_amphora_likewise(
        self, ask_certificates: Ask, folder: Folder, octavia_conf: OctaviaConf
    ) -> None:
        assert ask_certificates().status == "success"
        pem = signed(octavia_conf(folder.sections()))
        assert pem
        assert handshake(folder, folder.write("amphora.pem", pem)) is None

    @pytest.mark.parametrize("wrong", ["amphorae.pem", "client_ca.pem"])
    def test_finds_nobody_to_trust_where_an_authority_is_another(
        self,
        ask_certificates: Ask,
        folder: Folder,
        octavia_conf: OctaviaConf,
        wrong: str,
    ) -> None:
        pem = signed(octavia_conf(folder.sections()))
        folder.write(wrong, Pair.authority("stranger").pem)

        assert ask_certificates().status == "failure"
        assert handshake(folder, folder.write("amphora.pem", pem)) is not None

    def test_cannot_sign_with_an_edwards_curve(
        self, ask_certificates: Ask, folder: Folder, octavia_conf: OctaviaConf
    ) -> None:
        server = Pair.authority("server", key=ed25519.Ed25519PrivateKey.generate())
        for name in ("server_ca.pem", "amphorae.pem"):
            folder.write(name, server.pem)
        folder.write("server_ca.key", server.key_pem)

        answer = ask_certificates()

        assert answer.status == "failure"
        assert "with which Octavia cannot sign" in answer.finding["message"]
        assert not signed(octavia_conf(folder.sections()))

    @pytest.mark.parametrize("digest", ["sha257", "sha1", "Hash"])
    def test_cannot_sign_with_such_a_digest(
        self,
        ask_certificates: Ask,
        folder: Folder,
        octavia_conf: OctaviaConf,
        digest: str,
    ) -> None:
        option = {"certificates": {"signing_digest": digest}}

        answer = ask_certificates(option)

        assert answer.status == "failure"
        assert f"[certificates] signing_digest = {digest}" in answer.finding["message"]
        assert "octavia.conf:" in answer.finding["location"]
        assert not signed(octavia_conf(joined(folder.sections(), option)))


def passphrase(value: str | None) -> dict[str, dict[str, object]]:
    """The option for the key of the authority."""
    return {"certificates": {"ca_private_key_passphrase": value}}


def signed(conf: Path) -> bytes:
    """An amphora's certificate and key by Octavia itself; empty if it cannot."""
    try:
        return program.run(sys.executable, SIGN, conf).encode()
    except program.ProgramFailure:
        return b""


def handshake(folder: Folder, amphora: Path) -> str | None:
    """Why control plane and amphora do not trust each other; None if they do."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(amphora)
    server.load_verify_locations(folder.client_ca)
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_cert_chain(folder.client_cert)
    client.load_verify_locations(folder.server_ca)
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with server.wrap_socket(connection, server_side=True) as secure:
                    secure.sendall(b"welcome")
            except OSError as fault:
                told.append(str(fault))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with (
                socket.create_connection(listener.getsockname(), 10) as connection,
                client.wrap_socket(connection, server_hostname="an-amphora") as secure,
            ):
                secure.recv(7)
        except OSError as fault:
            told.append(str(fault))
        thread.join(10)
    return "; ".join(told) or None


def _client(client: Pair) -> bytes:
    return client.pem + client.key_pem
