"""What killed runs left goes when the next one begins, and that is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.cli.tidying import tidy
from alpheus.scratch import PREFIX


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, with two that nobody holds."""
    found = tmp_path / "temporary"
    found.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(found))
    for name in ("a", "b"):
        (found / f"{PREFIX}{name}").mkdir()
        (found / f"{PREFIX}{name}" / "copy").write_bytes(b"x" * 600_000)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="folders are held on POSIX alone")
@pytest.mark.parametrize("command", ["triage", "campaign run"])
def test_who_opens_evidence_tidies_up_first(
    place: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once: the next one has nothing to say."""
    monkeypatch.chdir(place.parent)
    (place.parent / "packages").mkdir()
    for _ in range(2):
        main([*command.split(), "packages"])
    said = capsys.readouterr().err
    assert said.count("removed the") == 1
    assert f"removed the 2 folders (1.2 MB) that killed runs had left in {place}" in said
    assert list(place.iterdir()) == []


def test_of_one_that_is_empty_nothing_is_said(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes as well: nothing was in it that anybody could miss."""
    tidy()
    (place / f"{PREFIX}c").mkdir()
    capsys.readouterr()
    tidy()
    assert capsys.readouterr().err == ""
    assert list(place.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="it is killed by a signal")
def test_a_triage_that_was_killed_leaves_nothing_for_long(tmp_path: Path) -> None:
    """The copies of members that it had unpacked are gone with the next one."""
    place, content = tmp_path / "temporary", tmp_path / "content"
    place.mkdir()
    code = (
        "import sys; from pathlib import Path; from alpheus.evidence.spool import Spool\n"
        "with Spool(1 << 20) as spool, spool.copy(open(sys.argv[1], 'rb')):\n"
        "    print('there', flush=True); sys.stdin.read()\n"
    )
    content.write_bytes(b"x" * 1_000)
    environment = {**os.environ, "TMPDIR": str(place),
                   "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", code, str(content)], env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stdout.readline() == b"there\n"
        running.send_signal(signal.SIGKILL)
        running.wait(10)
    assert [one.name.startswith(PREFIX) for one in place.iterdir()] == [True]
    triage = [sys.executable, "-m", "alpheus", "triage", str(tmp_path / "nothing")]
    said = subprocess.run(triage, env=environment, capture_output=True, text=True, check=False)
    assert "removed the folder (0.0 MB) that killed runs had left" in said.stderr
    assert list(place.iterdir()) == []
