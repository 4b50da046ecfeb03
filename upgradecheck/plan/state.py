"""Where the steps of a plan stand."""

from __future__ import annotations

import enum


class State(enum.StrEnum):
    """Where a step of a plan stands; the words users read and tools compare."""

    DONE = "done"
    NEXT = "next"
    BLOCKED = "blocked"
    WAITING = "waiting"
    UNSEEN = "unseen"


#: What the states mean.
MEANINGS = {
    State.DONE: "a check has seen it, or a person has said so",
    State.NEXT: "it can be done now",
    State.BLOCKED: "a check says no",
    State.WAITING: "another step comes first",
    State.UNSEEN: "cannot be seen from here: a person must say whether it is done",
}
