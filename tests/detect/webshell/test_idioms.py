"""Idioms of ordinary pages."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.idioms import calls_by_name, may_be_own, reads_data
from alpheus.detect.webshell.nodes import Binary, Call, Const, Function, Name
from alpheus.detect.webshell.values import Value


def _call(argument: object) -> Call:
    return Call(Name("f", 1), [argument], 1)  # type: ignore[list-item]


@pytest.mark.parametrize(("text", "data"), [("(", True), (" (", True), ("x(", False)])
def test_data_in_brackets_is_read(text: str, data: bool) -> None:
    """`eval("(" + text + ")")` reads data; anything else is code."""
    sum_ = Binary("+", Binary("+", Const(text, 1), Name("x", 1), 1), Const(")", 1), 1)
    assert reads_data(_call(sum_)) is data


@pytest.mark.parametrize(
    ("text", "named"), [("call do_", True), ("call ", False), ("do", False), ("request_", False)]
)
def test_a_name_that_is_only_ended_is_no_code(text: str, named: bool) -> None:
    """`Execute "call do_" & x` can only choose among functions of the page."""
    assert calls_by_name(_call(Binary("&", Const(text, 1), Name("x", 1), 1))) is named
    assert not calls_by_name(_call(Name("x", 1)))


def test_whose_method_it_may_be() -> None:
    """The page's own by `this`; of any object only if the arguments fit and the name is rare."""
    local = Function("lookup", 1, ["a"])
    argument = [Value()]
    assert may_be_own(local, "lookup", Value(types=frozenset({"this"})), [])
    assert may_be_own(local, "lookup", Value(types=frozenset({"helper"})), argument)
    assert not may_be_own(local, "lookup", Value(types=frozenset({"helper"})), [])
    assert not may_be_own(local, "write", Value(types=frozenset({"helper"})), argument)
