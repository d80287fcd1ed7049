"""Functions, declarations and statements of VB.NET and VBScript."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.webshell.nodes import Assign, Binary, Branch, Call, Member, Name, Program
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.syntax import parse


def _parse(text: str, language: Language = Language.VBSCRIPT) -> Program:
    return parse([Code(text, 1, Kind.SCRIPT, language)])


def test_procedures_end_where_they_say() -> None:
    """What stands behind `End Sub` is the page's again."""
    program = _parse("Sub A(x, ByVal y)\nz = x\nEnd Sub\nFunction B\nEnd Function\nw = 1")
    assert [(one.name, one.parameters) for one in program.functions] == [
        ("a", [("x", ""), ("y", "")]),
        ("b", []),
    ]
    assert len(program.functions[0].body) == len(program.top.body) == 1


def test_variables_and_parameters_have_types_in_dot_net() -> None:
    """`Dim a, b As New Type(x)`, `ByRef c As Type`."""
    text = (
        "Function F(ByRef c As System.String) As Integer\nDim a, b As New Process(x)\nEnd Function"
    )
    (function,) = _parse(text, Language.VB).functions
    assert function.parameters == [("c", "system.string")]
    assert function.types == {"a": "process", "b": "process"}


@pytest.mark.parametrize(
    "text",
    [
        'f x, "a"',
        "Call f(x)",
        "f (x)",
        "If a Then f x Else f y",
        "If a Then\nf x\nElseIf f(b) Then\nEnd If",
        "Do While f(x) : Loop",
        "For Each a In f(x) : Next",
        "a = 1 : f x",
        "Set a = f(x)",
        "With f(x)\n.y = 1\nEnd With",
        "Select Case f(x)\nCase 1\nEnd Select",
        "a = b & _\nf(x)",
        "Return f(x)",
        "ReDim Preserve a(f(x))",
        "a.b f(x)",
        "[f] x",
    ],
)
def test_a_call_is_found_wherever_it_stands(text: str) -> None:
    """With or without brackets, on one line or on several."""
    assert "name='f'" in repr(_parse(text))


def test_arguments_without_brackets_are_arguments() -> None:
    """Also where the first of them stands in brackets: `f (a) & b, c`."""
    (plain,) = _parse("f a, b").top.body
    assert isinstance(plain, Call)
    assert len(plain.arguments) == 2
    (mixed,) = _parse("f (a), b").top.body
    assert isinstance(mixed, Call)
    assert isinstance(mixed.what, Call)


def test_members_of_a_with_block_belong_to_its_object() -> None:
    """`.Name = value` inside `With object`."""
    assigned = [
        one for one in _parse("With o\n.n = 1\nEnd With").top.body if isinstance(one, Assign)
    ]
    target = assigned[0].target
    assert isinstance(target, Member)
    assert target.of == Name("o", 1)


def test_comments_hide_nothing_but_themselves() -> None:
    """`'` and `Rem`; not inside a text."""
    body = _parse("Rem a = 1\na = \"'\" ' b = 2\nremark = 3").top.body
    names = [one.target for one in body if isinstance(one, Assign)]
    assert [one.name for one in names if isinstance(one, Name)] == ["a", "remark"]


def test_native_functions_are_declared() -> None:
    """`Declare … Lib … Alias …`: the alias is what is called."""
    text = 'Declare Auto Function G Lib "kernel32" Alias "Work" (ByVal a As Integer) As Integer'
    assert _parse(text, Language.VB).imported == {"work": ("kernel32", 1)}


def test_a_condition_compares_and_sets_nothing() -> None:
    """`If a = b Then c = d` sets only `c`."""
    test, assigned = _parse('If a = "b" Then c = d').top.body
    assert isinstance(test, Branch)
    assert isinstance(test.items[0], Binary)
    assert (test.holds, test.ends) == (1, 1)
    assert isinstance(assigned, Assign)
    assert assigned.target == Name("c", 1)


def test_a_branch_holds_up_to_else_and_ends_behind_it() -> None:
    """Of `If` and of `Select Case`, one inside of the other."""
    text = "If a Then\nSelect Case b\nCase 1, 2\nCase Is > 3\nCase Else\nEnd Select\nElse\nEnd If"
    tests = [one for one in _parse(text).top.body if isinstance(one, Branch)]
    assert [(one.line, one.holds, one.ends) for one in tests] == [(1, 7, 8), (2, 5, 6)]
    assert [getattr(one, "value", "") for one in tests[1].items] == ["", 1, 2, 3]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abx().,:=&<>\"'_[] \nSubEndIfDim", max_size=120))
def test_any_text_is_survived(text: str) -> None:
    """Broken code gives what can be read of it."""
    for language in (Language.VB, Language.VBSCRIPT):
        _parse(text, language)
