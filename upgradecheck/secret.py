"""Keeping secrets out of every output.

Two nets: passwords inside URLs are recognised by their form, and values that
the deployment marks or names as secret are recognised wherever they reappear.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable

MASK = "***"

# Greedy up to the last @ of a word: oslo.messaging's transport URLs name
# several hosts, each with its password, and passwords may hold @ and /.
# Bounded, so that a long text costs no more than its length.
_CREDENTIALS = re.compile(
    r"(?<![\w+.-])([A-Za-z][\w+.-]{0,40}://)([^\s:/@]{0,200}):(\S{0,2000})@"
)
_QUERY = re.compile(
    r"([?&;](?:[\w-]*(?:password|passwd|secret|token|api_?key))=)([^&;\s'\"]+)", re.I
)
_NAME = re.compile(r"pass(word|wd|phrase)|secret|token|credential|(^|_)pwd($|_)", re.I)
# A key is a secret, or the path of a file that holds one.
_KEY = re.compile(r"(^|_)key$", re.I)
# What options such as token_cache_time hold; hiding it would garble all text.
_ORDINARY = re.compile(r"\d{0,7}|true|false|yes|no|on|off|none|null", re.I)
#: Shorter values are no secrets, and masking them would garble all text.
SHORTEST = 4


def sounds_secret(name: str, value: str) -> bool:
    """Whether an option's name suggests that its value is a secret."""
    name = name.replace("-", "_")
    if _KEY.search(name):
        return not value.startswith(("/", "~", "$"))
    return _NAME.search(name) is not None


def secrets_in(value: str) -> set[str]:
    """The words to hide of a secret value: all of it, its lines, its entries."""
    parts = {value, *value.splitlines(), *value.split(",")}
    return {part.strip() for part in parts if not _ORDINARY.fullmatch(part.strip())}


def mask_urls(text: str) -> str:
    """The text with the passwords of all URLs in it masked."""
    text = _CREDENTIALS.sub(rf"\1\2:{MASK}@", text)
    return _QUERY.sub(rf"\1{MASK}", text)


def passwords_in(value: str) -> set[str]:
    """The passwords that URLs in a value hold, as written and decoded."""
    found = set()
    for _, _, password in _CREDENTIALS.findall(value):
        # "u:one@host1,u:two@host2": each of several hosts has its own.
        for part in [password, *re.split(r"@[^,@]*,[^:,@]*:", password)]:
            found |= {part, urllib.parse.unquote(part)}
    found |= {word for _, word in _QUERY.findall(value)}
    return {word for word in found if word}


class Mask:
    """Replaces known secrets in any text.

    :param secrets: the values to hide; those shorter than :data:`SHORTEST`
        are left out.
    :param public: words that stay readable although a secret equals them, as
        the service's own name, which many a password is in test beds.
    """

    def __init__(self, secrets: Iterable[str] = (), public: Iterable[str] = ()) -> None:
        hidden = {value for value in secrets if len(value) >= SHORTEST} - set(public)
        # The longest first, so that no secret survives behind its own prefix.
        parts = sorted(hidden, key=lambda value: (-len(value), value))
        self._pattern = re.compile("|".join(map(re.escape, parts))) if parts else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return mask_urls(text)
