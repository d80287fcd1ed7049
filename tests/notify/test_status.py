"""Where a notice stands follows from its events, in the order in which they were taken down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.model import Event, EventKind, Status
from alpheus.notify.status import TOLD, after, impossible, standing_of, status_of

GOING = ("approved", "handing-over")
SENT = (*GOING, "handed-over")


def _events(*kinds: str) -> list[Event]:
    return [Event(n, 1, f"2021-03-{n:02d}T00:00:00Z", "kim", EventKind(kind))
            for n, kind in enumerate(("planned", *kinds), start=1)]  # fmt: skip


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((), "planned"),
        (("approved",), "approved"),
        (("rejected",), "rejected"),
        (("approved", "rejected"), "rejected"),
        (("withdrawn", "approved"), "withdrawn"),
        (("rejected", "handing-over"), "rejected"),
        (("handing-over",), "planned"),
        (GOING, "uncertain"),
        ((*GOING, "not-taken"), "approved"),
        ((*GOING, "not-taken", "handing-over", "handed-over"), "sent"),
        ((*GOING, "uncertain"), "uncertain"),
        ((*GOING, "refused"), "failed"),
        ((*GOING, "withdrawn"), "uncertain"),
        ((*GOING, "bounced"), "failed"),
        ((*GOING, "acknowledged"), "acknowledged"),
        (SENT, "sent"),
        ((*SENT, "not-taken"), "sent"),
        ((*GOING, "delivered", "handed-over"), "delivered"),
        ((*GOING, "bounced", "handed-over"), "failed"),
        ((*GOING, "not-taken", "handed-over"), "sent"),
        ((*SENT, "delayed"), "delayed"),
        ((*SENT, "delayed", "delivered"), "delivered"),
        ((*SENT, "delivered", "delayed"), "delivered"),
        ((*SENT, "delivered", "bounced"), "failed"),
        ((*SENT, "automatic-answer"), "delivered"),
        ((*SENT, "answered"), "delivered"),
        ((*SENT, "bounced", "delivered"), "failed"),
        ((*SENT, "bounced", "acknowledged"), "acknowledged"),
        ((*SENT, "acknowledged", "bounced"), "acknowledged"),
        (("acknowledged",), "planned"),
        (("bounced",), "planned"),
    ],
)
def test_statuses(kinds: tuple[str, ...], status: str) -> None:
    """What came too late, twice or without a hand-over changes nothing."""
    assert status_of(_events(*kinds)) == status


def test_the_order_counts_and_not_the_clock() -> None:
    """A report whose clock is behind is still the later one."""
    events = _events(*SENT, "bounced")
    late = [*events[:-1], Event(9, 1, "1999-01-01T00:00:00Z", "mx", EventKind.BOUNCED)]
    assert status_of(late) == "failed"


def test_when_it_went_out_is_known() -> None:
    """By the hand-over; of an uncertain one by the first report that shows it."""
    assert standing_of(_events(*SENT)).handed_over == "2021-03-04T00:00:00Z"
    assert standing_of(_events(*GOING)).handed_over == ""
    assert standing_of(_events(*GOING, "delivered")).handed_over == "2021-03-04T00:00:00Z"
    assert standing_of(_events(*SENT, "answered")).answered == "2021-03-05T00:00:00Z"


@given(st.lists(st.sampled_from(EventKind), max_size=12))
def test_nothing_unapproved_is_ever_out(kinds: list[EventKind]) -> None:
    """Whatever the events: told is only what was approved before, and no rejection comes back."""
    found = standing_of(_events())
    approved = False
    for kind in kinds:
        before = found.status
        found = after(found, kind, "2021-03-01T00:00:00Z")
        approved |= found.status is Status.APPROVED
        assert found.status not in TOLD or approved
        if before in {Status.REJECTED, Status.WITHDRAWN, Status.ACKNOWLEDGED}:
            assert found.status is before
        if impossible(before, kind):
            assert found.status is before


def test_what_cannot_be_is_said() -> None:
    """In a sentence."""
    assert impossible(Status.WITHDRAWN, EventKind.HANDING_OVER) == (
        "it is withdrawn, so it cannot be handed over"
    )
    assert impossible(Status.SENT, EventKind.BOUNCED) == ""
