"""Code of Razor pages is found between the markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.razor import razor_code


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("<p>\n@{ var a = f(1); }</p>", " var a = f(1); ", 2),
        ("@functions {\n void F() { g(); }\n}", "\n void F() { g(); }\n", 1),
        ("<b>@(a + f(1))</b>", "(a + f(1))", 1),
        ("<b>@Html.Raw(f(1))</b>", "Html.Raw(f(1))", 1),
        ('@{ var a = "}"; b(); }', ' var a = "}"; b(); ', 1),
    ],
)
def test_pieces_of_code_are_cut_out(text: str, code: str, line: int) -> None:
    """Blocks, functions and expressions, with their first line."""
    (piece,) = razor_code(text, "cshtml")
    assert (piece.text.strip(), piece.line, piece.language) == (code.strip(), line, Language.CSHARP)


@pytest.mark.parametrize(
    "text", ["me@example.org (home)", "@@media (a)", "@using System", "@model X", "@* @(a) *@", ""]
)
def test_what_is_no_code_gives_nothing(text: str) -> None:
    """Addresses, escapes, directives and comments."""
    assert razor_code(text, "cshtml") == []


def test_pages_of_basic_hold_basic() -> None:
    """The extension tells the language."""
    assert razor_code("@(a)", "vbhtml")[0].language is Language.VB


@given(st.text(alphabet="@{}()\"'* \nabc.", max_size=200))
def test_any_text_is_survived(text: str) -> None:
    """Brackets that are never closed end with the page."""
    razor_code(text, "cshtml")
