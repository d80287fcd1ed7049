"""Functions, declarations and statements of C# and JScript are found, however they are nested."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.webshell.c_like import CLike
from alpheus.detect.webshell.nodes import Assign, Call, Function, Name, Program
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.syntax import parse
from alpheus.detect.webshell.tokens import Token, tokens


def _parse(text: str, language: Language = Language.CSHARP) -> Program:
    return parse([Code(text, 1, Kind.SCRIPT, language)])


def test_methods_have_parameters_with_types() -> None:
    """Modifiers, arrays, generics, defaults and attributes are no part of a name."""
    text = """
    public class Handler : IHttpHandler {
      [WebMethod(EnableSession = true)]
      public static string One(string a, List<int> b, byte[] c, int d = 5) { return a; }
      protected void Two() { }
      int Three(ref object x) => x;
      Handler() : base(1) { start(); }
    }"""
    found = {one.name: one for one in _parse(text).functions}
    assert list(found) == ["one", "two", "three", "handler"]
    assert [name for name, _ in found["one"].parameters] == ["a", "b", "c", "d"]
    assert dict(found["one"].parameters)["a"] == "string"
    assert (found["one"].exposed, found["two"].exposed) == (True, False)
    assert len(found["one"].results) == len(found["three"].results) == 1


def test_variables_have_the_types_they_are_declared_with() -> None:
    """Inside a function its own, outside the page's."""
    program = _parse("System.IO.Stream s; void F() { Process p = new Process(); var q = p, r; }")
    assert program.types == {"s": "system.io.stream"}
    assert program.functions[0].types == {"p": "process"}
    assigned = [one.target for one in program.functions[0].body if isinstance(one, Assign)]
    assert [one.name for one in assigned if isinstance(one, Name)] == ["p", "q"]


@pytest.mark.parametrize(
    "text",
    [
        "if (a) f(x); else { f(x); }",
        "for (int i = 0; i < 3; i++) f(x);",
        "foreach (string s in list) { f(x); }",
        "try { f(x); } catch (Exception e) { } finally { }",
        "using (Stream s = f(x)) { }",
        "switch (a) { case 1: f(x); break; default: break; }",
        "lock (a) { while (b) { do { f(x); } while (c); } }",
        "var g = delegate { f(x); };",
        "list.ForEach(y => { f(x); });",
        "list.Select(y => f(x));",
        "return (string)(object) f(x);",
        "#region a\nf(x);\n#endregion",
        "a ? f(x) : b;",
        'string s = $"{f(x)}";',
        "f /* a ( */ (x); // f(y",
    ],
)
def test_a_call_is_found_wherever_it_stands(text: str) -> None:
    """Nesting, loops and conditions hide nothing."""
    assert "name='f'" in repr(_parse(text))
    assert repr(_parse(text)).count("name='f'") >= 1


def test_native_functions_are_imported() -> None:
    """With their library and line."""
    text = '[DllImport("kernel32.dll", SetLastError = true)]\nstatic extern int Work(int a);'
    assert _parse(text).imported == {"work": ("kernel32.dll", 2)}


def test_script_has_functions_and_variables_of_its_own_spelling() -> None:
    """`function f(a, b)` and `var a : Type = value`."""
    program = _parse(
        "function f(a, b) { return a; } var c : Stream = f(1, 2), d;", Language.JSCRIPT
    )
    assert program.functions[0].parameters == [("a", ""), ("b", "")]
    assert program.top.types == {"c": "stream"}
    assert isinstance(program.top.body[0], Assign)
    assert isinstance(program.top.body[0].value, Call)


def test_only_csharp_has_attributes_in_brackets() -> None:
    """A statement of a script that begins with one is an expression, and goes on behind it."""
    (node,) = _parse("[a, b][0](x);", Language.JSCRIPT).top.body
    assert isinstance(node, Call)
    assert _parse("[a, b] void f() { }").top.body == []


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abx(){}[];,.=<>+\"'/*@#$ \n", max_size=120))
def test_any_text_is_survived(text: str) -> None:
    """Broken code gives what can be read of it."""
    for language in (Language.CSHARP, Language.JSCRIPT):
        _parse(text, language)


def test_brackets_are_matched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a name with brackets is a method needs no look over all that follows."""
    text = "a b(} " * 3_000 + "void c(string d) { e(d); }"
    reader = CLike(tokens(text, Language.CSHARP), Program(Function("", 1)), Language.CSHARP)
    looked = 0
    peek = CLike.peek

    def counted(self: CLike, ahead: int = 0) -> Token:
        nonlocal looked
        looked += 1
        return peek(self, ahead)

    monkeypatch.setattr(CLike, "peek", counted)
    reader.run()
    assert looked < 30 * len(reader.words)
