"""The page of a custody log: whole, harmless, and without anything from elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from alpheus.report import custody_html
from alpheus.report.custody_html import (
    CustodyPage,
    CustodyRow,
    write_custody_html,
    write_custody_readme,
)

ROW = CustodyRow(1, "2026-11-26T10:00:00Z", "kim", "ir-3", "alpheus 1.0", "note", "x", "")
PAGE = CustodyPage(
    "custody.log", 1, "ab" * 32, "", (), [ROW], "2026-11-26T11:00:00Z", "kim", "1.0"
)  # fmt: skip


def _html(page: CustodyPage) -> str:
    stream = io.StringIO()
    write_custody_html(page, stream)
    return stream.getvalue()


def _readme(page: CustodyPage) -> str:
    stream = io.StringIO()
    write_custody_readme(page, stream)
    return stream.getvalue()


def test_the_page_says_whether_the_log_holds() -> None:
    """With its head, and every entry."""
    text = _html(PAGE)
    assert "The log holds: 1 line" in text
    assert "ab" * 32 in text
    assert "kim on ir-3, alpheus 1.0" in text
    assert "src=" not in text
    assert "http" not in text.replace("http-equiv", "")
    broken = replace(PAGE, fault="line 2: its hash does not fit", remarks=("the clock", "<b>"))
    text = _html(broken)
    assert "The log does not hold: line 2: its hash does not fit." in text
    assert "<li>&lt;b&gt;</li>" in text
    assert "THE LOG DOES NOT HOLD: line 2" in _readme(broken)


@pytest.mark.parametrize("name", ["<script>x</script>", "a\x1b[2J\nb\u202ec\udc80", "\x00"])
def test_names_are_shown_and_do_nothing(name: str) -> None:
    """Neither as markup nor as control characters."""
    page = replace(PAGE, name=name, who=name, rows=[replace(ROW, text=name, who=name, host=name)])
    for text in (_html(page), _readme(page)):
        text.encode()
        assert not {"\x1b", "\x00", "\u202e"} & set(text)
    assert "<script" not in _html(page)


def test_a_plain_text_is_not_escaped() -> None:
    """It is no markup."""
    assert "R&D <x>" in _readme(replace(PAGE, who="R&D <x>"))


def test_a_page_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log has the rest."""
    monkeypatch.setattr(custody_html, "MOST_ROWS", 2)
    rows = [replace(ROW, number=number, text=f"entry {number}") for number in (1, 2, 3)]
    text = _html(replace(PAGE, lines=3, rows=rows))
    assert "entry 2" in text
    assert "entry 3" not in text
    assert "Lines after these are in the log." in text
