"""What people do to a case, and what a case does not allow.

Every act says who, when and why, and names its evidence where there is some.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from alpheus.cases.laws import MetBy, rules
from alpheus.cases.states import (
    CLEANABLE,
    DOUBTS,
    ENDED,
    OPEN_COMPROMISE,
    OPEN_PATCH,
    Compromise,
    Patch,
    Work,
)

if TYPE_CHECKING:
    from alpheus.cases.lifecycle import State


class ActKind(StrEnum):
    """What is done."""

    NOTE = "note"
    ASSIGNED = "assigned"
    NOTIFIED = "notified"
    UNREACHED = "unreached"
    """What was sent came back: the telling that its evidence names has reached nobody."""
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    ASKED_HELP = "asked-help"
    CLOSED = "closed"
    REOPENED = "reopened"
    FALSE_POSITIVE = "false-positive"
    MITIGATED = "mitigated"
    CLEANED = "cleaned"
    VERIFIED = "verified"
    NOT_CLEAN = "not-clean"
    """It was not cleaned after all: a step is open again, or something is still there."""
    CAME_BACK = "came-back"
    """Evidence from after the cleaning shows an intruder."""
    CLEARED = "cleared"
    """A person looked, and it is nothing."""
    DECOY = "decoy"
    """A person knows that it is set out for intruders, and is no server to count."""
    COUNTED = "counted"
    """A person knows that it is a server, whatever it looks like."""
    REPORTED_TO_AUTHORITY = "reported-to-authority"
    """A report that a law asks for; `to` says which."""
    MERGED = "merged"
    SPLIT = "split"
    KEPT_APART = "kept-apart"
    REVOKED = "revoked"


class Closing(StrEnum):
    """Why a case is closed."""

    DONE = "done"
    """Fixed, and nothing of an intruder left."""
    GONE = "gone"
    """The server is not there any more."""
    ACCEPTED = "accepted"
    """Its owner knows, and leaves it so."""
    OUTSIDE = "outside"
    """Somebody else takes care of it."""


class Act(NamedTuple):
    """One thing that was done. `to` is the assignee, the reason of closing, or the report made."""

    id: int
    time: str
    who: str
    kind: ActKind
    why: str = ""
    evidence: str = ""
    to: str = ""
    until: str = ""


_NEED_WHY = frozenset({
    ActKind.NOTE, ActKind.CLOSED, ActKind.REOPENED, ActKind.FALSE_POSITIVE, ActKind.MITIGATED,
    ActKind.CLEARED, ActKind.DECOY, ActKind.COUNTED, ActKind.ASKED_HELP, ActKind.MERGED,
    ActKind.SPLIT, ActKind.KEPT_APART, ActKind.REVOKED, ActKind.UNREACHED,
})  # fmt: skip
_NEED_EVIDENCE = {
    ActKind.CLEANED: "the plan that was carried out",
    ActKind.UNREACHED: "the notice that reached nobody",
    ActKind.VERIFIED: "what shows that it is clean",
    ActKind.NOT_CLEAN: "what shows that it is not clean",
    ActKind.CAME_BACK: "what shows that somebody came back",
}
_WORKING = (ActKind.NOTIFIED, ActKind.ACKNOWLEDGED, ActKind.STARTED, ActKind.ASKED_HELP)


EARLIEST = "2000-01-01"
"""Nothing was done to such a server before this day."""
LONGEST_YEARS = 5
"""In so many calendar years from now at most a false positive is looked at again."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?Z)?", re.ASCII)
_BY_PLAN = re.compile(r"plan ([0-9a-f]{64})")
_BY_VERIFICATION = re.compile(r"verification [0-9a-f]{64}")


def plan_in(evidence: str) -> str:
    """The digest of the plan that the evidence of a cleaning names; '' where it is no such plan."""
    found = _BY_PLAN.fullmatch(evidence)
    return found[1] if found else ""


def refusal(state: State, act: Act, *, now: str) -> str:
    """Why a case does not allow an act, in a sentence; '' where it does."""
    check = _CHECKS.get(act.kind)
    return lacking(act, now=now) or (check(state, act, now) if check else "")


def lacking(act: Act, *, now: str) -> str:
    """What an act lacks for any case to allow it, in a sentence; '' where it lacks nothing."""
    if not act.who.strip():
        return "say who does it"
    if act.time > now:
        return f"{act.time} has not been yet"
    if act.time < EARLIEST:
        return f"{act.time} is too long ago; say when it was done"
    if act.kind in _NEED_WHY and not act.why.strip():
        return f"say why: '{act.kind}' needs a reason"
    if act.kind in _NEED_EVIDENCE and not act.evidence.strip():
        return f"name {_NEED_EVIDENCE[act.kind]}: '{act.kind}' needs evidence"
    said = _SAID.get(act.kind)
    return said(act, now) if said else ""


