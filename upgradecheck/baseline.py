"""A baseline: what a node of the old release had, for a later check to compare with."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import hmac
import importlib.resources
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from upgradecheck import jsonfile
from upgradecheck.check import NotVerified
from upgradecheck.place import Place

#: The version of the file's form.
SCHEMA = 1
#: A larger file is no baseline, in bytes.
LARGEST = 4 * 1024 * 1024
#: How dear one guess of a value is made: scrypt's cost, block size and lanes.
COST = {"n": 4096, "r": 8, "p": 1}
_LENGTH = 16


@dataclasses.dataclass(frozen=True)
class Kept:
    """An option that was set.

    :param group: its group, as oslo.config compares it.
    :param name: its name.
    :param digest: the salted digest of what was written, in hexadecimal digits; None
        of an option that is secret, or not known, of which nothing is kept.
    """

    group: str
    name: str
    digest: str | None


@dataclasses.dataclass(frozen=True)
class Baseline:
    """What a node of the old release had.

    :param service: the service's name.
    :param version: its version.
    :param made: when, in UTC.
    :param config_files: the configuration files that were read.
    :param salt: random, made anew for each baseline; in hexadecimal digits.
    :param options: the options that were set; by group and name.
    :param databases: the revisions at which each database stood, by its name.
    :param forms: what the service's own files said, in one form, by their names.
    :param faults: what could not be recorded, and why, by what it is.
    :param file: the file that it was read from.
    """

    service: str
    version: str
    made: str
    config_files: tuple[str, ...]
    salt: str
    options: tuple[Kept, ...]
    databases: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, Any]
    faults: Mapping[str, str]
    file: str = ""

    def form(self, name: str) -> Any:
        """What one of the service's files said.

        :raises NotVerified: if that was not recorded.
        """
        if name in self.forms:
            return self.forms[name]
        why = self.faults.get(f"form {name}", "it was not recorded")
        raise NotVerified(
            f"{self.file} does not tell what {name} was: {why}", self.file, _again(self)
        )

    def says(self, place: Place, written: str | None) -> bool | None:
        """Whether an option was set as it is now.

        :param written: what is written now; None if the option is not set.
        :returns: None if that cannot be told.
        """
        kept = next((k for k in self.options if (k.group, k.name) == place), None)
        if kept is None or written is None:
            return kept is None and written is None
        if kept.digest is None:
            return None
        return hmac.compare_digest(kept.digest, digest(self.salt, place, written))


def digest(salt: str, place: Place, written: str) -> str:
    """A digest of an option's value that tells no more than whether two are the same.

    By scrypt (RFC 7914), salted with the baseline's salt and the option's name: equal
    values of two options, or in two baselines, have different digests, and each guess
    costs milliseconds. A value out of few can be guessed all the same, which is why no
    secret is digested.

    :param salt: in hexadecimal digits.
    :param written: what is written in the configuration.
    """
    salted = bytes.fromhex(salt) + "\0".join(place).encode()
    return hashlib.scrypt(written.encode(), salt=salted, dklen=_LENGTH, **COST).hex()


@functools.cache
def schema() -> Any:
    """The JSON Schema of the file, as it ships with us."""
    text = importlib.resources.files("upgradecheck").joinpath("baseline.schema.json")
    return json.loads(text.read_text(encoding="utf-8"))


def to_data(baseline: Baseline) -> Any:
    """The baseline as JSON holds it."""
    import upgradecheck

    data = dataclasses.asdict(baseline)
    del data["file"]
    tool = {"name": "upgradecheck", "version": upgradecheck.__version__}
    return {"schema": SCHEMA, "tool": tool, **data}


def load(file: str) -> Baseline:
    """The baseline in a file.

    :raises NotVerified: if it is none, with what to do.
    """
    try:
        found = jsonfile.read(Path(file), LARGEST)
    except jsonfile.Unreadable as fault:
        raise _refused(file, fault.what, fault.line) from None
    if not isinstance(found, dict) or "schema" not in found:
        raise _refused(file, "is no baseline")
    if found["schema"] != SCHEMA:
        raise _refused(
            file,
            f"is a baseline of the form {str(found['schema'])[:20]}; this command reads "
            f"the form {SCHEMA}",
        )
    _validate(found, file)
    return Baseline(
        service=found["service"],
        version=found["version"],
        made=found["made"],
        config_files=tuple(found["config_files"]),
        salt=found["salt"],
        options=tuple(Kept(**each) for each in found["options"]),
        databases={name: tuple(each) for name, each in found["databases"].items()},
        forms=found["forms"],
        faults=found["faults"],
        file=file,
    )


def _validate(found: Any, file: str) -> None:
    import jsonschema  # type: ignore[import-untyped, unused-ignore]

    validator = jsonschema.Draft202012Validator(schema())
    fault = next(iter(sorted(validator.iter_errors(found), key=str)), None)
    if fault is not None:
        where = "/".join(map(str, fault.absolute_path)) or "the whole"
        what = fault.message if len(fault.message) < 200 else "is not as it must be"
        raise _refused(file, f"is no baseline: {where}: {what}")


def _refused(file: str, what: str, line: int = 0) -> NotVerified:
    where = f"{file}:{line}" if line else file
    return NotVerified(
        f"{where}: {what}",
        where,
        "Give the file that service-status upgrade snapshot SERVICE --output FILE wrote "
        "on a node of the old release.",
    )


def _again(baseline: Baseline) -> str:
    return (
        "On a node of the old release, run again: service-status upgrade snapshot "
        f"{baseline.service} --output FILE"
    )
