"""Packages below a folder, and the hash of what they hold."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from alpheus.errors import EvidenceError, EvidenceNotFoundError, UsageError
from alpheus.fleet.content import find_packages, fingerprint, knowledge_version, read_package


def _folder(place: Path, **files: str) -> Path:
    for name, text in files.items():
        path = place / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return place


def _content(place: Path) -> str:
    return read_package(place, place.name, "").content


def test_each_folder_and_archive_below_is_a_package(tmp_path: Path) -> None:
    """So is what is called like one; whatever else lies there is told and passed over."""
    top = _folder(tmp_path / "all", b__log="x", a__log="x", readme="not a package")
    with zipfile.ZipFile(top / "c.zip", "w") as opened:
        opened.writestr("log", "x")
    (top / "d.zip").write_bytes(b"")
    (top / ".hidden").mkdir()
    (top / "link").symlink_to(top / "a")
    found = find_packages([top])
    assert [name for _, name in found.places] == ["a", "b", "c.zip", "d.zip"]
    assert {one.name for one in found.others} == {".hidden", "link", "readme"}


def test_further_segments_of_an_image_are_no_packages_of_their_own(tmp_path: Path) -> None:
    """They belong to the first, and are part of its content."""
    head = b"EVF\x09\x0d\x0a\xff\x00\x01"
    (tmp_path / "disk.E01").write_bytes(head + b"\x01\x00" + bytes(600))
    (tmp_path / "disk.E02").write_bytes(head + b"\x02\x00" + bytes(600))
    found = find_packages([tmp_path])
    assert [name for _, name in found.places] == ["disk.E01"]
    package = read_package(tmp_path / "disk.E01", "disk.E01", "")
    assert package.bytes == 2 * (len(head) + 602)
    (tmp_path / "disk.E02").write_bytes(head + b"\x02\x00" + b"other")
    assert _content(tmp_path / "disk.E01") != package.content


def test_a_folder_is_known_by_all_that_is_in_it(tmp_path: Path) -> None:
    """By names, contents and where links lead; not by where it lies, nor by times."""
    first = _folder(tmp_path / "a", x__one="1", two="2")
    assert _content(first) == _content(_folder(tmp_path / "b", two="2", x__one="1"))
    different = [
        _folder(tmp_path / "c", x__one="1", two="3"),
        _folder(tmp_path / "d", y__one="1", two="2"),
        _folder(tmp_path / "e", x__one="12", two=""),
    ]
    (_folder(tmp_path / "f", x__one="1", two="2") / "link").symlink_to("two")
    (_folder(tmp_path / "g", x__one="1", two="2") / "link").symlink_to("x")
    different += [tmp_path / "f", tmp_path / "g"]
    assert len({_content(one) for one in (first, *different)}) == 6
    assert read_package(first, "a", "").bytes == 2


def test_names_that_are_no_text_are_names(tmp_path: Path) -> None:
    """Names of files are bytes of an attacker's choice."""
    _folder(tmp_path / "a", one="1")
    Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"/\xff\n")).write_text("x", "utf-8")
    assert len(_content(tmp_path / "a")) == 64


def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    """And what is no folder of packages."""
    with pytest.raises(EvidenceError, match=r"gone\.zip: no such file"):
        read_package(tmp_path / "gone.zip", "gone.zip", "")
    with pytest.raises(EvidenceNotFoundError, match="name a folder"):
        find_packages([tmp_path / "gone"])
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="is no folder"):
        find_packages([tmp_path / "file"])


def test_what_the_file_system_says_changes_with_content(tmp_path: Path) -> None:
    """So that what has not changed need not be read again."""
    place = _folder(tmp_path / "a", one="1")
    before = fingerprint(place)
    assert fingerprint(place) == before
    (place / "one").write_text("12", "utf-8")
    assert fingerprint(place) != before


def test_knowledge_is_known_by_its_content(tmp_path: Path) -> None:
    """The same wherever rules lie; other rules are other knowledge."""
    first = _folder(tmp_path / "a", r__one="rule: 1")
    again = _folder(tmp_path / "b", r__one="rule: 1")
    other = _folder(tmp_path / "c", r__one="rule: 2")
    assert knowledge_version([first]) == knowledge_version([again])
    assert len({knowledge_version(), knowledge_version([first]), knowledge_version([other])}) == 3
    with pytest.raises(UsageError, match="gone"):
        knowledge_version([tmp_path / "gone"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_no_package_and_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody may ever write into it."""
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "EX01").mkdir()
    (tmp_path / "disk.E01").write_bytes(b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00" + bytes(600))
    os.mkfifo(tmp_path / "disk.E02")
    assert read_package(tmp_path / "disk.E01", "disk.E01", "").bytes == 611
    (tmp_path / "disk.E01").unlink()
    (tmp_path / "disk.E02").unlink()
    found = find_packages([tmp_path])
    assert [name for _, name in found.places] == ["EX01"]
    assert found.others == [tmp_path.resolve() / "pipe.zip"]
