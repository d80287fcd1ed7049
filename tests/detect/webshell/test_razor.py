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


@pytest.mark.parametrize(
    "text",
    [
        "@If a Then\n f(1)\nEnd If",
        "@if (a) then\n f(1)\nend if",
        "@If a Then\n If b Then\n c()\n End If\n If d Then e()\n f(1)\nEnd If",
        "@If a Then\n b()\nElseIf c Then ' d\n e()\nElse\n f(1)\nEnd If",
        "@For Each a In b\n For c = 1 To 2\n Next\n f(1)\nNext",
        "@While a\n f(1)\nEnd While",
        "@Do\n f(1)\nLoop While b",
        "@Select Case a\n Case 1\n f(1)\nEnd Select",
        "@Using a = b\n f(1)\nEnd Using",
        "@Try\n f(1)\nCatch\nEnd Try",
        "@Functions\n Sub A()\n f(1)\n End Sub\nEnd Functions",
        "@Code\n f(1)\nEnd Code",
    ],
)
def test_blocks_of_basic_end_with_words(text: str) -> None:
    """With what stands in them, and nothing behind them."""
    pieces = razor_code(f"<p>{text}\n</p> g(2)", "vbhtml")
    assert "f(1)" in pieces[0].text
    assert not any("g(2)" in piece.text for piece in pieces)
    assert all(piece.language is Language.VB for piece in pieces)
    assert razor_code(text.replace("@", "a@"), "vbhtml") == []


def test_more_blocks_of_basic_than_are_told_apart_are_read_as_one() -> None:
    """Nothing behind them is lost; nor is what is never closed."""
    pieces = razor_code("@Code\nEnd Code\n" * 6_000 + "@If a Then\nlast()", "vbhtml")
    assert len(pieces) == 5_001
    assert "last()" in pieces[-1].text
    assert "last()" in razor_code("@If a Then\n<p>last()", "vbhtml")[0].text


@given(st.text(alphabet="@{}()\"'* \nabc.", max_size=200))
def test_any_text_is_survived(text: str) -> None:
    """Brackets that are never closed end with the page."""
    razor_code(text, "cshtml")


@pytest.mark.parametrize(
    "text",
    [
        "@if (a) { f(1); }",
        "@foreach(var a in b){ f(1); }",
        "@if (a) { } else if (b) { } else { f(1); }",
        "@try { } catch (E e) { f(1); }",
        "@do { } while (f(1))",
    ],
)
def test_blocks_of_statements_are_code(text: str) -> None:
    """With all that a statement goes on with."""
    (piece,) = razor_code(f"<p>{text}</p>f(2)", "cshtml")
    assert piece.text == text[1:]


def test_code_between_markup_in_blocks_is_found_by_itself() -> None:
    """A quote of the markup hides nothing from a reader of code."""
    pieces = razor_code("@if (a) {\n <p>it's @f(1)</p> }", "cshtml")
    assert [(piece.text, piece.line) for piece in pieces][1:] == [("f(1)", 2)]


@pytest.mark.parametrize("unit", ["@if(a){", "@{", "@(", "@a(", "@if(a)", "@*a", "@if(a){}else ",
                                  "@functions", '@("'])  # fmt: skip
def test_no_text_is_taken_from_each_of_the_starts_in_it(unit: str) -> None:
    """All pieces together are at most twice as long as the page."""
    page = "@{ f(1); }" + unit * 20_000
    pieces = razor_code(page, "cshtml")
    assert pieces[0].text.strip() == "f(1);"
    assert sum(len(piece.text) for piece in pieces) <= 2 * len(page)


def test_more_pieces_than_are_told_apart_are_read_as_one() -> None:
    """Nothing behind them is lost."""
    pieces = razor_code("@(a) " * 6_000 + "@{ last(); }", "cshtml")
    assert len(pieces) == 5_001
    assert "last()" in pieces[-1].text
