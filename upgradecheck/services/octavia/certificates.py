"""``octavia.certificates``: what lets the control plane and amphorae trust each other.

Who reads which file, in Octavia 19.0.0: ``octavia.certificates.generator.local``
the authority that signs the amphorae's certificates;
``octavia.controller.worker.v2.tasks.compute_tasks.CertComputeCreate`` the authority
that amphorae get, to know their clients by; and ``AmphoraAPIClientBase`` in
``octavia.amphorae.drivers.haproxy.rest_api_driver`` the client's certificate and the
authority of the amphorae, by the rules of requests and OpenSSL.
"""

from __future__ import annotations

from upgradecheck.check import Result
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.services.octavia.amphora import no_driver

#: The amphora driver that talks to amphorae over TLS.
DRIVER = "amphora_haproxy_rest_driver"
#: The generator that signs with the files of [certificates].
GENERATOR = "local_cert_generator"


@check(
    "octavia.certificates",
    title="Certificates",
    added="0.1.0",
    needs=("config", "certificates"),
)
def certificates(upgrade: Upgrade) -> Result:
    """The certificates between control plane and amphorae are good for 90 days.

    Reads the files that the amphora driver needs, as the user who runs this:

    * ``[certificates] ca_certificate`` and ``ca_private_key``, with
      ``ca_private_key_passphrase``: the authority that signs the certificates of new
      amphorae, where ``cert_generator`` is ``local_cert_generator``. The key must be
      the certificate's.
    * ``[haproxy_amphora] server_ca``: must hold that authority, or the control plane
      trusts no new amphora.
    * ``[haproxy_amphora] client_cert``: certificate and private key, in one file and
      not encrypted, by which amphorae know the control plane.
    * ``[controller_worker] client_ca``: the authority that must have issued it. New
      amphorae take it along.

    A **failure** means that new amphorae cannot be booted or reached: a file is
    missing or no certificate in PEM form, a key is not its certificate's, a passphrase
    is wrong, an issuer is another one or no authority, or a certificate has expired or
    is not valid yet. A **warning** means that a certificate expires within 90 days or
    is weak by today's measure, so that OpenSSL may refuse it. An **error** means that
    a file could not be read here: run this as Octavia's own user.

    What amphorae that run took along when they were booted cannot be seen from here.
    """
    deployment = upgrade.deployment
    reason = no_driver(upgrade)
    driver = deployment.value("controller_worker", "amphora_driver")
    if reason is None and driver != DRIVER:
        reason = (
            f"[controller_worker] amphora_driver is {driver}; only {DRIVER} is known to "
            "need certificates."
        )
    if reason is not None:
        return Result.skipped(reason)
    # Only now: listing checks must not need what this one needs.
    from upgradecheck.services.octavia.trust import Trust

    trust = Trust(deployment)
    generator = deployment.value("certificates", "cert_generator")
    authority = trust.authority() if generator == GENERATOR else None
    trust.server_authorities(authority)
    client = trust.client()
    trust.client_authorities(client)
    sentences = [trust.sentence()]
    if generator != GENERATOR:
        sentences.append(
            f"[certificates] cert_generator is {generator}: what signs the "
            "certificates of amphorae was not looked at."
        )
    return Result.judged(" ".join(sentences), trust.findings)
