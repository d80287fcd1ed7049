"""A set of files is written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TextIO

import pytest

from alpheus.errors import OutputError
from alpheus.report.files import bring_to_disk, give_name, make_once, refuse_device, write_files


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def _hello(stream: TextIO) -> None:
    stream.write("hello\n")


def _fail(stream: TextIO) -> None:
    stream.write("half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _interrupt(stream: TextIO) -> None:
    stream.write("half")
    raise KeyboardInterrupt


def test_files_are_private_and_complete(tmp_path: Path) -> None:
    """Mode 0600 in a folder that is made."""
    folder = tmp_path / "a" / "b"
    written = write_files(folder, {"one.txt": _hello, "two.txt": _hello})
    assert written == {"one.txt": folder / "one.txt", "two.txt": folder / "two.txt"}
    for path in written.values():
        assert path.read_bytes() == b"hello\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(folder) == ["one.txt", "two.txt"]


def test_an_error_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    """Also the files that could have been written stay the old ones; the remedy is named."""
    (tmp_path / "one.txt").write_text("old")
    with pytest.raises(OutputError, match=r"two\.txt: no space is left") as caught:
        write_files(tmp_path, {"one.txt": _hello, "two.txt": _fail})
    assert str(tmp_path) in str(caught.value)
    assert names(tmp_path) == ["one.txt"]
    assert (tmp_path / "one.txt").read_text() == "old"


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    """What an earlier run left under the hidden name is replaced, whoever may read that."""
    hidden, name = tmp_path / ".a.part", tmp_path / "a"
    hidden.write_text("left behind, and longer")
    hidden.chmod(0o644)
    bring_to_disk(hidden, _hello)
    assert names(tmp_path) == [".a.part"]
    give_name(hidden, name)
    assert names(tmp_path) == ["a"]
    assert (name.read_text(), stat.S_IMODE(name.stat().st_mode)) == ("hello\n", 0o600)


def test_an_interruption_leaves_no_half_written_file(tmp_path: Path) -> None:
    """The interruption itself goes on."""
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"one.txt": _hello, "two.txt": _interrupt})
    assert names(tmp_path) == []


def test_a_file_in_the_way_is_a_clear_error(tmp_path: Path) -> None:
    """Of the folder, or of a part of its path."""
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(OutputError, match="choose another folder"):
            write_files(folder, {"one.txt": _hello})


def test_a_folder_in_the_way_of_a_file_is_a_clear_error(tmp_path: Path) -> None:
    """And nothing temporary stays."""
    (tmp_path / "one.txt").mkdir()
    with pytest.raises(OutputError, match="a folder stands where the file should be"):
        write_files(tmp_path, {"one.txt": _hello})
    assert names(tmp_path) == ["one.txt"]


def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    """A link placed in the folder must not lead the report elsewhere."""
    target = tmp_path / "target"
    target.write_text("old")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "one.txt").symlink_to(target)
    write_files(folder, {"one.txt": _hello})
    assert target.read_text() == "old"
    assert not (folder / "one.txt").is_symlink()


def test_a_device_stays_what_it_is(tmp_path: Path) -> None:
    """What is no file is never replaced, and neither is a link to it, or one of the system."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for name in ("pipe", "link"):
        with pytest.raises(OutputError, match=rf"{name} is no file, and would be replaced"):
            write_files(tmp_path, {"before": _hello, name: _hello})
    assert names(tmp_path) == ["link", "pipe"]
    assert pipe.is_fifo()
    assert link.is_symlink()
    for system in ("/dev/null", "/dev/stdout"):
        with pytest.raises(OutputError, match="is no file"):
            refuse_device(Path(system))


def test_no_permission_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the test, root too."""

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "x")

    monkeypatch.setattr("alpheus.report.files.os.open", refuse)
    with pytest.raises(OutputError, match="permission denied"):
        write_files(tmp_path, {"one.txt": _hello})


def test_of_several_that_make_a_file_one_has_made_it(tmp_path: Path) -> None:
    """Whoever was later leaves it as it is, and nothing beside it."""
    for text in ("first", "second"):

        def write(stream: TextIO, text: str = text) -> None:
            stream.write(text)

        make_once(tmp_path / "key", write)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").read_text() == "first"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
