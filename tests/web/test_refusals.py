"""Why something was refused is told in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import alpheus
from alpheus.web.refusals import PLACE, rows, told
from alpheus.web.settings import LANGUAGES

SOURCE = Path(alpheus.__file__).parent
ROOMS = ("cases", "notify", "web")
"""Whose refusals the console shows."""
LISTS = ("cases/service_listing.py", "cases/organisations.py", "cases/service_statistics.py",
         "campaign/breakdown.py")  # fmt: skip
"""What an address of the console asks of these may be impossible."""
REASONS = ("cases/acts.py", "notify/status.py")
"""They return their refusals."""
COMMAND_LINE = ("cases/purge.py",)
OTHERS = [one for one in LANGUAGES if one != "en"]


def _text(node: ast.expr) -> str | None:
    """A message as it may come out, with a value in each place."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values
        )
    return None


def _raised(path: Path, error: str) -> Iterator[str]:
    code = path.read_text("utf-8")
    if error not in code:  # most files: not worth a look at each of their expressions
        return
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == error:
            text = _text(node.args[0])
            if text is not None:
                yield text


def _returned(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Return) and node.value is not None:
            parts = [node.value]
            if isinstance(node.value, ast.IfExp):
                parts = [node.value.body, node.value.orelse]
            yield from filter(None, map(_text, parts))


def _messages() -> list[str]:
    found: list[str] = []
    for room in ROOMS:
        for path in sorted((SOURCE / room).rglob("*.py")):
            if path.relative_to(SOURCE).as_posix() not in COMMAND_LINE:
                found += _raised(path, "RefusedError")
    for name in LISTS:
        found += _raised(SOURCE / name, "UsageError")
    for name in REASONS:
        found += _returned(SOURCE / name)
    return sorted({*found})


@pytest.mark.parametrize("message", _messages())
def test_every_refusal_has_its_words(message: str) -> None:
    """A new message of a refusal needs a row in `web/texts/refusals.csv`."""
    for language in OTHERS:
        assert told(message, language) != message or message == "7: 7", message
        assert "{" not in told(message, language)


def test_messages_are_found_at_all() -> None:
    """Those of acts, of notices and of accounts among them."""
    found = _messages()
    assert "say to whom" in found
    assert "it is 7, so it cannot be 7" in found
    assert "there is no account 7" in found
    assert len(found) > 70


def test_a_row_has_words_in_every_language_and_no_place_of_its_own() -> None:
    """What is not in the message cannot be said."""
    for row in rows():
        known = set(PLACE.findall(row.message))
        for language in LANGUAGES:
            assert row.said[language], row.message
            assert set(PLACE.findall(row.said[language])) <= known, row.message


def test_values_are_said_as_labels_and_reasons_as_messages() -> None:
    """A refusal inside a refusal, a state inside that."""
    message = "server 7: cleaned: it is verified-clean; there is nothing to clean"
    assert told(message, "de") == (
        "Server 7, Bereinigt: Der Stand ist „Bereinigung überprüft“; es gibt nichts zu bereinigen."
    )
    assert told(message, "es").startswith("Servidor 7, ")
    assert told("name what shows that it is clean: 'verified' needs evidence", "de") == (
        "Nennen Sie den Beleg: „Überprüft“ braucht einen (was zeigt, dass er sauber ist)."
    )


def test_days_and_choices_are_said_as_forms_say_them() -> None:
    """A time as the language writes it, in its act; the ways to end a case by their labels."""
    message = "server 71461: false-positive: 2020-01-01T23:59:59Z is over; name a day to come"
    assert told(message, "de") == (
        "Server 71461, Fehlalarm: 01.01.2020 ist vorbei; nennen Sie einen künftigen Tag."
    )
    assert "1 ene 2020" in told(message, "es")
    assert told("2020-01-01T23:59:59Z is over; name a day to come", "en").startswith("Jan 1, 2020")
    ends = told("say how it ends: done, gone, accepted, outside", "de")
    assert "done" not in ends
    assert ends.count(", ") == 4


def test_the_console_names_no_command() -> None:
    """Where people look, there is no command line."""
    message = "there is no batch 7; alpheus notify status lists them"
    assert told(message, "en") == "There is no batch 7."
    for row in rows():
        for language in LANGUAGES:
            if "rebuild" not in row.said[language]:
                assert "alpheus " not in row.said[language]


def test_what_nobody_put_in_words_is_shown_as_it_is() -> None:
    """Rather in English than not at all; a text of the catalogue is said by it."""
    assert told("nobody foresaw this", "de") == "nobody foresaw this"
    assert told("sign in first", "de") == "Melden Sie sich zuerst an."


def test_a_number_that_no_server_has_is_told_as_it_was_asked_for() -> None:
    """Below nothing as well."""
    assert told("there is no server -1", "en") == "There is no server -1"
    assert told("there is no server -1", "de") == "Es gibt keinen Server -1."


@given(st.text(max_size=200))
def test_a_value_is_a_value(value: str) -> None:
    """Braces and percent signs that an attacker wrote fill no other place."""
    assert value in told(f"there is an account '{value}x' already", "de")


def test_a_refusal_that_never_ends_does_not_keep_us() -> None:
    """Messages inside messages, and long ones."""
    assert told("server 1: note: " * 50 + "x", "de")
    assert told("server " + "1: " * 100_000, "de")


def test_thousands_are_set_apart_as_the_language_does() -> None:
    """A comma would make two of two thousand; numbers of servers are names, and stay."""
    message = "more than 2,000 servers at once; do it in parts"
    assert "2.000" in told(message, "de")
    assert "2,000" in told(message, "en")
