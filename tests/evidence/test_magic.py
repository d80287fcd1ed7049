"""What a file is."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.evidence.magic import (
    Kind,
    compression_of,
    ewf_segment,
    is_broken,
    is_tar,
    kind_of,
    why_none,
)


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w"):
        pass
    return buffer.getvalue()


def _partitioned() -> bytes:
    entry = struct.pack("<B3xB3xII", 0x80, 7, 2048, 4096)
    return bytes(446) + entry + bytes(48) + b"\x55\xaa"


HEADS = [
    (_zip(), Kind.ZIP),
    (b"PK\x03\x04rest", Kind.ZIP),
    (_tar(), Kind.TAR),
    (gzip.compress(b"x", mtime=0), Kind.COMPRESSED),
    (b"BZh91AY&SY...", Kind.COMPRESSED),
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00", Kind.IMAGE),
    (b"QFI\xfb", Kind.IMAGE),
    (_partitioned(), Kind.IMAGE),
    (b"\xeb\x52\x90NTFS    " + bytes(499) + b"\x55\xaa", Kind.IMAGE),
    (b"", None),
    (b"BZh hello, a text", None),
    (b"#Software: Microsoft Internet Information Services 10.0\r\n" * 20, None),
    (b"MZ" + bytes(508) + b"\x55\xaa", None),
    (bytes(4096), None),
]


@pytest.mark.parametrize(
    ("head", "kind"), HEADS, ids=[f"{number}-{kind}" for number, (_, kind) in enumerate(HEADS)]
)
def test_kind_by_content(head: bytes, kind: Kind | None) -> None:
    """The first bytes decide, and text is never taken for a container."""
    assert kind_of(head) == kind


@settings(max_examples=100)
@given(st.binary(max_size=1200))
def test_any_bytes(head: bytes) -> None:
    """No input makes the recognition fail."""
    kind_of(head)
    compression_of(head)


def test_tar_without_magic() -> None:
    """The oldest tars are known by the checksum of their header."""
    block = bytearray(_tar()[:512])
    block[257:265] = bytes(8)
    assert not is_tar(bytes(block))
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\x00 " % sum(block)
    assert is_tar(bytes(block))


def test_segment_of_an_image() -> None:
    """EWF segments are numbered from 1; other files have no number."""
    assert ewf_segment(b"EVF\x09\x0d\x0a\xff\x00\x01\x02\x00") == 2
    assert ewf_segment(b"EVF") is None


@pytest.mark.parametrize(
    ("name", "head", "why"),
    [
        ("a.zip", b"", "is empty"), ("a.ZIP", b"garbage", "does not begin like one"),
        ("a.log.gz", b"text", "does not begin like one"), ("a.zip", _tar(), None),
        ("a.log", b"", None), ("zip", b"", None),
    ],
)  # fmt: skip
def test_a_container_by_name_alone_is_told(name: str, head: bytes, why: str | None) -> None:
    """A copy that broke off is no log; whatever its name, what opens is opened."""
    found = why_none(name, head)
    assert found.endswith(f"and {why}; fetch it again, whole") if why else found == ""


@pytest.mark.parametrize(
    ("name", "head", "broken"),
    [
        ("a/logs.zip", b"\xff\xfe\x00\x01" * 9, True),
        ("logs.ZIP", b"", True),
        ("u_ex210301.log.gz", b"#Software: IIS\r\n" * 9, False),
        ("disk.img", b"\xff\x00" * 9, False),
        ("logs.zip", _zip(), False),
        ("page.aspx", b"", False),
    ],
)  # fmt: skip
def test_an_archive_of_a_package_that_broke_off_is_told(
    name: str, head: bytes, broken: bool
) -> None:
    """What holds text is read as that; endings that say little are believed nothing."""
    assert is_broken(name, head) is broken
