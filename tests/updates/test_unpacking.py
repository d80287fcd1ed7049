"""A pack as an archive, to and fro, and archives that are none."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from alpheus.errors import BundleError, KnowledgeError
from alpheus.updates import unpacking
from alpheus.updates.unpacking import pack_archive, unfit_files, unpack
from updates.bundles import Desk


def test_to_and_fro(tmp_path: Path) -> None:
    """What is packed comes out as it was, and the same files give the same bytes."""
    folder = Desk(tmp_path).pack()
    for name in ("one.zip", "two.zip"):
        pack_archive(folder, tmp_path / name)
        (folder / "pack.yaml").touch()
    unpack(tmp_path / "one.zip", tmp_path / "out", "one.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert sorted(p.relative_to(folder) for p in folder.rglob("*")) == sorted(
        p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*")
    )
    assert (tmp_path / "out/pack.yaml").read_bytes() == (folder / "pack.yaml").read_bytes()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../pack.yaml", "no name"), ("/pack.yaml", "no name"), ("a/../../b.yml", "no name"),
        ("a\\b.yml", "no name"), ("c:b.yml", "no name"), ("sigma/nul.yml", "no name"),
        ("a//b.yml", "no name"), ("ends./x.exe", "data alone"), ("hook.py", "data alone"),
        ("x.so", "data alone"), ("a\nb.yml", "no name"), (".hidden.yml", "no name"),
    ],
)  # fmt: skip
def test_names_that_have_no_place_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    """No way out of the folder, no name that some system reads otherwise, nothing but data."""
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(BundleError, match=reason):
        unpack(tmp_path / "bad.zip", tmp_path / "out", "bad.zip")
    assert not (tmp_path / "out").exists()


def test_links_and_doubles_are_refused(tmp_path: Path) -> None:
    """A link, and two names that one system takes for the same, have no place."""
    link = zipfile.ZipInfo("sigma/x.yml")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BundleError, match="link"):
        unpack(tmp_path / "link.zip", tmp_path / "out", "link.zip")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.yml", "1")
        archive.writestr("A.yml", "2")
    with pytest.raises(BundleError, match="twice"):
        unpack(tmp_path / "two.zip", tmp_path / "out", "two.zip")


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes or files than a pack has end the unpacking."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.yml", b"0" * 5_000)
        archive.writestr("b.yml", b"0" * 5_000)
    monkeypatch.setattr(unpacking, "MOST_BYTES", 9_000)
    with pytest.raises(BundleError, match="more than"):
        unpack(tmp_path / "b.zip", tmp_path / "out", "b.zip")
    monkeypatch.setattr(unpacking, "MOST_FILES", 1)
    with pytest.raises(BundleError, match="more than 1 files"):
        unpack(tmp_path / "b.zip", tmp_path / "out2", "b.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all", b"PK\x05\x06" * 9])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    """One clear line, whatever the bytes."""
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(BundleError, match=r"x\.zip: no archive of a pack"):
        unpack(tmp_path / "x.zip", tmp_path / "out", "x.zip")


def test_only_data_is_packed(tmp_path: Path) -> None:
    """A publisher is told of a program in a pack before anybody gets it."""
    folder = Desk(tmp_path).pack()
    (folder / "run.py").write_text("print()", "utf-8")
    with pytest.raises(KnowledgeError, match=r"run\.py: a pack holds data alone"):
        pack_archive(folder, tmp_path / "x.zip")


def test_what_has_no_place_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it, with the reason, for an author: programs, links, two names that may be one."""
    folder = Desk(tmp_path).pack()
    assert list(unfit_files(folder)) == []
    (folder / "a.py").write_text("print()", "utf-8")
    (folder / "sigma" / "link.yml").symlink_to("/etc/passwd")
    (folder / "away").symlink_to("/", target_is_directory=True)
    (folder / "LICENSE").write_text("x", "utf-8")
    (folder / "License.txt").write_text("x", "utf-8")
    (folder / "license.txt").write_text("x", "utf-8")
    found = {path.relative_to(folder).as_posix(): reason for path, reason in unfit_files(folder)}
    assert found["a.py"].startswith("a pack holds data alone")
    assert found["sigma/link.yml"] == found["away"] == "a link has no place in a pack"
    if len(list(folder.glob("[Ll]icense.txt"))) == 2:
        assert found["license.txt"] == "it is there twice"
    monkeypatch.setattr(unpacking, "MOST_FILES", 2)
    assert [reason for _, reason in unfit_files(folder)][-1].startswith("more than")
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1)
    assert any(reason.endswith("MiB") for _, reason in unfit_files(folder))
