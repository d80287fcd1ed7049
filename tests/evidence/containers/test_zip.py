"""ZIP archives as their makers write them, damaged, encrypted and hostile."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
import zlib
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pyzipper
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.errors import EvidencePasswordError
from alpheus.evidence import open_package
from alpheus.model import Skipped
from evidence_reading import options, read_package

_MEMBERS = {"logs/a.log": b"row\n" * 5000, "b.bin": os.urandom(5000), "empty.log": b""}


def _write(
    path: Path, members: dict[str, bytes] = _MEMBERS, method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.mkdir("folder")
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _encrypted(path: Path, members: dict[str, bytes], password: bytes, mode: str = "w") -> Path:
    with pyzipper.AESZipFile(
        path, mode, compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password)
        for name, content in members.items():
            archive.writestr(name, content)
    return path


class _Unseekable(io.RawIOBase):
    """Makes the writer use data descriptors, as collectors that stream do."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += data  # type: ignore[operator]
        return len(data)  # type: ignore[arg-type]


def _streamed(members: dict[str, bytes]) -> bytes:
    target = _Unseekable()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in members.items():
            archive.writestr(name, content)
    return bytes(target.data)


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_methods(tmp_path: Path, method: int) -> None:
    """Every method of Python's writer comes back, in the order of the directory."""
    contents = read_package(_write(tmp_path / "a.zip", method=method))
    assert contents.files == _MEMBERS
    assert contents.order == list(_MEMBERS)
    assert not contents.skipped


def test_zip64(tmp_path: Path) -> None:
    """64-bit sizes in headers and directory are read, with data in front of the archive too."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in _MEMBERS.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    assert read_package(path).files == _MEMBERS
    path.write_bytes(_as_zip64(path.read_bytes()))
    assert read_package(path).files == _MEMBERS


def _as_zip64(data: bytes) -> bytes:
    """The same archive with a 64-bit end record, and nothing useful in the short one."""
    end = data.rfind(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", data, end + 10)
    record = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    short = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0
    )
    return data[:end] + record + locator + short


def test_data_in_front_and_comment_behind(tmp_path: Path) -> None:
    """A self-extractor or a forged prefix shifts nothing."""
    path = _write(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK\x05\x06 is not the end" * 10
    data = path.read_bytes()
    end = data.rfind(b"PK\x05\x06\x00\x00")
    assert end > 0
    path.write_bytes(b"PK\x03\x04 in front" + data[:end] + data[end : end + 20] + b"\x00\x00")
    assert read_package(path).files == _MEMBERS


def test_time_only_where_it_has_a_zone(tmp_path: Path) -> None:
    """The time of the header is local and not given out; extra fields in UTC are."""
    extended = struct.pack("<HHBi", 0x5455, 5, 1, 1_614_754_760)
    ticks = (1_614_754_760 + 11_644_473_600) * 10_000_000
    ntfs = struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, ticks, 0, 0)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, extra in (("none", b""), ("extended", extended), ("ntfs", ntfs)):
            info = zipfile.ZipInfo(name, (2021, 3, 3, 1, 2, 4))
            info.extra = extra
            archive.writestr(info, b"")
    expected = datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
    assert read_package(tmp_path / "a.zip").modified == {
        "none": None,
        "extended": expected,
        "ntfs": expected,
    }


def test_hostile_names(tmp_path: Path) -> None:
    """Escaping, absolute, backslash, control and double names are read under clean addresses."""
    path = tmp_path / "a.zip"
    names = ["../../x.aspx", "/etc/y", "C:\\inetpub\\z.aspx", "a\x1b[2J.log", "twice", "twice"]
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            info = zipfile.ZipInfo()
            info.filename = name
            with pytest.warns(UserWarning, match="Duplicate") if number == 5 else nullcontext():
                archive.writestr(info, name.encode())
    contents = read_package(path)
    assert contents.order == [
        "__/__/x.aspx",
        "etc/y",
        "C:/inetpub/z.aspx",
        "a\ufffd[2J.log",
        "twice",
        "twice",
    ]
    assert not contents.skipped


def test_names_in_other_encodings(tmp_path: Path) -> None:
    """Code page 437 where the name is not UTF-8; UTF-8 also without its flag."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("umlaut?.log", "utf8?????.log"):
            archive.writestr(name, b"")
    data = path.read_bytes()
    data = data.replace(b"umlaut?", b"umlaut\x81").replace(
        b"utf8?????", b"utf8\xc3\xbc\xe4\xb8\xad"
    )
    path.write_bytes(data)
    assert read_package(path).order == ["umlaut\u00fc.log", "utf8\u00fc\u4e2d.log"]


def test_links_are_losses(tmp_path: Path) -> None:
    """A symbolic link inside an archive is not followed and not taken for a file."""
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, b"/etc/passwd")
    assert "symbolic link" in read_package(tmp_path / "a.zip").reasons["link"]


def test_aes(tmp_path: Path) -> None:
    """The right one of several passwords is found; none, or only wrong ones, is one clear error."""
    path = _encrypted(tmp_path / "a.zip", _MEMBERS, b"infected")
    assert read_package(path, "wrong", "infected").files == _MEMBERS
    for passwords, words in (((), "give the password"), (("x", "y"), "no password that was given")):
        with pytest.raises(EvidencePasswordError, match=words):
            open_package(path, "E1", options(*passwords))


def test_some_members_encrypted(tmp_path: Path) -> None:
    """Members without a password are losses; the others are read."""
    path = _write(tmp_path / "a.zip", {"plain.log": b"x"})
    _encrypted(path, {"secret.log": b"y"}, b"pw", "a")
    contents = read_package(path)
    assert contents.files == {"plain.log": b"x"}
    assert "--password" in contents.reasons["secret.log"]
    assert read_package(path, "pw").files == {"plain.log": b"x", "secret.log": b"y"}


