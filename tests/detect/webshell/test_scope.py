"""Variables hold whatever they may hold anywhere."""

from __future__ import annotations

from alpheus.detect.webshell.nodes import Function, Member, Name, Program
from alpheus.detect.webshell.scope import Scope, last_part
from alpheus.detect.webshell.values import Source, Value

TOP = Function("", 1)
INNER = Function("f", 2, parameters=[("a", "System.String")], types={"own": "Process"})
GIVEN = Value(sources=(Source(1, "Request"),))


def _scope() -> Scope:
    return Scope(Program(TOP, [INNER], types={"shared": "System.IO.Stream"}))


def test_declared_types_are_known_without_their_name_space() -> None:
    """A variable of its function comes before one of the page."""
    scope = _scope()
    assert scope.get("own", INNER) == Value(types=frozenset({"process"}))
    assert scope.get("shared", INNER) == Value(types=frozenset({"stream"}))
    assert scope.get("own", TOP) is None
    assert last_part("System.IO.Stream") == "stream"


def test_a_variable_of_the_page_is_set_from_inside_a_function() -> None:
    """One that only the function knows stays inside it."""
    scope = _scope()
    scope.set("shared", "=", GIVEN, INNER)
    scope.set("mine", "=", GIVEN, INNER)
    assert scope.get("shared", TOP) is not None
    assert scope.get("shared", TOP).tainted  # type: ignore[union-attr]
    assert scope.get("mine", TOP) is None


def test_a_function_gives_back_what_its_name_is_set_to() -> None:
    """As in Basic; anything new is told."""
    scope = _scope()
    scope.changed = False
    scope.set("f", "=", GIVEN, INNER)
    assert scope.result("f").tainted
    assert scope.changed
    scope.changed = False
    scope.set("f", "=", GIVEN, INNER)
    assert not scope.changed


def test_arguments_reach_their_parameters() -> None:
    """What any caller gives, a parameter may hold."""
    scope = _scope()
    scope.pass_to(INNER, [GIVEN, Value(1)])
    found = scope.get("a", INNER)
    assert found is not None
    assert found.tainted
    assert found.types == {"string"}


def test_what_is_put_into_an_object_may_come_out() -> None:
    """The response is no such object: what is sent away is gone."""
    scope = _scope()
    scope.soil(Member(Name("Shared", 1), "Items", 1), GIVEN, TOP)
    scope.soil(Name("Response", 1), GIVEN, TOP)
    assert scope.get("shared", TOP).tainted  # type: ignore[union-attr]
    assert scope.get("response", TOP) is None


def test_an_exposed_function_is_given_its_parameters_by_visitors() -> None:
    """A web method may be called by anybody."""
    exposed = Function("m", 5, parameters=[("x", "")], exposed=True)
    found = Scope(Program(TOP, [exposed])).get("x", exposed)
    assert found is not None
    assert [one.text for one in found.sources] == ['parameter("x") of m']
