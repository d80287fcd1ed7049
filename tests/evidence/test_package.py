"""Walking packages: nesting, limits, hashes, and that nothing is written into evidence."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from alpheus.evidence import open_package
from alpheus.model import Skipped
from evidence_reading import options, read_package


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def test_archives_inside_archives(tmp_path: Path) -> None:
    """An archive outside a volume is a package with its own scope, whatever holds it."""
    inner = _zip({"C/inetpub/a.aspx": b"page"})
    package = tmp_path / "outer.tar.gz"
    package.write_bytes(
        _tar({"srv1.zip": inner, "deep.zip": _zip({"srv2.tgz": _tar({"b.log": b"b"})})})
    )
    contents = read_package(package)
    assert contents.files == {
        "srv1.zip/C/inetpub/a.aspx": b"page",
        "deep.zip/srv2.tgz/b.log": b"b",
    }
    assert contents.scopes["srv1.zip/C/inetpub/a.aspx"] == "srv1.zip/"
    assert contents.scopes["deep.zip/srv2.tgz/b.log"] == "deep.zip/srv2.tgz/"
    assert not contents.skipped


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_in_zip(tmp_path: Path, method: int) -> None:
    """A stored inner archive is read in place, a compressed one from a bounded copy."""
    package = tmp_path / "outer.zip"
    package.write_bytes(_zip({"in.zip": _zip({"a.log": b"x" * 10_000})}, method))
    assert read_package(package).files == {"in.zip/a.log": b"x" * 10_000}
    small = read_package(package, spool_bytes=10)
    assert ("spool_bytes" in small.reasons.get("in.zip", "")) is (method != zipfile.ZIP_STORED)


def test_archives_in_a_volume_are_files(tmp_path: Path) -> None:
    """An archive inside a volume's tree is evidence: it comes as it is."""
    inner = _zip({"a": b"stolen"})
    folder = tmp_path / "case"
    for name in ("C/temp/loot.zip", "inetpub/wwwroot/loot.zip", "logs.zip"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(inner)
    contents = read_package(folder)
    assert contents.files["C/temp/loot.zip"] == inner
    assert contents.files["inetpub/wwwroot/loot.zip"] == inner
    assert contents.files["logs.zip/a"] == b"stolen"
    volume = tmp_path / "D"
    volume.mkdir()
    (volume / "loot.zip").write_bytes(inner)
    contents = read_package(volume)
    assert contents.files == {"loot.zip": inner}
    assert "hand in the archive by itself" in contents.reasons["loot.zip"]
    (volume / "Windows").mkdir()
    assert not read_package(volume).skipped


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_rotated_logs_of_a_volume_are_read(tmp_path: Path, ending: str) -> None:
    """What was compressed by itself is a file of the volume; an archive is not opened."""
    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[ending]
    folder = tmp_path / "case" / "C" / "inetpub" / "logs"
    folder.mkdir(parents=True)
    (folder / f"u_ex210303.log.{ending}").write_bytes(pack(b"row\n" * 1000))
    (folder / f"torn.log.{ending}").write_bytes(b"no stream")
    (folder / "loot.tar.gz").write_bytes(_tar({"a": b"stolen"}))
    contents = read_package(tmp_path / "case")
    base = "C/inetpub/logs"
    assert contents.files[f"{base}/u_ex210303.log.{ending}/u_ex210303.log"] == b"row\n" * 1000
    assert contents.files[f"{base}/torn.log.{ending}"] == b"no stream"
    assert contents.files[f"{base}/loot.tar.gz"] == _tar({"a": b"stolen"})


def test_a_compressed_log_has_no_scope_of_its_own(tmp_path: Path) -> None:
    """A log that was compressed by itself belongs to the package around it."""
    (tmp_path / "u_ex210303.log.gz").write_bytes(gzip.compress(b"row\n"))
    contents = read_package(tmp_path)
    assert contents.files == {"u_ex210303.log.gz/u_ex210303.log": b"row\n"}
    assert contents.scopes["u_ex210303.log.gz/u_ex210303.log"] == ""


def test_depth_stops_nested_bombs(tmp_path: Path) -> None:
    """Archives nested deeper than the limit are named, and nothing in them is read."""
    content = b"end"
    for level in range(8):
        content = _zip({f"{level}.zip" if level else "end.log": content})
    (tmp_path / "bomb.zip").write_bytes(content)
    contents = read_package(tmp_path / "bomb.zip")
    assert not contents.files
    assert [loss.path for loss in contents.skipped] == ["7.zip/6.zip/5.zip/4.zip/3.zip"]
    assert "raise the limit `depth`" in contents.skipped[0].reason
    assert list(read_package(tmp_path / "bomb.zip", depth=9).files.values()) == [b"end"]


def test_limit_of_files(tmp_path: Path) -> None:
    """The first file beyond the limit is named, and that nothing after it was read."""
    for number in range(5):
        (tmp_path / f"{number}.log").write_bytes(b"x")
    contents = read_package(tmp_path, files=3)
    assert contents.order == ["0.log", "1.log", "2.log"]
    assert list(contents.reasons) == ["3.log"]
    assert "limit `files`" in contents.reasons["3.log"]


def test_limits_of_bytes(tmp_path: Path) -> None:
    """A file that is too long fails while it is read, the others go on; the total ends the walk."""
    for name, size in (("a.log", 10), ("b.log", 1000), ("c.log", 10), ("d.log", 10)):
        (tmp_path / name).write_bytes(b"x" * size)
    contents = read_package(tmp_path, file_bytes=100)
    assert set(contents.failed) == {"b.log"}
    assert contents.files["c.log"] == b"x" * 10
    total = read_package(tmp_path, total_bytes=500, block=100)
    assert set(total.failed) == {"b.log"}
    assert "total_bytes" in total.reasons["c.log"]
    assert "d.log" not in total.files


def test_limit_of_time(tmp_path: Path) -> None:
    """Without time nothing is read, and that is said."""
    (tmp_path / "a.log").write_bytes(b"x")
    assert "seconds" in read_package(tmp_path, seconds=-1).reasons["a.log"]


def test_own_record(tmp_path: Path) -> None:
    """An archive is known by its own hash and size, a folder by the sum of its files."""
    data = _zip({"a.log": b"x" * 100})
    (tmp_path / "a.zip").write_bytes(data)
    (tmp_path / "b.log").write_bytes(b"12345")
    found = read_package(tmp_path / "a.zip").evidence
    assert found is not None
    assert (found.id, found.name) == ("E1", "a.zip")
    assert (found.sha256, found.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    folder = read_package(tmp_path).evidence
    assert folder is not None
    assert (folder.sha256, folder.bytes) == (None, len(data) + 5)


def test_damaged_archive_inside_costs_itself(tmp_path: Path) -> None:
    """What cannot be opened inside a package is a loss; the rest is done."""
    (tmp_path / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + b"\xff" * 40)
    (tmp_path / "b.gz").write_bytes(b"\x1f\x8b\x08" + b"\xff" * 40)
    (tmp_path / "c.log").write_bytes(b"fine")
    (tmp_path / "d.zip").write_bytes(b"PK\x03\x04" + b"\xff" * 100)
    contents = read_package(tmp_path)
    assert contents.files == {"c.log": b"fine"}
    assert set(contents.reasons) == {"a.7z", "b.gz", "d.zip"}


def test_what_is_an_archive_by_name_alone_is_a_loss(tmp_path: Path) -> None:
    """Its bytes are looked at like those of any file, and its content is told as not read."""
    package = tmp_path / "case"
    package.mkdir()
    (package / "srv1.zip").write_bytes(b"\xff\x00\xfe" * 100)
    (package / "a.log").write_bytes(b"a")
    contents = read_package(package)
    assert set(contents.files) == {"srv1.zip", "a.log"}
    ((path, reason),) = [(one.path, one.reason) for one in contents.skipped]
    assert path == "srv1.zip"
    assert "does not begin like one" in reason


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopping in the middle of a nested archive leaves no copy, and evidence is not written."""
    spool = tmp_path / "tmp"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    case = tmp_path / "case"
    case.mkdir()
    (case / "a.zip").write_bytes(_zip({"in.zip": _zip({"a": b"1", "b": b"2"})}))
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in case.rglob("*")}
    walk = open_package(case, "E1", options()).files()
    first = next(walk)
    assert not isinstance(first, Skipped)
    with first.local() as copy:
        assert copy.read_bytes() == b"1"
    assert list(spool.iterdir())
    walk.close()  # type: ignore[attr-defined]
    assert not list(spool.iterdir())
    after = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in case.rglob("*")}
    assert after == before


def test_works_on_evidence_without_write_permission(tmp_path: Path) -> None:
    """Reading needs no permission to write."""
    (tmp_path / "a.log").write_bytes(b"x")
    os.chmod(tmp_path / "a.log", 0o400)  # noqa: PTH101 - as an operator would
    os.chmod(tmp_path, 0o500)  # noqa: PTH101 - likewise
    assert read_package(tmp_path).files == {"a.log": b"x"}
    os.chmod(tmp_path, 0o700)  # noqa: PTH101 - for the removal


def _fingerprints(path: Path) -> dict[str, str | None]:
    files = open_package(path, "E1", options()).files()
    return {file.path: file.fingerprint for file in files if not isinstance(file, Skipped)}


@pytest.mark.parametrize("pack", [_zip, _tar])
def test_fingerprints_of_members(tmp_path: Path, pack: object) -> None:
    """Members differ, also those of one name in archives inside; a changed archive changes all."""
    path = tmp_path / "case"
    inner = _zip({"a.log": b"1", "b.log": b"2"})
    path.write_bytes(pack({"a.log": b"1", "b.log": b"2", "in.zip": inner}))  # type: ignore[operator]
    first = _fingerprints(path)
    assert len(set(first.values())) == 4
    assert None not in first.values()
    assert _fingerprints(path) == first
    path.write_bytes(pack({"a.log": b"1", "b.log": b"3", "in.zip": inner}))  # type: ignore[operator]
    assert not set(_fingerprints(path).values()) & set(first.values())


def test_two_members_of_one_name_have_two_fingerprints(tmp_path: Path) -> None:
    """A name says nothing of the content."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.log", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.log", "two")
    files = list(open_package(tmp_path / "a.zip", "E1", options()).files())
    assert len({file.fingerprint for file in files if not isinstance(file, Skipped)}) == 2


def test_a_fingerprint_tells_whether_the_file_was_looked_into(tmp_path: Path) -> None:
    """An archive that was given as a file of a volume is not known outside of it."""
    (tmp_path / "inetpub").mkdir()
    (tmp_path / "inetpub" / "loot.zip").write_bytes(_zip({"a.log": b"1"}))
    known = set(_fingerprints(tmp_path).values())
    (tmp_path / "inetpub").rename(tmp_path / "elsewhere")
    package = open_package(tmp_path, "E1", options())
    paths = [item.path for item in package.files(lambda file: file.fingerprint in known)]
    assert paths == ["elsewhere/loot.zip/a.log"]


def test_known_files_are_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a member that is known is read until it is opened."""
    path = tmp_path / "case.zip"
    path.write_bytes(_zip({"a.log": b"1", "b.log": b"2"}))
    monkeypatch.setattr("alpheus.evidence.containers.zip.open_entry", None)
    package = open_package(path, "E1", options())
    assert [item.path for item in package.files(lambda _file: True)] == ["a.log", "b.log"]
    assert all(isinstance(item, Skipped) for item in package.files())


def test_a_known_hash_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash that was known under the package's fingerprint is taken; a lone file has its own."""
    path = tmp_path / "case.zip"
    path.write_bytes(_zip({"a.log": b"1"}))
    (tmp_path / "a.log").write_bytes(b"1")
    lone = open_package(tmp_path / "a.log", "E1", options())
    for file in lone.files():
        assert not isinstance(file, Skipped)
        with file.open() as stream:
            stream.read()
    monkeypatch.setattr(hashlib, "file_digest", None)
    package = open_package(path, "E1", options())
    assert package.fingerprint is not None
    assert package.finish("known").sha256 == "known"
    assert lone.finish().sha256 == hashlib.sha256(b"1").hexdigest()
    assert open_package(tmp_path, "E1", options()).fingerprint is None


@pytest.mark.parametrize("form", ["zip", "tar", "7z"])
def test_folders_are_named_as_the_container_does(tmp_path: Path, form: str) -> None:
    """Those of archives inside, too, below the place where these lie; never the root itself."""
    tree = tmp_path / "tree"
    (tree / "a" / "empty").mkdir(parents=True)
    (tree / "a" / "x.txt").write_bytes(b"x")
    outer = tmp_path / "outer"
    outer.mkdir()
    if form == "7z":
        py7zr = pytest.importorskip("py7zr")
        with py7zr.SevenZipFile(outer / "in.7z", "w") as archive:
            archive.writeall(tree / "a", "a")
    else:
        shutil.make_archive(str(outer / "in"), form, tree)
    names: list[str] = []
    found = list(open_package(outer, "E1", options()).files(listed=names.append))
    assert [one.path for one in found] == [f"in.{form}/a/x.txt"]
    assert {one.rstrip("/") for one in names} == {f"in.{form}/a", f"in.{form}/a/empty"}
