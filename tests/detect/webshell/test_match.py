"""A triage hears of a page's code as of a rule."""

from __future__ import annotations

from alpheus.detect.webshell.match import LIKELY, PROVEN, RULES, UNUSUAL, code_matches
from alpheus.model import Weight

# Inert: the language is misspelt and the brackets stay open.
HEAD = b'<%@ Page Language="C#x" %>\n<scr' + b'ipt runat="server" language="C#">\n'


def test_the_worst_reason_is_the_match() -> None:
    """Proof where the visitor's data runs; an indication where the code alone is a shell's."""
    (proven,) = code_matches(HEAD + b"\nProcess.Start(Request[k]", "a/x.aspx")
    assert (proven.rule, proven.line) == (PROVEN, 4)
    assert "starts a program" in proven.text
    (likely,) = code_matches(HEAD + b"Assembly.Load(Convert.FromBase64String(stored", "x.aspx")
    assert likely.rule is LIKELY
    (unusual,) = code_matches(HEAD + b"File.Copy(stored, Server.MapPath('x.as' + 'px')", "x.aspx")
    assert unusual.rule is UNUSUAL


def test_ordinary_pages_give_nothing() -> None:
    """No match, whatever the bytes."""
    assert code_matches(HEAD + b"Label.Text = Request[k]", "x.aspx") == ()
    assert code_matches(b"", "x.aspx") == code_matches(b"\xff" * 100, "x.aspx") == ()


def test_only_proof_can_make_a_verdict_by_itself() -> None:
    """The three rules differ in weight."""
    weights = [rule.meaning.weight for rule in RULES]
    assert weights == [Weight.PROOF, Weight.INDICATION, Weight.CONTEXT]