def _zip_crypto(content: bytes, password: bytes) -> bytes:
    """One stored member under the old encryption (APPNOTE 6.1), which Python cannot write."""
    table = [0] * 256
    for number in range(256):
        value = number
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        table[number] = value
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 0xFF]

    def encrypt(data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            low = keys[2] | 2
            out.append(byte ^ (low * (low ^ 1) >> 8 & 0xFF))
            update(byte)
        return bytes(out)

    for byte in password:
        update(byte)
    crc = zlib.crc32(content)
    body = encrypt(bytes(11) + bytes([crc >> 24]) + content)
    common = struct.pack("<HHHHIIIHH", 1, 0, 0, 0, crc, len(body), len(content), 5, 0)
    local = b"PK\x03\x04" + struct.pack("<H", 20) + common + b"x.log" + body
    central = b"PK\x01\x02" + struct.pack("<HH", 20, 20) + common
    central += struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"x.log"
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def test_old_encryption(tmp_path: Path) -> None:
    """ZipCrypto is read; a wrong password that passes its one-byte check is still refused."""
    content = b"#Fields: date time\n" * 100
    (tmp_path / "a.zip").write_bytes(_zip_crypto(content, b"infected"))
    wrong = [f"wrong{number}" for number in range(600)]
    contents = read_package(tmp_path / "a.zip", *wrong, "infected")
    assert contents.files == {"x.log": content}
    with pytest.raises(EvidencePasswordError):
        read_package(tmp_path / "a.zip", *wrong)


@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0.0, 1.0), streamed=st.booleans())
def test_truncated_anywhere(
    tmp_path_factory: pytest.TempPathFactory, cut: float, streamed: bool
) -> None:
    """Wherever an archive is cut, what stands before is read, and the cut is a loss."""
    members = {f"{number}.log": os.urandom(2000) + b"row\n" * 500 for number in range(4)}
    folder = tmp_path_factory.mktemp("cut")
    data = _streamed(members) if streamed else _write(folder / "a.zip", members).read_bytes()
    length = 4 + int((len(data) - 5) * cut)
    (folder / "a.zip").write_bytes(data[:length])
    contents = read_package(folder / "a.zip")
    whole = [name for name in contents.files if name not in contents.failed]
    assert all(contents.files[name] == members[name] for name in whole)
    assert all(members[name].startswith(part) for name, part in contents.files.items())
    per_member = len(data) / 4
    assert len(whole) >= int(length / per_member) - 1
    assert contents.skipped[-1].offset is not None
    assert "truncated" in contents.skipped[-1].reason


def test_damaged_member_fails_at_its_end(tmp_path: Path) -> None:
    """A wrong checksum is an error after the content; other members are not concerned."""
    path = _write(tmp_path / "a.zip", {"a.log": b"x" * 100, "b.log": b"y"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"x" * 100, b"x" * 99 + b"z"))
    contents = read_package(path)
    assert "checksum" in str(contents.failed["a.log"])
    assert len(contents.files["a.log"]) == 100
    assert contents.files["b.log"] == b"y"


def test_damaged_directory(tmp_path: Path) -> None:
    """A directory that breaks off gives what it lists before, and a loss with the place."""
    path = _write(tmp_path / "a.zip", {"a.log": b"1", "b.log": b"2"})
    data = bytearray(path.read_bytes())
    data[data.rfind(b"PK\x01\x02")] = 0
    path.write_bytes(data)
    contents = read_package(path)
    assert contents.files == {"a.log": b"1"}
    assert contents.skipped[0].offset == data.rfind(b"\x00K\x01\x02")


def test_unknown_method(tmp_path: Path) -> None:
    """A method that is not supported is a loss that says so."""
    path = _write(tmp_path / "a.zip", {"a.log": b"x"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    local, central = data.rfind(b"PK\x03\x04"), data.rfind(b"PK\x01\x02")
    data[local + 8 : local + 10] = data[central + 10 : central + 12] = b"\x61\x00"
    path.write_bytes(data)
    assert "method 97" in read_package(path).reasons["a.log"]


def test_bomb_streams(tmp_path: Path) -> None:
    """A gigabyte of zeros is read to its end in little memory."""
    (tmp_path / "a.zip").write_bytes(_bomb(1 << 30))
    tracemalloc.start()
    size = 0
    for item in open_package(tmp_path / "a.zip", "E1", options()).files():
        assert not isinstance(item, Skipped)
        with item.open() as stream:
            while data := stream.read(1 << 20):
                size += len(data)
        assert item.sha256 is not None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 1 << 30
    assert peak < 20 << 20


def _bomb(size: int) -> bytes:
    """One member of zeros: the same deflate blocks over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    mebibyte = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = mebibyte * (size >> 20) + packer.flush()
    crc = 0
    for _ in range(size >> 20):
        crc = zlib.crc32(bytes(1 << 20), crc)
    common = struct.pack("<HHHHIIIHH", 0, 8, 0, 0, crc, len(body), size, 4, 0)
    local = b"PK\x03\x04" + struct.pack("<H", 20) + common + b"zero" + body
    central = b"PK\x01\x02" + struct.pack("<HH", 20, 20) + common
    central += struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"zero"
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_damage_is_survived(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes changed anywhere never raise out of the walk."""
    folder = tmp_path_factory.mktemp("damage")
    content = bytearray(_write(folder / "a.zip", {"a.log": b"x" * 50, "b.log": b"y"}).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "a.zip").write_bytes(content)
    try:
        read_package(folder / "a.zip")
    except EvidencePasswordError:
        return
