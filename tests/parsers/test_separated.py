"""CSV lines and lists of pairs."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.separated import MOST_VALUES, names, split_commas, split_pairs

_VALUE = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=("Cs",)), max_size=9)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_VALUE, st.text('",a', max_size=6)), min_size=1, max_size=8))
def test_a_written_line_reads_back(values: list[str]) -> None:
    """What a CSV writer wrote is read back value by value."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        out = io.StringIO()
        csv.writer(out, quoting=quoting, lineterminator="").writerow(values)
        if values != [""]:
            assert split_commas(out.getvalue()) == values


@settings(max_examples=200, deadline=None)
@given(st.text('",ab', max_size=40))
def test_odd_quotes_drop_no_letter(line: str) -> None:
    """However quotes are placed, every other character is in some value."""
    kept = "".join(split_commas(line)).replace('"', "").replace(",", "")
    assert kept == line.replace('"', "").replace(",", "")


def test_an_open_quote_is_an_ordinary_character() -> None:
    """One odd value does not swallow the columns after it."""
    assert split_commas('a,"b,c,d') == ["a", '"b', "c", "d"]
    assert split_commas('a,"b"x,c') == ["a", "bx", "c"]


@pytest.mark.parametrize("line", ['"",' * 200_000 + '"', '"""' * 200_000, ',"a' * 200_000])
def test_hostile_quotes_take_linear_time(line: str) -> None:
    """Half a million quotes are split at once."""
    start = time.perf_counter()
    split_commas(line)
    assert time.perf_counter() - start < 2


def test_a_line_of_separators_stays_small() -> None:
    """Beyond any format's number of columns the rest stays together; nothing is dropped."""
    for line in ("," * 100_000, '"a",' * 100_000):
        values = split_commas(line)
        assert len(values) == MOST_VALUES + 1
        assert len("".join(values)) >= 90_000
    assert len(split_pairs("a=b;" * 100_000)) == MOST_VALUES


def test_pairs_lose_their_type_prefix() -> None:
    """Keys come without `S:`, `I32:` and the like; values may be empty or hold `=`."""
    text = "S:TIME=13;S:CMD=;I32:ADS.C[DC]=2;Dbl:WLM.TS=0;plain=a=b;junk"
    assert split_pairs(text) == [
        ("TIME", "13"), ("CMD", ""), ("ADS.C[DC]", "2"), ("WLM.TS", "0"), ("plain", "a=b"),
    ]  # fmt: skip


def test_a_quoted_pair_may_hold_semicolons_and_quotes() -> None:
    """Single quotes enclose the pair, doubled ones inside stand for one."""
    text = "S:A=1;'S:CMD=Set-X.Url=''http://f/;b''.Identity=''i''';S:B=2"
    assert split_pairs(text) == [
        ("A", "1"),
        ("CMD", "Set-X.Url='http://f/;b'.Identity='i'"),
        ("B", "2"),
    ]
    assert split_pairs("'S:CMD=cut off; here") == [("CMD", "cut off; here")]


def test_names_are_split_at_blanks() -> None:
    """Column lists are written as one text."""
    assert names("a b\n c") == ("a", "b", "c")


def test_the_rest_of_a_line_may_stay_together() -> None:
    """What comes after as many values as are asked for is one more, as it stands."""
    assert split_commas("a,b,c,d", 2) == ["a", "b", "c,d"]
    assert split_commas('a,"b,""c""",d,"e",f', 2) == ["a", 'b,"c"', 'd,"e",f']
    assert split_commas('a,"b,c', 2) == ["a", '"b', "c"]
