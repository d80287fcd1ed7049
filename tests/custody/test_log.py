"""Many runs write one log; what cannot be written is one clear line, and leaves the log whole."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from alpheus.custody import log as module
from alpheus.custody.chain import Chain, check_chain
from alpheus.custody.entries import Note, Package, RunStarted
from alpheus.custody.log import CustodyLog
from alpheus.custody.reading import check, read_lines
from alpheus.errors import OutputError


def test_entries_say_who_when_what_and_with_what(tmp_path: Path) -> None:
    """Packs stand with what rests on them; all entries of a run have its number."""
    log = CustodyLog(tmp_path / "new/custody.log", "kim")
    log.write([RunStarted("triage"), Package("E1", "x.zip", "", 1)], packs={"proxylogon": "1.2"})
    first, second = (line.entry for line in read_lines(log.path))
    assert first
    assert second
    assert first.frame.who == "kim"
    assert first.frame.program.startswith("alpheus ")
    assert first.frame.host
    assert first.frame.time.endswith("Z")
    assert not first.frame.packs
    assert second.frame.packs == {"proxylogon": "1.2"}
    assert first.frame.run == second.frame.run
    assert (log.lines, log.head) == (2, check_chain(log.path).head)
    assert CustodyLog(log.path, "kim")._run != log._run


def test_runs_at_once_write_one_log(tmp_path: Path) -> None:
    """Each waits for the moment in which another writes; no line is lost."""
    path = tmp_path / "custody.log"

    def work(name: str) -> None:
        log = CustodyLog(path, name)
        for number in range(10):
            log.write([Note(str(number)), Note("x")], sync=False)

    threads = [threading.Thread(target=work, args=(str(one),)) for one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = check(path)
    assert (found.lines, found.fault) == (80, "")


def test_whoever_waits_in_vain_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that holds the log for long is not waited for for ever."""
    monkeypatch.setattr(module, "WAIT", 0.05)
    with Chain(tmp_path / "log"), pytest.raises(OutputError, match="written by another run"):
        CustodyLog(tmp_path / "log", "kim").write([Note("x")])


def test_a_kill_in_the_middle_of_a_line_is_survived(tmp_path: Path) -> None:
    """The next entry follows; the log says what was cut off."""
    path = tmp_path / "custody.log"
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from alpheus.custody.log import CustodyLog; from alpheus.custody.entries import Note\n"
        "log = CustodyLog(Path(sys.argv[1]), 'kim'); log.write([Note('whole')])\n"
        "real = os.write\n"
        "def half(file, data):\n"
        "    real(file, bytes(data)[:100]); os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.write = half\n"
        "log.write([Note('torn')])\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, path], check=False, timeout=60)
    assert ended.returncode == -9
    assert check(path).fault == "it has no end: it was cut, or is being written"
    CustodyLog(path, "kim").write([Note("after")])
    found = check(path)
    assert (found.lines, found.fault) == (3, "")
    assert "recovered: 100 bytes" in found.remarks[0]


def test_a_full_disk_is_said_and_leaves_the_log_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the entry stays."""
    log = CustodyLog(tmp_path / "custody.log", "kim")
    log.write([Note("a")])
    real = os.write

    def full(file: int, data: bytes) -> int:
        if len(data) > 20:
            return real(file, data[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputError, match="no space is left"):
        log.write([Note("b")])
    monkeypatch.setattr(os, "write", real)
    assert check(log.path).fault == ""
    assert log.lines == 1


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file in the way of a folder, a folder in the way of the log."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Cannot write"):
        CustodyLog(tmp_path / "file/custody.log", "kim").write([Note("x")])
    with pytest.raises(OutputError, match="Cannot write"):
        CustodyLog(tmp_path, "kim").write([Note("x")])
    with pytest.raises(OutputError, match="is no file"):
        CustodyLog(Path(os.devnull), "kim").write([Note("x")])


def test_a_list_is_kept_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its hash; nothing half-written stays."""
    log = CustodyLog(tmp_path / "custody.log", "kim")
    log.keep_manifest("ab", [b"one ", b"two"])
    kept = tmp_path / "custody-manifests/ab.txt"
    assert kept.read_bytes() == b"one two"
    log.keep_manifest("ab", [b"other"])
    assert kept.read_bytes() == b"one two"
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OutputError, match="no space"):
        log.keep_manifest("cd", [b"x"])
    assert list(kept.parent.iterdir()) == [kept]


def test_a_log_is_checked_before_it_is_written_on(tmp_path: Path) -> None:
    """A torn end is mended, as always; a changed line is told with its number."""
    log = CustodyLog(tmp_path / "custody.log", "kim")
    log.check()
    assert not log.path.exists()
    log.write([Note("one"), Note("two")])
    with log.path.open("ab") as stream:
        stream.write(b"3\t00")
    log.check()
    log.path.write_bytes(log.path.read_bytes().replace(b"one", b"eno"))
    with pytest.raises(OutputError, match="does not hold from line 1 on"):
        log.check()
