"""Evidence in a store, read where it lies."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Iterator

import pytest

from alpheus.errors import (
    EvidenceError,
    EvidenceNotFoundError,
    EvidencePasswordError,
    StoreChangedError,
    StoreLostError,
)
from alpheus.evidence import open_package
from alpheus.evidence.base import EvidenceFile, Limits, OpenOptions, Share
from alpheus.evidence.far import open_far
from alpheus.model import Evidence, Skipped
from alpheus.store import windows
from alpheus.store.address import parse_address
from alpheus.store.patience import Patience
from store_server import BUCKET, StoreServer, store_server

QUICK = Patience(seconds=0.3, pause=0.001, longest=0.002)
NOISE = random.Random(7)
LOG = b"".join(b"2021-03-03 06:59:20 10.0.0.%d GET /owa/ 200\n" % (n % 250) for n in range(20_000))


LARGE = b"2021" + NOISE.randbytes(3 << 20)


def _zip(members: dict[str, bytes], **how: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[StoreServer, dict[str, str]]]:
    """One server for all."""
    said: dict[str, str] = {}
    with store_server(said.__setitem__) as server:
        yield server, said


@pytest.fixture
def s3(shared: tuple[StoreServer, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> StoreServer:
    """Nothing counted yet."""
    for name, value in shared[1].items():
        monkeypatch.setenv(name, value)
    shared[0].faults.clear()
    shared[0].forget()
    return shared[0]


def _walk(
    key: str, options: OpenOptions | None = None
) -> tuple[dict[str, bytes], list[Skipped], Evidence]:
    """What every file holds, as triage reads it: the beginning, then all of it or nothing more."""
    package = open_package(parse_address(key), "E1", options or OpenOptions())
    found: dict[str, bytes] = {}
    lost: list[Skipped] = []
    for item in package.files():
        if isinstance(item, Skipped):
            lost.append(item)
        else:
            found[item.path] = _content(item)
    return found, lost, package.finish()


def _content(item: EvidenceFile) -> bytes:
    with item.open() as stream:
        head = stream.read(1 << 16)
        if not head.startswith(b"2021") and item.leave(head):
            return head
        return head + stream.read()


def test_only_the_members_that_are_wanted_come_out_of_a_zip(s3: StoreServer) -> None:
    """At most a tenth more bytes than those members have in the archive; in few requests."""
    members = {"C/Windows/MEMORY.DMP": NOISE.randbytes(2 << 20)}
    members |= {f"C/logs/u_ex{n}.log": NOISE.randbytes(9_000) for n in range(300)}
    members |= {"C/logs/big.log": b"2021" + NOISE.randbytes(2 << 20)}
    members |= {"C/tool.bin": b"MZ" + NOISE.randbytes(1 << 20)}
    members |= {"C/db/mail.edb": NOISE.randbytes(2 << 20), "C/SOFTWARE": NOISE.randbytes(2 << 20)}
    content = _zip(members)
    s3.put("one.zip", content)
    found, lost, record = _walk("s3://evidence/one.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        needed = sum(
            i.compress_size for i in archive.infolist() if i.filename.endswith((".log", ".bin"))
        )
    assert s3.sent <= 1.1 * needed
    assert len(s3.seen) < 16
    assert {name: members[name] for name in found if name != "C/SOFTWARE"} == {
        name: content for name, content in members.items() if name.endswith((".log", ".bin"))
    }
    assert [(one.count, one.reason[:24]) for one in lost] == [(3, "left in the store (6 MB)")]
    assert record.sha256 is None
    assert record.store is not None
    assert (record.store.address, record.bytes) == ("s3://evidence/one.zip", len(content))
    assert record.store.etag == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def test_parts_together_read_what_one_would(s3: StoreServer) -> None:
    """At most a tenth more than the members that are needed, over all parts; each member once."""
    members = {"C/Windows/MEMORY.DMP": NOISE.randbytes(2 << 20)}
    members |= {f"C/logs/u_ex{n:03}.log": b"2021" + NOISE.randbytes(30_000) for n in range(300)}
    members |= {"C/logs/big.log": b"2021" + NOISE.randbytes(2 << 20)}
    members |= {f"C/logs/z{n:03}.log": b"2021" + NOISE.randbytes(30_000) for n in range(200)}
    members |= {"C/db/mail.edb": NOISE.randbytes(2 << 20)}
    content, of = _zip(members), 4
    s3.put("large.zip", content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sizes = {i.filename: i.compress_size for i in archive.infolist()}
    needed = sum(size for name, size in sizes.items() if name.endswith(".log"))
    found: dict[str, bytes] = {}
    sent, left, records = [], 0, set[str]()
    for index in range(of):
        s3.forget()
        mine, lost, record = _walk("s3://evidence/large.zip", OpenOptions(share=Share(index, of)))
        assert not mine.keys() & found.keys()
        found |= mine
        left += sum(one.count for one in lost)
        assert record.store is not None
        records.add(record.store.identity)
        sent.append(s3.sent)
        assert s3.sent <= 1.1 * sum(sizes[name] for name in mine) + (64 << 10)
        assert len(s3.seen) < 16
    assert sum(sent) <= 1.1 * needed
    assert max(sent) <= 1.5 * min(sent), "each has about as much to do"
    assert found == {name: each for name, each in members.items() if name.endswith(".log")}
    assert left == 2
    assert len(records) == 1


@pytest.mark.parametrize(
    "content", [LARGE, gzip.compress(LARGE), _zip({"a.log": LARGE})[:-40]],
    ids=["a log", "compressed", "a zip without its directory"],
)  # fmt: skip
def test_what_cannot_be_read_in_parts_is_read_by_the_first(s3: StoreServer, content: bytes) -> None:
    """The others read next to nothing of it, and all of it is there."""
    s3.put("alone", content)
    whole, _, _ = _walk("s3://evidence/alone")
    s3.forget()
    rest = [_walk("s3://evidence/alone", OpenOptions(share=Share(n, 3))) for n in (1, 2)]
    assert [(found, lost) for found, lost, _ in rest] == [({}, [])] * 2
    assert s3.sent < 2 * (72 << 10)
    assert _walk("s3://evidence/alone", OpenOptions(share=Share(0, 3)))[0] == whole
    assert len(whole) == 1


def test_objects_below_a_prefix_are_dealt_out(s3: StoreServer) -> None:
    """Each to one part, and opened by that alone."""
    for number in range(7):
        s3.put(f"dealt/{number}.log", b"2021 %d\n" % number)
    s3.forget()
    parts = [_walk("s3://evidence/dealt/", OpenOptions(share=Share(n, 3))) for n in range(3)]
    assert [len(found) for found, _, _ in parts] == [3, 2, 2]
    assert {name for found, _, _ in parts for name in found} == {f"{n}.log" for n in range(7)}
    assert len({record.store.identity for _, _, record in parts if record.store}) == 1
    assert sorted(one.path for one in s3.seen if "list-type" not in one.path) == sorted(
        f"/{BUCKET}/dealt/{n}.log" for n in range(7)
    )


def test_everything_comes_if_it_is_asked_for(s3: StoreServer) -> None:
    """With `whole`, as from a disk."""
    members = {"C/Windows/MEMORY.DMP": NOISE.randbytes(2 << 20), "C/x.log": LOG}
    s3.put("two.zip", _zip(members))
    package = open_package(parse_address("s3://evidence/two.zip"), "E1", OpenOptions(whole=True))
    found = {}
    for item in package.files():
        assert not isinstance(item, Skipped)
        assert not item.leave(b"")
        with item.open() as stream:
            found[item.path] = stream.read()
    assert found == members


@pytest.mark.parametrize("form", ["xz", "gz", ""])
def test_a_tar_is_read_from_end_to_end(s3: StoreServer, form: str) -> None:
    """Its hash is known then, as from a disk."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{form}") as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("C/x.log")
        info.size = len(LOG)
        archive.addfile(info, io.BytesIO(LOG))
    s3.put("p.tar", out.getvalue())
    found, lost, record = _walk("s3://evidence/p.tar")
    assert (found, lost) == ({"C/x.log": LOG}, [])
    assert record.sha256 == hashlib.sha256(out.getvalue()).hexdigest()
    assert s3.sent <= len(out.getvalue()) + 3 * 4_096


