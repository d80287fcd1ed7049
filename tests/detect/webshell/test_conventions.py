"""What code does by convention and nowhere by name."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.conventions import NONE, conventions
from alpheus.detect.webshell.nodes import Function
from alpheus.detect.webshell.page import Code, Kind, Language

_CLASS = """Class A
    Private m, Data()
    Public  Count ' of all
    Private Const Most = 3
    Public Default Property Get Item(x)
        Dim inner
    End Property
End Class
Class B
    Public Function F(x)
    End Function
End Class
"""


def _code(text: str, language: Language) -> list[Code]:
    return [Code(text, 5, Kind.SCRIPT, language)]


def test_classes_are_known_with_their_default_functions_and_variables() -> None:
    """Variables of a class are no functions, no constants and no variables of a function."""
    known = conventions(_code(_CLASS, Language.VBSCRIPT), "")
    assert known.classes == {"a", "b"}
    assert known.defaults == {"a": "item"}
    assert known.members == {"m", "data", "count"}
    assert conventions(_code("x = 1", Language.VBSCRIPT), "") == NONE


def test_a_default_function_belongs_to_a_class() -> None:
    """Outside of any it means nothing."""
    text = "class A : end class : default function F(x)"
    assert conventions(_code(text, Language.VBSCRIPT), "").defaults == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[BindProperty] public string Cmd { get; set; }", "cmd"),
        ("[BindProperty(Name = x)]\n[Required] public List<string> Cmd { get", "cmd"),
        ("[FromForm] public required string? Cmd = x", "cmd"),
        ("[FromQuery] public int Cmd { get; set; }", None),
        ("[Required] public string Cmd { get; set; }", None),
        ("[BindProperty] string[] other;", None),
    ],
)
def test_bound_properties_are_a_visitors(text: str, name: str | None) -> None:
    """If they say so, and may hold anything but a number."""
    bound = conventions(_code(text, Language.CSHARP), "@page\n").bound
    assert list(bound) == ([] if name is None else [name])
    assert all(value.tainted and value.sources[0].line >= 5 for value in bound.values())
    assert not conventions(_code(text, Language.CSHARP), "<%@ Page %>").bound


@pytest.mark.parametrize(
    ("name", "handler"),
    [
        ("onget", True),
        ("onpostasync", True),
        ("onputitem", True),
        ("on", False),
        ("ongoing", False),
    ],
)
def test_parameters_of_handlers_are_a_visitors(name: str, handler: bool) -> None:
    """In Razor pages; a number is harmless."""
    function = Function(name, 7, [("id", "int"), ("text", "string"), ("file", "Http.IFormFile?")])
    known = conventions([], "@page")
    values = known.handled(function)
    assert [one.tainted for one in values] == ([False, True, True] if handler else [])
    assert not handler or values[2].has("iformfile")
    assert NONE.handled(function) == []
