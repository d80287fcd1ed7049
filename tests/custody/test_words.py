"""Every kind of entry is told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from alpheus.custody.chain import START
from alpheus.custody.entries import (
    Action,
    Detail,
    Entry,
    Export,
    File,
    Note,
    Package,
    Plan,
    RunFinished,
    RunStarted,
    Taken,
    Verification,
)
from alpheus.custody.reading import Line
from alpheus.custody.words import LONGEST, digest_of, line_kind, line_text, sentence, shortened
from custody_entries import DETAILS, FRAME


@pytest.mark.parametrize(("detail", "words", "digest"), [
    (RunStarted("clean apply", ("plan.json", "C=/c"), "p"), "clean apply, plan.json, C=/c", "p"),
    (RunStarted("triage", tuple("abcdefghijklmnopqrstuv")),
     "triage, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, and 2 more", ""),
    (Package("E1", "x.zip", "aa", 2_000, 3, "mm"), "E1: x.zip, 2,000 bytes, 3 files", "aa"),
    (Package("E1", "x", "", 1, 1, "mm"),
     "E1: x, 1 byte, 1 file, a folder; the hash is that of the list of its files", "mm"),
    (Package("E1", "s3://b/k", "", 1, 1, "mm", '"e"', "ii"),
     ('E1: s3://b/k, 1 byte, 1 file, ETag "e", '
      "in a store; the hash is that of the list of the files that were read"), "mm"),
    (File("E1", "a/b", "aa", 2), "E1: a/b, 2 bytes", "aa"),
    (RunFinished("done", {"MX01": "compromised"}, "aa", {"losses": 1_000}),
     "done, MX01: compromised, losses: 1,000", "aa"),
    (Plan("MX01", "dd", "aa", 1), "plan for MX01, 1 file to take away", "dd"),
    (Action("dd", "apply", r"C:\x", "aa", "refused", "it is a link"),
     r"apply: refused, C:\x, it is a link", "aa"),
    (Verification("MX01", "aa", "2021-03-12T00:00:00Z", "not-clean", {"left": 2}),
     "MX01: not-clean, since 2021-03-12T00:00:00Z, left: 2", "aa"),
    (Export("json", "-", "aa", 5), "json: standard output, 5 bytes", "aa"),
    (Export("report", "r/report.md", "aa", 5), "report: r/report.md, 5 bytes", "aa"),
    (Taken("disk.e01", "aa", 5, "from the desk"), "disk.e01, 5 bytes, from the desk", "aa"),
    (Note("opened"), "opened", ""),
])  # fmt: skip
def test_each_kind_says_what_was_done(detail: Detail, words: str, digest: str) -> None:
    """In one sentence, with the hash that it is about."""
    assert sentence(detail) == words
    assert digest_of(detail) == digest


@given(detail=DETAILS)
def test_no_entry_is_too_long_to_be_shown(detail: Detail) -> None:
    """Whatever its names are."""
    assert len(sentence(detail)) < 45 * (LONGEST + 40)


def test_long_names_are_shortened() -> None:
    """And it is said how long they are."""
    assert shortened("x" * LONGEST) == "x" * LONGEST
    assert shortened("x" * 32_000).endswith("x… (32,000 characters)")


def test_packs_stand_with_what_was_settled_by_them() -> None:
    """With their versions; once for each run, and not with each package."""
    frame = replace(FRAME, packs={"proxylogon": "1.2", "own": "3"})
    done = Line(1, START, "{}", Entry(frame, RunFinished("done")))
    assert line_text(done) == "done, by proxylogon 1.2, own 3"
    assert "proxylogon" not in line_text(
        Line(1, START, "{}", Entry(frame, Package("E1", "a", "aa", 1)))
    )


def test_a_line_that_is_no_entry_is_told_as_it_stands() -> None:
    """Such as that of a log that was mended."""
    line = Line(3, START, "recovered: 5 bytes of an unfinished line were cut off", None)
    assert (line_kind(line), line_text(line)) == ("other", line.text)
    known = Line(3, START, "{}", Entry(FRAME, Note("x")))
    assert (line_kind(known), line_text(known)) == ("note", "x")
