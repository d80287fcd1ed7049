"""Where a notice stands: follows from its events alone, in the order in which they were taken down.

Their times may lie, since clocks do; their order does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from alpheus.notify.model import Event, EventKind, Status

OPEN = frozenset({Status.PLANNED, Status.APPROVED})
"""It has not gone out, and may."""

OUT = frozenset({Status.SENT, Status.DELAYED, Status.DELIVERED})
"""It went out, and nobody has answered for good."""

TOLD = OUT | {Status.ACKNOWLEDGED}
ALIVE = OPEN | TOLD | {Status.UNCERTAIN}
"""What it says has been said, will be, or may have been."""

NEVER_OUT = OPEN | {Status.REJECTED, Status.WITHDRAWN}
_REACHED = OUT | {Status.UNCERTAIN}


class Standing(NamedTuple):
    """A status, when the notice was handed over, and when a person last wrote back; '' is never."""

    status: Status = Status.PLANNED
    handed_over: str = ""
    answered: str = ""


def status_of(events: Iterable[Event]) -> Status:
    """The status that events make."""
    return standing_of(events).status


def standing_of(events: Iterable[Event]) -> Standing:
    """The standing that events make."""
    found = Standing()
    for event in events:
        found = after(found, event.kind, event.time)
    return found


def after(before: Standing, kind: EventKind, time: str) -> Standing:
    """The standing after one more event."""
    status = _status(before.status, kind)
    handed_over = before.handed_over
    if status in OUT and not handed_over:
        handed_over = time  # also where a report or an answer shows that it had gone out
    return Standing(status, handed_over, time if kind is EventKind.ANSWERED else before.answered)


def impossible(before: Status, kind: EventKind) -> str:
    """Why an event cannot follow on a status, in a sentence; '' where it can."""
    allowed = _ALLOWED.get(kind)
    if allowed is None or before in allowed:
        return ""
    return f"it is {before}, so it cannot be {_WORDS.get(kind, kind.value)}"


def _status(before: Status, kind: EventKind) -> Status:
    if before is Status.ACKNOWLEDGED:
        return before
    if impossible(before, kind):
        return before  # what came too late, or twice, changes nothing
    if kind in {EventKind.DELIVERED, EventKind.AUTOMATIC_ANSWER, EventKind.ANSWERED}:
        return Status.DELIVERED if before in _REACHED else before
    if kind is EventKind.DELAYED:
        return Status.DELAYED if before in {Status.SENT, Status.UNCERTAIN} else before
    if kind is EventKind.HANDED_OVER and before not in {Status.UNCERTAIN, Status.APPROVED}:
        return before  # a report was quicker
    return _AFTER.get(kind, before)


_AFTER = {
    EventKind.APPROVED: Status.APPROVED,
    EventKind.REJECTED: Status.REJECTED,
    EventKind.WITHDRAWN: Status.WITHDRAWN,
    EventKind.HANDING_OVER: Status.UNCERTAIN,
    EventKind.HANDED_OVER: Status.SENT,
    EventKind.NOT_TAKEN: Status.APPROVED,
    EventKind.REFUSED: Status.FAILED,
    EventKind.UNCERTAIN: Status.UNCERTAIN,
    EventKind.BOUNCED: Status.FAILED,
    EventKind.ACKNOWLEDGED: Status.ACKNOWLEDGED,
}

_HANDED = frozenset(Status) - NEVER_OUT
_ALLOWED = {
    EventKind.APPROVED: OPEN,
    EventKind.REJECTED: OPEN,
    EventKind.WITHDRAWN: OPEN,
    EventKind.HANDING_OVER: frozenset({Status.APPROVED}),
    EventKind.HANDED_OVER: _HANDED | {Status.APPROVED},
    EventKind.NOT_TAKEN: frozenset({Status.UNCERTAIN}),
    EventKind.UNCERTAIN: frozenset({Status.UNCERTAIN}),
    EventKind.REFUSED: _HANDED,
    EventKind.BOUNCED: _HANDED,
    EventKind.DELAYED: _HANDED,
    EventKind.DELIVERED: _HANDED,
    EventKind.AUTOMATIC_ANSWER: _HANDED,
    EventKind.ANSWERED: _HANDED,
    EventKind.ACKNOWLEDGED: _HANDED,
}
"""What has to be so before an event; PLANNED is the first of all and asks nothing."""

_WORDS = {
    EventKind.HANDING_OVER: "handed over",
    EventKind.NOT_TAKEN: "not taken",
    EventKind.UNCERTAIN: "made uncertain",
    EventKind.AUTOMATIC_ANSWER: "answered",
}
