"""Disk images: NTFS made by ntfs-3g, in the formats of qemu-img and in EWF.

Shadow copies cannot be made on Linux: the comparison with the live volume is tested on two
volumes, and the whole on a public image where that is present.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from alpheus.errors import EvidenceFormatError
from alpheus.evidence import open_package
from alpheus.evidence.address import windows_path
from alpheus.evidence.containers.image import _System
from alpheus.evidence.members import Member
from alpheus.model import Skipped
from evidence_reading import Contents, options, read_package
from ewf_writer import ewf
from samples import SAMPLES, real
from system import find, needs

pytest.importorskip("dfvfs", reason="the extra alpheus[images] is not installed")

_SIZE = 4 << 20
_PAGE = b"<%-- inert --%>\n" * 100
_LOG = os.urandom(200_000)
_ntfs = needs("mkntfs", "ntfs-3g")
_qemu = needs("qemu-img", "qemu-utils")


def _run(program: str, *arguments: object) -> None:
    command = [find(program) or program, *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def _volume(path: Path, files: dict[str, bytes]) -> Path:
    """An NTFS volume with files at its root; `name:stream` makes a named stream."""
    with path.open("wb") as stream:
        stream.truncate(_SIZE)
    _run("mkntfs", "-F", "-q", "-Q", "-s", 512, "-p", 0, "-H", 0, "-S", 0, path)
    content = path.with_suffix(".content")
    for name, data in files.items():
        content.write_bytes(data)
        base, _, named = name.partition(":")
        _run("ntfscp", *(["-N", named] if named else []), path, content, base)
    content.unlink()
    return path


def _partitioned(volume: Path) -> Path:
    """A disk with one partition, as the firmware of before 2010 expects it."""
    entry = struct.pack("<B3xB3xII", 0, 7, 2048, _SIZE // 512)
    path = volume.with_name("disk.raw")
    record = bytes(446) + entry + bytes(48) + b"\x55\xaa"
    path.write_bytes(record.ljust(2048 * 512, b"\x00") + volume.read_bytes())
    return path


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One volume for all tests of this file."""
    files = {"x.aspx": _PAGE, "x.aspx:hidden": b"stream", "u.log": _LOG}
    return _volume(tmp_path_factory.mktemp("image") / "volume.raw", files)


def _check(contents: Contents, prefix: str = "") -> None:
    assert contents.files[f"{prefix}p1/x.aspx"] == _PAGE
    assert contents.files[f"{prefix}p1/x.aspx:hidden"] == b"stream"
    assert contents.files[f"{prefix}p1/u.log"] == _LOG
    assert contents.files[f"{prefix}p1/$MFT"].startswith(b"FILE")
    assert contents.modified[f"{prefix}p1/x.aspx"] is not None
    assert not contents.skipped


@_ntfs
def test_one_volume(volume: Path) -> None:
    """An image of a volume without partitions has the addresses of a first partition."""
    contents = read_package(volume)
    _check(contents)
    assert windows_path("p1/x.aspx") == "/x.aspx"
    assert contents.evidence is not None
    assert contents.evidence.bytes == _SIZE


@_ntfs
@_qemu
@pytest.mark.parametrize("form", ["raw", "qcow2", "vmdk", "vpc", "vhdx"])
def test_formats_of_virtual_machines(volume: Path, tmp_path: Path, form: str) -> None:
    """A partitioned disk reads the same in every format, whatever the file is called."""
    disk = tmp_path / "evidence.bin"
    _run("qemu-img", "convert", "-f", "raw", "-O", form, _partitioned(volume), disk)
    _check(read_package(disk))


@_ntfs
def test_ewf(volume: Path, tmp_path: Path) -> None:
    """The format of forensic imagers."""
    (tmp_path / "srv.E01").write_bytes(ewf(_partitioned(volume).read_bytes()))
    _check(read_package(tmp_path / "srv.E01"))


@_ntfs
@_qemu
def test_images_inside_packages(volume: Path, tmp_path: Path) -> None:
    """An image in a folder is a package with its own scope, its parts are not files."""
    case = tmp_path / "case"
    case.mkdir()
    flat = ("-o", "subformat=monolithicFlat")
    disk = _partitioned(volume)
    _run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", *flat, disk, case / "srv.vmdk")
    assert (case / "srv-flat.vmdk").exists()
    contents = read_package(case)
    _check(contents, "srv.vmdk/")
    assert set(contents.scopes.values()) == {"srv.vmdk/"}
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(volume, "srv.dd")
    _check(read_package(tmp_path / "a.zip"), "srv.dd/")


