"""Records of a master file table, and what damage does to them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.mft_entries import fixed_up, is_directory, read_entry, record_size
from ntfs_records import file_name, filetime, mft_record, reference

_CREATED = datetime(2021, 3, 3, 7, 0, tzinfo=UTC)
_MODIFIED = datetime(2021, 3, 4, 7, 0, tzinfo=UTC)
_PARENT = reference(40, 2)


@settings(max_examples=40)
@given(
    st.text(min_size=1, max_size=200),
    st.integers(1, 0xFFFF),
    st.booleans(),
    st.booleans(),
    st.binary(max_size=100),
)
def test_what_was_written_is_read(
    name: str, sequence: int, in_use: bool, directory: bool, data: bytes
) -> None:
    """Also where the name lies across the end of a sector."""
    raw = mft_record(
        file_name(name, _PARENT, _CREATED, size=5),
        sequence=sequence,
        in_use=in_use,
        directory=directory,
        created=_CREATED,
        modified=_MODIFIED,
        data=data,
    )
    fixed = fixed_up(raw)
    assert fixed is not None
    assert is_directory(fixed) is directory
    entry = read_entry(fixed)
    assert (entry.sequence, entry.in_use, entry.base) == (sequence, in_use, 0)
    assert (entry.created, entry.modified) == (filetime(_CREATED), filetime(_MODIFIED))
    assert entry.size == len(data)
    assert [(found.name, found.parent, found.size) for found in entry.names] == [(name, _PARENT, 5)]


def test_the_short_name_is_left_out() -> None:
    """A DOS name beside a long one is no second file."""
    names = (
        file_name("LONGNA~1.ASP", _PARENT, _CREATED, space=2),
        file_name("longname.aspx", _PARENT, _CREATED, space=1),
    )
    fixed = fixed_up(mft_record(*names))
    assert fixed is not None
    assert [found.name for found in read_entry(fixed).names] == ["longname.aspx"]


def test_a_torn_sector_shows() -> None:
    """The mark at the end of a sector does not match."""
    raw = bytearray(mft_record(created=_CREATED))
    raw[1022] ^= 1
    assert fixed_up(bytes(raw)) is None


def test_the_size_of_records_stands_in_the_first() -> None:
    """Other sizes are not taken for a table."""
    assert record_size(mft_record()) == 1024
    assert record_size(b"FILE") is None
    assert record_size(bytes(1024)) is None
    assert record_size(mft_record()[:28] + b"\xff" * 1000) is None


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(4, 509), st.integers(0, 255)), max_size=12))
def test_no_damage_raises(changes: list[tuple[int, int]]) -> None:
    """Any lengths, places and types."""
    raw = bytearray(mft_record(file_name("a.aspx", _PARENT, _CREATED), created=_CREATED, data=b"x"))
    for place, value in changes:
        raw[place] = value
    fixed = fixed_up(bytes(raw))
    if fixed is not None:
        read_entry(fixed)
