"""Who judges which kind of file, and what is known to be bad beside the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.detect.webshell.judges import RuledJudge, load_judges
from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason
from alpheus.detect.webshell.quick import may_matter
from alpheus.detect.yara import YaraRules
from alpheus.errors import UsageError
from alpheus.knowledge.indicators import Indicators
from alpheus.knowledge.packs import load_packs

RULE = """
rule marker {
  meta:
    title = "A marker of this test"
    author = "Ann"
  strings:
    $a = "marker-7f3a"
  condition:
    $a
}
"""


class Plain:
    """A judge that has one thing to say of every page."""

    def __init__(self, points: int = 0) -> None:
        self._reasons = (Reason("run", 3, "starts a program", points),) if points else ()
        self._score = points

    def judge(self, content: bytes, path: str, sha256: str) -> PageJudgement:
        """As it was made."""
        judgement = Judgement.SUSPICIOUS if self._score >= 40 else Judgement.BENIGN
        return PageJudgement(
            path, sha256, len(content), judgement, self._score, "hand-1", self._reasons
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rule of an operator, and a file that is none."""
    (tmp_path / "marker.yar").write_text(RULE)
    (tmp_path / "broken.yar").write_text("rule x { condition: nothing }")
    return tmp_path


def test_rules_of_others_are_used(folder: Path) -> None:
    """A match is a reason with its line and its author, and by itself suspicious."""
    judge = RuledJudge.load(Plain(), [folder])
    said = judge.judge(b"a\nb\nmarker-7f3a", "x.aspx", "00")
    assert said.judgement is Judgement.SUSPICIOUS
    (reason,) = said.reasons
    assert (reason.kind, reason.line, reason.points) == ("rule", 3, 45)
    assert "A marker of this test" in reason.text
    assert "Ann" in reason.text
    assert said.family == "hand-1"


def test_what_matches_nothing_stays_as_the_code_was_judged(folder: Path) -> None:
    """Without another look."""
    assert RuledJudge.load(Plain(), [folder]).judge(b"a", "x.aspx", "00").reasons == ()


def test_code_and_rule_together_are_worse(folder: Path) -> None:
    """Reasons of different kinds add up."""
    said = RuledJudge.load(Plain(60), [folder]).judge(b"marker-7f3a", "x.aspx", "00")
    assert said.judgement is Judgement.MALICIOUS
    assert [reason.kind for reason in said.reasons] == ["rule", "run"]


def test_rules_that_ship_are_tried_where_there_is_code() -> None:
    """Those of others everywhere: nobody knows what they look for."""
    tried: list[bytes] = []

    class Counting(YaraRules):
        def match(self, content: bytes):
            tried.append(content)
            return ()

    for everywhere in (False, True):
        yara = Counting(None, {})
        judge = RuledJudge(Plain(), yara, Indicators(()), everywhere=everywhere)
        judge.judge(b"<p>text</p>", "x.aspx", "00")
        judge.judge(b'<% eval(Other["x"' + b" %>", "x.aspx", "00")
    assert len(tried) == 3


def test_every_example_of_the_rules_that_ship_is_tried() -> None:
    """A page without a mark of code and a word of power is none that they match."""
    yara = YaraRules.compile([file for pack in load_packs() for file in pack.yara])
    plain = b"<html><body>" + b"<p>ordinary text</p>" * 50 + b"</body></html>"
    assert not may_matter(plain)
    assert yara.match(plain) == ()


def test_a_published_hash_is_malicious() -> None:
    """Whatever the code looks like."""
    rows = [row for pack in load_packs() for row in pack.indicators]
    row = next(row for row in rows if row.type == "sha256" and row.weight.value == "proof")
    said = RuledJudge.load(Plain()).judge(b"a", "x.aspx", row.value)
    assert said.judgement is Judgement.MALICIOUS
    assert said.reasons[0].kind == "hash"
    meant = [one.meaning for one in rows if one.value == row.value]
    assert any(meaning in said.reasons[0].text for meaning in meant)


def test_what_cannot_be_used_is_a_loss(folder: Path) -> None:
    """A broken file costs itself only; a path where nothing is, is an error."""
    (loss,) = RuledJudge.load(Plain(), [folder]).rejected
    assert loss.path.endswith("broken.yar")
    assert "not used" in loss.reason
    with pytest.raises(UsageError):
        RuledJudge.load(Plain(), [folder / "none"])


def test_every_kind_of_file_has_a_judge() -> None:
    """What says nothing against itself gives no reason."""
    judges = load_judges()
    assert judges.rejected == ()
    assert judges.page.judge(b"<p>text</p>", "x.aspx", "00").judgement is Judgement.BENIGN
    assert judges.configuration(b"<configuration></configuration>", "web.config") == []
    assert judges.assembly(b"no assembly", "bin/x.dll") == []


def test_rules_that_ship_do_not_outweigh_code_that_was_followed() -> None:
    """Words of a rule in a comment accuse nobody; where code is cut off, they count."""
    text = (
        '<%@ Page Language="C#" %>\n<scr¦ipt runat="server">\n'
        '// Proc¦ess.Start("cmd.exe", Request["a"]).StandardOutput.ReadToEnd()\n'
        "void A() { Label1.Text = Environment.MachineName; }\n</scr¦ipt>"
    )
    page = text.replace("¦", "").encode()
    rules = RuledJudge.load(Plain())
    assert any(reason.kind == "rule" for reason in rules.judge(page, "x.aspx", "00").reasons)
    assert rules.judge(page, "x.aspx", "00").judgement is Judgement.BENIGN
    assert RuledJudge.load(Plain(45)).judge(page, "x.aspx", "00").judgement is Judgement.MALICIOUS
