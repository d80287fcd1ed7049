"""What every format says of judged pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.model import Skipped
from alpheus.report.webshell_views import (
    PageReason,
    grouped,
    headline,
    next_steps,
    ranked,
    redacted,
    tally,
    weightiest,
)
from webshell_results import DOUBTFUL, GOOD, KEY, SECRET, SHELL, results

LOSS = Skipped("E1", "x.zip", None, "damaged", 3)


@pytest.mark.parametrize(
    ("counts", "lost", "says"),
    [
        ({"malicious": 2, "benign": 1202}, 0, "2 of 1,204 pages are web shells."),
        ({"malicious": 1, "suspicious": 2, "benign": 1}, 0,
         "1 of 4 pages is a web shell. 2 more are suspicious."),
        ({"malicious": 1}, 0, "1 of 1 page is a web shell."),
        ({"suspicious": 1, "benign": 9}, 0, "1 of 10 pages is suspicious."),
        ({"benign": 9, "known-good": 1}, 0,
         "None of 10 pages is a web shell that can be told as such."),
        ({"unknown": 1}, 0, "The one page is no web shell that can be told as such."),
        ({"benign": 9}, 3,
         "None of 9 pages is a web shell that can be told as such. 3 could not be read."),
        ({}, 3, "No server page was found. 3 could not be read."),
    ],
)  # fmt: skip
def test_the_sentence_that_matters(counts, lost, says) -> None:
    """How many of how many; and what was not read, where all others are well."""
    assert headline(results(counts=counts, losses=[LOSS] if lost else [])) == says


def test_what_could_not_be_opened_counts_as_lost() -> None:
    """It is no page, and may hold many."""
    assert results(losses=[LOSS], unopened=1).lost == 4


def test_secrets_are_masked_alike() -> None:
    """Equal secrets stay recognisable over pages; words of other pages are left alone."""
    other = replace(
        GOOD,
        path="z.aspx",
        reasons=(
            PageReason("run", 1, f'Request.Form("{SECRET}") runs'),
            PageReason("run", 2, "uses the parameter elsewhere"),
        ),
    )
    shown = redacted(results(SHELL, other), KEY)
    first, second = (page.reasons for page in shown.pages)
    mark = first[1].text.split('"')[1]
    assert mark.startswith("[secret:")
    assert mark in second[0].text
    assert SECRET not in repr(shown)
    assert second[1].text == "uses the parameter elsewhere"
    assert redacted(results(SHELL), b"other" * 8).pages[0].reasons[1].text != first[1].text


def test_a_reason_says_from_where_to_where() -> None:
    """The lines where data came in, then the line where it goes."""
    assert SHELL.reasons[1].where == "line 3 → line 9"
    assert SHELL.reasons[0].where == ""
    assert PageReason("run", 9, "x in line 3; y in line 9; z in line 1").where == (
        "lines 1, 3 → line 9"
    )
    assert PageReason("run", 9, "x").where == "line 9"


def test_worst_first() -> None:
    """By judgement, then by score."""
    assert ranked([GOOD, DOUBTFUL, replace(SHELL, score=80), SHELL])[0] is SHELL
    assert [one.judgement for one in ranked([GOOD, DOUBTFUL, SHELL])] == [
        "malicious", "suspicious", "benign",
    ]  # fmt: skip


def test_every_kind_of_reason_comes_before_a_second_of_one() -> None:
    """What is said three times over would hide what else there is."""
    assert [(one.kind, one.line) for one in weightiest(SHELL)] == [
        ("run", 9), ("place", None), ("run", 12),
    ]  # fmt: skip


def test_pages_of_one_hand_and_equal_pages_are_together() -> None:
    """Equal contents are one entry, unless their places say something else."""
    copy = replace(SHELL, path="copy.aspx")
    elsewhere = replace(SHELL, path="other.aspx", reasons=SHELL.reasons[1:])
    hand = replace(DOUBTFUL, path="third.ashx", sha256="01" * 32)
    groups = grouped([DOUBTFUL, SHELL, copy, elsewhere, hand])
    assert [(g.judgement, g.family, len(g.pages)) for g in groups] == [
        ("malicious", None, 2), ("suspicious", "hand-1", 2),
    ]  # fmt: skip
    assert groups[0].pages[0].others == [SHELL.path]


def test_next_steps_fit_the_result() -> None:
    """What is urgent comes first; a clean result is not said to be more than it is."""
    bad = list(next_steps(results()))
    assert bad[0].startswith("Take the server off the network")
    assert any("--explain" in step for step in bad)
    clean = list(next_steps(results(GOOD, counts={"benign": 1})))
    assert len(clean) == 1
    assert "deleted" in clean[0]
    changed = replace(DOUBTFUL, reasons=(PageReason("modified", None, "x", 60),))
    assert any("alpheus baseline make" in s for s in next_steps(results(changed)))
    assert any("not judged" in s for s in next_steps(results(losses=[LOSS])))


def test_the_tally_names_every_judgement_that_occurs() -> None:
    """From worst to best."""
    assert tally(results()) == "1 malicious, 1 suspicious, 1,202 benign"
    assert tally(results(counts={})) == "none judged"
