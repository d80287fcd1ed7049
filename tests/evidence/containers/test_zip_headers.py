"""Headers of ZIP archives."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.evidence.containers.zip_headers import (
    DamagedDirectoryError,
    Directory,
    data_offset,
    decode_name,
    extra_blocks,
    find_directory,
    read_directory,
    read_local,
)


def _archive() -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.log", b"x" * 100)
        archive.writestr("b.log", b"y")
    return buffer


def test_directory_and_local_headers_agree() -> None:
    """Both say the same of a member, and where its content begins."""
    stream = _archive()
    directory = find_directory(stream)
    assert directory is not None
    listed = list(read_directory(stream, directory))
    assert [entry.name for entry in listed] == ["a.log", "b.log"]
    for entry in listed:
        local = read_local(stream, entry.header)
        assert local is not None
        assert (local.name, local.size, local.crc) == (entry.name, entry.size, entry.crc)
        assert data_offset(stream, entry) == local.data == data_offset(stream, local)


def test_wrong_places_are_noticed() -> None:
    """Without a header where one should be, there is no entry."""
    stream = _archive()
    assert read_local(stream, 1) is None
    assert find_directory(io.BytesIO(b"PK\x03\x04")) is None
    with pytest.raises(DamagedDirectoryError) as error:
        list(read_directory(stream, Directory(0, 50, 0)))
    assert error.value.offset == 0
    entry = next(read_directory(stream, find_directory(stream) or Directory(0, 0, 0)))
    with pytest.raises(OSError, match="no header at offset 0"):
        data_offset(io.BytesIO(b"nothing"), entry)


def test_name_in_an_extra_field() -> None:
    """The Unicode name counts only if it belongs to the name in the header."""
    raw = b"?.log"
    field = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + "ü.log".encode()
    assert decode_name(raw, 0, {0x7075: field}) == "ü.log"
    assert decode_name(b"x.log", 0, {0x7075: field}) == "x.log"


@settings(max_examples=100)
@given(st.binary(max_size=80))
def test_extra_fields_of_any_bytes(extra: bytes) -> None:
    """Blocks that are cut are given as far as they go."""
    assert all(len(block) <= len(extra) for block in extra_blocks(extra).values())


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_as_an_archive(data: bytes) -> None:
    """No bytes make the search for the directory fail."""
    stream = io.BytesIO(b"PK\x03\x04" + data + b"PK\x05\x06" + data)
    directory = find_directory(stream)
    if directory is not None:
        with suppress(DamagedDirectoryError):
            list(read_directory(stream, directory))
