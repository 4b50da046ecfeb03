"""The certificates by which control plane and amphorae trust each other."""

from __future__ import annotations

import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from upgradecheck.check import Finding
from upgradecheck.check import Status
from upgradecheck.deployment import Deployment
from upgradecheck.services.octavia import pem
from upgradecheck.services.octavia.pem import File

#: As many days a certificate should still be valid.
DAYS = 90
PASSPHRASE = "[certificates] ca_private_key_passphrase"


class Trust:
    """Asks file by file, and collects what is wrong.

    :param deployment: whose configuration names the files.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._now = datetime.datetime.now(datetime.UTC)
        self._judged: dict[x509.Certificate, File] = {}
        self._files: dict[str, None] = {}
        self.findings: list[Finding] = []

    def sentence(self) -> str:
        """What was read and what expires first."""
        many = len(self._files)
        said = f"{many} file{'' if many == 1 else 's'} read."
        if not self._judged:
            return said
        first = min(self._judged, key=lambda each: each.not_valid_after_utc)
        days = (first.not_valid_after_utc - self._now).days
        spoken = self._judged[first].spoken
        if days < 0:
            return f"{said} The certificate of {spoken} has expired."
        return (
            f"{said} The first certificate to expire is that of {spoken}, in {days} "
            "days."
        )

    def authority(self) -> x509.Certificate | None:
        """The authority that signs the amphorae's certificates; None if unfit."""
        key_file = self._file("certificates", "ca_private_key")
        key = None
        if key_file is not None:
            passphrase = self._deployment.value(
                "certificates", "ca_private_key_passphrase"
            )
            try:
                key = key_file.key(
                    None if passphrase is None else passphrase.encode(), PASSPHRASE
                )
                self._try(key_file, key)
            except pem.Unfit as fault:
                self.findings.append(fault.finding)
        file = self._file("certificates", "ca_certificate")
        found = self._certificates(file)
        if file is None or not found:
            return None
        # Octavia signs with the first one.
        own = found[0]
        if key is not None and key_file is not None:
            self._judge_key(file, own, key_file, key)
        self._judge_authority(file, own)
        self._judge(file, own)
        return own

    def server_authorities(self, authority: x509.Certificate | None) -> None:
        """Those that the control plane trusts to sign an amphora's certificate."""
        file = self._file("haproxy_amphora", "server_ca", directory=True)
        found = self._certificates(file)
        if file is None or not found:
            return
        if authority is None:
            self._judge(file, _longest(found))
            return
        # A renewed certificate of the same key and name will do.
        same = [
            each
            for each in found
            if each.subject == authority.subject
            and each.public_key() == authority.public_key()
        ]
        if not same:
            self.findings.append(
                file.finding(
                    "does not hold the authority of [certificates] ca_certificate, "
                    f"{_name(authority)}: no new amphora would be trusted",
                    "Add that certificate to the file.",
                )
            )
            return
        longest = _longest(same)
        self._judge(file, longest)
        if not pem.reaches_root(longest, found):
            self._tell_root(file, longest)

    def client(self) -> tuple[File, list[x509.Certificate]] | None:
        """The control plane's certificate and its chain; None if unfit."""

        file = self._file("haproxy_amphora", "client_cert")
        found = self._certificates(file)
        if file is None or not found:
            return None
        own = found[0]
        try:
            self._judge_key(file, own, file, file.key(None, None))
        except pem.Unfit as fault:
            self.findings.append(fault.finding)
        self._judge(file, own)
        try:
            uses = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (x509.ExtensionNotFound, ValueError):
            return file, found
        allowed = x509.oid.ExtendedKeyUsageOID
        if not {allowed.CLIENT_AUTH, allowed.ANY_EXTENDED_KEY_USAGE} & set(uses):
            self.findings.append(
                file.finding(
                    "holds a certificate that may not be used by clients: its extended "
                    "key usage lacks clientAuth",
                    "Issue it anew with the extended key usage clientAuth.",
                )
            )
        return file, found

    def client_authorities(
        self, client: tuple[File, list[x509.Certificate]] | None
    ) -> None:
        """Those by which amphorae know the control plane."""
        file = self._file("controller_worker", "client_ca")
        if file is None:
            return
        try:
            file.data.decode("utf-8")
        except UnicodeDecodeError as fault:
            self.findings.append(
                file.finding(
                    f"is no text, as Octavia reads it: byte {fault.start} is not UTF-8",
                    "Write it in PEM form, without other text.",
                )
            )
            return
        found = self._certificates(file)
        if not found:
            return
        if client is None:
            self._judge(file, _longest(found))
            return
        own_file, (own, *chain) = client
        issuer = _anchor(own, chain, found)
        if issuer is None:
            self.findings.append(
                own_file.finding(
                    f"holds {_name(own)}, which no authority in {file.spoken} has "
                    "issued: no new amphora would let the control plane in",
                    "Name the authority that issued it in [controller_worker] "
                    "client_ca, or have it issued by that one.",
                )
            )
            return
        self._judge_authority(file, issuer)
        self._judge(file, issuer)
        if not pem.reaches_root(issuer, found):
            self._tell_root(file, issuer)

    def _file(self, group: str, name: str, directory: bool = False) -> File | None:
        option = f"[{group}] {name}"
        file = pem.File(
            option,
            str(self._deployment.value(group, name) or ""),
            self._deployment.configuration.where(group, name) or f"default of {option}",
        )
        try:
            read = file.read(directory)
        except pem.Unfit as fault:
            self.findings.append(fault.finding)
            return None
        self._files[read.path] = None
        return read

    def _certificates(self, file: File | None) -> list[x509.Certificate]:
        try:
            return file.certificates() if file is not None else []
        except pem.Unfit as fault:
            self.findings.append(fault.finding)
            return []

    def _try(self, file: File, key: PrivateKeyTypes) -> None:
        """Sign something with the key, as Octavia would, and forget it."""
        group, name = "certificates", "signing_digest"
        digest = str(self._deployment.value(group, name) or "")
        edwards = isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        if edwards:
            # They sign without a digest, and Octavia always asks for one.
            self.findings.append(
                file.finding(
                    "holds an Edwards curve key, with which Octavia cannot sign",
                    "Make the authority with an RSA key or one of another curve.",
                )
            )
            return
        nobody = x509.Name([])
        request = x509.CertificateSigningRequestBuilder().subject_name(nobody)
        try:
            algorithm = getattr(hashes, digest.upper())()
            request.sign(key, algorithm)  # type: ignore[arg-type, unused-ignore]
        except (AttributeError, TypeError, ValueError, UnsupportedAlgorithm):
            self.findings.append(
                Finding(
                    f"[{group}] {name} = {digest} is no digest with which Octavia can "
                    f"sign by the key in {file.spoken}",
                    self._deployment.configuration.where(group, name) or file.path,
                    f"Write {name} = sha256",
                    Status.FAILURE,
                )
            )

    def _judge_key(
        self,
        file: File,
        certificate: x509.Certificate,
        key_file: File,
        key: PrivateKeyTypes,
    ) -> None:

        if key.public_key() != certificate.public_key():
            self.findings.append(
                key_file.finding(
                    "holds a private key that is not that of the certificate in "
                    f"{file.spoken}, {_name(certificate)}",
                    "Put the key there that belongs to the certificate.",
                )
            )

    def _judge_authority(self, file: File, certificate: x509.Certificate) -> None:
        """Whether it may sign others' certificates."""

        try:
            constraints = certificate.extensions.get_extension_for_class(
                x509.BasicConstraints
            ).value
            is_authority = constraints.ca
        except x509.ExtensionNotFound:
            # Of version 1 there are authorities that do not say so.
            is_authority = certificate.version is x509.Version.v1
        except ValueError:
            is_authority = False
        try:
            usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
            is_authority = is_authority and usage.key_cert_sign
        except (x509.ExtensionNotFound, ValueError):
            pass
        if not is_authority:
            self.findings.append(
                file.finding(
                    f"holds {_name(certificate)}, which is no authority: it may not "
                    "sign certificates",
                    "Name a certificate whose basic constraints say CA:TRUE, with the "
                    "key usage keyCertSign.",
                )
            )

    def _judge(self, file: File, certificate: x509.Certificate) -> None:
        """How long it is valid, and whether it is strong; once each certificate."""
        if certificate in self._judged:
            return
        self._judged[certificate] = file
        name, starts = _name(certificate), certificate.not_valid_before_utc
        ends = certificate.not_valid_after_utc
        left = (ends - self._now).days
        if ends <= self._now:
            told, status = f"expired on {ends:%Y-%m-%d}", Status.FAILURE
        elif starts > self._now:
            told, status = f"is not valid before {starts:%Y-%m-%d}", Status.FAILURE
        elif left < DAYS:
            told, status = f"expires on {ends:%Y-%m-%d}, in {left} days", Status.WARNING
        else:
            told = ""
        if told:
            self.findings.append(
                file.finding(
                    f"holds {name}, which {told}",
                    "Renew it, and let the running amphorae get the new one: follow "
                    "Octavia's guide to certificates.",
                    status,
                )
            )
        weak = _weakness(certificate)
        if weak:
            self.findings.append(
                file.finding(
                    f"holds {name}, which is weak: {weak}",
                    "Make it anew: OpenSSL's security level 2 refuses it.",
                    Status.WARNING,
                )
            )

    def _tell_root(self, file: File, certificate: x509.Certificate) -> None:
        self.findings.append(
            file.finding(
                f"holds {_name(certificate)}, but not the root above it: before Python "
                "3.13 such a chain is not trusted",
                "Add the certificates of its issuers, up to the self-signed one.",
                Status.WARNING,
            )
        )


def _anchor(
    own: x509.Certificate,
    chain: list[x509.Certificate],
    trusted: list[x509.Certificate],
) -> x509.Certificate | None:
    """The trusted certificate to which the chain leads; None if there is none."""
    seen: list[x509.Certificate] = []
    following = [own]
    while following:
        each = following.pop()
        found = pem.issuers(each, trusted)
        if found:
            return _longest(found)
        if each not in seen:
            seen.append(each)
            following += pem.issuers(each, chain)
    return None


def _longest(some: list[x509.Certificate]) -> x509.Certificate:
    return max(some, key=lambda each: each.not_valid_after_utc)


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "a certificate without a name"


def _weakness(certificate: x509.Certificate) -> str | None:
    """Why OpenSSL refuses it at its usual level of security; None if it does not."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "its key is of a kind that is not known"
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey) and key.key_size < 2048:
        return f"its key has {key.key_size} bits, and 2048 are the least"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < 224:
        return f"its key has {key.key_size} bits, and 224 are the least"
    # Nobody looks at the signature of what is trusted for itself.
    digest = pem.digest_of(certificate)
    if certificate.issuer != certificate.subject and digest in pem.OLD_DIGESTS:
        return f"it is signed by {digest.upper()}"
    return None
