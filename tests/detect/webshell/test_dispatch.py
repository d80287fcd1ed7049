"""How classic pages choose among functions of their own."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.dispatch import calls_by_name
from alpheus.detect.webshell.nodes import Binary, Call, Const, Name
from alpheus.detect.webshell.page import Language
from webshell_code import signs_in

CALL = 'Execute "call do_" & x & "()"'


def _call(argument: object) -> Call:
    return Call(Name("f", 1), [argument], 1)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("text", "named"), [("call do_", True), ("call ", False), ("do", False), ("request_", False)]
)
def test_a_name_that_is_only_ended_is_no_code(text: str, named: bool) -> None:
    """`Execute "call do_" & x` can only choose among functions of the page."""
    assert calls_by_name(_call(Binary("&", Const(text, 1), Name("x", 1), 1))) is named
    assert not calls_by_name(_call(Name("x", 1)))


@pytest.mark.parametrize(("end", "named"), [("()", True), (" ", True), (": x", False)])
def test_brackets_behind_a_name_end_it(end: str, named: bool) -> None:
    """`Execute "call do_" & x & "()"` is a call as well, and more code is not."""
    sum_ = Binary("&", Binary("&", Const("call do_", 1), Name("x", 1), 1), Const(end, 1), 1)
    assert calls_by_name(_call(sum_)) is named


def _points(code: str) -> int:
    text = code.replace("CALL", CALL)
    return max((one.points for one in signs_in(text, Language.VBSCRIPT).values()), default=0)


@pytest.mark.parametrize(
    "code",
    [
        "CALL",
        'If x = "" Then x = "main"\nCALL',
        'If x = "a" Then y = 1\nCALL',
        'If x = "a" Or y Then CALL',
        'If x = "a" Then\ny = 1\nElse\nCALL\nEnd If',
        'If x = "a" Then y = 1 Else CALL',
        'If x = "a" Then\nEnd If\nx = Request(2)\nCALL',
        "If Len(x) = 5 Then CALL",
        'If Left(x, 1) = "a" Then CALL',
        'If InStr(x, ":") = 0 Then CALL',
        'If y = "a" Then CALL',
        'If x <> "a" And y Then Response.End\nCALL',
        'If x <> "" Then CALL',
        "Select Case x\nCase Else\nCALL\nEnd Select",
        'Select Case x\nCase "a"\ny = 1\nCase Else\nCALL\nEnd Select',
        'Select Case x\nCase "a"\ny = 1\nEnd Select\nCALL',
        "Select Case x\nCase y\nCALL\nEnd Select",
    ],
)
def test_a_name_of_the_visitor_is_code_unless_it_was_compared(code: str) -> None:
    """Behind a colon it goes on with whatever the visitor likes."""
    assert _points(f"x = Request(1)\n{code}") == 97


@pytest.mark.parametrize(
    "code",
    [
        'If x = "a" Or x = "b" Then CALL',
        'If x = "a" Then\nCALL\nEnd If',
        'If LCase(Trim(x)) = "a" And y Then CALL',
        'If y Then\nz = 1\nElseIf x = "a" Then\nCALL\nEnd If',
        'If x = "a" Then\nIf y Then z = 1 Else z = 2\nIf y Then\nElse\nEnd If\nCALL\nEnd If',
        'If x <> "a" And x <> "b" Then Response.End\nCALL',
        'If x <> "a" Then\nx = "a"\nEnd If\nCALL',
        "If Not pattern.Test(x) Then Exit Sub\nCALL",
        "If IsNumeric(x) Then CALL",
        'If InStr("|a|b|", "|" & x & "|") > 0 Then CALL',
        'Select Case LCase(x)\nCase "a", "b"\nCALL\nEnd Select',
        'Select Case x\nCase "a"\ny = 1\nCase Else\nResponse.End\nEnd Select\nCALL',
    ],
)
def test_a_name_that_was_compared_is_told_and_no_more(code: str) -> None:
    """With constants, with a list of the page's own, or by a pattern."""
    assert _points(f"x = Request(1)\n{code}") == 30


def test_a_name_of_the_page_itself_is_nothing() -> None:
    """Only what comes from a visitor is looked at."""
    assert _points('x = "a"\nCALL') == 0
    assert _points("Sub f(x)\nCALL\nEnd Sub") == 0


def test_a_name_that_is_only_set_where_its_source_was_compared_is_one_of_the_pages_own() -> None:
    """And to constants elsewhere; set once more without that, it may be anything."""
    text = 'Select Case Request(1)\nCase "a"\nx = Request(1)\nCase Else\nx = "b"\nEnd Select\n'
    assert _points(text + "CALL") == 30
    assert _points(f"x = Request(2)\n{text}CALL") == 97
    assert _points(f"{text}x = Request(2)\nCALL") == 97
