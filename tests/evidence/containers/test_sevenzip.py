"""7z archives."""

from __future__ import annotations

import io
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py7zr.compressor import PpmdCompressor

from alpheus.errors import EvidenceFormatError, EvidencePasswordError
from alpheus.evidence import open_package
from alpheus.model import Skipped
from evidence_reading import options, read_package

_MEMBERS = {
    "logs/a.log": b"".join(b"row %d\n" % number for number in range(50_000)),
    "b.bin": os.urandom(50_000),
    "empty.log": b"",
    "c.log": b"c" * 300_000,
}


_PPMD = [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}]


def _write(path: Path, members: dict[str, bytes] = _MEMBERS, **how: object) -> Path:
    with py7zr.SevenZipFile(path, "w", **how) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return path


@pytest.fixture(autouse=True)
def _whole_ppmd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feed the PPMd encoder little by little: of pyppmd 1.3 it loses bytes at 32 KiB of output."""

    def compress(self: PpmdCompressor, data: bytes) -> bytes:
        pieces = (data[start : start + 1024] for start in range(0, len(data), 1024))
        return b"".join(map(self.encoder.encode, pieces))

    monkeypatch.setattr(PpmdCompressor, "compress", compress)


def _filters(*ids: int) -> list[dict[str, int]]:
    return [{"id": number} for number in ids]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"filters": _filters(py7zr.FILTER_LZMA)},
        {"filters": _filters(py7zr.FILTER_X86, py7zr.FILTER_LZMA2)},
        {"filters": _filters(py7zr.FILTER_BZIP2)},
        {"filters": _filters(py7zr.FILTER_DEFLATE)},
        {"filters": _filters(py7zr.FILTER_ZSTD)},
        {"filters": _PPMD},
        {"filters": _filters(py7zr.FILTER_COPY)},
    ],
)
def test_methods(tmp_path: Path, how: dict[str, object]) -> None:
    """Every member of a solid block comes out, in order and read in pieces of any length."""
    path = _write(tmp_path / "a.7z", **how)
    for block in (1000, 1 << 20):
        contents = read_package(path, block=block)
        assert contents.files == _MEMBERS
        assert not contents.failed
        assert not contents.skipped


def test_members_that_are_not_read(tmp_path: Path) -> None:
    """Reading only some, or only the beginning, leaves the others right."""
    path = _write(tmp_path / "a.7z")
    for item in open_package(path, "E1", options()).files():
        assert not isinstance(item, Skipped)
        if item.path == "logs/a.log":
            with item.open() as stream:
                stream.read(10)
        if item.path == "c.log":
            with item.local() as copy:
                assert copy.read_bytes() == _MEMBERS["c.log"]


def test_appended_blocks_and_times(tmp_path: Path) -> None:
    """An archive of several blocks is read through; times are in UTC."""
    log = tmp_path / "u.log"
    log.write_bytes(b"row\n")
    os.utime(log, (1_614_754_760, 1_614_754_760))
    path = _write(tmp_path / "a.7z")
    with py7zr.SevenZipFile(path, "a") as archive:
        archive.write(log, "u.log")
    contents = read_package(path)
    assert contents.files == {**_MEMBERS, "u.log": b"row\n"}
    assert contents.modified["u.log"] == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)


@pytest.mark.parametrize("header", [False, True])
def test_passwords(tmp_path: Path, header: bool) -> None:
    """The right one of several is found; none or wrong ones are one clear error."""
    path = _write(tmp_path / "a.7z", password="infected", header_encryption=header)
    assert read_package(path, "wrong", "infected").files == _MEMBERS
    for passwords in ((), ("wrong", "")):
        with pytest.raises(EvidencePasswordError, match="--password"):
            open_package(path, "E1", options(*passwords))


def test_a_password_where_none_is_needed(tmp_path: Path) -> None:
    """Passwords for other packages do no harm."""
    assert read_package(_write(tmp_path / "a.7z"), "other").files == _MEMBERS


def test_escaping_names(tmp_path: Path) -> None:
    """A name that tries to escape does not cost the archive; its content is read."""
    path = _write(tmp_path / "a.7z", {"aa/bb.aspx": b"x", "ok.log": b"y"}, header_encryption=False)
    plain = path.read_bytes()
    wanted, forged = ("aa/bb.aspx".encode("utf-16-le"), "../../b.as".encode("utf-16-le"))
    if wanted not in plain:
        path = _uncompressed_header(tmp_path / "b.7z", {"aa/bb.aspx": b"x", "ok.log": b"y"})
        plain = path.read_bytes()
    path.write_bytes(_with_checksums(plain.replace(wanted, forged)))
    assert read_package(path).files == {"__/__/b.as": b"x", "ok.log": b"y"}


def _uncompressed_header(path: Path, members: dict[str, bytes]) -> Path:
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.set_encoded_header_mode(False)
        for name, content in members.items():
            archive.writestr(content, name)
    return path


def _with_checksums(data: bytes) -> bytes:
    """Put the checksums of the changed directory right (7zFormat.txt, SignatureHeader)."""
    import struct  # noqa: PLC0415 - for this forgery only
    import zlib  # noqa: PLC0415 - likewise

    offset, size = struct.unpack_from("<QQ", data, 12)
    crc = zlib.crc32(data[32 + offset : 32 + offset + size])
    start = struct.pack("<QQI", offset, size, crc)
    return data[:8] + struct.pack("<I", zlib.crc32(start)) + start + data[32:]


def test_truncated_says_how_much_is_missing(tmp_path: Path) -> None:
    """The directory of a 7z is at its end: a cut archive cannot be opened, and that is said."""
    path = _write(tmp_path / "a.7z")
    data = path.read_bytes()
    for length in (10, 31, 1000, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(EvidenceFormatError, match="truncated"):
            open_package(path, "E1", options())


def test_damaged_block(tmp_path: Path) -> None:
    """Damage fails the member in which it is; what cannot follow it is a loss."""
    path = _write(tmp_path / "a.7z", {"a.log": os.urandom(200_000), "b.log": b"row\n" * 1000})
    data = bytearray(path.read_bytes())
    data[100_000:100_100] = bytes(100)
    path.write_bytes(data)
    contents = read_package(path)
    assert "a.log" in contents.failed


@pytest.mark.parametrize("filters", [_filters(py7zr.FILTER_COPY), _PPMD])
def test_wrong_checksum(tmp_path: Path, filters: list[dict[str, int]]) -> None:
    """Content that does not have its checksum is an error that names the member."""
    path = _write(
        tmp_path / "a.7z", {"a.log": b"row\n" * 10, "b.log": _MEMBERS["b.bin"]}, filters=filters
    )
    data = bytearray(path.read_bytes())
    data[30_000] ^= 1
    path.write_bytes(data)
    contents = read_package(path)
    assert contents.files["a.log"] == b"row\n" * 10
    assert list(contents.failed) == ["b.log"]
    assert str(contents.failed["b.log"]).startswith("b.log: ")


@pytest.mark.parametrize("block", [100, 999, 1 << 20])
def test_ppmd_again_and_again(tmp_path: Path, block: int) -> None:
    """PPMd gives the same whatever the length of the pieces, with runs that look like its end."""
    members = {"zero.bin": bytes(100_000), "a.log": b"row\n" * 1000, "b.bin": os.urandom(40_000)}
    path = _write(tmp_path / "a.7z", members, filters=_PPMD)
    for _ in range(5):
        contents = read_package(path, block=block)
        assert contents.files == members
        assert not contents.failed
        assert not contents.skipped


def test_ppmd_encrypted(tmp_path: Path) -> None:
    """PPMd behind encryption."""
    filters = [*_PPMD, *_filters(py7zr.FILTER_CRYPTO_AES256_SHA256)]
    path = _write(tmp_path / "a.7z", filters=filters, password="infected")
    assert read_package(path, "infected").files == _MEMBERS


def test_bomb_streams(tmp_path: Path) -> None:
    """Zeros are read to their end in little memory."""
    size = 128 << 20
    with py7zr.SevenZipFile(
        tmp_path / "a.7z", "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}]
    ) as archive:
        archive.writef(io.BytesIO(bytes(size)), "zero.log")
    tracemalloc.start()
    contents = read_package(tmp_path / "a.7z", block=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert contents.sizes == {"zero.log": size}
    assert peak < 30 << 20


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_damage_is_survived(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes changed anywhere give an EvidenceError or losses, nothing else."""
    folder = tmp_path_factory.mktemp("damage")
    content = bytearray(
        _uncompressed_header(folder / "a.7z", {"a": b"x" * 50, "b": b"y"}).read_bytes()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(6, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "a.7z").write_bytes(_with_checksums(bytes(content)))
    try:
        read_package(folder / "a.7z")
    except (EvidenceFormatError, EvidencePasswordError):
        return
