"""What a triage is told of files that are no pages: configuration, and assemblies of a web site."""

from __future__ import annotations

from alpheus.detect.model import RuleInfo
from alpheus.detect.webshell.judge import MALICIOUS, SUSPICIOUS, score_of
from alpheus.detect.webshell.kinds import FileKind, judged_by_name
from alpheus.detect.webshell.model import Reason
from alpheus.knowledge.model import RuleMeaning
from alpheus.model import Confidence, Stage, Weight

CONTENT_LIMIT = 8 << 20
"""Longer files are judged by their beginning."""

_PACK = "iis-webshell"
_PRODUCT_PROGRAMS = "exchange server/v15/bin/"
"""No web site of the product: its programs, a thousand of them."""


def _rule(id_: str, title: str, weight: Weight, confidence: Confidence) -> RuleInfo:
    meaning = RuleMeaning(Stage.IMPLANTED, weight, confidence, techniques=("T1505.004",))
    return RuleInfo(f"{_PACK}-{id_}", _PACK, title, meaning)


PAGE = _rule(
    "configuration-is-a-page",
    "A configuration file makes the web server run code that stands in it",
    Weight.PROOF,
    Confidence.HIGH,
)
CONFIGURATION = _rule(
    "configuration-opens-a-back-door",
    "A configuration file makes the web server run what it should not",
    Weight.INDICATION,
    Confidence.MEDIUM,
)
ODD_CONFIGURATION = _rule(
    "configuration-unusual",
    "A configuration file holds what is seldom there",
    Weight.CONTEXT,
    Confidence.LOW,
)
ASSEMBLY = _rule(
    "assembly-of-a-shell",
    "An assembly of a web site does what web shells do",
    Weight.INDICATION,
    Confidence.MEDIUM,
)
ODD_ASSEMBLY = _rule(
    "assembly-unusual",
    "An assembly of a web site does what few do",
    Weight.CONTEXT,
    Confidence.LOW,
)
RULES = (PAGE, CONFIGURATION, ODD_CONFIGURATION, ASSEMBLY, ODD_ASSEMBLY)


def is_judged(path: str) -> bool:
    """Whether a file of this address is one that is judged here."""
    kind = judged_by_name(path)
    if kind is FileKind.ASSEMBLY:
        return _PRODUCT_PROGRAMS not in path.lower().replace("\\", "/")
    return kind is FileKind.CONFIGURATION


def judge_beside(content: bytes, path: str) -> tuple[RuleInfo, Reason] | None:
    """The rule that a file falls under, and its worst reason. Never raises for content."""
    if judged_by_name(path) is FileKind.ASSEMBLY:
        from alpheus.detect.webshell.assembly import judge_assembly  # noqa: PLC0415 - heavy

        return _worst(judge_assembly(content, path), ASSEMBLY, ODD_ASSEMBLY)
    from alpheus.detect.webshell.configuration import judge_configuration  # noqa: PLC0415 - heavy

    reasons = judge_configuration(content, path)
    page = any(one.kind == "configuration-page" and one.points >= MALICIOUS for one in reasons)
    return _worst(reasons, PAGE if page else CONFIGURATION, ODD_CONFIGURATION)


def _worst(
    reasons: list[Reason], malicious: RuleInfo, odd: RuleInfo
) -> tuple[RuleInfo, Reason] | None:
    score = score_of(reasons)
    if score < SUSPICIOUS:
        return None
    worst = max(reasons, key=lambda one: one.points)
    return (malicious if score >= MALICIOUS else odd), worst
