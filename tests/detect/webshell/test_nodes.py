"""What parsed code is made of."""

from __future__ import annotations

from alpheus.detect.webshell.nodes import Call, Const, Function, Group, Name, New, Program


def test_a_call_is_no_index_unless_it_says_so() -> None:
    """In Basic a bracket may be either, and is read as a call."""
    assert not Call(Name("a", 1), [], 1).index


def test_a_new_object_is_no_array_and_a_group_has_no_type_unless_they_say_so() -> None:
    """Neither is guessed."""
    assert not New("thing", [], [], 1).array
    assert Group([Const(1, 1)], 1).type == ""


def test_functions_share_nothing() -> None:
    """What is added to one function is not seen in another."""
    one, other = Function("a", 1), Function("b", 1)
    one.body.append(Const(1, 1))
    one.types["x"] = "string"
    assert other.body == []
    assert other.types == {}
    assert Program(one).functions is not Program(other).functions
    assert not one.exposed


def test_equal_parts_are_equal() -> None:
    """Trees are compared by what they hold."""
    assert Call(Name("a", 1), [Const("x", 1)], 1) == Call(Name("a", 1), [Const("x", 1)], 1)
    assert Name("a", 1) != Name("a", 2)
