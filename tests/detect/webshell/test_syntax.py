"""All code of a page as one program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.nodes import Assign, Call, Const, Name, Program
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.syntax import parse
from alpheus.detect.webshell.tokens import MOST_TOKENS

CSHARP, VB, JSCRIPT, VBSCRIPT = Language.CSHARP, Language.VB, Language.JSCRIPT, Language.VBSCRIPT
FUNCTIONS = {
    CSHARP: "string Twice(string text, int times) { string more = text; return more; }",
    JSCRIPT: "function Twice(text : String, times : int) { var more : String = text;"
        " return more; }",
    VB: "Function Twice(text As String, times As Integer)\nDim more As String = text\n"
        "Return more\nEnd Function",
    VBSCRIPT: "function Twice(text, times)\ndim more\nmore = text\nTwice = more\nend function",
}  # fmt: skip


def _parsed(text: str, language: Language, kind: Kind = Kind.SCRIPT) -> Program:
    return parse([Code(text, 1, kind, language)])


@pytest.mark.parametrize("language", list(Language))
def test_functions_are_found_with_their_parameters(language: Language) -> None:
    """In every language, with types where it has any."""
    program = _parsed(FUNCTIONS[language], language)
    (function,) = program.functions
    assert function.name == "twice"
    assert [name for name, _ in function.parameters] == ["text", "times"]
    typed = language is not VBSCRIPT
    assert not typed or function.parameters[0][1] == "string"
    assert not function.exposed
    assigned = [node for node in function.body if isinstance(node, Assign)]
    assert isinstance(assigned[0].target, Name)
    assert assigned[0].target.name == "more"
    assert function.results or len(assigned) == 2
    assert program.top.body == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("[WebMethod] public string A(string b) { }", CSHARP),
        ("[WebMethod(EnableSession = true)] public string A(string b) { }", CSHARP),
        ("[System.Web.Services.WebMethod] public string A(string b) { }", CSHARP),
        ('[Description("x"), WebMethod] public string A(string b) { }', CSHARP),
        ("WebMethod(Description='x') public function A(b : String) { }", JSCRIPT),
        ("[OperationContract]\n string A(string b) { }", CSHARP),
        ("<WebMethod()> Public Function A(b As String) As String\nEnd Function", VB),
        ("<System.Web.Services.WebMethod()> _\nPublic Sub A(ByVal b As String)\nEnd Sub", VB),
        ("WebMethodAttribute public function A(b : String) : String { }", JSCRIPT),
    ],
)
def test_what_a_visitor_may_call_is_exposed(text: str, language: Language) -> None:
    """The parameters of a web method are a visitor's data."""
    (function,) = _parsed(text, language).functions
    assert function.exposed
    assert [name for name, _ in function.parameters] == ["b"]


def test_only_the_next_function_is_exposed() -> None:
    """The attribute belongs to one."""
    program = _parsed("[WebMethod] void A(string b) { } void C(string d) { }", CSHARP)
    assert [function.exposed for function in program.functions] == [True, False]


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ('[DllImport("x.dll")] static extern int Nap(int time);', CSHARP, "nap"),
        ('[DllImport("x.dll", A = true)]\nextern static int Nap(int time);', CSHARP, "nap"),
        ('Declare Auto Function Nap Lib "x.dll" (time As Integer) As Integer', VB, "nap"),
        ('Declare Sub X Lib "x.dll" Alias "Nap" (time As Integer)', VB, "nap"),
        ('<DllImport("x.dll")> Shared Function Nap(time As Integer)\nEnd Function', VB, "nap"),
    ],
)
def test_native_functions_are_told_with_their_library(
    text: str, language: Language, name: str
) -> None:
    """By what they are called in it."""
    assert _parsed(text, language).imported == {name: ("x.dll", 2 if "\nextern" in text else 1)}


def test_inline_code_goes_on_from_piece_to_piece() -> None:
    """A block opened in one and closed in another is one; a script block stands alone."""
    pieces = [
        Code("if (a) {", 1, Kind.INLINE, CSHARP),
        Code("b();", 2, Kind.INLINE, CSHARP),
        Code("}", 3, Kind.INLINE, CSHARP),
        Code("c(", 4, Kind.EXPRESSION, CSHARP),
        Code("d();", 5, Kind.SCRIPT, CSHARP),
    ]
    body = parse(pieces).top.body
    called = [
        node.what.name for node in body if isinstance(node, Call) and isinstance(node.what, Name)
    ]
    assert sorted(called) == ["b", "c", "d"]


