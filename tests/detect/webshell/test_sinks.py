"""What a page may do that matters: a table that must be well formed and complete."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell import sinks as module
from alpheus.detect.webshell.sinks import (
    CLASS_IDS,
    DECRYPT_CALLS,
    NATIVE,
    UNPACK_CALLS,
    Sink,
    results,
    sinks,
)
from alpheus.errors import KnowledgeError

KINDS = {
    "run", "evaluate", "compile", "load", "reflect", "write", "read", "list", "change", "database",
    "query", "connect", "registry", "deserialise", "directory", "survey", "secrets", "include",
    "component", "fetch", "decrypt", "impersonate",
}  # fmt: skip


def test_every_kind_has_sinks() -> None:
    """Evaluating, running, compiling, loading … each has calls of its own."""
    assert {sink.kind for each in sinks().values() for sink in each} >= KINDS


def test_calls_are_in_lower_case_and_say_what_they_do() -> None:
    """Code is compared in lower case; a reason without words helps nobody."""
    for call, each in sinks().items():
        assert call == call.lower().strip()
        assert "@" not in call
        assert all(sink.says for sink in each)


def test_points_fit_into_a_score() -> None:
    """A visitor's data makes a call no better than it is without."""
    for call, each in sinks().items():
        for sink in each:
            assert 0 <= sink.always <= sink.given <= 100, call
            assert 0 <= sink.computed <= sink.given, call
            assert sink.argument is None or sink.argument >= 0


@pytest.mark.parametrize("call", ["eval", "js.eval_", "databinder.eval", "binding.eval"])
def test_eval_alone_is_no_sink(call: str) -> None:
    """In C# and Visual Basic it binds data, in more than a thousand benign pages."""
    assert call not in sinks()


@pytest.mark.parametrize("call", ["js.eval", "vbs.eval", "execute", "executeglobal"])
def test_text_of_a_visitor_that_is_run_is_the_worst(call: str) -> None:
    """A page that does this with what a visitor sends needs no second reason."""
    (sink,) = sinks()[call]
    assert sink.given >= 90
    assert sink.kind == "evaluate"


def test_the_tables_are_read_once() -> None:
    """They are the same objects at every call."""
    assert sinks() is sinks()
    assert results() is results()


def test_an_argument_is_named_behind_the_call() -> None:
    """`@0` is the first argument, nothing is any of them."""
    assert sinks()["assembly.load"][0].argument == 0
    assert sinks()["process.start"][0].argument is None


def test_one_call_may_be_several_sinks(monkeypatch: pytest.MonkeyPatch) -> None:
    """To copy a file takes one and writes another: each of its arguments matters."""
    row = {"given": "1", "always": "0", "computed": "0", "says": "x"}
    rows = [
        {**row, "kind": "write", "calls": "a.b@1"},
        {**row, "kind": "change", "calls": "a.b@0"},
    ]
    monkeypatch.setattr(module, "read_table", lambda *_: rows)
    found = sinks.__wrapped__()["a.b"]
    assert [(sink.kind, sink.argument) for sink in found] == [("write", 1), ("change", 0)]


def test_other_names_are_in_lower_case() -> None:
    """So are the types that calls give, functions of Windows, and class ids."""
    given = results()
    tables = (given, given.values(), NATIVE, DECRYPT_CALLS, UNPACK_CALLS, CLASS_IDS)
    for names in (*tables, CLASS_IDS.values()):
        assert names
        assert [name for name in names if name != name.lower()] == []


@pytest.mark.parametrize("row", [{"given": "many"}, {"calls": "a.b@first"}])
def test_a_damaged_table_is_told_with_its_row(
    row: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which row of which table: somebody has to mend it."""
    whole = {"kind": "run", "given": "1", "always": "0", "computed": "0", "says": "x", "calls": "a"}
    monkeypatch.setattr(module, "read_table", lambda *_: [whole, {**whole, **row}])
    with pytest.raises(KnowledgeError, match=r"page_sinks\.csv: row 3"):
        sinks.__wrapped__()


def test_a_sink_without_more_adds_points_for_a_visitor_only() -> None:
    """Nothing is said of a call that is given constants."""
    sink = Sink("run", 50)
    assert (sink.always, sink.computed, sink.argument) == (0, 0, None)
