"""Tables, heaps and headers of .NET metadata."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.parsers import dotnet_tables as tables
from alpheus.parsers.dotnet_tables import Metadata, coded, compressed, find_image, read_metadata
from dotnet_writer import Method, Type, write_assembly


@pytest.mark.parametrize(
    ("data", "value", "end"),
    [
        (b"\x03", 3, 1),
        (b"\x80\x80", 0x80, 2),
        (b"\xae\x57", 0x2E57, 2),
        (b"\xc0\x00\x40\x00", 0x4000, 4),
        (b"\xff", 0, 1),
        (b"", 0, 0),
    ],
)
def test_compressed_numbers(data: bytes, value: int, end: int) -> None:
    """One, two or four bytes; nothing where there is none."""
    assert compressed(data, 0) == (value, end)


@given(st.binary(max_size=8), st.integers(0, 9))
def test_a_compressed_number_moves_on(data: bytes, at: int) -> None:
    """A walk over a heap ends, whatever it holds."""
    value, end = compressed(data, at)
    assert value >= 0
    assert end > at or at >= len(data)


def test_a_coded_index_chooses_its_table() -> None:
    """The low bits are a tag; an unknown one is no table."""
    assert coded("TypeDefOrRef", 5 << 2 | 1) == (tables.TYPE_REFERENCE, 5)
    assert coded("TypeDefOrRef", 5 << 2 | 3) == (-1, 5)


def test_tables_and_heaps_of_an_assembly() -> None:
    """Rows are whole; names come from their heap."""
    image = find_image(write_assembly([Type("A.B", methods=(Method("Do"),))]))
    assert image is not None
    metadata = read_metadata(image)
    assert metadata.flaws == []
    assert [metadata.name(row[1]) for row in metadata.rows(tables.TYPE)] == ["<Module>", "B"]
    assert [metadata.name(row[3]) for row in metadata.rows(tables.METHOD)] == ["Do"]
    place = image.place(metadata.rows(tables.METHOD)[0][0])
    assert place is not None
    assert image.content[place] & 3 == 3
    assert image.place(0x7FFFFFFF) is None


def test_an_index_outside_of_its_heap_is_an_empty_name() -> None:
    """And a flaw, told once."""
    metadata = Metadata(strings=b"\0A\0")
    assert [metadata.name(1), metadata.name(9), metadata.name(10)] == ["A", "", ""]
    assert len(metadata.flaws) == 1


def test_a_name_without_an_end_is_cut() -> None:
    """A heap of letters alone is not one name."""
    metadata = Metadata(strings=b"A" * 5000)
    assert len(metadata.name(0)) < 1000
    assert metadata.flaws == ["a name is too long"]


def test_a_second_stream_of_a_name_is_told() -> None:
    """It is a trick against readers."""
    content = write_assembly().replace(b"#Blob\0\0\0", b"#US\0\0\0\0\0")
    image = find_image(content)
    assert image is not None
    assert "a stream of the metadata is there twice" in read_metadata(image).flaws


def test_more_rows_than_are_read_are_a_flaw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded whatever a table holds."""
    monkeypatch.setattr(tables, "_MOST_ROWS", 5)
    image = find_image(write_assembly([Type(f"T{number}") for number in range(9)]))
    assert image is not None
    metadata = read_metadata(image)
    assert sum(len(rows) for rows in metadata.tables.values()) == 5
    assert "tables have more rows than are read" in metadata.flaws
