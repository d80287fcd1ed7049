"""Judged pages as JSON lines."""

from __future__ import annotations

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from alpheus.report.webshell_jsonl import write_webshell_jsonl
from alpheus.report.webshell_views import PageResult
from webshell_results import GOOD, KEY, PAGES, SECRET, SHELL, hostile


def _lines(*pages: PageResult) -> list[str]:
    stream = io.StringIO(newline="")
    write_webshell_jsonl(pages, stream, KEY)
    return stream.getvalue().split("\n")[:-1]


def test_one_object_for_every_page() -> None:
    """With the keys that programs rely on, and without secrets."""
    shell, good = map(json.loads, _lines(SHELL, GOOD))
    assert list(shell) == ["path", "sha256", "size", "judgement", "score", "family", "reasons"]
    assert list(shell["reasons"][0]) == ["kind", "line", "text"]
    assert (shell["judgement"], shell["score"], shell["family"]) == ("malicious", 100, None)
    assert [reason["line"] for reason in shell["reasons"]] == [None, 9, 12]
    assert SECRET not in str(shell)
    assert good["reasons"] == []


def test_hostile_text_stays_in_its_line() -> None:
    """Line ends of every kind are escaped; it is UTF-8."""
    pages = hostile().pages
    lines = _lines(*pages)
    assert len(lines) == len(pages)
    assert "\u2028" not in "".join(lines)
    assert "".join(lines).encode()


@given(st.lists(PAGES, max_size=4))
def test_any_pages_come_back(pages: list[PageResult]) -> None:
    """In their order, with judgement and score."""
    found = [json.loads(line) for line in _lines(*pages)]
    assert [(one["sha256"], one["score"]) for one in found] == [
        (page.sha256, page.score) for page in pages
    ]
