"""Judged pages on a terminal."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from alpheus.report.webshell_text import print_webshell_page, print_webshell_summary
from alpheus.report.webshell_views import PageReason, PageResult, WebshellResults
from webshell_results import GOOD, KEY, PAGES, RESULTS, SECRET, SHELL, hostile, results


def _lines(one: WebshellResults, width: int = 80) -> list[str]:
    stream = io.StringIO()
    print_webshell_summary(one, Console(file=stream, width=width), KEY)
    return stream.getvalue().splitlines()


def _explained(page: PageResult, text: str, width: int = 80) -> list[str]:
    stream = io.StringIO()
    print_webshell_page(page, text, Console(file=stream, width=width), KEY)
    return stream.getvalue().splitlines()


def test_what_matters_comes_first() -> None:
    """The sentence, the worst pages with from where to where, what to do, what was read."""
    lines = _lines(results())
    assert lines[0] == "1 of 1,204 pages is a web shell. 1 more is suspicious."
    text = "\n".join(lines)
    parts = [
        "MALICIOUS  1 page", "aspnet_client/x.aspx", "line 3 → line 9: process.start",
        "aspnet_client holds only", "100 of 100, 1.2 KiB", SHELL.sha256,
        "SUSPICIOUS  1 page, family hand-1", "What to do next", "1. Take the server off",
        "1,204 files judged",
    ]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert SECRET not in text


def test_equal_pages_are_one_entry() -> None:
    """With the places where they lie, the first of them."""
    copies = [replace(SHELL, path=f"copy{number}.aspx") for number in range(9)]
    text = "\n".join(_lines(results(*copies)))
    assert "MALICIOUS  9 pages" in text
    assert text.count(SHELL.sha256) == 1
    assert "= copy1.aspx" in text
    assert "= and 5 more with the same content" in text


def test_many_reasons_are_counted() -> None:
    """The weightiest are shown, the others are one option away."""
    reasons = tuple(PageReason(f"k{n}", n + 1, "x", n) for n in range(9))
    text = "\n".join(_lines(results(replace(SHELL, reasons=reasons))))
    assert "5 more reasons: use --explain" in text
    assert "line 9: x" in text
    assert "line 1: x" not in text


def test_hostile_text_cannot_leave_its_line() -> None:
    """No escape, no markup, no second line; in 80 columns."""
    lines = _lines(hostile())
    assert all(cell_len(line) <= 80 for line in lines)
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "{ESC}[31mred" in text
    assert "[bold red]markup" in text


@settings(max_examples=50, deadline=None)
@given(RESULTS, st.sampled_from((40, 80, 200)))
def test_any_result_fits(one: WebshellResults, width: int) -> None:
    """Wide characters and long words included."""
    assert all(cell_len(line) <= max(width, 40) for line in _lines(one, width))


def test_a_poor_terminal_is_written_to_in_its_characters() -> None:
    """An arrow becomes two characters."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    print_webshell_summary(results(), Console(file=stream, width=80), KEY)
    stream.flush()
    assert b"line 3 -> line 9" in raw.getvalue()


PAGE = f"""<%@ Import Namespace="System.IO" %>
<p>
var key = Request["{SECRET}"];
</p>
<p>5</p>
<p>6</p>
<p>7</p>
<p>8 {SECRET}</p>
<p>9 \x1b[31m</p>
<p>10</p>
<p>11</p>"""


def test_a_page_is_explained_by_its_lines() -> None:
    """Every reason with its points, and the lines around where data came in and where it goes."""
    lines = _explained(SHELL, PAGE)
    text = "\n".join(lines)
    assert text.index("+90 run: line 3 → line 9") < text.index("+60 place: aspnet_client")
    assert '    >  3 | var key = Request["[secret:' in text
    assert "    >  9 | <p>9 {ESC}[31m</p>" in text
    assert "      10 | <p>10</p>" in text
    assert '       1 | <%@ Import Namespace="System.IO" %>' in text
    assert "…" in text or "      4 |" in text
    assert "+40 run: line 12" in text


def test_secrets_are_masked_in_all_lines() -> None:
    """Also where one stands alone, far from what gives it away."""
    assert SECRET not in "\n".join(_explained(SHELL, PAGE))


@pytest.mark.parametrize("piece", ["\n", "(", 'Request["', "pass='", "a" * 99 + "\n", "<%@import"])
def test_long_pages_cost_little(piece: str) -> None:
    """Only what is shown is masked line by line; two million lines take seconds."""
    start = time.process_time()
    _explained(SHELL, piece * ((2 << 20) // len(piece)))
    assert time.process_time() - start < 4


def test_a_page_without_reasons_says_so() -> None:
    """Nothing is shown of it."""
    assert "Nothing speaks against it." in _explained(GOOD, PAGE)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\u2028", "\x85"])
def test_lines_end_as_in_code(end: str) -> None:
    """So that the numbers are those of the reasons."""
    page = replace(SHELL, reasons=(PageReason("run", 3, "x", 90),))
    assert "    > 3 | three" in _explained(page, end.join(("one", "two", "three", "four")))


@settings(max_examples=50, deadline=None)
@given(PAGES, st.text(max_size=400))
def test_any_page_can_be_explained(page: PageResult, text: str) -> None:
    """In 80 columns, whatever it holds."""
    assert all(cell_len(line) <= 80 for line in _explained(page, text))
