"""An assessment is read as its JSON says, and what is missing in it is nothing."""

from __future__ import annotations

import msgspec
import pytest

from alpheus.cases.assessment_model import Citation, Outline, Span, Whole
from alpheus.model import Stage


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"line": 7, "offset": 9}, ("E1", "a.log", "line", 7)),
        ({"offset": 0}, ("E1", "a.log", "offset", 0)),
        ({"record_id": 9054}, ("E1", "a.log", "record_id", 9054)),
        ({}, ("E1", "a.log", "", 0)),
    ],
)
def test_a_citation_has_one_place(said: dict[str, int], place: tuple[object, ...]) -> None:
    """A line, a byte, a record, or the file itself."""
    assert msgspec.convert({"evidence": "E1", "path": "a.log", **said}, Citation).place == place


def test_keyed_hashes_are_found_each_once() -> None:
    """In their order, and nothing else in brackets."""
    text = "[secret:0000000b] [secret:xyz] [secret:0000000a][secret:0000000b] [SECRET:0000000a]"
    assert Citation(text=text).secrets == ("[secret:0000000b]", "[secret:0000000a]")


def test_what_is_missing_is_nothing() -> None:
    """A document of another program, or of an older one."""
    whole = msgspec.json.decode(b'{"findings": [{}], "coverage": [{"gaps": [{}]}]}', type=Whole)
    assert whole.findings[0].stage is Stage.NONE
    assert whole.coverage[0].gaps == (Span(),)
    assert msgspec.json.decode(msgspec.json.encode(Outline()), type=Outline) == Outline()


def test_what_is_something_else_is_refused() -> None:
    """A stage that there is not is no stage."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"findings": [{"stage": "beyond"}]}', type=Whole)
