"""What a triage is told of a page's code: one match with the worst reason, as a rule would give."""

from __future__ import annotations

from alpheus.detect.model import PageMatch, RuleInfo
from alpheus.detect.webshell.judge import MALICIOUS, SUSPICIOUS, content_reasons, score_of
from alpheus.detect.webshell.model import Reason
from alpheus.knowledge.model import RuleMeaning
from alpheus.model import Confidence, Stage, Weight

_PACK = "iis-webshell"
_SURE = 86
"""A reason of so many points proves by itself what the page is for."""


def _rule(id_: str, title: str, weight: Weight, confidence: Confidence) -> RuleInfo:
    meaning = RuleMeaning(Stage.IMPLANTED, weight, confidence, techniques=("T1505.003",))
    return RuleInfo(f"{_PACK}-{id_}", _PACK, title, meaning)


PROVEN = _rule(
    "page-code-hands-over-the-server",
    "The code of a page hands the server to its visitor",
    Weight.PROOF,
    Confidence.HIGH,
)
LIKELY = _rule(
    "page-code-of-a-shell",
    "The code of a page does what web shells do",
    Weight.INDICATION,
    Confidence.MEDIUM,
)
UNUSUAL = _rule(
    "page-code-unusual",
    "The code of a page does what pages seldom do",
    Weight.CONTEXT,
    Confidence.LOW,
)
RULES = (PROVEN, LIKELY, UNUSUAL)


def code_matches(content: bytes, path: str) -> tuple[PageMatch, ...]:
    """At most one match, with the line of the worst reason. Never raises for content."""
    reasons = content_reasons(content, path)
    score = score_of(reasons)
    if score < SUSPICIOUS:
        return ()
    worst = reasons[0]
    return (PageMatch(_meaning(score, worst), worst.line, worst.text),)


def _meaning(score: int, worst: Reason) -> RuleInfo:
    if score < MALICIOUS:
        return UNUSUAL
    return PROVEN if worst.points >= _SURE else LIKELY