def test_a_single_log_is_a_package(s3: StoreServer) -> None:
    """Plain or compressed by itself."""
    s3.put("u_ex.log", LOG)
    s3.put("u_ex.log.xz", lzma.compress(LOG))
    found, _, record = _walk("s3://evidence/u_ex.log")
    assert found == {"u_ex.log": LOG}
    assert record.sha256 == hashlib.sha256(LOG).hexdigest()
    assert list(_walk("s3://evidence/u_ex.log.xz")[0].values()) == [LOG]


def test_all_below_a_prefix_are_one_package(s3: StoreServer) -> None:
    """With keys as they are called, made harmless; archives among them are opened by range."""
    inner = _zip({"C/y.log": LOG, "big.edb": NOISE.randbytes(2 << 20)})
    s3.put("host1/C/x.log", LOG)
    s3.put("host1/../evil.log", b"2021 a")
    s3.put("host1/back\\slash.log", b"2021 b")
    s3.put("host1//empty.log", b"2021 c")
    s3.put("host1/marker/", b"")
    s3.put("host1/ctrl\x01.log", b"2021 d")
    s3.put("host1/uploads/all.zip", inner)
    s3.put("host10/other.log", b"2021")
    expected = {
        "C/x.log": LOG, "__/evil.log": b"2021 a", "back/slash.log": b"2021 b",
        "empty.log": b"2021 c", "ctrl\ufffd.log": b"2021 d", "uploads/all.zip/C/y.log": LOG,
    }  # fmt: skip
    for address in ("s3://evidence/host1/", "s3://evidence/host1"):
        found, lost, record = _walk(address)
        assert set(found) == set(expected)
        assert found["uploads/all.zip/C/y.log"] == LOG
        assert found["__/evil.log"] == b"2021 a"
        assert [one.count for one in lost] == [1]
        assert record.store is not None
        assert (record.sha256, record.name) == (None, "host1")
        assert record.store.address == "s3://evidence/host1/"


