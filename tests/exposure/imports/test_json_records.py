"""JSON objects one at a time."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.imports import json_records
from alpheus.exposure.imports.json_records import decode, records, split
from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source
from exposure.imports.import_samples import write

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner,
                                                                max_size=4),
    max_leaves=15,
)  # fmt: skip
OBJECTS = st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), max_size=6)


def pieces(data: bytes, seed: int) -> Iterator[bytes]:
    """The data in pieces of any size."""
    source = random.Random(seed)
    while data:
        size = source.randrange(1, 40)
        yield data[:size]
        data = data[size:]


def given_back(text: str, seed: int = 1, within: frozenset[bytes] = frozenset()) -> list[object]:
    """What the splitter finds in a text."""
    return [raw and json.loads(raw) for raw in split(pieces(text.encode(), seed), within)]


@given(OBJECTS, st.integers(0, 99), st.sampled_from([None, 1]))
def test_an_array_gives_its_objects(values: list[object], seed: int, indent: int | None) -> None:
    """In order, however it is written and wherever the pieces are cut."""
    assert given_back(json.dumps(values, indent=indent, ensure_ascii=False), seed) == values


@given(OBJECTS, st.integers(0, 99))
def test_objects_one_after_the_other(values: list[object], seed: int) -> None:
    """With or without line ends, over several lines too."""
    assert given_back("".join(json.dumps(v, indent=1) for v in values), seed) == values


@given(OBJECTS, OBJECTS, st.integers(0, 99))
def test_a_named_list_is_stepped_into(
    before: list[object], values: list[object], seed: int
) -> None:
    """The objects of the list come, the object around it does not."""
    whole = {"type": "bundle", "other": before, "objects": values, "end": {"x": 1}}
    assert given_back(json.dumps(whole), seed, frozenset({b"objects"})) == values


def test_an_object_without_the_named_list_comes_whole() -> None:
    """As a single event does."""
    whole = {"Event": {"objects": [{"a": 1}]}}
    assert given_back(json.dumps(whole), within=frozenset({b"objects"})) == [whole]


def test_commas_too_many_are_no_matter() -> None:
    """As masscan writes them."""
    assert given_back('[\n{"a": 1},\n,\n{"b": 2}\n,\n]') == [{"a": 1}, {"b": 2}]


def test_a_broken_object_costs_itself() -> None:
    """Brackets that do not match, and strings without an end up to the line's."""
    text = '[{"a": 1},\n{"b": [1, 2},\n{"c": "open},\n{"d": 4},\n{"e": 5}]'
    found = [decode(raw) if raw else None for raw in split(iter([text.encode()]))]
    assert found == [{"a": 1}, None, None, {"d": 4}, {"e": 5}]


def test_what_is_cut_off_is_a_loss() -> None:
    """The object without an end is one; those before it come."""
    assert given_back('[{"a": 1}, {"b": ') == [{"a": 1}, None]


def test_a_long_object_is_a_loss_and_no_memory() -> None:
    """The next one comes."""
    blocks = [b'[{"a": "', *[b"x" * 1000] * 50, b'"}, {"b": 2}]']
    assert list(split(iter(blocks), limit=5000)) == [None, b'{"b": 2}']
    blocks = [b'[{"a": [', *[b"1," * 500] * 50, b'1]}, {"b": 2}]']
    assert list(split(iter(blocks), limit=5000)) == [None, b'{"b": 2}']


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    """Nothing raises, and what is found has been there."""
    assert all(raw is None or raw in data for raw in split(pieces(data, 1)))


@pytest.mark.parametrize("content", [b'{"a": 1}\nnonsense\n\n{"b": 2}\n[1]\n'])
def test_lines_are_counted(tmp_path: Path, content: bytes) -> None:
    """Blank lines do not count; a line that is no object is a loss."""
    found = list(records(Source(write(tmp_path, "x", content))))
    assert found == [(1, {"a": 1}), Loss(2, "no JSON object"), (3, {"b": 2}),
                     Loss(4, "no JSON object")]  # fmt: skip


def test_bytes_that_are_no_utf8() -> None:
    """They become replacement characters, and the object is kept."""
    assert decode(b'{"a": "\xff"}') == {"a": "\ufffd"}
    assert decode(b"[" * 100_000) is None
    assert decode(b'{"a":' * 100_000 + b"1" + b"}" * 100_000) is None


def test_lines_are_told_from_what_goes_over_several(tmp_path: Path) -> None:
    """An object with others on lines of their own is one; a broken first line is no reason."""
    several = b'{"list": [\n{"a": 1}\n]}\n'
    assert list(records(Source(write(tmp_path, "x", several)))) == [(1, {"list": [{"a": 1}]})]
    broken = b'{nonsense}\n{"a": 1}\n'
    assert list(records(Source(write(tmp_path, "x", broken))))[1] == (2, {"a": 1})


@pytest.mark.parametrize("cut", [b'{"a":', b'{"a":{"b":[{', b'{"a":"x', b'{"a":1}}', b"{", b"x"])
def test_a_first_line_that_is_cut_off_costs_itself(tmp_path: Path, cut: bytes) -> None:
    """The lines after it are read, each by itself, and the one that is broken among them is one."""
    rows = [cut, b'{"n":2}', b'{"n":3}', b'{"n":[{"m":', b'{"n":5}']
    source = Source(write(tmp_path, "a.json", b"\n".join(rows)))
    found = list(records(source))
    assert [one for one in found if not isinstance(one, Loss)] == [
        (2, {"n": 2}), (3, {"n": 3}), (5, {"n": 5}),
    ]  # fmt: skip
    assert [one.row for one in found if isinstance(one, Loss)] == [1, 4]


def test_the_last_of_a_list_is_no_line(tmp_path: Path) -> None:
    """An object over several lines that holds others is one."""
    whole = b'{"all": [\n{"n":1},\n{"n":2}\n]}'
    assert list(records(Source(write(tmp_path, "a.json", whole)))) == [
        (1, {"all": [{"n": 1}, {"n": 2}]})
    ]


def test_nesting_is_bounded(tmp_path: Path) -> None:
    """A list in a list in a list is one loss after the other, and no memory."""
    deep = b'{"a":' * 20_000 + b"[" * 200_000 + b'\n]}{"b": 1}'
    tracemalloc.start()
    found = list(split(pieces_of(deep)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert set(found[:-1]) == {None}
    assert peak < 5_000_000


def pieces_of(data: bytes) -> Iterator[bytes]:
    """The data in blocks."""
    for start in range(0, len(data), 1 << 16):
        yield data[start : start + (1 << 16)]


def test_too_many_values_are_a_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes memory many times its length."""
    monkeypatch.setattr(json_records, "MOST_VALUES", 1_000)
    content = b'{"a": [' + b"1," * 600_000 + b'1]}\n{"b": 2}\n'
    found = list(records(Source(write(tmp_path, "x", content))))
    assert found == [Loss(1, "more than 1,000 values"), (2, {"b": 2})]
