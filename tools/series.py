"""Make ``releases.json``, the facts of the release series: ``python -m tools.series``.

It takes a YAML file with the day on which the facts were compiled in its first comment
(``Compiled on 2026-11-21``), the series (id, name, day of release, whether it is a SLURP
release), newest first, and of each service the first final version in each series. All
of these are public, in openstack/releases: ``data/series_status.yaml`` and the files
under ``deliverables``.
"""

from __future__ import annotations

import argparse
import datetime
import json
import pathlib
import re
import sys
from typing import Any

import yaml
from packaging.version import Version

FILE = pathlib.Path(__file__).parents[1] / "upgradecheck" / "releases.json"
_COMPILED = re.compile(r"^#.*\bCompiled on (\d{4}-\d{2}-\d{2})\b", re.MULTILINE)


def facts(text: str) -> Any:
    """The facts of a YAML file, as they ship.

    :raises ValueError: if they are not what such a file holds.
    """
    compiled = _COMPILED.search(text)
    if compiled is None:
        raise ValueError("no comment tells the day: # Compiled on YYYY-MM-DD")
    data = yaml.safe_load(text)
    series = [
        {**each, "id": str(each["id"]), "released": str(each["released"])}
        for each in data["series"]
    ]
    days = [datetime.date.fromisoformat(each["released"]) for each in series]
    if days != sorted(days, reverse=True):
        raise ValueError("the series are not in order, newest first")
    ids = [each["id"] for each in series]
    for service, firsts in data["services"].items():
        known = [id for id in ids if id in firsts]
        if list(firsts) != known:
            raise ValueError(f"{service}: its series are unknown, or not in order")
        for version in firsts.values():
            Version(version)
    return {"compiled": compiled[1], "series": series, "services": data["services"]}


def written(data: Any) -> str:
    """The facts as ``releases.json`` holds them."""
    return json.dumps(data, indent=1) + "\n"


def main() -> int:
    """Write the file anew."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=pathlib.Path, help="the YAML file")
    arguments = parser.parse_args()
    try:
        data = facts(arguments.file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as fault:
        print(f"{arguments.file}: {fault}", file=sys.stderr)
        return 1
    FILE.write_text(written(data), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
