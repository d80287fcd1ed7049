"""The sentence that an assessment begins with is told in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import alpheus
from alpheus.judge.headline import _REACHED
from alpheus.web.headline_words import TABLE, said
from alpheus.web.refusals import PLACE, Row, rows
from alpheus.web.settings import LANGUAGES

SOURCE = Path(alpheus.__file__).parent / "judge"
OTHERS = [one for one in LANGUAGES if one != "en"]
BEGINS = "No evidence of compromise on mail.a.example"
VALUES = {"_REACHED[stage]": "it was probed", "known": "covered", "_reached(stage, findings)":
          "it was probed", "_suspicion(stage)": "signs that it was probed, which somebody must "
          "look at", "zone": "UTC", "window": "2021-03-01 to 2021-05-01"}  # fmt: skip


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant)
        else VALUES.get(ast.unparse(part.value), "2021-03-03")  # type: ignore[attr-defined]
        for part in node.values
    )  # fmt: skip


def _parts() -> Iterator[str]:
    """Every text of the functions that put a headline together."""
    for name, wanted in (
        ("headline", {"headline", "_suspicion", "_campaign", "_patch", "_seen"}),
        ("coverage", {"_lacks"}),
    ):  # fmt: skip
        for made in ast.parse((SOURCE / f"{name}.py").read_text("utf-8")).body:
            if isinstance(made, ast.FunctionDef) and made.name in wanted:
                for statement in made.body[1:]:
                    found = (one for one in ast.walk(statement) if isinstance(one, ast.expr))
                    yield from map(_text, found)
    yield from _REACHED.values()


def _whole() -> list[str]:
    """Without a pack's name before its reason, and the pieces of what is put together."""
    found = {one.strip() for one in _parts()}
    return sorted(one for one in found if one.count(" ") > 1 and not one.startswith((":", "'s ")))


@pytest.mark.parametrize("part", _whole())
def test_every_part_has_its_words(part: str) -> None:
    """A new part of a headline needs a row in `web/texts/headlines.csv`."""
    whole = any(row.expression.fullmatch(part) for row in rows(TABLE))
    piece = any(part in one and part != one for one in _whole())
    pieces = any(part in row.message for row in rows(TABLE))
    assert whole or piece or pieces, part


def test_parts_are_found_at_all() -> None:
    """Of the verdict, of patches and of what was covered."""
    assert len(_whole()) > 20
    assert "its newest build seen is still vulnerable" in _whole()


def test_a_headline_is_said() -> None:
    """Its times as the language writes them, the server's name as it is."""
    text = (
        "mail.a.example is compromised: a web shell was used, first seen 2021-03-03 05:23:11 UTC; "
        "its newest build seen is still vulnerable; proxylogon's window 2021-02-26 to 2021-05-01 "
        "is not fully covered; the early phase before it is not covered."
    )
    assert said(text, "de") == (
        "mail.a.example ist kompromittiert: eine Web-Shell wurde benutzt, zuerst gesehen am "
        "03.03.2021 05:23:11 UTC; die neueste gesehene Version ist noch verwundbar; der Zeitraum "
        "von proxylogon, 26.02.2021 bis 01.05.2021, ist nicht ganz abgedeckt; die frühe Phase "
        "davor ist nicht abgedeckt."
    )
    assert said(text, "es").startswith("mail.a.example está comprometido: se usó una web shell")
    assert said(text, "en") == text
    dated = "2021-03-03.example was attacked, and no try is known to have succeeded."
    assert said(dated, "de").startswith("2021-03-03.example wurde")
    doubt = "a is suspicious: signs that a backdoor was written, which somebody must look at."
    assert said(doubt, "de").endswith("ansehen muss: eine Hintertür wurde geschrieben.")


@pytest.mark.parametrize("row", rows(TABLE), ids=lambda row: row.message)
def test_every_row_has_its_places_in_every_language(row: Row) -> None:
    """None is lost, none is new."""
    for language in LANGUAGES:
        assert sorted(PLACE.findall(row.said[language])) == sorted(PLACE.findall(row.message))


@given(st.text(max_size=200), st.sampled_from(OTHERS))
def test_what_is_none_of_ours_is_shown_as_it_is(text: str, language: str) -> None:
    """Whatever an attacker calls a server."""
    first = text.removesuffix(".").split("; ", maxsplit=1)[0]
    if not any(row.expression.fullmatch(first) for row in rows(TABLE)):
        assert said(text, language) == text
    assert said(f"{BEGINS}; {text}.", language)
    assert said("; " * 5_000, language) == "; " * 5_000
