"""Folders: links, devices, unreadable things, odd names."""

from __future__ import annotations

import os
import socket
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus.evidence.containers.folder import open_regular
from evidence_reading import read_package


def test_walks_in_order(tmp_path: Path) -> None:
    """The order does not depend on the file system, and times are in UTC."""
    for name in ("b/2.log", "b/1.log", "a/x/y.log", "z.log"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (1_614_754_760, 1_614_754_760))
    contents = read_package(tmp_path)
    assert contents.order == ["z.log", "a/x/y.log", "b/1.log", "b/2.log"]
    assert contents.modified["z.log"] == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)


def test_links_are_never_followed(tmp_path: Path) -> None:
    """A link out of the tree, a loop and a link inside are losses; nothing is counted twice."""
    case = tmp_path / "case"
    (case / "logs").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"secret")
    (case / "logs" / "a.log").write_bytes(b"x")
    (case / "out").symlink_to(tmp_path / "secret")
    (case / "up").symlink_to("..")
    (case / "loop").symlink_to("loop")
    (case / "inside").symlink_to("logs")
    contents = read_package(case)
    assert contents.files == {"logs/a.log": b"x"}
    assert set(contents.reasons) == {"out", "up", "loop", "inside"}
    assert "leads out" in contents.reasons["out"]
    assert "leads out" in contents.reasons["up"]
    assert "its own place" in contents.reasons["inside"]


def test_special_files_are_named(tmp_path: Path) -> None:
    """A pipe and a socket are losses and are never opened, so that nothing waits for them."""
    os.mkfifo(tmp_path / "pipe")
    with tempfile.TemporaryDirectory(prefix="s") as short, socket.socket(socket.AF_UNIX) as sock:
        sock.bind(f"{short}/s")
        Path(short, "s").rename(tmp_path / "socket")
        contents = read_package(tmp_path)
    assert contents.reasons == {"pipe": "named pipe: not opened", "socket": "socket: not opened"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_and_folder(tmp_path: Path) -> None:
    """What may not be read is a loss, and the rest is read."""
    (tmp_path / "a.log").write_bytes(b"x")
    (tmp_path / "b.log").write_bytes(b"x")
    (tmp_path / "c").mkdir()
    (tmp_path / "b.log").chmod(0)
    (tmp_path / "c").chmod(0)
    contents = read_package(tmp_path)
    (tmp_path / "c").chmod(0o700)
    assert list(contents.files) == ["a.log"]
    assert set(contents.reasons) == {"b.log", "c"}


def test_names_that_are_not_text(tmp_path: Path) -> None:
    """Names of any bytes are read; the address can be printed."""
    for raw in (b"\xff\xfe.log", b"new\nline.log", b"esc\x1b[31m.log", b"C:\\inetpub\\x.aspx"):
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), raw))).write_bytes(raw)  # noqa: PTH118
    contents = read_package(tmp_path)
    assert contents.files == {
        "\ufffd\ufffd.log": b"\xff\xfe.log",
        "new\ufffdline.log": b"new\nline.log",
        "esc\ufffd[31m.log": b"esc\x1b[31m.log",
        "C:/inetpub/x.aspx": b"C:\\inetpub\\x.aspx",
    }
    assert not contents.skipped


def test_open_regular_refuses_what_is_no_file(tmp_path: Path) -> None:
    """A file that became a pipe or a link since it was listed is not opened."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match=name):
            open_regular(tmp_path / name)
