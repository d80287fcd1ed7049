"""Reading Sigma and YARA files."""

from __future__ import annotations

import pytest

from alpheus.knowledge import rule_files
from alpheus.knowledge.rule_files import RuleError, read_sigma, read_yara
from alpheus.model import Confidence, Stage, Weight

RULE = """
title: A title
name: a-rule
date: 2021-03-05
logsource: {product: exchange, service: httpproxy}
detection: {selection: {A: b}, condition: selection}
tags: [attack.t1190, attack.initial-access, attack.t1505.003, cve.2021-26855, cve.2021.26857]
"""
BLOCK = """
alpheus:
  stage: exploited
  weight: proof
  confidence: high
  client: c-ip
  summary: "{c-ip} did it"
  measure: sc-bytes
  names: [cs-username]
  tie: true
  examples:
    positive: [{source: httpproxy, fields: {A: b, N: 200, L: [x, y], E: null}}]
    negative: [{source: httpproxy, fields: {A: c}}]
"""


def _file(tmp_path, text, name="a.yml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_rule_comes_with_its_meaning(tmp_path):
    """Stage, weight, confidence, CVEs and techniques are read from block and tags."""
    (rule,) = read_sigma("p", _file(tmp_path, RULE + BLOCK))
    assert rule.meaning is not None
    assert (rule.meaning.stage, rule.meaning.weight, rule.meaning.confidence) == (
        Stage.EXPLOITED, Weight.PROOF, Confidence.HIGH,
    )  # fmt: skip
    assert rule.meaning.cves == ("CVE-2021-26855", "CVE-2021-26857")
    assert rule.meaning.techniques == ("T1190", "T1505.003")
    assert (rule.meaning.client, rule.meaning.measure) == ("c-ip", "sc-bytes")
    assert (rule.meaning.names, rule.meaning.tie) == (("cs-username",), True)
    assert rule.document["name"] == "a-rule"


def test_examples_are_records_of_text(tmp_path):
    """Numbers become text as in a log, lists tuples, nothing an empty value."""
    (rule,) = read_sigma("p", _file(tmp_path, RULE + BLOCK))
    positive, negative = rule.examples
    assert positive.matches
    assert positive.fields == {"A": "b", "N": "200", "L": ("x", "y"), "E": ""}
    assert not negative.matches


def test_a_foreign_rule_has_no_meaning(tmp_path):
    """Without our block nothing is assumed."""
    (rule,) = read_sigma("p", _file(tmp_path, RULE))
    assert rule.meaning is None
    assert rule.examples == ()


def test_a_file_may_hold_several_documents(tmp_path):
    """Rules and a correlation over them stand in one file; empty documents are nothing."""
    second = "title: Two\ncorrelation: {type: temporal_ordered, rules: [a-rule]}\n"
    found = list(read_sigma("p", _file(tmp_path, f"{RULE}---\n{second}---\n")))
    assert [rule.document["title"] for rule in found] == ["A title", "Two"]


def test_a_wrong_document_costs_only_itself(tmp_path):
    """Where somebody takes the error, the rules before and after it are read."""
    wrong = []
    text = f"{RULE}---\ntitle: 12\n---\n{RULE}"
    assert len(list(read_sigma("p", _file(tmp_path, text), wrong.append))) == 2
    assert [(error.place, error.reason) for error in wrong] == [("document 2", "has no title")]


def test_a_byte_order_mark_is_no_part_of_a_rule(tmp_path):
    """Editors on Windows write one."""
    assert list(read_sigma("p", _file(tmp_path, b"\xef\xbb\xbf" + RULE.encode())))


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", "", "holds no rule"),
        ("a: [", "line 2", "did not find expected node content"),
        ("- a", "document 1", "a mapping is expected"),
        ("detection: {}", "document 1", "has no title"),
        ("title: x", "document 1", "neither detection nor correlation"),
        (f"{RULE}---\ntitle: x", "document 2", "neither detection nor correlation"),
        (b"title: \xff", "byte 7", "is not UTF-8"),
        ("title: x\ndate: 2021-13-45\ndetection: {}", "", "no valid YAML"),
        ("[" * 50_000, "line 1", "nested deeper than 100"),
        (f"{RULE}alpheus: 1", "document 1, alpheus", "a mapping is expected"),
        (RULE + BLOCK.replace("exploited", "won"), "document 1, alpheus.stage", "'won' is none of"),
        (RULE + BLOCK.replace("proof", "[1]"), "document 1, alpheus.weight", "[1] is none of"),
        (RULE + BLOCK.replace("client:", "klient:"), "document 1, alpheus.klient", "is not a key"),
        (RULE + BLOCK.replace("tie: true", "tie: 1"), "document 1, alpheus.tie", "true or false"),
        (RULE + BLOCK.replace("[cs-username]", "x"), "document 1, alpheus.names", "a list of"),
        (RULE + BLOCK.replace("c-ip\n", "1\n"), "document 1, alpheus.client", "text is expected"),
        (RULE + BLOCK.replace("negative", "wrong"), "document 1, alpheus.examples", "only"),
        (RULE + BLOCK.replace("{source: httpproxy, fields: {A: c}}", "{source: x}"),
         "document 1, alpheus.examples.negative[1]", "source and fields"),
        (RULE + BLOCK.replace("[{source: httpproxy, fields: {A: c}}]", "x"),
         "document 1, alpheus.examples.negative", "a list is expected"),
        (RULE + BLOCK.replace("{A: c}", "x"), "document 1, alpheus.examples.negative", "mapping"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named_with_its_place(text, place, reason, tmp_path):
    """The error says which file, which document, which key, and what is wrong."""
    path = _file(tmp_path, text)
    with pytest.raises(RuleError) as caught:
        list(read_sigma("p", path))
    assert caught.value.path == path
    assert caught.value.place.startswith(place)
    assert reason in caught.value.reason
    assert str(caught.value).startswith(str(path))


def test_a_huge_or_missing_file_is_refused(tmp_path, monkeypatch):
    """Memory is bounded, and an absent file is said."""
    monkeypatch.setattr(rule_files, "SIZE_LIMIT", 10)
    with pytest.raises(RuleError, match="longer than"):
        list(read_sigma("p", _file(tmp_path, RULE)))
    with pytest.raises(RuleError, match="No such file"):
        list(read_sigma("p", tmp_path / "b.yml"))


def test_yara_is_kept_as_text(tmp_path):
    """Compiling it is done where it is used; a file without a rule is refused here."""
    text = "rule a { condition: true }\n"
    assert read_yara("p", _file(tmp_path, text, "a.yar")).text == text
    with pytest.raises(RuleError, match="holds no rule"):
        read_yara("p", _file(tmp_path, 'import "pe"\n', "b.yar"))
