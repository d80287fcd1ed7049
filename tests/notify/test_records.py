"""What planning gives back."""

from __future__ import annotations

from alpheus.notify.records import UNREACHED, Batch, Reason


def test_a_batch_says_what_waits_for_approval() -> None:
    """By the statuses of its notices as they are now."""
    batch = Batch(1, "", "kim", "", 3, 3, 3, 0, {}, {}, {"planned": 2, "sent": 1})
    assert batch.waiting == 2
    assert Batch(1, "", "kim", "", 3, 3, 3, 0, {}, {}).waiting == 0


def test_whom_nobody_reaches_needs_a_person() -> None:
    """Who waits, or knows, does not."""
    assert {Reason.WAITING, Reason.ACKNOWLEDGED, Reason.PLANNED}.isdisjoint(UNREACHED)
