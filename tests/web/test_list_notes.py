"""How a list was understood is told in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.imports import ImportedFile, remarks
from alpheus.exposure.imports.list_columns import Role
from alpheus.exposure.imports.plain_csv import UNDATED
from alpheus.web.list_notes import said
from alpheus.web.refusals import LIST_NOTES, PLACE, rows
from alpheus.web.settings import LANGUAGES

OTHERS = [one for one in LANGUAGES if one != "en"]
SORTS = sorted(value for name, value in vars(remarks).items()
               if name.isupper() and isinstance(value, str))  # fmt: skip
LIST = (
    "Our list\nip,Puerto,Wann,Bemerkung,foo\n"
    "192.0.2.1,443,03/04/2021,ok,x\n192.0.2.2,https,05/06/2021,y, and z\n"
)


@pytest.mark.parametrize("language", OTHERS)
def test_all_that_readers_say_has_its_words(tmp_path: Path, language: str) -> None:
    """The columns with their roles, what was not understood, what was left out."""
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    file = ImportedFile(path)
    list(file.observations(lambda _: None))
    assert len(file.notes) > 3
    for note in file.notes:
        told = said(note, language)
        assert told != note
        assert " is " not in told
        assert "{" not in told
    assert said(UNDATED, language) != UNDATED
    for sort in SORTS:
        note = f"{sort}: line 1,003 'a, b', line 4 'c' and 5 more"
        told = said(note, language)
        assert sort not in told
        assert "1,003" in told
        assert "a, b" in told
        assert "line" not in told.replace("línea", "")


def test_the_console_names_no_option_of_the_command_line() -> None:
    """In English as well."""
    assert "--" not in said(UNDATED, "en")
    note = "columns: 'IP' is address, 'x' is when by its cells and 3 more"
    assert said(note, "en") == (
        "Columns: 'IP': address, 'x': when it was seen (by its cells) and 3 more"
    )
    assert said(note, "de") == (
        "Spalten: 'IP': Adresse, 'x': wann gesehen (nach ihren Zellen) und 3 weitere"
    )


def test_every_role_and_row_is_said() -> None:
    """In every language, with the same places."""
    messages = {row.message for row in rows(LIST_NOTES)}
    assert {one.value for one in Role} <= messages
    for row in rows(LIST_NOTES):
        for language in LANGUAGES:
            assert set(PLACE.findall(row.said[language])) == set(PLACE.findall(row.message))


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_anything_else_is_shown_as_it_is(note: str, language: str) -> None:
    """Or as the sentence that it happens to be."""
    if not any(row.expression.fullmatch(note) for row in rows(LIST_NOTES)):
        assert said(note, language) == note