def test_an_object_that_changes_on_the_way_is_told(
    s3: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads on gets an error that says so; nothing is mixed."""
    monkeypatch.setattr(windows, "MOST", 1 << 20)
    members = {f"C/{n}.log": b"2021" + NOISE.randbytes(3 << 19) for n in range(2)}
    s3.put("moving.zip", _zip(members))
    package = open_package(parse_address("s3://evidence/moving.zip"), "E1", OpenOptions())
    items = package.files()
    first = next(items)
    assert not isinstance(first, Skipped)
    assert _content(first) == members["C/0.log"]
    s3.put("moving.zip", _zip({"C/1.log": b"other"}))
    second = next(items)
    assert not isinstance(second, Skipped)
    with pytest.raises(StoreChangedError, match="changed or removed while it was read"):
        _content(second)
    assert package.finish().store is not None


def test_a_store_that_goes_away_costs_the_package_and_is_no_loss_of_files(
    s3: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it is read again later: what was not read is not judged."""
    monkeypatch.setattr(windows, "MOST", 1 << 20)
    members = {f"C/{n}.log": b"2021" + NOISE.randbytes(3 << 19) for n in range(2)}
    s3.put("gone.zip", _zip(members))
    package = open_far(parse_address("s3://evidence/gone.zip"), "E1", OpenOptions(), QUICK)
    items = package.files()
    next(items)
    s3.faults.extend([lambda _: (503, {})] * 5_000)
    for item in items:
        assert not isinstance(item, Skipped)
        with pytest.raises(StoreLostError):
            _content(item)
    with pytest.raises(StoreLostError, match="503"):
        package.finish()
    s3.faults.clear()


def test_what_is_not_there_or_not_readable(s3: StoreServer) -> None:
    """In one line that names the address."""
    with pytest.raises(EvidenceNotFoundError, match="s3://evidence/none: neither"):
        open_package(parse_address("s3://evidence/none"), "E1", OpenOptions())
    s3.put("bad.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50))
    with pytest.raises(EvidenceError, match=r"bad\.7z"):
        open_package(parse_address("s3://evidence/bad.7z"), "E1", OpenOptions())
    s3.faults.append(lambda _: (403, {}))
    with pytest.raises(EvidenceError, match="credentials"):
        open_package(parse_address("s3://evidence/bad.7z"), "E1", OpenOptions())


def test_a_password_is_asked_for_as_from_a_disk(s3: StoreServer) -> None:
    """Remote or not."""
    import pyzipper  # noqa: PLC0415 - for this test alone

    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"infected")
        archive.writestr("C/x.log", LOG)
    s3.put("locked.zip", out.getvalue())
    with pytest.raises(EvidencePasswordError):
        open_package(parse_address("s3://evidence/locked.zip"), "E1", OpenOptions())
    found, _, _ = _walk("s3://evidence/locked.zip", OpenOptions(passwords=("infected",)))
    assert found == {"C/x.log": LOG}


def test_a_disk_image_is_copied_within_the_bound_of_copies(s3: StoreServer) -> None:
    """It is read all over."""
    s3.put("disk.vhdx", b"vhdxfile" + bytes(5_000))
    options = OpenOptions(Limits(spool_bytes=1_000))
    with pytest.raises(EvidenceError, match="spool_bytes"):
        open_package(parse_address("s3://evidence/disk.vhdx"), "E1", options)


def test_the_fingerprint_is_that_of_the_version(s3: StoreServer) -> None:
    """So that what was read of it before is known as long as it is the same."""
    prints = []
    for content in (LOG, LOG, LOG + b"x"):
        s3.put("f.log", content)
        package = open_package(parse_address(f"s3://{BUCKET}/f.log"), "E1", OpenOptions())
        prints.append(package.fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_a_zip64_directory_is_found_and_fetched_once(
    s3: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As archives have it that hold more than the old form can count."""
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 5)
    members = {f"C/{number}.log": NOISE.randbytes(300_000) for number in range(9)}
    content = _zip(members)
    assert b"PK\x06\x06" in content
    s3.put("many.zip", content)
    found, lost, _ = _walk("s3://evidence/many.zip", OpenOptions(whole=True))
    assert (found, lost) == (members, [])
    assert s3.sent < len(content) + 10_000
