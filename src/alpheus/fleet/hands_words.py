"""What hands are told by, in words; in English, unless somebody says them in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

SIGNS: Mapping[str, str] = {
    "secret": "Secret of the intruder's own",
    "token": "Token of a session",
    "word": "Common parameter of a page",
    "page": "Page, by its SHA-256",
    "structure": "Structure of a page",
    "page-name": "Name of a page",
    "address": "Address",
    "network": "Network",
    "carrier": "Path for forged requests",
    "request": "Form of a forged request",
    "agent": "Program, by its user agent",
    "command": "Command",
    "commands": "Commands in their order",
    "name": "Task or service",
    "steps": "Steps in their order and pace",
    "hour": "Hour of beginning",
}
AGAINST: Mapping[str, str] = {
    "other-secret": "Another secret than the rest",
    "no-network": "No network in common with the rest",
    "other-program": "No program in common with the rest",
    "other-path": "Another path for forged requests than the rest",
    "other-name": "Another name of a page than the rest",
    "other-hours": "Work at other hours than the rest",
    "silence": "Begun more than 60 days after the rest ended",
}
CONFIDENCE: Mapping[str, str] = {
    "high": "high confidence", "medium": "medium confidence", "low": "low confidence",
}  # fmt: skip
APART = ("too few share it", "each has a secret or page of its own", "each has names of its own")
"""Why two hands that share something are kept apart."""
SHARED: Mapping[str, str] = {
    "page": "The same page",
    "family": "The same kind of web shell",
    "address": "The same address of an intruder",
    "secret": "The same secret, as a keyed hash",
    "tool": "The same tool, by its user agent",
    "steps": "The same steps in the same order and pace",
    "burst": "The same steps, begun within one hour",
}
VERDICTS: Mapping[str, str] = {
    "compromised": "compromised", "suspicious": "suspicious", "attempted": "attempted",
    "not-determinable": "not determinable", "no-evidence": "no evidence of compromise",
}  # fmt: skip

WEIGHT = (
    "Weight is in bits: each bit more makes it half as likely that two who have nothing to do with "
    "each other share it. What many others have weighs less."
)


class Speech(Protocol):
    """How a language says a text, a number and a day."""

    @property
    def language(self) -> str:
        """Its tag."""

    def gettext(self, text: str) -> str:
        """A text."""

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The text for one or for many."""

    def number(self, number: float) -> str:
        """A number."""

    def day(self, time: str) -> str:
        """The day of a time (ISO 8601); '' for ''."""


class English:
    """As it stands here."""

    language = "en"

    def gettext(self, text: str) -> str:
        """A text."""
        return text

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The text for one or for many."""
        return one if number == 1 else many

    def number(self, number: float) -> str:
        """A number."""
        return f"{number:,}"

    def day(self, time: str) -> str:
        """The day of a time."""
        return time[:10]


def sign_text(kind: str, value: str, label: str) -> str:
    """What a sign is, for people; a page by its hash and its name."""
    if kind == "page":
        return f"{value[:16]}… {label}".rstrip()
    return label or value