def _working(state: State, act: Act, _: str) -> str:
    if state.work in ENDED:
        return f"the case is {state.work}; reopen it before it is {act.kind}"
    if act.kind is ActKind.ACKNOWLEDGED and state.work in {Work.IN_PROGRESS, Work.NEEDS_HELP}:
        return f"the case is {state.work} already, which is more than acknowledged"
    return ""


def _close(state: State, act: Act, _: str) -> str:
    if state.work in ENDED:
        return f"the case is {state.work} already"
    return _not_done(state) if act.to == Closing.DONE else ""


def _not_done(state: State) -> str:
    if state.patch in OPEN_PATCH:
        return f"it is {state.patch}; a server is done when it is seen with the fix"
    if state.patch is Patch.UNKNOWN:
        return "whether it is fixed is unknown; an observation that shows its build settles it"
    if state.compromise in OPEN_COMPROMISE:
        return f"it is {state.compromise}; a server is done when that is cleaned and verified"
    return ""


def _reopen(state: State, _: Act, __: str) -> str:
    return "" if state.work in ENDED else f"the case is {state.work}, that is open"


def _false_positive(state: State, _: Act, __: str) -> str:
    return f"the case is {state.work}; reopen it first" if state.work in ENDED else ""


def _how_it_ends(act: Act, _: str) -> str:
    return "" if act.to in {*Closing} else f"say how it ends: {', '.join(Closing)}"


def _until_when(act: Act, now: str) -> str:
    if not act.until:
        return "say until when: a false positive is looked at again"
    if not _is_instant(act.until):
        return "write a day as 2021-03-12"
    if act.until <= now:
        return f"{act.until} is over; name a day to come"
    if int(act.until[:4]) - int(now[:4]) > LONGEST_YEARS:
        return f"{act.until} is too far away; name a day within the next {LONGEST_YEARS} years"
    return ""


def _is_instant(text: str) -> bool:
    if not _INSTANT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _mitigate(state: State, _: Act, __: str) -> str:
    if state.patch in {Patch.FIXED, Patch.NOT_AFFECTED}:
        return f"it is {state.patch}; there is nothing to mitigate"
    return ""


def _clean(state: State, _: Act, __: str) -> str:
    if state.compromise in CLEANABLE:
        return ""
    return f"it is {state.compromise}; there is nothing to clean"


def _verify(state: State, act: Act, _: str) -> str:
    if state.compromise is not Compromise.CLEANED:
        return f"it is {state.compromise}; what is verified is a server that was cleaned"
    if state.plan and not _BY_VERIFICATION.fullmatch(act.evidence):
        return "it was cleaned by a plan; a verification of that shows whether it is clean"
    return ""


def _was_cleaned(state: State, _: Act, __: str) -> str:
    if state.compromise in {Compromise.CLEANED, Compromise.VERIFIED_CLEAN}:
        return ""
    return f"it is {state.compromise}; it does not count as cleaned"


def _clear(state: State, _: Act, __: str) -> str:
    if state.compromise in DOUBTS:
        return ""
    return f"it is {state.compromise}; only a doubt can be cleared, not a proof"


def _which_report(act: Act, _: str) -> str:
    """A report that no law asks for would meet nothing."""
    known = [f"{rule.law}:{rule.step}" for rule in rules() if rule.met_by is not MetBy.FIXED]
    return "" if act.to in known else f"say which report was made: {', '.join(known)}"


def _to_whom(act: Act, _: str) -> str:
    return "" if act.to.strip() else "say to whom"


_CHECKS: dict[ActKind, Callable[[State, Act, str], str]] = {
    **dict.fromkeys(_WORKING, _working),
    ActKind.CLOSED: _close,
    ActKind.REOPENED: _reopen,
    ActKind.FALSE_POSITIVE: _false_positive,
    ActKind.MITIGATED: _mitigate,
    ActKind.CLEANED: _clean,
    ActKind.VERIFIED: _verify,
    ActKind.NOT_CLEAN: _was_cleaned,
    ActKind.CAME_BACK: _was_cleaned,
    ActKind.CLEARED: _clear,
}
_SAID: dict[ActKind, Callable[[Act, str], str]] = {
    ActKind.ASSIGNED: _to_whom,
    ActKind.CLOSED: _how_it_ends,
    ActKind.FALSE_POSITIVE: _until_when,
    ActKind.REPORTED_TO_AUTHORITY: _which_report,
}
"""What has to be said, whatever the case."""
