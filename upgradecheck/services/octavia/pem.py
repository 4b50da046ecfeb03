"""Certificates and keys out of files, as those read them who need them."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import stat

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from upgradecheck.check import Finding
from upgradecheck.check import Status

#: Larger files are not read: no bundle of authorities comes near it.
LARGEST = 4 * 1024 * 1024
#: Digests by which nobody should sign any more.
OLD_DIGESTS = ("md5", "sha1")
#: How OpenSSL calls the files in a directory of authorities.
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")


class Unfit(Exception):
    """A file is not what it should be.

    :param finding: what is wrong with it.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclasses.dataclass(frozen=True)
class File:
    """A file that an option names.

    :param option: the option, as ``[group] name``.
    :param path: the file.
    :param where: where the option stands.
    :param data: its content.
    """

    option: str
    path: str
    where: str
    data: bytes = dataclasses.field(default=b"", repr=False)

    @property
    def spoken(self) -> str:
        """``[group] name (path)``."""
        return f"{self.option} ({self.path})"

    def finding(
        self, what: str, remedy: str, status: Status = Status.FAILURE
    ) -> Finding:
        """That something is wrong with its content."""
        return Finding(f"{self.spoken} {what}", self.path, remedy, status)

    def read(self, directory: bool = False) -> File:
        """The same with its content.

        :param directory: whether it may be a directory of authorities, as OpenSSL
            reads them.
        :raises Unfit: if it cannot be read.
        """
        if not self.path.strip():
            raise Unfit(
                Finding(
                    f"{self.option} is empty",
                    self.where,
                    "Write the path of the file.",
                    Status.FAILURE,
                )
            )
        if not os.path.isabs(self.path):
            raise Unfit(
                Finding(
                    f"{self.spoken} is not verified: which file that is depends on the "
                    "directory in which a service starts",
                    self.where,
                    "Write an absolute path.",
                    Status.ERROR,
                )
            )
        try:
            mode = os.stat(self.path).st_mode
            if stat.S_ISDIR(mode) and directory:
                return dataclasses.replace(self, data=self._of_directory())
            if not stat.S_ISREG(mode):
                kind = "a directory" if stat.S_ISDIR(mode) else "no regular file"
                raise Unfit(self.finding(f"is {kind}", "Name a file in PEM form."))
            return dataclasses.replace(self, data=self._content(self.path))
        except (OSError, ValueError) as fault:
            raise Unfit(self._unreadable(fault)) from None

    def _of_directory(self) -> bytes:
        folder = pathlib.Path(self.path)
        names = sorted(each for each in os.listdir(folder) if _HASHED.fullmatch(each))
        if not names:
            raise Unfit(
                self.finding(
                    "holds no authorities: OpenSSL reads only files that are named "
                    "by a hash there",
                    f"openssl rehash {self.path}",
                )
            )
        return b"\n".join(self._content(folder / name) for name in names[:1000])

    def _content(self, path: str | pathlib.Path) -> bytes:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise Unfit(
                self.finding(
                    f"is not verified: it is larger than {LARGEST // 1024**2} MiB",
                    "Look whether it is the right file.",
                    Status.ERROR,
                )
            )
        if not data.strip():
            raise Unfit(self.finding("is empty", "Put the certificate there anew."))
        return data

    def _unreadable(self, fault: Exception) -> Finding:
        if isinstance(fault, PermissionError):
            return Finding(
                f"{self.spoken} is not verified: permission denied",
                self.path,
                "Run as a user that may read it, for example the service's own.",
                Status.ERROR,
            )
        reason = (getattr(fault, "strerror", None) or str(fault)).lower()
        return Finding(
            f"{self.spoken} cannot be read: {reason}",
            self.where,
            "Put the file there, or name the right one.",
            Status.FAILURE,
        )

    def certificates(self) -> list[x509.Certificate]:
        """Its certificates, in order.

        :raises Unfit: if it holds none in PEM form.
        """
        try:
            return x509.load_pem_x509_certificates(self.data)
        except (ValueError, UnsupportedAlgorithm):
            pass
        try:
            x509.load_der_x509_certificate(self.data)
        except (ValueError, UnsupportedAlgorithm):
            malformed = b"-----BEGIN CERTIFICATE-----" in self.data
            raise Unfit(
                self.finding(
                    "holds a malformed certificate"
                    if malformed
                    else "holds no certificate in PEM form",
                    "Look with openssl x509 -text -in FILE, and put the right "
                    "certificate there.",
                )
            ) from None
        raise Unfit(
            self.finding(
                "is in DER form, and PEM is read",
                f"openssl x509 -inform DER -in {self.path} -out NEW, and name that.",
            )
        )

    def key(self, passphrase: bytes | None, option: str | None) -> PrivateKeyTypes:
        """Its private key.

        :param passphrase: what decrypts it; None if there is no passphrase.
        :param option: the option that holds the passphrase; None if no passphrase
            can be given.
        :raises Unfit: if it holds none in PEM form, or the passphrase is wrong.
        """
        encrypted = b"ENCRYPTED" in self.data
        give = (
            f"Set {option}, or decrypt the key: openssl pkey"
            if option
            else "Decrypt it: openssl pkey"
        )
        try:
            return serialization.load_pem_private_key(self.data, passphrase)
        except TypeError:
            if passphrase is None:
                what, remedy = "holds an encrypted key, but no passphrase is set", give
                if option is None:
                    what = "holds an encrypted key, which nobody can decrypt there"
            else:
                what = f"holds a key that is not encrypted, but {option} is set"
                remedy = f"Remove {option}: Octavia refuses the key with it."
        except (ValueError, UnsupportedAlgorithm):
            if encrypted and passphrase is not None:
                what = f"holds a key that {option} does not decrypt"
                remedy = f"Write the right passphrase into {option}."
            elif b"PRIVATE KEY-----" in self.data:
                what, remedy = "holds a malformed private key", "Put it there anew."
            elif _is_der_key(self.data, passphrase):
                what = "is in DER form, and PEM is read"
                remedy = f"openssl pkey -inform DER -in {self.path} -out NEW"
            else:
                what = "holds no private key in PEM form"
                remedy = "Put the certificate's private key there."
        raise Unfit(self.finding(what, remedy))


def _is_der_key(data: bytes, passphrase: bytes | None) -> bool:
    try:
        serialization.load_der_private_key(data, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def issuers(
    certificate: x509.Certificate, among: list[x509.Certificate]
) -> list[x509.Certificate]:
    """Those that signed a certificate."""
    return [each for each in among if _is_issued_by(certificate, each)]


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, UnsupportedAlgorithm):
        # Libraries of today may not look at a signature that old; then names count.
        return digest_of(certificate) in OLD_DIGESTS and (
            certificate.issuer == issuer.subject
        )
    except (TypeError, InvalidSignature):
        return False
    return True


def digest_of(certificate: x509.Certificate) -> str | None:
    """The name of the digest that was signed; None if there is none."""
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    return digest.name if digest is not None else None


def reaches_root(certificate: x509.Certificate, among: list[x509.Certificate]) -> bool:
    """Whether a chain of issuers leads from a certificate to a self-signed one."""
    seen: list[x509.Certificate] = []
    following = [certificate]
    while following:
        each = following.pop()
        if _is_issued_by(each, each):
            return True
        if each not in seen:
            seen.append(each)
            following += issuers(each, among)
    return False
