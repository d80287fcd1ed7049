"""A case in words: what matters first, 80 columns wide, whatever others wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import open_database
from alpheus.cases.hand import Entry, enter
from alpheus.cases.lifecycle import State
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_show import Case
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.cli import case_text
from alpheus.cli.case_text import WIDTH, headline, lines_of
from alpheus.exposure.model import Observation
from alpheus.report.visible import visible
from cases_filling import fill, listed, seen
from exposure_runs import CLOSED, OPEN

NOW = datetime(2025, 3, 8, tzinfo=UTC)
REPORT = {"flags": ("compromised-reported",)}


def _shown(
    folder: Path, *observations: Observation, acts: tuple[tuple[ActKind, dict[str, str]], ...] = (),
    entry: Entry | None = None,
) -> Case:  # fmt: skip
    with open_database(folder / "cases.db") as database:
        fill(database, observations)
        if entry is not None:
            enter(database, entry, "kim", now=NOW)
        rebuild(database, now=NOW)
        cases = Cases(database, lambda: NOW)
        for kind, more in acts:
            cases.act(1, kind, who="kim", **more)
        return cases.show(1)


def test_every_state_has_its_words() -> None:
    """So that no state is told by a word of the program."""
    assert {*case_text._PATCH} == {*Patch}
    assert {*case_text._COMPROMISE} == {*Compromise}
    assert {*case_text._WORK} == {*Work}
    assert State().patch in case_text._PATCH


def test_the_first_sentence_says_what_matters(tmp_path: Path) -> None:
    """An intruder before an open flaw; by whose word it is mitigated; that nobody was told."""
    case = _shown(
        tmp_path, seen(1, OPEN, 1), seen(1, None, 3, **REPORT, **listed(1, 3)),
        acts=((ActKind.MITIGATED, {"why": "EOMT"}),),
    )  # fmt: skip
    assert headline(case) == (
        "Others report that somebody broke in, and CVE-2021-26855 is not fixed; by the word of kim "
        "it is mitigated. Nobody has been told."
    )


def test_regressed_and_broken_into_again(tmp_path: Path) -> None:
    """Are told as what they are, with the reason."""
    case = _shown(
        tmp_path, seen(1, CLOSED, 1), seen(1, OPEN, 3), seen(1, None, 4, **REPORT, **listed(1, 4)),
        seen(1, None, 9, **REPORT, **listed(2, 9)),
        acts=((ActKind.CLEANED, {"evidence": "plan", "when": "2021-03-06T00:00:00Z"}),),
    )  # fmt: skip
    said = headline(case)
    assert said.startswith("Somebody broke in again after it had been cleaned, and CVE-2021-26855 ")
    assert "is open again after it had been closed" in said
    text = " ".join(" ".join(lines_of(case)).split())
    assert "it had been fixed, and is seen without the fix" in text
    assert "signs of an intruder from 2021-03-09T12:00:00Z, after it was cleaned" in text


def test_what_is_to_be_reported(tmp_path: Path) -> None:
    """By when, by which law, whom it binds, and how it is taken down."""
    case = _shown(tmp_path, entry=Entry(
        names=("mail.org1.example",), verdict="compromised", told_by="the FBI", country="DE",
        sector="hospital", seen="2025-03-06T00:00:00Z",
    ))  # fmt: skip
    assert headline(case).endswith("Overdue: NIS2 early-warning.")
    text = "\n".join(lines_of(case))
    assert "OVERDUE  2025-03-07 00:00  NIS2 Early warning" in text
    assert "due      2025-03-09 00:00  NIS2 Incident notification" in text
    assert "NIS2 binds its owner" in text
    assert "alpheus case note 1 --as reported-to-authority" in text


def test_a_law_that_does_not_bind_is_one_line(tmp_path: Path) -> None:
    """With why, and what it would have asked."""
    case = _shown(tmp_path, seen(1, None, 3, **REPORT,
                                 **listed(1, 3, geo="DE", sector="hospital")))  # fmt: skip
    text = " ".join(" ".join(lines_of(case)).split())
    assert "NIS2 asks for nothing, as it is in force since 2024-10-18 only" in text
    assert "early-warning 2021-03-04" in text
    assert "Overdue" not in text


def test_flaws_are_told_together_with_who_says_so(tmp_path: Path) -> None:
    """The one that is watched comes first."""
    text = " ".join(" ".join(lines_of(_shown(tmp_path, seen(1, OPEN, 1)))).split())
    assert "vulnerable CVE-2021-26855 CVE-2021-26857" in text
    assert "probe on 2021-03-01, build 15.1.2176.4 (observation 1)" in text
    assert "the patch state is about CVE-2021-26855" in text


def test_what_was_done_is_told_once(tmp_path: Path) -> None:
    """An act that changed a state is that change."""
    lines = list(lines_of(_shown(
        tmp_path, seen(1, OPEN, 1),
        acts=((ActKind.STARTED, {"why": "on it"}), (ActKind.NOTE, {"why": "called"})),
    )))  # fmt: skip
    assert sum("on it" in line for line in lines[lines.index("History") :]) == 1
    assert sum("note: called" in line for line in lines) == 1


HOSTILE = "a\x1b[2J\u202e\u200b" + "x" * 200


def test_hostile_names_are_harmless_and_lines_fit(tmp_path: Path) -> None:
    """No escape, no turned or hidden text; nothing is wider than 80 columns."""
    one = seen(1, OPEN, 1, servers=("QQ0001XY",), product=HOSTILE,
               **listed(1, 1, sector=HOSTILE, url=HOSTILE, geo="US"))  # fmt: skip
    case = _shown(tmp_path, one, acts=((ActKind.NOTE, {"why": HOSTILE, "evidence": HOSTILE}),))
    lines = list(lines_of(case))
    assert all(visible(line) == line for line in lines)
    assert max(map(len, lines)) <= WIDTH
    assert any("{ESC}" in line for line in lines)


def test_long_parts_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is said where all of it is."""
    monkeypatch.setattr(case_text, "_MOST_LINES", 1)
    lines = list(lines_of(_shown(tmp_path, seen(1, OPEN, 1), seen(1, OPEN, 2))))
    assert "  and 1 more; all with --format json" in lines
