"""What a baseline recorded of Ceilometer's files, looked at before it is compared."""

from __future__ import annotations

from typing import Any

from upgradecheck.baseline import Baseline
from upgradecheck.check import NotVerified

_NAMES = {"type": "array", "items": {"type": "string"}}
_LISTS = {"type": "object", "additionalProperties": _NAMES}


def _pipeline(what: str) -> dict[str, Any]:
    source = {
        "type": "object",
        "properties": {what: _NAMES, "sinks": _NAMES},
        "required": [what, "sinks"],
    }
    return {
        "type": "object",
        "properties": {
            "sources": {"type": "object", "additionalProperties": source},
            "sinks": _LISTS,
        },
        "required": ["sources", "sinks"],
    }


#: JSON Schemas of the forms that ``normal`` makes, by the name that each has.
_FORMS = {
    "pipeline.yaml": _pipeline("meters"),
    "event_pipeline.yaml": _pipeline("events"),
    "polling.yaml": {
        "type": ["object", "null"],
        "properties": {
            "sources": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"meters": _NAMES},
                    "required": ["meters"],
                },
            }
        },
        "required": ["sources"],
    },
    "pollsters": _LISTS,
    "pollsters.d": _LISTS,
    "gnocchi_resources.yaml": {**_LISTS, "type": ["object", "null"]},
}


def form(baseline: Baseline, name: str) -> Any:
    """What one of Ceilometer's files said when the baseline was made.

    :raises NotVerified: if that was not recorded, or is not as it is recorded.
    """
    import jsonschema  # type: ignore[import-untyped, unused-ignore]

    found = baseline.form(name)
    validator = jsonschema.Draft202012Validator(_FORMS[name])
    fault = next(iter(sorted(validator.iter_errors(found), key=str)), None)
    if fault is None:
        return found
    place = "/".join(map(str, ("forms", name, *fault.absolute_path)))
    raise NotVerified(
        f"the baseline {baseline.file} is not as a snapshot writes it: see {place}",
        baseline.file,
        "Make the baseline again on a node of the old release: service-status upgrade "
        "snapshot ceilometer --output FILE",
    )
