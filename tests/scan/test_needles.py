"""Needles find every line that holds a match, with and without hyperscan."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.errors import KnowledgeError
from alpheus.scan.needles import ENCODED, EVERYBODY, Anywhere, Clause, Marked, Needle, Needles

PATTERNS = ["serverinfo~", r"/ecp/[a-z0-9]{1,4}\.js", "a.*z", r"(?<=b)c", r"(q)\1", "é"]


@pytest.fixture(params=["hyperscan", "re2"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Searching with hyperscan, and as if it were not installed."""
    if request.param == "re2":
        monkeypatch.setitem(sys.modules, "hyperscan", None)
    return str(request.param)


def _lines(found: list[Marked], data: bytes) -> list[bytes]:
    return [data[start:end] for start, end, _ in found]


def _marks(found: list[Marked], data: bytes) -> dict[bytes, int]:
    return {data[start:end]: marks for start, end, marks in found}


def _naive(data: bytes) -> set[bytes]:
    wanted = [re.compile(one.encode(), re.IGNORECASE) for one in PATTERNS[:-1]]
    wanted += [re.compile(rb"\xc3\xa9|\xe9"), re.compile(ENCODED.encode(), re.IGNORECASE)]
    return {line for line in data.split(b"\n") if any(one.search(line) for one in wanted)}


_PIECES = st.sampled_from(
    [b"ServerInfo~", b"/ecp/y.JS", b"A", b"z", b"bc", b"c", b"qq", b"\xc3\xa9", b"%41", b"%3a",
     b" ", b"\n", b"\n\n", b"\r\n", b"x", b"\0", b"\xff"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=60))
def test_every_line_with_a_match_is_found(pieces: list[bytes]) -> None:
    """No line with a match is lost; lines are in order, once, and cut at line ends."""
    data = b"".join(pieces)
    found = _NEEDLES.search(data)
    assert [start for start, _, _ in found] == sorted({start for start, _, _ in found})
    assert _naive(data) <= set(_lines(found, data))
    for start, end, _ in found:
        assert start == 0 or data[start - 1 : start] == b"\n"
        assert end == len(data) or data[end : end + 1] == b"\n"


_NEEDLES = Needles(PATTERNS)


def test_both_engines_find_the_same(engine: str) -> None:
    """Without hyperscan, RE2 finds the lines; what neither takes is left to `re`."""
    data = b"x ServerInfo~ y\nnothing\n/ECP/y.js\nbc\nqq\ncaf\xc3\xa9\ncaf\xe9\n\nend"
    expected = [line for line in data.split(b"\n") if line not in (b"nothing", b"", b"end")]
    assert _lines(Needles(PATTERNS).search(data), data) == expected


def test_only_the_given_part_is_searched(engine: str) -> None:
    """Bytes outside start and end are not looked at, and bounds are those of the whole buffer."""
    data = bytearray(b"hit\nmiss\nhit\nhit")
    assert Needles(["hit"]).search(data, 4, 12) == [(9, 12, 1)]
    assert Needles(["hit"]).search(data, 4, 9) == []


def test_a_match_on_every_byte_costs_no_answer_per_byte(engine: str) -> None:
    """Where matches end everywhere, each line is still reported once."""
    data = b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 5000 + b"\nbbb\n"
    assert len(Needles(["a+", "aa", "a.*"]).search(data)) == 5000


@pytest.mark.parametrize(
    ("line", "hit"),
    [
        (b"/ecp/%70roxyLogon.ecp", True),
        (b"/ecp/%2e%2E/", True),
        (b"a%2Fb", False),
        (b"%2570", True),
        (b"%u0070", True),
        (b"%c0%ae", True),
        (b"User=domain%5Cuser&at=%40&c=%3a%20%26", False),
        (b"100% sure", False),
    ],
)
def test_needless_percent_encoding_is_always_a_candidate(line: bytes, hit: bool) -> None:
    """What hides a letter behind an escape is looked at; ordinary escapes are not."""
    assert bool(Needles(["nothing"]).search(line)) is hit


def test_a_pattern_that_is_none_is_refused() -> None:
    """A broken pattern is an error of the knowledge, and says so."""
    with pytest.raises(KnowledgeError):
        Needles(["(unclosed"])


def test_wide_characters_in_a_class_match_a_superset(engine: str) -> None:
    """A class with characters beyond ASCII loses no line."""
    needles = Needles(["x[éa]y"])
    for line in ("xéy", "xay"):
        assert needles.search(line.encode()), line


def test_marks_tell_for_whom_a_line_is(engine: str) -> None:
    """All needles of a line add their marks; what may hide anything is marked for all."""
    needles = Needles([Needle("sure", 1), Needle("maybe", 2), Needle("mayb", 4), Needle("sure", 8)])
    data = b"sure\nmaybe\nsure MAYBE sure\nnone\nm%61ybe\n"
    assert _marks(needles.search(data), data) == {
        b"sure": 9, b"maybe": 6, b"sure MAYBE sure": 15, b"m%61ybe": EVERYBODY,
    }  # fmt: skip


def test_clauses_must_be_on_one_line(engine: str) -> None:
    """In any order, case and encoding; a piece on the next line does not count."""
    clauses = (
        Clause((b"post",)),
        Clause((b"/a/", b".js"), rb"(?:/|%(?:25){0,3}2f)a(?:/|%(?:25){0,3}2f)"),
    )
    needles = Needles([Needle("ecp", 2, clauses), Needle("seen", 1)])
    hits = [b"POST ECP /A/", b".js ecp post", b"ecp%252fa%2F post"]
    others = [b"ecp post", b"post /a/", b"ecp /a/", b"ecp%2fb post"]
    data = b"\n".join([*hits, *others, b"seen ecp", b"seen ecp post .js"]) + b"\n"
    expected = {**dict.fromkeys(hits, 2), b"seen ecp": 1, b"seen ecp post .js": 3}
    assert _marks(needles.search(data), data) == expected


def test_a_clause_may_be_an_expression_alone() -> None:
    """One that is not about encodings is looked for in every line."""
    clause = Clause((b"a b",), rb"a[+ ]b", encoded=False)
    assert clause.holds(b"x a+b")
    assert clause.holds(b"x a b")
    assert not clause.holds(b"ab")
    assert not Clause((b"a",), rb"b").holds(b"b")


def test_many_marks_of_every_kind_are_still_told_apart(engine: str) -> None:
    """Where matches end everywhere, each line is asked about by itself."""
    block = b"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n" * 3000 + b"bbbb sure\nbbbb x\n"
    needles = Needles([Needle("sure", 1), Needle("b+", 2), Needle("b.*", 4, (Clause((b"x",)),))])
    found = needles.search(block)
    assert len(found) == 3002
    assert _marks(found[-3:], block) == {b"b" * 32: 2, b"bbbb sure": 3, b"bbbb x": 6}


def test_anywhere_is_not_bound_to_lines(engine: str) -> None:
    """One match of one expression is enough, at an edge and behind the last line end."""
    words = Anywhere([re.escape(b"b.c"), rb"x[^\r\n]{0,4}y"])
    assert words.found(b"a\nB.C")
    assert words.found(b"X..Y\n")
    assert not words.found(b"bxc\nx\ny")
    assert not words.found(b"")
