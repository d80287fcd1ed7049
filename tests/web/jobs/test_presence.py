"""A worker is there as long as its program runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from alpheus.web.jobs.presence import Presence, make_private, store_of

CODE = (
    "import sys, time; from pathlib import Path; from alpheus.web.jobs.presence import Presence\n"
    "print(Presence(Path(sys.argv[1])).name, flush=True); time.sleep(600)"
)


def test_who_runs_is_there_and_who_was_killed_is_not(tmp_path: Path) -> None:
    """The system lets the lock go, however the program ended."""
    here = Presence(tmp_path)
    command = [sys.executable, "-c", CODE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert here.is_there(name)
        assert here.is_there(here.name)
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert here.is_there(name) is False
    assert here.is_there(name) is False
    here.end()


def test_of_workers_elsewhere_nothing_is_known(tmp_path: Path) -> None:
    """They have another folder, perhaps on another machine."""
    one, two = Presence(tmp_path / "a"), Presence(tmp_path / "b")
    assert one.is_there(two.name) is None
    assert one.is_there("../../etc/passwd") is None
    assert store_of(tmp_path / "a") == one.store != two.store


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Also those above that had to be made."""
    make_private(tmp_path / "a" / "b")
    assert [(tmp_path / one).stat().st_mode & 0o777 for one in ("a", "a/b")] == [0o700, 0o700]
