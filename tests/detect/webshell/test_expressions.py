"""Expressions of all four languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.expressions import MOST_DEPTH, Reader
from alpheus.detect.webshell.nodes import (
    Assign,
    Binary,
    Call,
    Const,
    Group,
    Member,
    Name,
    New,
    Node,
)
from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.tokens import tokens

CSHARP, VB = Language.CSHARP, Language.VB


def _read(text: str, language: Language = CSHARP) -> Node | None:
    return Reader(tokens(text, language), basic=language.basic).expression()


def _shown(node: Node | None) -> str:
    """A tree on one line: `(1 + (2 * 3))`."""
    match node:
        case Const():
            return repr(node.value)
        case Name():
            return node.name
        case Member():
            return f"{_shown(node.of)}.{node.name}"
        case Call():
            arguments = ", ".join(map(_shown, node.arguments))
            left, right = ("[", "]") if node.index else ("(", ")")
            return f"{_shown(node.what)}{left}{arguments}{right}"
        case New():
            arguments = ", ".join(map(_shown, node.arguments))
            items = ", ".join(map(_shown, node.items))
            array = "[]" if node.array else ""
            return f"new {node.type}{array}({arguments}){{{items}}}"
        case Binary():
            return f"({_shown(node.left)} {node.mark} {_shown(node.right)})"
        case Assign():
            return f"{_shown(node.target)} {node.mark} {_shown(node.value)}"
        case Group():
            kind = f"{node.type}: " if node.type else ""
            return f"<{kind}{', '.join(map(_shown, node.items))}>"
        case None:
            return "nothing"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ('"a" + b + "c"', "(('a' + b) + 'c')"),
        ("a.b.c(d, e)[f].g()", "a.b.c(d, e)[f].g()"),
        ("a?.b", "a.b"),
        ("a::b", "a.b"),
        ("a == b && c", "((a == b) && c)"),
        ("a ? b : c", "<b, c>"),
        ("a ?? b", "(a ?? b)"),
        ("a = b += c", "a = b += c"),
        ("x => f(x)", "<f(x)>"),
        ("(string)a", "<string: a>"),
        ("(System.Byte[])a.b", "<system.byte: a.b>"),
        ("(a)(b)", "a(b)"),
        ("a as B.C", "<b.c: a>"),
        ("-5", "-5"),
        ("!a", "a"),
        ("new A.B(c) { D = e }", "new a.b(c){D = e}"),
        ("new byte[] { 1, 2 }", "new byte[](){1, 2}"),
        ("new [] { 1 }", "new []()" + "{1}"),
        ("new List<string>()", "new list(){}"),
        ("new byte[5]", "new byte(5){}"),
        ("a.b<c, d>(e)", "<c: a.b(e)>"),
        ("f(a, out b, ref c)", "f(a, b, c)"),
        ("[a, b]", "new array[](){a, b}"),
        ("await a.b()", "a.b()"),
        ("typeof(A.B).c(d)", "A.B.c(d)"),
        ("(Func<a, b, C>)d(e)", "<func: d(e)>"),
        ("(System.Func<a, List<b>>[])d", "<system.func: d>"),
        ("(int?)d", "<int: d>"),
        ("(a < b)(c)", "(a < b)(c)"),
    ],
)  # fmt: skip
def test_expressions_of_csharp_and_jscript(text: str, shown: str) -> None:
    """With what binds tighter, members, calls, casts, new objects and lambdas."""
    assert _shown(_read(text)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('"a" & b & "c"', "(('a' & b) & 'c')"),
        ("a(b)(c)", "a(b)(c)"),
        ("Not a And b", "(a and b)"),
        ("a = b", "(a = b)"),
        ("a Mod b", "(a mod b)"),
        ("CType(a, B.C)", "<b.c: a>"),
        ("DirectCast(a, B)", "<b: a>"),
        ("New A.B(c) With { .D = e }", "new a.b(c){D = e}"),
        ("New Byte() {1, 2}", "new byte[](){1, 2}"),
        ("{1, 2}", "new array[](){1, 2}"),
        ("a!b", "a('b')"),
        ("a![b c]", "a('b c')"),
        ("a.b!c!d", "a.b('c')('d')"),
        ("(New A)(b)", "new a(){}(b)"),
        ("New List(Of String)(a)", "new list(a){}"),
        ("f(a:=1)", "f(a := 1)"),
        ("AddressOf a", "a"),
        ("GetType(A.B).c(d)", "A.B.c(d)"),
        ("GetType()", "GetType()"),
        ('Type.GetType("a")', "Type.GetType('a')"),
    ],
)
def test_expressions_of_basic(text: str, shown: str) -> None:
    """Brackets are calls or indexes, nobody can tell."""
    assert _shown(_read(text, VB)) == shown


@pytest.mark.parametrize("text", ["", ")", "]", ",", ";", "=", "."])
def test_nothing_is_no_expression(text: str) -> None:
    """And is not taken either."""
    reader = Reader(tokens(text, CSHARP), basic=False)
    assert reader.expression() is None
    assert reader.at == 0


def test_a_reader_looks_ahead_without_taking() -> None:
    """Also behind the end."""
    reader = Reader(tokens("a.b", CSHARP), basic=False)
    assert reader.peek(1).value == "."
    assert reader.is_word("a")
    assert reader.is_mark(".", 1)
    assert reader.peek(99).value == ""
    assert reader.take().value == "a"
    assert not reader.ended


def test_lists_end_with_their_mark_or_with_the_code() -> None:
    """A bracket that is never closed swallows what is left, and no more."""
    reader = Reader(tokens("a, b; c) d", CSHARP), basic=False)
    assert [_shown(node) for node in reader.list(")")] == ["a", "b", "c"]
    assert reader.is_word("d")
    reader = Reader(tokens("a, b", CSHARP), basic=False)
    assert len(reader.list(")")) == 2
    assert reader.ended


def test_comments_inside_of_calls_change_nothing() -> None:
    """They are gone before an expression is read."""
    assert _shown(_read("a/*.x*/ ./**/ b // (\n ( /* ) */ c )")) == "a.b(c)"


def test_lines_are_those_of_the_code() -> None:
    """A call is where its bracket opens, a name where it stands."""
    node = _read("a\n.b\n(c)")
    assert isinstance(node, Call)
    assert node.line == 3
    assert isinstance(node.what, Member)
    assert node.what.line == 2


@pytest.mark.parametrize("unit", ["(", "[", "{", "f(", "a[", "new A(", "a + (", "-", "!", "a ? ",
                                  "a = ", "x => ", "new {", "(a)"])  # fmt: skip
@pytest.mark.parametrize("basic", [False, True])
def test_what_is_nested_too_deep_is_passed_over(unit: str, basic: bool) -> None:
    """Thousands of brackets neither exhaust the stack nor take long."""
    language = VB if basic else CSHARP
    reader = Reader(tokens(unit * 20_000, language), basic=basic)
    for _ in range(MOST_DEPTH):
        reader.expression()


def test_a_long_sum_is_no_deep_one() -> None:
    """It is read to its end."""
    node = _read("+".join(["a"] * 15_000))
    count = 0
    while isinstance(node, Binary):
        node = node.left
        count += 1
    assert count == 14_999


@given(st.text(max_size=200), st.sampled_from(list(Language)))
def test_no_text_raises(text: str, language: Language) -> None:
    """What cannot be read is passed over, and reading goes on."""
    reader = Reader(tokens(text, language), basic=language.basic)
    while not reader.ended:
        before = reader.at
        reader.expression()
        if reader.at == before:
            reader.take()
