"""YARA rules over pages."""

from __future__ import annotations

from pathlib import Path

from alpheus.detect.yara import YaraRules
from alpheus.knowledge.model import YaraFile
from alpheus.model import Stage, Weight

OURS = """
rule settings_text {
  meta:
    name = "settings-text"
    title = "Settings were saved as a page"
    stage = "implanted"
    weight = "proof"
    confidence = "high"
    cves = "CVE-2021-27065"
    techniques = "T1505.003"
  strings:
    $a = "OfflineAddressBooks" ascii wide nocase
  condition:
    $a
}
"""
FOREIGN = 'rule other { meta: author = "A. Analyst" strings: $a = "zzz" condition: $a }'
BROKEN = "rule broken { condition: nonsense }"


def _rules(*texts: str) -> YaraRules:
    return YaraRules.compile([YaraFile("p", Path(f"{n}.yar"), t) for n, t in enumerate(texts)])


def test_a_match_carries_the_rules_meaning_and_the_line() -> None:
    """What a match means stands in the rule; where it is stands in the match."""
    (match,) = _rules(OURS).match(b"Name: x\r\nOfflineAddressBooks : y\r\n")
    meaning = match.rule.meaning
    assert (match.rule.id, match.line, match.text) == (
        "settings-text",
        2,
        "OfflineAddressBooks : y",
    )
    assert (meaning.stage, meaning.weight) == (Stage.IMPLANTED, Weight.PROOF)
    assert (meaning.cves, meaning.techniques) == (("CVE-2021-27065",), ("T1505.003",))


def test_wide_text_is_found_and_shown_readably() -> None:
    """A page in UTF-16 is read like any other."""
    (match,) = _rules(OURS).match("Name: x\nOfflineAddressBooks : y\n".encode("utf-16-le"))
    assert match.line == 2
    assert "OfflineAddressBooks" in match.text


def test_a_broken_file_costs_only_itself() -> None:
    """The other rules are used, and the loss is told."""
    rules = _rules(BROKEN, OURS)
    assert len(rules.rejected) == 1
    assert rules.rejected[0].path == "0.yar"
    assert rules.match(b"OfflineAddressBooks")


def test_a_foreign_rule_is_never_proof_and_names_its_author() -> None:
    """Somebody else's rule indicates; its author is printed."""
    (match,) = _rules(FOREIGN).match(b"zzz")
    assert match.rule.meaning.weight is Weight.INDICATION
    assert "A. Analyst" in match.rule.title


def test_the_same_name_in_two_files_is_two_rules() -> None:
    """Each file is a namespace of its own."""
    assert len(_rules(FOREIGN, FOREIGN).match(b"zzz")) == 2
