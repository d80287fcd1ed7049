"""The words for where a server stands."""

from __future__ import annotations

from enum import StrEnum


class Patch(StrEnum):
    """Of the flaw that is watched."""

    UNKNOWN = "unknown"
    VULNERABLE = "vulnerable"
    MITIGATED = "mitigated"
    """By somebody's word, or as seen; the build is still without the fix."""
    FIXED = "fixed"
    REGRESSED = "regressed"
    """It was fixed or mitigated, and is vulnerable again."""
    NOT_AFFECTED = "not-affected"


class Compromise(StrEnum):
    """Of the server itself, mildest first up to `compromised`; then what became of that."""

    UNKNOWN = "unknown"
    """Nobody has looked."""
    NOT_DETERMINABLE = "not-determinable"
    NO_EVIDENCE = "no-evidence"
    ATTEMPTED = "attempted"
    SUSPICIOUS = "suspicious"
    REPORTED = "reported"
    """Others say so; no evidence of it was assessed."""
    COMPROMISED = "compromised"
    CLEANED = "cleaned"
    """By plan; nothing shows yet that it worked."""
    VERIFIED_CLEAN = "verified-clean"
    RE_INFECTED = "re-infected"


class Work(StrEnum):
    """How far people are with it."""

    NEW = "new"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in-progress"
    NEEDS_HELP = "needs-help"
    CLOSED = "closed"
    REOPENED = "reopened"
    FALSE_POSITIVE = "false-positive"
    """For a reason, and up to a day."""


OPEN_PATCH = frozenset({Patch.VULNERABLE, Patch.REGRESSED})
HEALTHY = frozenset({Patch.FIXED, Patch.NOT_AFFECTED})
BREACHED = frozenset({Compromise.REPORTED, Compromise.COMPROMISED})
OPEN_COMPROMISE = frozenset(
    {Compromise.SUSPICIOUS, Compromise.REPORTED, Compromise.COMPROMISED, Compromise.CLEANED,
     Compromise.RE_INFECTED}
)  # fmt: skip
"""Something is still to be done or shown."""

VICTIMS = frozenset(
    {Compromise.REPORTED, Compromise.COMPROMISED, Compromise.CLEANED, Compromise.VERIFIED_CLEAN,
     Compromise.RE_INFECTED}
)  # fmt: skip
"""Somebody broke in, by proof or by the word of a list, whatever became of it."""

CLEANABLE = OPEN_COMPROMISE - {Compromise.CLEANED}
ENDED = frozenset({Work.CLOSED, Work.FALSE_POSITIVE})
DOUBTS = frozenset({Compromise.ATTEMPTED, Compromise.SUSPICIOUS, Compromise.REPORTED})
"""What a person who looked can clear; a proof is not cleared but cleaned."""