@_ntfs
def test_content_is_read_only_when_asked_for(volume: Path) -> None:
    """Walking gives names, sizes and times; a file can be read in parts, twice, and copied."""
    found = {}
    for item in open_package(volume, "E1", options()).files():
        assert not isinstance(item, Skipped)
        found[item.path] = (item.size, item.bytes_read)
        if item.path == "p1/u.log":
            with item.open() as first, item.open() as second:
                assert first.read(1000) == _LOG[:1000]
                assert second.read(1000) == _LOG[:1000]
                assert first.read() == _LOG[1000:]
            with item.local() as copy:
                assert copy.read_bytes() == _LOG
    assert found["p1/x.aspx"] == (len(_PAGE), 0)


@_ntfs
def test_shadow_copies_give_what_differs(volume: Path, tmp_path: Path) -> None:
    """Compared with the live volume: the changed file and the tables, not the unchanged file."""
    from dfvfs.path import factory  # noqa: PLC0415 - the extra may be absent

    live = tmp_path / "live.raw"
    live.write_bytes(volume.read_bytes())
    (tmp_path / "new").write_bytes(b"changed")
    _run("ntfscp", live, tmp_path / "new", "x.aspx")

    def specification(path: Path) -> object:
        system = factory.Factory.NewPathSpec("OS", location=str(path))
        image = factory.Factory.NewPathSpec("RAW", parent=system)
        return factory.Factory.NewPathSpec("NTFS", location="\\", parent=image)

    shadow = _System("p1/vss1", specification(volume), specification(live))
    names = {item.name for item in shadow.members() if isinstance(item, Member)}
    assert {"p1/vss1/x.aspx", "p1/vss1/$MFT"} <= names
    assert "p1/vss1/u.log" not in names
    assert windows_path("p1/vss1/x.aspx") == "/x.aspx"


@_ntfs
def test_damaged_volume(volume: Path, tmp_path: Path) -> None:
    """A file table that is overwritten gives an error or losses, never an exception."""
    data = bytearray(volume.read_bytes())
    data[20_000:60_000] = b"\xff" * 40_000
    (tmp_path / "bad.raw").write_bytes(data)
    try:
        read_package(tmp_path / "bad.raw")
    except EvidenceFormatError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


def test_what_is_no_image(tmp_path: Path) -> None:
    """An image without a file system, or cut, says so in one line."""
    (tmp_path / "a.qcow2").write_bytes(b"QFI\xfb" + bytes(1000))
    (tmp_path / "b.E01").write_bytes(b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00")
    (tmp_path / "c.dd").write_bytes(
        bytes(446)
        + struct.pack("<B3xB3xII", 0, 7, 2048, 10)
        + bytes(48)
        + b"\x55\xaa"
        + bytes(9999)
    )
    for name in ("a.qcow2", "b.E01", "c.dd"):
        with pytest.raises(EvidenceFormatError, match=name) as error:
            open_package(tmp_path / name, "E1", options())
        assert "\n" not in str(error.value)
    assert set(read_package(tmp_path).reasons) == {"a.qcow2", "b.E01", "c.dd"}


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without dfvfs the error names the extra."""
    for name in [*sys.modules]:
        if name.split(".")[0] == "dfvfs":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dfvfs", None)
    (tmp_path / "a.qcow2").write_bytes(b"QFI\xfb")
    with pytest.raises(EvidenceFormatError, match=r"alpheus\[images\]"):
        open_package(tmp_path / "a.qcow2", "E1", options())


@real
@pytest.mark.skipif(
    not (SAMPLES / "dfvfs" / "vss.raw").is_file(), reason="dfvfs/vss.raw is not among the samples"
)
def test_public_image_with_shadow_copies() -> None:
    """The public test image of dfvfs has two shadow copies with files of their own."""
    contents = read_package(SAMPLES / "dfvfs" / "vss.raw")
    prefixes = {"/".join(path.split("/")[:2]) for path in contents.order}
    assert {"p1/vss1", "p1/vss2"} <= prefixes
