"""Folders for a while: gone with their process, and found again where it was killed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus import scratch
from alpheus.scratch import PREFIX, Left, Scratch, scratch_folder, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are held on POSIX alone")

_HOLDS = """
import os, sys, time
from alpheus.scratch import Scratch
found = Scratch()
(found.path / "copy").write_bytes(b"x" * 1000)
child = os.fork() if sys.argv[1:] else 0
if sys.argv[1:] and not child:
    time.sleep(600)
print(child, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    tempfile.tempdir = None


def _holding(*arguments: str) -> tuple[subprocess.Popen[str], int]:
    """A process that has a folder, and its copy."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    found = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, *arguments], env=environment, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert found.stdout is not None
    return found, int(found.stdout.readline())


def _killed(found: subprocess.Popen[str]) -> None:
    found.kill()
    found.wait(10)
    assert found.stdout is not None
    found.stdout.close()


def test_a_folder_is_private_and_goes_away(place: Path) -> None:
    """At the end of its block, or when it is closed; closing it twice does nothing."""
    with scratch_folder() as path:
        assert path.parent == place
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        (path / "copy").write_bytes(b"x")
    found = Scratch()
    assert found.path.is_dir()
    found.close()
    found.close()
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_is_removed(place: Path) -> None:
    """And counted; what a process still has is not touched, nor that of this one."""
    living, _ = _holding()
    dead, _ = _holding()
    own = Scratch()
    assert len(list(place.iterdir())) == 3
    _killed(dead)
    try:
        assert sweep() == Left(1, 1_000)
        assert len(list(place.iterdir())) == 2
        assert sweep() == Left(0, 0)
    finally:
        _killed(living)
    own.close()
    assert sweep() == Left(1, 1_000)
    assert list(place.iterdir()) == []


def test_a_folder_is_held_by_copies_of_its_process(place: Path) -> None:
    """A worker may still read what the process that it was copied from laid down."""
    parent, copy = _holding("fork")
    _killed(parent)
    assert sweep() == Left(0, 0)
    os.kill(copy, signal.SIGKILL)
    end = time.monotonic() + 10
    while sweep() != Left(1, 1_000):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert list(place.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are copied by fork")
def test_a_copy_of_a_process_does_not_remove_what_is_not_its_own(place: Path) -> None:
    """Whoever it was copied from still reads it."""
    code = (
        "import os; from alpheus.scratch import Scratch\n"
        "found = Scratch()\n"
        "if not os.fork(): found.close(); os._exit(0)\n"
        "os.wait(); print(found.path.is_dir()); found.close(); print(found.path.is_dir())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True,
                          text=True, check=True).stdout  # fmt: skip
    assert said.split() == ["True", "False"]
    assert list(place.iterdir()) == []


def test_what_is_called_so_and_is_none_is_left(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link, a file, a folder of another name."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept").write_bytes(b"x")
    (place / f"{PREFIX}link").symlink_to(elsewhere)
    (place / f"{PREFIX}file").write_bytes(b"x")
    (place / "alpheus-other").mkdir()
    before = {*place.iterdir()}
    assert sweep() == Left(0, 0)
    assert {*place.iterdir()} == before
    assert (elsewhere / "kept").exists()


def test_nobody_elses_folder_is_removed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write into it could lead away who removes it."""
    (place / f"{PREFIX}theirs").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 4_711)
    assert sweep() == Left(0, 0)


def test_a_folder_that_was_removed_while_it_was_made_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its making and its lock somebody may have found it held by nobody."""
    made, first = scratch._made, []

    def taken() -> Path:
        found = made()
        if not first:
            first.append(found)
            assert sweep() == Left(1, 0)
        return found

    monkeypatch.setattr(scratch, "_made", taken)
    with scratch_folder() as path:
        assert path.is_dir()
        assert path != first[0]
    assert list(place.iterdir()) == []


def test_without_locks_nothing_is_swept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems have none: a folder is made all the same, and nobody takes it away."""

    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    with scratch_folder() as path:
        assert sweep() == Left(0, 0)
        assert path.is_dir()
    assert list(place.iterdir()) == []
