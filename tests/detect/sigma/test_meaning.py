"""Tests of `alpheus.detect.sigma.meaning`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.detect.sigma.meaning import AUTHOR_LIMIT, attributed, completed, foreign_meaning
from alpheus.model import Confidence, Stage, Weight
from detect.sigma.building import OURS, rule


@pytest.mark.parametrize(
    ("tactics", "stage"),
    [
        ([], Stage.ATTEMPTED),
        (["reconnaissance"], Stage.PROBED),
        (["discovery"], Stage.PROBED),
        (["initial-access"], Stage.ATTEMPTED),
        (["initial_access", "persistence"], Stage.IMPLANTED),
        (["defense-evasion"], Stage.OPERATED),
        (["command-and-control"], Stage.OPERATED),
        (["execution", "lateral-movement"], Stage.SPREAD),
        (["t1190"], Stage.ATTEMPTED),
    ],
)
def test_stage_from_tactics(tactics: list[str], stage: Stage) -> None:
    """The most advanced tactic gives the stage; without one it is an attempt."""
    assert foreign_meaning([("attack", name) for name in tactics], "high", "").stage is stage


@pytest.mark.parametrize(
    ("level", "status", "weight", "confidence"),
    [
        ("critical", "stable", Weight.INDICATION, Confidence.MEDIUM),
        ("high", "test", Weight.INDICATION, Confidence.MEDIUM),
        ("HIGH", "experimental", Weight.INDICATION, Confidence.LOW),
        ("medium", "stable", Weight.CONTEXT, Confidence.LOW),
        ("", "", Weight.CONTEXT, Confidence.LOW),
    ],
)
def test_weight_from_level(level: str, status: str, weight: Weight, confidence: Confidence) -> None:
    """Serious rules of others are indications, the rest is context; nothing is proof."""
    found = foreign_meaning([], level, status)
    assert (found.weight, found.confidence) == (weight, confidence)


def test_tags() -> None:
    """CVEs and techniques come from tags, unless the rule names its own."""
    tags = [("cve", "2021-26855"), ("cve", "2021.27065"), ("attack", "t1505.003"), ("tlp", "red")]
    found = foreign_meaning(tags, "high", "")
    assert found.cves == ("CVE-2021-26855", "CVE-2021-27065")
    assert found.techniques == ("T1505.003",)
    assert completed(OURS, tags).cves == found.cves
    assert completed(replace(OURS, cves=("CVE-2020-0688",)), tags).cves == ("CVE-2020-0688",)


def test_titles_of_foreign_rules_name_author_and_licence() -> None:
    """Both are told, or that they are not stated; long lists of authors are cut."""
    assert attributed("T", "Ann", "MIT") == "T (rule by Ann; licence: MIT)"
    assert attributed("T", "", "") == "T (foreign rule, no author stated; no licence stated)"
    assert len(attributed("T", "somebody, " * 99, "MIT")) < AUTHOR_LIMIT + 40


def test_only_foreign_titles_are_changed() -> None:
    """A rule of ours keeps its title; a foreign one gets its author."""
    ours = rule({"cs-uri-stem": "/x"}, author="Ann")
    foreign = rule({"cs-uri-stem": "/x"}, author="Ann", meaning=None)
    assert (ours.title, "rule by Ann" in foreign.title) == ("A rule", True)
    assert foreign.meaning.weight is not Weight.PROOF
