"""What the match of a rule means, where the rule itself does not say it in our terms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from alpheus.knowledge.model import RuleMeaning
from alpheus.model import Confidence, Stage, Weight

STAGE_OF_TACTIC: dict[str, Stage] = {
    "reconnaissance": Stage.PROBED,
    "discovery": Stage.PROBED,
    "initial-access": Stage.ATTEMPTED,
    "persistence": Stage.IMPLANTED,
    "execution": Stage.OPERATED,
    "privilege-escalation": Stage.OPERATED,
    "defense-evasion": Stage.OPERATED,
    "stealth": Stage.OPERATED,
    "defense-impairment": Stage.OPERATED,
    "command-and-control": Stage.OPERATED,
    "impact": Stage.OPERATED,
    "credential-access": Stage.SPREAD,
    "lateral-movement": Stage.SPREAD,
    "collection": Stage.SPREAD,
    "exfiltration": Stage.SPREAD,
}
"""ATT&CK tactics as stages of ours."""

AUTHOR_LIMIT = 100
"""Longer lists of authors are cut."""

_SERIOUS = frozenset({"high", "critical"})
_TESTED = frozenset({"stable", "test"})
_TECHNIQUE = re.compile(r"t\d{4}(?:\.\d{3})?")
_CVE = re.compile(r"(\d{4})[-.](\d{4,})")


def foreign_meaning(tags: Iterable[tuple[str, str]], level: str, status: str) -> RuleMeaning:
    """A meaning from a rule's tags (namespace and name), level and status; never proof.

    Of several tactics the most advanced counts.
    """
    pairs = [(namespace.lower(), name.lower()) for namespace, name in tags]
    tactics = [name.replace("_", "-") for namespace, name in pairs if namespace == "attack"]
    stages = [STAGE_OF_TACTIC[name] for name in tactics if name in STAGE_OF_TACTIC]
    serious = level.lower() in _SERIOUS
    return RuleMeaning(
        stage=max(stages, key=lambda stage: stage.rank, default=Stage.ATTEMPTED),
        weight=Weight.INDICATION if serious else Weight.CONTEXT,
        confidence=Confidence.MEDIUM if serious and status.lower() in _TESTED else Confidence.LOW,
        cves=_cves(pairs),
        techniques=_techniques(pairs),
    )


def attributed(title: str, author: str, licence: str) -> str:
    """The title of a foreign rule with its author and licence."""
    names = " ".join(author.split())
    if len(names) > AUTHOR_LIMIT:
        names = names[: AUTHOR_LIMIT - 1].rstrip(" ,;") + "…"
    by = f"rule by {names}" if names else "foreign rule, no author stated"
    return f"{title} ({by}; {f'licence: {licence}' if licence else 'no licence stated'})"


def completed(meaning: RuleMeaning, tags: Iterable[tuple[str, str]]) -> RuleMeaning:
    """A meaning with the CVEs and techniques of the rule's tags, where it names none."""
    pairs = [(namespace.lower(), name.lower()) for namespace, name in tags]
    return replace(
        meaning,
        cves=meaning.cves or _cves(pairs),
        techniques=meaning.techniques or _techniques(pairs),
    )


def _cves(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    found = (_CVE.fullmatch(name) for namespace, name in pairs if namespace == "cve")
    return tuple(f"CVE-{match[1]}-{match[2]}" for match in found if match is not None)


def _techniques(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    names = (name for namespace, name in pairs if namespace == "attack")
    return tuple(name.upper() for name in names if _TECHNIQUE.fullmatch(name))
