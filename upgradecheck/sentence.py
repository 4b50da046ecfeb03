"""A change in whole sentences of reStructuredText, for release notes."""

from __future__ import annotations

import re

from upgradecheck.difference import Change
from upgradecheck.difference import Fact
from upgradecheck.difference import Thing
from upgradecheck.difference import Verb
from upgradecheck.report.terminal import line

#: Titles in which nothing can be markup.
_HARMLESS = re.compile(r"(?:[^\W_]|[ ,.;()'/-](?![,.;()'/-]))*")
_MARKUP = re.compile(r"""([!-/:-@[-`{-~])""")
#: What a fact is called in a sentence, and its value where it is empty.
_FACTS = {
    "phase": ("its phase", "none"),
    "needs": ("what it needs", "nothing"),
    "applies_to": ("the releases that it applies to", "all"),
    "procedures": ("the procedures on whose way it is asked", "all"),
}
#: What nobody but us says in these words, and what may be another at the next look.
_CLAIMS = tuple(
    rf"{start}.*?\.(?= |$)"
    for start in (
        r"It is asked \w+ the upgrade",
        rf" has changed in ({'|'.join(what for what, _ in _FACTS.values())}), from ",
        r" is new, with \d+ step",
        r" has a new step, ``[^`]*``, which comes ",
        r" has moved: it comes (first|after ``)",
        r" has been removed, with the steps within it: ",
    )
)


def escaped(title: str) -> str:
    """A title that others wrote, in which nothing is markup any more."""
    text = line(" ".join(title.split()))
    return text if _HARMLESS.fullmatch(text) else _MARKUP.sub(r"\\\1", text)


def _literal(text: str) -> str:
    bare = line(" ".join(text.replace("`", " ").split()))
    return f"``{bare or '?'}``"


def of(change: Change) -> str:
    """What has changed, and what that means to who upgrades."""
    return _SENTENCES[change.thing, change.verb](change)


def unsaid(change: Change, told: str) -> str:
    """What a text says otherwise that is in our words, as it would have to be said.

    :param told: what was written of the change when it was perhaps another.
    :returns: empty if the text says it, or says it in words of its own.
    """
    bare, ours = " ".join(told.split()), of(change)
    for claim in (rf"{re.escape(_subject(change))} \(.*?\) (is new|has )", *_CLAIMS):
        if re.search(claim, bare):
            found = re.search(claim, ours)
            part = found[0] if found else ours
            if part not in bare:
                return part.strip()
    return ""


def _subject(change: Change) -> str:
    name = change.procedure if change.thing is Thing.STEP else change.name
    kind = Thing.CHECK if change.thing is Thing.CHECK else Thing.PROCEDURE
    return f"{kind} ``{name}``"


def _named(change: Change) -> str:
    """The check or procedure with its id and its title."""
    return f"{_subject(change)} ({escaped(change.title)})"


def _check_added(change: Change) -> str:
    when = f"It is asked {change.phase} the upgrade"
    if change.applies_to:
        when += f", for releases {_literal(change.applies_to)}"
    return (
        f"The {_named(change)} is new. {when}. ``service-status upgrade explain "
        f"{change.name}`` tells what it proves and what to do about a failure."
    )


def _check_changed(change: Change) -> str:
    facts = [_fact(each) for each in change.facts]
    return (
        f"The {_named(change)} has changed{' and'.join(facts) or ' in what it asks'}. "
        f"``service-status upgrade explain {change.name}`` tells what it proves now."
    )


def _fact(fact: Fact) -> str:
    what, empty = _FACTS[fact.name]
    before, now = (
        _literal(each) if each else empty for each in (fact.before, fact.now)
    )
    return f" in {what}, from {before} to {now}"


def _check_renamed(change: Change) -> str:
    return (
        f"The title of the check ``{change.name}`` is “{escaped(change.title)}” now; "
        f"it was “{escaped(change.was)}”. Its id is the same."
    )


def _check_removed(change: Change) -> str:
    return (
        f"The {_named(change)} has been removed. Take it out of your waivers, and out "
        "of ``--check`` and ``--exclude`` in your scripts."
    )


def _procedure_added(change: Change) -> str:
    count = len(change.inner)
    steps = f", with {count} step{'' if count == 1 else 's'}" if count else ""
    return f"The {_named(change)} is new{steps}."


def _procedure_renamed(change: Change) -> str:
    return (
        f"The title of the procedure ``{change.name}`` is “{escaped(change.title)}” "
        f"now; it was “{escaped(change.was)}”. Its name is the same."
    )


def _procedure_removed(change: Change) -> str:
    return (
        f"The {_named(change)} has been removed. Choose another way before you start "
        "to upgrade."
    )


def _place(change: Change) -> str:
    if change.after:
        return f"after ``{change.after}``"
    within = change.name.rpartition(".")[0]
    return "first" if within == change.procedure else f"first within ``{within}``"


def _with(change: Change) -> str:
    inner = ", ".join(f"``{each}``" for each in change.inner)
    return f", with the steps within it: {inner}" if inner else ""


def _step_added(change: Change) -> str:
    return (
        f"The {_named(change)} has a new step, ``{change.name}``, which comes "
        f"{_place(change)}{_with(change)}."
    )


def _step_moved(change: Change) -> str:
    was = f"; it was {_literal(change.was)}" if change.was else ""
    return (
        f"The step ``{change.name}`` of the {_named(change)} has moved: it comes "
        f"{_place(change)} now{was}."
    )


def _step_removed(change: Change) -> str:
    return (
        f"The step ``{change.name}`` of the {_named(change)} has been removed"
        f"{_with(change)}."
    )


_SENTENCES = {
    (Thing.CHECK, Verb.ADDED): _check_added,
    (Thing.CHECK, Verb.CHANGED): _check_changed,
    (Thing.CHECK, Verb.RENAMED): _check_renamed,
    (Thing.CHECK, Verb.REMOVED): _check_removed,
    (Thing.PROCEDURE, Verb.ADDED): _procedure_added,
    (Thing.PROCEDURE, Verb.RENAMED): _procedure_renamed,
    (Thing.PROCEDURE, Verb.REMOVED): _procedure_removed,
    (Thing.STEP, Verb.ADDED): _step_added,
    (Thing.STEP, Verb.MOVED): _step_moved,
    (Thing.STEP, Verb.REMOVED): _step_removed,
}
#: All that can become of all things.
KINDS = tuple(_SENTENCES)
