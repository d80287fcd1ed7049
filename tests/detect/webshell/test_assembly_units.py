"""Classes that read requests, and what they and what they call use."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell import assembly_units as units
from alpheus.detect.webshell.assembly_members import Use
from alpheus.detect.webshell.assembly_units import Unit, Units, find_units, printable
from alpheus.parsers.dotnet import read_assembly
from dotnet_writer import Method, Type, write_assembly

_READS = "System.Web.HttpRequest.get_Item(string)"
_RUNS = "System.Diagnostics.Process.Start(string)"


def _find(*types: Type) -> Units:
    content = write_assembly(types)
    assembly = read_assembly(content)
    assert assembly is not None
    return find_units(content, assembly)


def _one(*types: Type) -> Unit:
    (unit,) = _find(*types).units
    return unit


def test_a_class_is_taken_with_the_classes_inside_it() -> None:
    """Compilers put parts of a method into classes of their own."""
    unit = _one(
        Type("Page", methods=(Method("Load", (_READS,)),)),
        Type("Page/Closure", methods=(Method("Go", (_RUNS,), ("whoami",)),)),
    )
    assert unit.name == "Page"
    assert set(unit.own) == {Use.INPUT, Use.RUN}
    assert unit.says(Use.RUN) == "Process.Start in Page/Closure.Go"
    assert unit.any_string(units.RECONNAISSANCE)


def test_calls_are_followed_a_few_steps() -> None:
    """What lies further away, or is not called, is another class's."""
    unit = _one(
        Type("Page", methods=(Method("Load", (_READS, "=Near.Do")),)),
        Type("Near", methods=(Method("Do", ("=Next.Do",)),)),
        Type("Next", methods=(Method("Do", (_RUNS, "=Far.Do")),)),
        Type("Far", methods=(Method("Do", ("Microsoft.JScript.Eval.JScriptEvaluate",)),)),
    )
    assert set(unit.own) == {Use.INPUT}
    assert set(unit.reached) == {Use.RUN}


def test_a_class_that_reads_no_request_is_none() -> None:
    """A program may start programs."""
    assert _find(Type("Tool", methods=(Method("Main", (_RUNS,)),))) == Units()
    found = _find(
        Type("Tool", methods=(Method("Main", (_RUNS,)),)),
        Type("Page", methods=(Method("Load", (_READS,)),)),
    )
    assert [set(unit.own) for unit in found.units] == [{Use.INPUT}]


@pytest.mark.parametrize("base", ["System.Web.Services.WebService", "System.Web.Mvc.Controller"])
def test_the_parameters_of_a_web_service_are_the_request(base: str) -> None:
    """It need not ask for them."""
    unit = _one(Type("S", base, methods=(Method("Do", (_RUNS,)),)))
    assert unit.front == "service"
    assert unit.has(Use.INPUT, Use.RUN)


def test_an_imported_function_is_used_where_it_is_called() -> None:
    """By the row of the method that stands for it."""
    unit = _one(
        Type("Page", methods=(Method("Load", (_READS, "=Native.Start")),)),
        Type("Native", methods=(Method("Start", native="advapi32.dll!CreateProcessAsUser"),)),
    )
    assert unit.own[Use.PROCESS] == {("advapi32.dll!CreateProcessAsUser", "Page.Load")}


def test_what_is_called_by_name_is_seen() -> None:
    """The name of a type, or `Load` of what was decoded."""
    by_name = (
        "System.Type.GetMethod(string)",
        "System.Reflection.MethodBase.Invoke(object,object[])",
        "System.Convert.FromBase64String(string)",
    )
    unit = _one(Type("P", methods=(Method("L", (_READS, *by_name), ("Load",)),)))
    assert unit.has(Use.LOAD)
    hidden = _one(
        Type("P", methods=(Method("L", (_READS,), ("System.Diagnostics." + "Process",)),))
    )
    assert hidden.has(Use.RUN)


def test_code_that_cannot_be_followed_is_one_class() -> None:
    """What is referred to is all that is known."""
    content = write_assembly([Type("P")], references=(_READS, _RUNS))
    assembly = read_assembly(content)
    assert assembly is not None
    (unit,) = find_units(content, assembly).units
    assert set(unit.reached) == {Use.INPUT, Use.RUN}


def test_following_calls_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the bound is told."""
    monkeypatch.setattr(units, "_MOST_FOLLOWED", 1)
    found = _find(
        Type("Page", methods=(Method("Load", (_READS, _RUNS, "=Near.Do")),)),
        Type("Near", methods=(Method("Do"),)),
    )
    assert found.flaws == ("more calls than are followed",)


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("cmd.exe", True),
        ("/c ", True),
        ("/c dir", True),
        ("powershell", True),
        ("whoami /all", True),
        ("net user", True),
        ("application/c", False),
        ("network usage", False),
        ("command", False),
        ("cmd.Parameters", False),
        ("internet users", False),
    ],
)
def test_strings_of_a_command_line(text: str, telling: bool) -> None:
    """Words that only look like it do not count."""
    unit = Unit("P", strings={(text, "P.Do")})
    assert unit.any_string(units.SHELL, units.RECONNAISSANCE) is telling


def test_a_string_may_stand_beside_a_use() -> None:
    """In the same method; the path of the page itself is in another."""
    write = "System.IO.File.WriteAllText(string,string)"
    for first, second, beside in (
        ("x.aspx", "", True),
        ("", "x.aspx", False),
        ("~/x.aspx", "", False),
    ):
        unit = _one(
            Type(
                "Page",
                methods=(Method("A", (_READS, write), (first,)), Method("B", (), (second,))),
            )
        )
        assert unit.beside(Use.WRITE, units.PAGE_NAME) is beside


def test_names_are_printable_and_short() -> None:
    """A name of an assembly may hold anything."""
    assert printable("a\x1b[31m\n") == "a?[31m?"
    assert printable("") == "?"
    assert len(printable("x" * 1000)) < 100
