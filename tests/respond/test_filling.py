"""Lines of a step with the names of things, each quoted, and pairs only from one record."""

from __future__ import annotations

import json
from typing import Any

from alpheus.respond.filling import TOO_LONG, UNKNOWN, Known
from clean_assessments import citation, finding, read_server

ROLE = '-Role "{}" -User "{}"'


def _lines(text: str, names: dict[str, tuple[str, ...]], *findings: dict[str, Any]) -> list[str]:
    return list(Known(names, read_server("A", *findings).findings).filled(text))


def _records(rule: str, *texts: str) -> dict[str, Any]:
    return finding(rule, *(citation("x.log", None, text=text) for text in texts))


def test_pairs_are_of_one_record() -> None:
    """Each once; a record that has not both gives none."""
    names = {"role": ("-Role",), "user": ("-User", "-SecurityGroup")}
    texts = [ROLE.format("Export", "eve"), ROLE.format("Impersonation", "adam"),
             ROLE.format("Export", "eve"), '-Role "Half"',
             '-Role "Export" -SecurityGroup "all"']  # fmt: skip
    assert _lines("Remove {role} {user}", names, _records("x", *texts)) == [
        "Remove 'Export' 'eve'", "Remove 'Impersonation' 'adam'", "Remove 'Export' 'all'",
    ]  # fmt: skip


def test_who_did_it_is_not_who_it_was_done_to() -> None:
    """A field with `-` is a parameter of the command alone."""
    text = json.dumps({"User": "admin", "Parameters": ROLE.format("Export", "eve")})
    assert _lines("{user}", {"user": ("-User",)}, _records("x", text)) == ["'eve'"]


def test_what_an_attacker_wrote_is_no_word() -> None:
    """Not even where it looks like one."""
    names = {"a": ("-Role",), "b": ("-User",)}
    (line,) = _lines("{a} {b}", names, _records("x", ROLE.format("{b}", "$(calc)")))
    assert line == "'{b}' '$(calc)'"


def test_words_come_from_their_rules() -> None:
    """A line whose rules found nothing is left out; one whose records have no value says so."""
    names = {"task": ("*task*:TaskName",), "any": ("Name",)}
    other = _records("service", '"TaskName": "x"')
    assert _lines("{task}", names, other) == []
    assert _lines("{task}", names, _records("a-task", "nothing")) == ["NAME-OF-TASK" + UNKNOWN]
    assert _lines("{any}", names, other) == ["NAME-OF-ANY" + UNKNOWN]
    assert _lines("{task}", names, other, _records("a-task", '"TaskName": "y"')) == ["'y'"]
    assert _lines("no {word}", names, other) == ["no {word}"]


def test_a_name_too_long_to_show_is_told() -> None:
    """Also beside others; it is not as if none were there."""
    names = {"account": ("*made*:Name",)}
    long, other = '{"Name": "' + "x" * 5000 + '"}', '{"Name": "eve"}'
    assert _lines("{account}", names, _records("made", long)) == ["NAME-OF-ACCOUNT" + TOO_LONG]
    assert _lines("{account}", names, _records("made", long, other)) == [
        "'eve'", "NAME-OF-ACCOUNT" + TOO_LONG,
    ]  # fmt: skip


def test_a_record_of_another_kind_is_asked_for_nothing() -> None:
    """A command that is no `net localgroup` does not lack its group."""
    names = {"group": ("*:local!Name", "*:@net-local-group")}
    assert _lines("{group}", names, _records("x", '{"EventID": 4728, "Name": "a"}')) == []
    assert _lines("{group}", names, _records("x", '{"EventID": 4732, "Name": "a"}')) == ["'a'"]
    assert _lines("{group}", names, _records("x", '{"EventID": 4732}')) == [
        "NAME-OF-GROUP" + UNKNOWN
    ]  # fmt: skip
