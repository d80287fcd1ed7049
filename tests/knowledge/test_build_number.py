"""Build numbers: every spelling, compared as integers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.knowledge.build_number import BuildNumber, parse_build

_PARTS = st.tuples(
    st.sampled_from([14, 15]), st.integers(0, 3), st.integers(0, 29_999), st.integers(0, 999)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15.1.2176.9", "15.1.2176.9"),
        ("15.01.2176.009", "15.1.2176.9"),
        ("15,1,2176,4", "15.1.2176.4"),
        ("15, 1, 2176, 4", "15.1.2176.4"),
        (" 15.1.2176 ", "15.1.2176"),
        ("Version 15.1 (Build 2176.4)", "15.1.2176.4"),
        ("Version 15.1 (Build 32176.4)", "15.1.2176.4"),
        ("version 15.0 (build 1497.12)", "15.0.1497.12"),
        ("1942063431", "15.1.2375"),
        (1942063431, "15.1.2375"),
    ],
)
def test_every_known_spelling_is_read(text, expected):
    """Padding, commas, the display form, the directory's offset and ServerVersion are all read."""
    assert str(parse_build(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "15", "15.1", "15.1.2176.9.1", "a.b.c.d", "15.1.2176.-1", "-15.1.2176.9", "15.1.2176.9x",
     "123456789", "4294967295", "\u0661\u0665.1.2176.9", "9" * 500, "15.1.2176.9\n15"],
)  # fmt: skip
def test_what_is_no_build_is_none(text):
    """Evidence may hold anything in a version column: no exception, no guess."""
    assert parse_build(text) is None


@given(_PARTS)
@settings(max_examples=60)
def test_padding_and_commas_change_nothing(parts):
    """The zero-padded and the comma form of a number are the number."""
    plain = parse_build(".".join(map(str, parts)))
    major, minor, build, revision = parts
    assert plain == BuildNumber(parts)
    assert parse_build(f"{major:02}.{minor:02}.{build:04}.{revision:03}") == plain
    assert parse_build(",".join(map(str, parts))) == plain
    assert parse_build(f"Version {major}.{minor} (Build {build + 30_000}.{revision})") == plain
    assert parse_build(str(plain)) == plain


@given(_PARTS.filter(lambda parts: parts[2] < 0x8000))
@settings(max_examples=60)
def test_the_packed_integer_is_undone(parts):
    """Packing major, minor and build and reading them again gives the three parts."""
    major, minor, build, _ = parts
    packed = 7 << 28 | major << 22 | minor << 16 | 0x8000 | build
    assert parse_build(packed) == BuildNumber((major, minor, build))


def test_numbers_are_compared_as_integers():
    """1913.10 is not 1913.1, and is above 1913.7: a decimal point was never meant."""
    ten, one, seven = (parse_build(f"15.1.1913.{n}") for n in (10, 1, 7))
    assert ten != one
    assert ten > seven > one


def test_a_short_number_sorts_before_those_it_begins():
    """Three parts say nothing of the fourth; they stand before all of them."""
    short, full = parse_build("15.1.2176"), parse_build("15.1.2176.0")
    assert short < full
    assert (short.precision, full.precision) == (3, 4)
    assert short.prefix == full.prefix
