"""Entries are one line of ASCII, and come back as what they were."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given

from alpheus.custody.entries import KINDS, Detail, Entry, Frame, Note, Taken, decode, encode
from alpheus.errors import EvidenceFormatError
from custody_entries import DETAILS, FRAME


@given(detail=DETAILS)
def test_every_entry_is_one_line_and_comes_back(detail: Detail) -> None:
    """Whatever its names are: no control, no line end, nothing but ASCII; nothing is lost."""
    text = encode(Entry(FRAME, detail))
    assert text.isascii()
    assert text.isprintable()
    back = decode(text)
    assert back is not None
    assert back.frame == FRAME
    assert encode(back) == text
    if not any(0xD800 <= ord(c) <= 0xDFFF for c in repr(detail)):
        assert json.loads(text)["kind"] == detail.kind


@pytest.mark.parametrize("name", [
    "a\nb", "a\tb", "a\r\x1b[2J", "\u202egpj.exe", "a\x7fb", "a\udc80b", "\ud800", "\U0001f600",
    "x" * 32_000, '"}\n{"kind":"note"',
])  # fmt: skip
def test_hostile_names_stay_names(name: str) -> None:
    r"""They come back as they were; half characters as `\udc80`, which every reader takes."""
    text = encode(Entry(FRAME, Taken(name, "00", 1)))
    assert text.isascii()
    assert text.isprintable()
    back = decode(text)
    assert back is not None
    assert back.detail == Taken(name.encode("utf-8", "backslashreplace").decode(), "00", 1)


def test_packs_stand_where_they_are_known() -> None:
    """What is empty is left out, and comes back empty."""
    assert "packs" not in encode(Entry(FRAME, Note("x")))
    informed = Entry(replace(FRAME, packs={"proxylogon": "1.2"}), Note(""))
    assert json.loads(encode(informed))["packs"] == {"proxylogon": "1.2"}
    assert decode(encode(informed)) == informed


def test_every_kind_has_its_name() -> None:
    """As it is asked for."""
    assert KINDS == (
        "run-started", "package", "file", "run-finished", "plan", "action", "verification",
        "export", "taken", "note",
    )  # fmt: skip
    assert {one.name for one in fields(Frame)} & {one.name for one in fields(Taken)} == set()


@pytest.mark.parametrize("text", [
    "recovered: 3 bytes", "[1]", "{}", '{"kind":"later"}', '{"kind":["note"]}', "[" * 100_000, "",
])  # fmt: skip
def test_what_is_no_entry_of_ours_is_none(text: str) -> None:
    """Lines of the chain itself, and kinds of a newer program."""
    assert decode(text) is None


@pytest.mark.parametrize("text", ['{"kind":"note"}', '{"kind":"note","time":3,"text":"x"}'])
def test_an_entry_that_is_not_as_its_kind_is_an_error(text: str) -> None:
    """It says which kind."""
    with pytest.raises(EvidenceFormatError, match="of the kind note"):
        decode(text)
