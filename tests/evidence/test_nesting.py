"""Parts of disk images that lie beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.evidence.nesting import belongs_to_sibling

_EWF = b"EVF\x09\x0d\x0a\xff\x00\x01%c\x00"
_DESCRIPTOR = b"# Disk DescriptorFile\n"
_IMAGE = b"QFI\xfb"


@pytest.mark.parametrize(
    ("first", "head", "part", "content", "belongs"),
    [
        ("disk.vmdk", _DESCRIPTOR, "disk-flat.vmdk", b"\x00" * 600, True),
        ("disk.vmdk", _DESCRIPTOR, "disk-s001.vmdk", b"KDMV", True),
        ("other.vmdk", _DESCRIPTOR, "disk-flat.vmdk", b"\x00" * 600, False),
        ("srv.E01", _EWF % 1, "srv.E02", _EWF % 2, True),
        ("srv.E01", _EWF % 1, "srv.EAA", _EWF % 100, True),
        ("srv.E01", _EWF % 1, "srv.eml", b"From: x", False),
        ("srv.001", _IMAGE, "srv.002", b"\x00", True),
        ("srv.001", b"text", "srv.002", b"text", False),
        ("srv.001", _IMAGE, "srv.001", _IMAGE, False),
    ],
)
def test_later_parts_are_read_with_the_first(
    tmp_path: Path, first: str, head: bytes, part: str, content: bytes, belongs: bool
) -> None:
    """A part is no file of its own where its first part is there and is an image."""
    (tmp_path / first).write_bytes(head)
    (tmp_path / part).write_bytes(content)
    assert belongs_to_sibling(tmp_path / part) is belongs


def test_a_member_of_an_archive_has_no_siblings() -> None:
    """Only files of a folder can be parts."""
    assert not belongs_to_sibling(None)
