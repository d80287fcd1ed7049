"""Why a server is left: one reason for each, the first that fits."""

from __future__ import annotations

from enum import StrEnum

from alpheus.campaign.cohort import Member, days_between
from alpheus.campaign.kinds import contact_of, is_doubtful
from alpheus.campaign.series import SILENT_DAYS
from alpheus.notify.model import Rung, Status
from alpheus.notify.waits import USUAL, Waits


class Reason(StrEnum):
    """Why a server is left; the first that fits."""

    DOUBTFUL = "doubtful"
    """One list saw it once, and nobody else ever; and nobody was told."""
    SILENT = "silent"
    """Not seen for two weeks: gone, hidden, or not looked at."""
    AGAIN = "again"
    """It was fixed or clean, and is open again: its owner believes that it is done."""
    WORKING = "working"
    """Its owner knows: acknowledged, at work, or asking for help."""
    WAITING = "waiting"
    """Told, and the time in which an answer is waited for is not over."""
    FAILED = "failed"
    """All that was sent bounced or was refused."""
    NOT_PASSED_ON = "not-passed-on"
    """Its provider was told, and hardly any of that provider's customers were fixed."""
    UNANSWERED = "unanswered"
    """Told, and nobody has answered."""
    UNTOLD = "untold"
    """Its owner can be reached, and nobody has told it."""
    PROVIDER_ONLY = "provider-only"
    """Not told; only its provider can be reached."""
    NO_CONTACT = "no-contact"
    """Not told; its owner is known, and no way to it."""
    NO_OWNER = "no-owner"
    """Not told; nobody knows whose it is."""


def reason_of(member: Member, end: str, waits: Waits = USUAL) -> Reason:
    """Why a server that is left is left; `NOT_PASSED_ON` is told apart later."""
    for reason, fits in _REASONS:
        if fits(member, end) and (reason is not Reason.WAITING or _waits(member, end, waits)):
            return reason
    return Reason.NO_OWNER


def _is_silent(member: Member, end: str) -> bool:
    return bool(member.last_seen) and days_between(member.last_seen, end) >= SILENT_DAYS


def _waits(member: Member, end: str, waits: Waits) -> bool:
    return any(
        days_between(one.time, end) < waits.of(one.rung)
        for one in member.tellings
        if one.time and one.status != Status.FAILED
    )


def _has_failed(member: Member, _: str) -> bool:
    return bool(member.tellings) and all(one.status == Status.FAILED for one in member.tellings)


_REASONS = (
    (Reason.DOUBTFUL, lambda m, _: is_doubtful(m) and not (m.told or m.tellings)),
    (Reason.SILENT, _is_silent),
    (Reason.AGAIN, lambda m, _: m.patch == "regressed" or m.compromise == "re-infected"),
    (Reason.WORKING, lambda m, _: m.work in {"acknowledged", "in-progress", "needs-help"}),
    (Reason.WAITING, lambda m, _: bool(m.tellings)),
    (Reason.FAILED, _has_failed),
    (Reason.UNANSWERED, lambda m, _: bool(m.tellings)),
    (Reason.UNTOLD, lambda m, _: contact_of(m) in {"known", "usual mailbox only"}),
    (Reason.PROVIDER_ONLY, lambda m, _: contact_of(m) == "provider only"),
    (Reason.NO_CONTACT, lambda m, _: bool(m.organisation)),
)


def through_provider(member: Member) -> str:
    """When its provider was first told of it."""
    return next((one.time for one in member.tellings if one.rung == Rung.PROVIDER and one.time), "")
