"""What a file of indicators is made of: characters, form, pieces of JSON."""

from __future__ import annotations

import msgspec
import pytest

from alpheus.knowledge.shared.content import (
    LIST,
    MISP,
    STIX,
    TABLE,
    begins,
    form_of,
    in_utf8,
    pieces,
    tolerant,
    whole,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_that_says_what_it_is(encoding: str) -> None:
    """Text with a mark becomes UTF-8 without one."""
    assert in_utf8("45.77.1.1 Grüße".encode(encoding)) == "45.77.1.1 Grüße".encode()


def test_both_orders_of_bytes_and_what_is_torn() -> None:
    """A character that is cut off costs itself."""
    assert in_utf8(b"\xff\xfe" + "a\n".encode("utf-16-le") + b"\x00") == "a\n\ufffd".encode()
    assert in_utf8(b"\xfe\xff" + "a".encode("utf-16-be")) == b"a"


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"[2001:db8::1]:443\n", TABLE), (b"[::1]", TABLE), (b"45.77.1.1", TABLE), (b"", TABLE),
        (b"[a]", TABLE), (b'\n[ "45.77.1.1"]', LIST), (b'[["x"]]', LIST), (b"[]", MISP),
        (b'[{"Event": {}}]', MISP), (b'{"Event": {"objects": 1}}', MISP), (b"{}", MISP),
        (b'{"response": [], "type": "bundle"}', MISP), (b'{"type": "bundle"}', STIX),
        (b' {"more": false, "objects": []}', STIX), (b'{"objects": 7}', STIX),
    ],
)  # fmt: skip
def test_the_form_is_told_by_content(content: bytes, form: str) -> None:
    """An address in brackets is no JSON; keys tell a bundle from an event, wherever they stand."""
    assert form_of(content) == form


@pytest.mark.parametrize("content", [b"{", b'{"a"', b"{]", b"{" * 9, b'{"a":' + b"[" * 100_000])
def test_what_begins_as_json_and_is_none(content: bytes) -> None:
    """Is told, also where it is nested beyond reason."""
    with pytest.raises(ValueError, match=r".+"):
        form_of(content)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'["\ud800"]', ["\ufffd"]), (rb'["\udc00x"]', ["\ufffdx"]),
        (rb'["\uD83D\uDE00"]', ["😀"]), (rb'["\ud800\ud83d\ude00"]', ["\ufffd😀"]),
        (rb'["\\ud800"]', ["\\ud800"]), (rb'["\n"]', ["\n"]),
    ],
)  # fmt: skip
def test_halves_of_characters_are_replaced(written: bytes, read: list[str]) -> None:
    """They are no text; whole ones, and what only looks like one, stay."""
    assert msgspec.json.decode(whole(written)) == read


def test_pieces_of_a_list() -> None:
    """Null is an empty one; another thing is none."""
    assert [bytes(one) for one in pieces(b'[1, {"a": 2}]')] == [b"1", b'{"a": 2}']
    assert [begins(one) for one in pieces(b'["x", [1]]')] == [b'"', b"["]
    assert list(pieces(b"null")) == []
    with pytest.raises(ValueError, match="Expected `array"):
        list(pieces(b"{}"))


def test_the_same_trouble_has_one_name() -> None:
    """Numbers of places are left out of it, so that reasons can be counted."""
    decode = msgspec.json.Decoder(list[int]).decode
    assert tolerant(b"[1]", decode) == [1]
    assert tolerant(b'[1, "x"]', decode) == tolerant(b'[1, 2, 3, "x"]', decode)
    deep = msgspec.json.Decoder(list[msgspec.Raw]).decode
    assert "nested too deeply" in str(tolerant(b"[" * 100_000, deep))
