"""What is said of a page."""

from __future__ import annotations

from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason


def test_judgements_are_ordered_from_worst_to_best() -> None:
    """The worst has rank 0, so that `min` finds it."""
    ordered = sorted(Judgement, key=lambda judgement: judgement.rank)
    assert ordered == list(Judgement)
    assert ordered[0] is Judgement.MALICIOUS
    assert ordered[-1] is Judgement.KNOWN_GOOD
    assert Judgement.MALICIOUS.rank == 0


def test_a_judgement_is_printed_as_the_reports_print_it() -> None:
    """Its value is the word of the output."""
    assert [str(judgement) for judgement in Judgement] == [
        "malicious",
        "suspicious",
        "unknown",
        "benign",
        "known-good",
    ]


def test_a_reason_may_have_no_line_and_adds_nothing_by_itself() -> None:
    """A reason that lies in no line says so, and points are given on purpose only."""
    assert Reason("place", None, "nothing belongs here").points == 0
    said = PageJudgement("a.aspx", "0" * 64, 1, Judgement.BENIGN, 0)
    assert said.reasons == ()
    assert said.family is None