@pytest.mark.parametrize("language", [VB, JSCRIPT, VBSCRIPT])
def test_where_a_piece_ends_a_statement_does(language: Language) -> None:
    """Two pieces side by side are no call with arguments."""
    pieces = [Code(text, 1, Kind.INLINE, language) for text in ("a", "(b)")]
    assert len(parse(pieces).top.body) == 2


def test_several_languages_are_one_program() -> None:
    """Each by its own rules."""
    program = parse([
        Code("function a(b) { return b; }", 1, Kind.SCRIPT, JSCRIPT),
        Code("sub c(d)\nend sub", 3, Kind.SCRIPT, VBSCRIPT),
    ])  # fmt: skip
    assert sorted(function.name for function in program.functions) == ["a", "c"]


def test_types_of_variables_are_kept() -> None:
    """Of a function's own beside it, of all others with the program."""
    program = _parsed("Shelf.Book one; void A() { Box two = null; }", CSHARP)
    assert program.types == {"one": "shelf.book"}
    assert program.functions[0].types == {"two": "box"}
    program = _parsed("Dim one As New Shelf.Book(1), two As Box", VB)
    assert program.types == {"one": "shelf.book", "two": "box"}


def test_calls_of_basic_need_no_brackets() -> None:
    """`f a, b` is `f(a, b)`."""
    (node,) = _parsed('f "a", 1', VBSCRIPT).top.body
    assert isinstance(node, Call)
    assert node.arguments == [Const("a", 1), Const(1, 1)]


@pytest.mark.parametrize("language", list(Language))
def test_more_code_than_is_read_is_told(language: Language) -> None:
    """A loss is a result."""
    assert _parsed("a " * (MOST_TOKENS + 1), language).cut
    assert not _parsed("a " * 10, language).cut


WORDS = [
    "if", "(", ")", "{", "}", "[", "]", "class", "void", "f", "a", "=", ";", ",", "function", "=>",
    "return", "sub", "end", "dim", "as", "new", "with", ".", "<", ">", "for", "in", "using", ":",
    "[WebMethod]", "declare", "lib", "'x'", '"x"', "1", "&", "+", "property", "get", "\n",
]  # fmt: skip


@given(
    st.text(max_size=200) | st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
    st.sampled_from(list(Language)),
    st.sampled_from(list(Kind)),
)
def test_no_text_raises(text: str, language: Language, kind: Kind) -> None:
    """Every text is a program, if a strange one."""
    program = _parsed(text, language, kind)
    assert all(function.name == function.name.lower() for function in program.functions)


UNITS = ["(", "{", "[", "f(){", "void f(){", "function f(){", "sub f\n", "if(", "with a\n", "a<",
         "class a{", "x=>", "()=>{", "a b(", "dim a("]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("language", list(Language))
def test_thousands_of_anything_come_to_an_end(unit: str, language: Language) -> None:
    """However they are nested."""
    _parsed(unit * 5_000, language)


def test_what_is_hardly_text_is_not_read_to_its_end() -> None:
    """With control characters throughout, a fifth is looked at, and that is told."""
    words = "a = b; " * 8_000
    assert not parse([Code(words, 1, Kind.SCRIPT, Language.CSHARP)]).cut
    assert parse([Code(words.replace(" b", "\x01b"), 1, Kind.SCRIPT, CSHARP)]).cut


@pytest.mark.parametrize("kind", [Kind.INLINE, Kind.EXPRESSION, Kind.SCRIPT])
def test_all_pieces_together_have_one_limit(kind: Kind) -> None:
    """However the words are spread over them, and if there are none."""
    few = [Code("a(b); ", 1, kind, CSHARP)] * 10
    assert not parse(few).cut
    assert parse(few * (MOST_TOKENS // 50)).cut
    assert parse([Code("", 1, kind, CSHARP)] * MOST_TOKENS).cut
