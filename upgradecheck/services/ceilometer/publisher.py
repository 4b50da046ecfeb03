"""Publishers: the URLs in sinks."""

from __future__ import annotations

import urllib.parse
from collections.abc import Collection

from upgradecheck.mistake import similar
from upgradecheck.secret import MASK
from upgradecheck.secret import mask_urls
from upgradecheck.secret import sounds_secret
from upgradecheck.services.ceilometer.findings import Findings

#: Publishers that need a host, by the schemes of ``ceilometer.publisher.http`` and
#: of those that are built on it.
_NEED_HOST = ("http", "https", "prometheus", "opentelemetryhttp")


def whole(url: str) -> str:
    """The URL of a publisher that may be given by its scheme alone.

    After ``ceilometer.pipeline.base.Sink.__init__``.
    """
    return url if "://" in url else f"{url}://"


def split(url: str) -> urllib.parse.SplitResult:
    """The parts of a publisher's URL.

    :raises ValueError: if it is none.
    """
    return urllib.parse.urlsplit(whole(url))


def judge(
    url: str, at: str, sink: str, known: Collection[str], findings: Findings
) -> None:
    """Say what keeps Ceilometer from loading a publisher.

    Ceilometer only logs that (``ceilometer.pipeline.base.Sink.__init__``), and drops
    what it was to publish.

    :param at: where it stands.
    :param sink: its sink's name.
    :param known: the schemes of the release's publishers.
    """
    lost = f"the sink {sink} publishes nothing there"
    try:
        parts = split(url)
        host, _ = parts.hostname, parts.port
    except ValueError as fault:
        what = f"a publisher of the sink {sink} is no URL"
        findings.wrong(at, f"{what}: {fault}", "Correct the URL.")
        return
    scheme = parts.scheme
    if scheme not in known:
        near = similar(scheme, known)
        remedy = f"Did you mean {near}://? " if near else ""
        findings.wrong(
            at,
            f"there is no publisher {scheme or whole(url)}: {lost}",
            f"{remedy}The publishers are {', '.join(sorted(known))}.",
        )
    elif scheme in _NEED_HOST and not host:
        findings.wrong(
            at,
            f"the publisher {scheme}:// needs a host: {lost}",
            f"Write {scheme}://HOST:PORT/PATH.",
        )
    elif scheme == "file" and not parts.path:
        findings.wrong(
            at,
            f"the publisher file:// needs a path: {lost}",
            "Write file:///PATH.",
        )
    elif scheme == "zaqar" and "queue" not in urllib.parse.parse_qs(parts.query):
        findings.wrong(
            at,
            f"the publisher zaqar:// needs a queue: {lost}",
            "Write zaqar://?queue=NAME.",
        )


def normal(url: str) -> str:
    """A publisher's URL in one form, without the secrets in it.

    The order of its settings does not matter, nor the case of its scheme.
    """
    try:
        parts = split(url)
        pairs = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return mask_urls(whole(url))
    user, at, host = parts.netloc.rpartition("@")
    if ":" in user:
        user = f"{user.partition(':')[0]}:{MASK}"
    query = "&".join(
        f"{key}={MASK if sounds_secret(key, value) else value}"
        for key, value in sorted(pairs)
    )
    bare = parts._replace(netloc=f"{user}{at}{host}", query="")
    text = f"{bare.scheme}://{bare.netloc}{bare.path}"
    return mask_urls(f"{text}?{query}" if query else text)
