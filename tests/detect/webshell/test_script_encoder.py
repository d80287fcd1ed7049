"""The Script Encoder undone. What is encoded here is made from the decoder's own tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell import script_encoder
from alpheus.detect.webshell.script_encoder import ENCODED, decoded

_ESCAPES = {plain: escaped for escaped, plain in script_encoder._ESCAPES.items()}


def _inverse(kind: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for encoded, plain in script_encoder._TABLES[kind].items():
        found.setdefault(plain, encoded)
    return found


_INVERSE = tuple(_inverse(kind) for kind in range(3))


def encoded(plain: str) -> str:
    """What the encoder would make of it; length and checksum are of no meaning here."""
    found = []
    place = -1
    for char in plain:
        if char >= "\x80":
            found.append(char)
            continue
        place += 1
        kind = int(script_encoder._SEQUENCE[place % len(script_encoder._SEQUENCE)])
        found.append(_ESCAPES.get(char) or _INVERSE[kind].get(char, char))
    return f"#@~^AAAAAA=={''.join(found)}AAAAAA==^#~@"


PLAIN = st.text(st.sampled_from([chr(code) for code in (9, 10, 13, *range(32, 127))]))


@given(PLAIN)
def test_what_is_encoded_comes_back(plain: str) -> None:
    """Every character that a script may hold, at each kind of place."""
    assert decoded(encoded(plain)) == (plain, 1)


@given(PLAIN, PLAIN)
def test_the_text_around_stays(before: str, plain: str) -> None:
    """And every encoded part is counted."""
    before = before.replace("#@~^", "")
    text = f"{before}{encoded(plain)}%>{encoded(plain)}"
    assert decoded(text) == (f"{before}{plain}%>{plain}", 2)


@pytest.mark.parametrize("kind", range(3))
def test_no_two_characters_stand_for_the_same(kind: int) -> None:
    """Each kind of place is one to one over what is encoded, so nothing is lost."""
    table = script_encoder._TABLES[kind]
    assert len(set(table.values())) == len(table)
    assert not set(table) & set("<>@")


def test_a_known_part_is_read() -> None:
    """A comment, encoded at the first twelve places of the fixed sequence."""
    plain = "dim x : x = 1"
    given_ = encoded(plain)
    assert plain not in given_
    assert decoded(f"<% {given_} %>") == (f"<% {plain} %>", 1)


def test_a_part_without_an_end_goes_on_to_the_last_line() -> None:
    """A cut-off file is decoded as far as it goes."""
    whole = encoded("a = 1 : b = 2")
    assert decoded(whole.removesuffix("AAAAAA==^#~@")) == ("a = 1 : b = 2", 1)


def test_plain_text_is_left_alone() -> None:
    """Nothing is decoded without the mark."""
    assert decoded("a = 1 #~@ b") == ("a = 1 #~@ b", 0)
    assert ENCODED.search("#@~^AAA==x") is None


def test_characters_of_two_bytes_take_no_second_place() -> None:
    """A comment in Chinese between the words does not spoil what follows it."""
    wide = "\ue0b5\ue041"
    start, end = "dim a : ", " : if a then response.end"
    # The second byte of the character, as the encoder saw it, is no place of the sequence.
    halves = encoded(start + end).removeprefix("#@~^AAAAAA==").removesuffix("AAAAAA==^#~@")
    at = next(
        at for at in range(len(halves) + 1)
        if len(script_encoder._decode(halves[:at], wide=False)) == len(start)
    )  # fmt: skip
    text, count = decoded(f"#@~^AAAAAA=={halves[:at]}{wide}{halves[at:]}AAAAAA==^#~@")
    assert count == 1
    assert text == start + wide + end


@given(st.text(max_size=300))
def test_nothing_raises(text: str) -> None:
    """Whatever stands between the marks."""
    decoded(f"#@~^AAAAAA=={text}")
    decoded(f"#@~^{text}==^#~@")


def test_many_beginnings_are_read_in_one_pass() -> None:
    """A hundred thousand marks without an end are decoded once, not from each of them."""
    assert decoded("#@~^AAAAAA==" * 100_000)[1] == 1
