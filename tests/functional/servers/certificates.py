"""Certificates and keys, as an operator of Octavia makes them."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.oid import NameOID

#: For how many days a certificate of ours is valid, unless told otherwise.
DAYS = 3650
PASSPHRASE = "correct-horse-battery-staple"


@dataclasses.dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: Any

    @classmethod
    def authority(
        cls,
        name: str,
        days: float = DAYS,
        starts: float = -1,
        issuer: Self | None = None,
        key: Any = None,
        ca: bool | None = True,
        signs: bool | None = True,
    ) -> Self:
        """An authority, by default self-signed.

        :param days: until when it is valid, in days from now.
        :param starts: from when on, likewise.
        :param issuer: who signs it.
        :param key: its key.
        :param ca: what its basic constraints say; None for none.
        :param signs: whether its key usage lets it sign; None for none.
        """
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, issuer, key, days, starts)
        if ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca, None), True)
        if signs is not None:
            builder = builder.add_extension(_usage(signs), True)
        return cls(_signed(builder, issuer.key if issuer else key), key)

    def issue(
        self,
        name: str,
        days: float = DAYS,
        starts: float = -1,
        key: Any = None,
        uses: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    ) -> Self:
        """A certificate that this one signs."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, self, key, days, starts)
        if uses:
            builder = builder.add_extension(x509.ExtendedKeyUsage(uses), False)
        return type(self)(_signed(builder, self.key), key)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self.encrypted(None)

    @property
    def key_der(self) -> bytes:
        return bytes(
            self.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def encrypted(
        self,
        passphrase: str | None,
        form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
    ) -> bytes:
        """The key in PEM form, encrypted if there is a passphrase."""
        how = (
            serialization.BestAvailableEncryption(passphrase.encode())
            if passphrase
            else serialization.NoEncryption()
        )
        return bytes(self.key.private_bytes(serialization.Encoding.PEM, form, how))


def _builder(
    name: str, issuer: Pair | None, key: Any, days: float, starts: float
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=starts))
        .not_valid_after(now + datetime.timedelta(days=days, minutes=5))
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        )
    )


def _signed(builder: x509.CertificateBuilder, key: Any) -> x509.Certificate:
    # Edwards curves have a digest of their own.
    own = type(key).__name__.startswith("Ed")
    return builder.sign(key, None if own else hashes.SHA256())


def _usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


class Folder:
    """The files of a control plane, and the options that name them.

    :param directory: where the files are.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.server, self.users = Pair.authority("server"), Pair.authority("users")
        self.client = self.users.issue("control plane")
        self.ca_certificate = self.write("server_ca.pem", self.server.pem)
        self.ca_private_key = self.write("server_ca.key", self.server.key_pem)
        self.server_ca = self.write("amphorae.pem", self.server.pem)
        self.client_ca = self.write("client_ca.pem", self.users.pem)
        self.client_cert = self.write(
            "client.pem", self.client.pem + self.client.key_pem
        )

    def write(self, name: str, content: bytes) -> Path:
        """Write one of the files."""
        path = self.directory / name
        path.write_bytes(content)
        return path

    def sections(self) -> dict[str, dict[str, object]]:
        """The options that name the files."""
        return {
            "certificates": {
                "ca_certificate": self.ca_certificate,
                "ca_private_key": self.ca_private_key,
            },
            "haproxy_amphora": {
                "server_ca": self.server_ca,
                "client_cert": self.client_cert,
            },
            "controller_worker": {"client_ca": self.client_ca},
        }
