"""Build numbers: every spelling, compared as integers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.knowledge.build_number import BuildNumber, parse_build, read_build

_EWS = (
    '<t:ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="2176"'
    ' MinorBuildNumber="9" Version="V2017_07_11" />'
)
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15.2.99999.1", "15.2.99999.1"),
        ("15.1.32176.4", "15.1.32176.4"),
        ("X-OWA-Version: 15.1.32176.4", "15.1.32176.4"),
        ("Version 15.2 (Build 99999.1)", "15.2.99999.1"),
        ("Version 15.2 (Build 40000.1)", "15.2.40000.1"),
        ("Version 15.1 (Build 30225.42)", "15.1.225.42"),
    ],
)
def test_the_directory_s_offset_is_taken_off_where_the_directory_shows_it(text, expected):
    """In the display form, if a build can be what is left; no other number is turned into one."""
    assert str(read_build(text)) == expected


@given(_PARTS)
@settings(max_examples=60)
def test_padding_and_commas_change_nothing(parts):
    """The zero-padded and the comma form of a number are the number."""
    plain = parse_build(".".join(map(str, parts)))
    major, minor, build, revision = parts
    assert plain == BuildNumber(parts)
    assert parse_build(f"{major:02}.{minor:02}.{build:04}.{revision:03}") == plain
    assert parse_build(",".join(map(str, parts))) == plain
    display = parse_build(f"Version {major}.{minor} (Build {build + 30_000}.{revision})")
    assert (display == plain) is (build < 10_000)
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15.1.2176.4", "15.1.2176.4"),
        ("15.1.2176", "15.1.2176"),
        ("15.01.2176.004", "15.1.2176.4"),
        ("15,1,2176,4", "15.1.2176.4"),
        ("v15.1.2176.4", "15.1.2176.4"),
        ('"15.1.2176.4"\r\n', "15.1.2176.4"),
        ("Version 15.1 (Build 2176.4)", "15.1.2176.4"),
        ("AdminDisplayVersion : Version 15.1 (Build 2176.4)", "15.1.2176.4"),
        ("FileVersion      : 15.01.2176.004", "15.1.2176.4"),
        ("X-OWA-Version: 15.1.2176.4\r\n", "15.1.2176.4"),
        ("x-owa-version:15.1.2176.4", "15.1.2176.4"),
        ("X-ServerApplication: Exchange/15.01.2176.009", "15.1.2176.9"),
        ("Exchange/15.01.2176.009", "15.1.2176.9"),
        ("720280B0", "8.2.176"),
        ("73C1808B", "15.1.139"),
        ("0x73c1808b", "15.1.139"),
        ("0X73C1808B", "15.1.139"),
        ("ServerVersion: 73C1808B", "15.1.139"),
        ("<ServerVersion>73C1808B</ServerVersion>", "15.1.139"),
        ("1942063431", "15.1.2375"),
        ("/owa/auth/15.1.2176/themes/resources/favicon.ico", "15.1.2176"),
        ("https://mail.example.org/owa/auth/15.1.2176.4/scripts/x.js", "15.1.2176.4"),
        ("/ecp/15.1.2176.9/exporttool/", "15.1.2176.9"),
        (_EWS, "15.1.2176.9"),
        ("MajorVersion='15' MinorVersion='1' MajorBuildNumber='2176'", "15.1.2176"),
    ],
)
def test_whatever_exchange_writes_is_read(text, expected):
    """Header lines, Autodiscover, EWS, paths and what PowerShell shows, as they are copied."""
    assert str(read_build(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "2176", "1913.10", "1913.1", "15.1", "15.1.2176.9x", "15.1.2176.4 15.1.2176.4",
     "deadbeef", "73C1008B", "0x15", "03C1808B", "192.168.1.1", "https://mail.example.org/owa/",
     'MajorVersion="15" MinorVersion="1"', "<a>15.1.2176.4</b>", "\u0661\u0665.1.2176.9",
     "9" * 500, "15.1.2176.4" + " " * 390 + "x", "=" * 300, "a" * 300 + ":15.1.2176.4"],
)  # fmt: skip
def test_what_says_no_build_is_none(text):
    """Nothing is guessed from half a number or from hexadecimal that packs nothing."""
    assert read_build(text) is None


def _hexadecimal(parts):
    major, minor, build = parts[:3]
    return f"{7 << 28 | major << 22 | minor << 16 | 0x8000 | build:08X}"


@given(_PARTS)
@settings(max_examples=60)
def test_hexadecimal_is_four_six_six_one_and_fifteen_bits(parts):
    """Autodiscover's ServerVersion gives back three parts, with or without `0x`."""
    packed = _hexadecimal(parts)
    assert read_build(packed) == read_build("0x" + packed.lower()) == BuildNumber(parts[:3])


@given(st.text(max_size=120))
@settings(max_examples=200)
def test_no_text_breaks_the_reader(text):
    """Any text is a build or None, and a build read is what it says when it is written again."""
    found = read_build(text)
    assert found is None or read_build(str(found)) == found


@given(st.integers(0, 999), st.integers(0, 999))
@settings(max_examples=60)
def test_the_fourth_part_is_no_decimal(one, other):
    """1913.10 and 1913.1 are two builds, and 1913.9 lies between them."""
    first, second = (read_build(f"15.01.1913.{part:03}") for part in (one, other))
    assert (first == second) is (one == other)
    assert (first < second) is (one < other)
