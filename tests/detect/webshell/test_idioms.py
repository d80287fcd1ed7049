"""Idioms of ordinary pages."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.idioms import (
    has_checked,
    may_be_own,
    reads_data,
    starts_up,
)
from alpheus.detect.webshell.nodes import Binary, Call, Const, Function, Member, Name
from alpheus.detect.webshell.values import Value


def _call(argument: object) -> Call:
    return Call(Name("f", 1), [argument], 1)  # type: ignore[list-item]


@pytest.mark.parametrize(("text", "data"), [("(", True), (" (", True), ("x(", False)])
def test_data_in_brackets_is_read(text: str, data: bool) -> None:
    """`eval("(" + text + ")")` reads data; anything else is code."""
    sum_ = Binary("+", Binary("+", Const(text, 1), Name("x", 1), 1), Const(")", 1), 1)
    assert reads_data(_call(sum_)) is data


def _test(regex: str, name: str) -> Call:
    replaced = Call(Member(Name(name, 1), "replace", 1), [Const("/a/", 1), Const("@", 1)], 1)
    return Call(Member(Const(regex, 1), "test", 1), [replaced], 1)


@pytest.mark.parametrize(
    ("regex", "name", "checked"),
    [
        (r"/^[\],:{}\s]*$/", "text", True),
        (r"/[^,:{}\[\]0-9.\-+Eaeflnr-u \n\r\t]/", "text", True),
        (r"/^[\],:{}\s]*$/", "other", False),
        (r"/[\],:{}\s]*/", "text", False),
        (r"/^[^x]*$/", "text", False),
        (r"/^[\s\S]*$/", "text", False),
        (r"/^[a-z():{}]*$/", "text", False),
    ],
)
def test_only_the_test_for_json_checks_a_text(regex: str, name: str, checked: bool) -> None:
    """The same text must pass it, and nothing but what JSON leaves may pass."""
    sum_ = Binary("+", Binary("+", Const("(", 1), Name("text", 1), 1), Const(")", 1), 1)
    assert has_checked(_call(sum_), [_test(regex, name)]) is checked
    assert not has_checked(_call(Name("text", 1)), [_test(regex, name)])
    assert not has_checked(_call(sum_), [])


def test_what_an_application_does_when_it_starts() -> None:
    """Pages out of a database are registered there, and nowhere else."""
    assert starts_up("registervirtualpathprovider", Function("application_start", 1))
    assert not starts_up("registervirtualpathprovider", Function("page_load", 1))
    assert not starts_up("load", Function("application_start", 1))


def test_whose_method_it_may_be() -> None:
    """The page's own by `this`; of any object only if the arguments fit and the name is rare."""
    local = Function("lookup", 1, ["a"])
    argument = [Value()]
    assert may_be_own(local, "lookup", Value(types=frozenset({"this"})), [])
    assert may_be_own(local, "lookup", Value(types=frozenset({"helper"})), argument)
    assert not may_be_own(local, "lookup", Value(types=frozenset({"helper"})), [])
    assert not may_be_own(local, "write", Value(types=frozenset({"helper"})), argument)
