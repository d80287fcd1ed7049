"""Objects are found in a stream of any layout, in bounded memory."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers import json_objects
from alpheus.parsers.json_objects import (
    JsonText,
    lines_together,
    objects_by_braces,
    objects_on_lines,
    objects_together,
    trimmed,
)

_OBJECTS = st.lists(
    st.dictionaries(
        st.text(max_size=5),
        st.text(max_size=20) | st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
        max_size=4,
    ),
    max_size=6,
)


def _stream(text: str | bytes) -> io.BytesIO:
    return io.BytesIO(text.encode() if isinstance(text, str) else text)


def _contents(texts: list[JsonText]) -> list[object]:
    return [json.loads(text.content) for text in texts if text.loss is None]


@settings(max_examples=60)
@given(_OBJECTS, st.sampled_from([None, 1, 4]), st.integers(1, 40))
def test_objects_written_are_objects_found(
    objects: list[object], indent: int | None, block: int
) -> None:
    """In an array of any layout, whatever braces and quotes stand in strings, at any block size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_objects, "_BLOCK", block)
        text = json.dumps(objects, indent=indent)
        assert _contents(list(objects_by_braces(_stream(text)))) == objects
        lines = "\n".join(json.dumps(item) for item in objects)
        assert _contents(list(objects_on_lines(_stream(lines)))) == objects


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["", " ", '{"a":1}', "x", "[", '{"b":2},', "y" * 30, "é"]), max_size=9
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 25),
)
def test_lines_together_are_the_lines(lines: list[str], end: str, block: int) -> None:
    """With their numbers and offsets, at any block size; one that is too long is a loss."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_objects, "_BLOCK", block)
        patch.setattr(json_objects, "OBJECT_LIMIT", 25)
        found = [
            text for batch in lines_together(_stream(end.join(lines))) for text in batch.texts()
        ]
    expected, offset = [], 0
    for number, line in enumerate(end.join(lines).encode().split(b"\n"), 1):
        if len(line) > 25:
            expected.append(JsonText(number, offset, b"", json_objects.TOO_LONG))
        elif trimmed(line):
            expected.append(JsonText(number, offset, trimmed(line)))
        offset += len(line) + 1
    assert found == expected


def test_objects_together_are_the_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses in their order; what was read before an error of the stream comes before it."""

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            if not found:
                raise OSError("bad sector")
            return found

    text = '{"a": 1} {"b": 2} {"c": "' + "z" * 50 + '"}\n{"d": 4} {"e'
    for limit, together in ((1000, 2), (40, 1000)):
        monkeypatch.setattr(json_objects, "OBJECT_LIMIT", limit)
        monkeypatch.setattr(json_objects, "_BLOCK", 16)
        monkeypatch.setattr(json_objects, "_TOGETHER", together)
        expected = list(objects_by_braces(_stream(text)))
        batches = list(objects_together(_stream(text)))
        assert [one for batch in batches for one in batch.texts()] == expected
        assert next(batch.text(0) for batch in batches if batch.contents) == expected[0]
        found: list[JsonText] = []
        found_so_far = (found.extend(b.texts()) for b in objects_together(Failing(text.encode())))
        with pytest.raises(OSError, match="bad sector"):
            list(found_so_far)
        assert found == [one for one in expected if one.loss != json_objects.UNFINISHED]


def test_an_object_has_its_line_and_offset() -> None:
    """Lines count from 1, also of an array."""
    text = '[\n  {"a": 1},\n  {"b":\n 2}\n]'
    found = list(objects_by_braces(_stream(text)))
    assert [(item.line, item.offset) for item in found] == [(2, 4), (3, 16)]
    found = list(objects_on_lines(_stream('{"a":1}\n\n{"b":2}\n')))
    assert [(item.line, item.offset) for item in found] == [(1, 0), (3, 9)]


@pytest.mark.parametrize(
    "line", ['{"a": [1]}', ' {"a": [1]}, ', '[{"a": [1]},', '{"a": [1]}]', ',{"a": [1]}\r']
)
def test_brackets_of_an_array_around_lines_are_taken_off(line: str) -> None:
    """One object on a line inside an array is an object on a line."""
    assert trimmed(line.encode()) == b'{"a": [1]}'


def test_a_line_that_is_too_long_is_a_loss_and_costs_no_memory() -> None:
    """The next line is read with its true number and offset."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_objects, "_BLOCK", 64)
        patch.setattr(json_objects, "OBJECT_LIMIT", 1000)
        text = '{"a":1}\n' + "x" * 5000 + '\n{"b":2}'
        first, second, third = objects_on_lines(_stream(text))
        assert (second.loss, second.line, second.offset) == (json_objects.TOO_LONG, 2, 8)
        assert (third.content, third.line, third.offset) == (b'{"b":2}', 3, 5009)
        tail = list(objects_on_lines(_stream("y" * 5000)))
        assert [item.loss for item in tail] == [json_objects.TOO_LONG]
        assert first.content == b'{"a":1}'


def test_an_unfinished_object_does_not_hide_the_next() -> None:
    """Reading goes on at the next line that begins an object."""
    text = '[\n{"a": "unclosed,\n {"b": 2\n},\n{"c": 3}\n]'
    found = list(objects_by_braces(_stream(text)))
    assert found[0].loss == json_objects.UNFINISHED
    assert {"c": 3} in _contents(found)


@settings(max_examples=100)
@given(st.text(alphabet='{}[]",:\\\n a1', max_size=80))
def test_no_text_raises(text: str) -> None:
    """Every layout ends."""
    list(objects_by_braces(_stream(text)))
    list(objects_on_lines(_stream(text)))


def test_many_open_braces_end_soon() -> None:
    """Restarts are bounded, so that hostile text does not cost quadratic time."""
    found = list(objects_by_braces(_stream("\n{" * 20_000)))
    assert len(found) <= 101
