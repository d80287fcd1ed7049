"""What is said of a page: a judgement, a score, and reasons that a person can check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Judgement(StrEnum):
    """From worst to best. `unknown`: nothing speaks for or against it."""

    MALICIOUS = "malicious"
    SUSPICIOUS = "suspicious"
    UNKNOWN = "unknown"
    BENIGN = "benign"
    KNOWN_GOOD = "known-good"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Judgement).index(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a page is judged so.

    `kind` names what was seen (`run`, `evaluate`, `place`, …). `line` counts from 1 in the page as
    it is decoded; None where the reason lies in no line. `points` are what it adds to the score.
    """

    kind: str
    line: int | None
    text: str
    points: int = 0


@dataclass(frozen=True, slots=True)
class PageJudgement:
    """The judgement of one file. `score` is from 0 to 100; `family` groups pages of one hand."""

    path: str
    sha256: str
    size: int
    judgement: Judgement
    score: int
    family: str | None = None
    reasons: tuple[Reason, ...] = ()
