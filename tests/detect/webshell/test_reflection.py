"""Types and methods that are found by their names."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.nodes import Call, Name
from alpheus.detect.webshell.reflection import reflected
from alpheus.detect.webshell.values import Source, Value
from alpheus.detect.webshell.watch import BOUND, Watch

NODE = Call(Name("f", 3), [], 3)
GIVEN = Value(sources=(Source(2, 'Request("a")'),))


def _watch() -> Watch:
    return Watch(lambda text, node: None)


@pytest.mark.parametrize(
    ("member", "of", "text", "found"),
    [
        ("gettype", "assembly", "System.Diagnostics.Process, System", "process"),
        ("getmethod", "process", "Start", "methodinfo"),
        ("getmethod", "process", "Start", f"{BOUND}process.start"),
        ("getmethods", "process", "x", f"{BOUND}process.*"),
        ("get", "winmgmts", "Win32_Process", "win32_process"),
    ],
)
def test_names_are_what_they_name(member: str, of: str, text: str, found: str) -> None:
    """A constant text names a type, a method, a component."""
    types = reflected(_watch(), member, Value(types=frozenset({of})), [Value(text)], NODE)
    assert found in types


def test_a_bound_method_that_is_given_data_is_a_sign() -> None:
    """By `Invoke`, and where it is handed on to what goes through a visitor's data."""
    start = Value(types=frozenset({f"{BOUND}process.start"}))
    watch = _watch()
    assert reflected(watch, "dynamicinvoke", start, [GIVEN], NODE) == frozenset()
    (sign,) = watch.seen.signs.values()
    assert (sign.kind, sign.line, sign.given) == ("run", 3, True)
    watch = _watch()
    reflected(watch, "select", GIVEN, [start], NODE)
    assert [sign.given for sign in watch.seen.signs.values()] == [True]
    watch = _watch()
    reflected(watch, "select", Value(), [start], NODE)
    assert not watch.seen.signs
