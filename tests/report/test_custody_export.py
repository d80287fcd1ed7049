"""What a court gets can be checked by itself."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.report.custody_export import write_custody_export
from alpheus.report.custody_html import CustodyPage

START = "0" * 64
PAGE = CustodyPage("x.log", 2, "ab" * 32, "", (), [], "2026-11-26T11:00:00Z", "kim", "1.0")
NAMES = {"custody.log", "custody.html", "README.txt", "check.sh", "check.py", "SHA256SUMS",
         "custody-manifests/aa.txt"}  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A chain of two lines, one with what shells like."""
    path, head, lines = tmp_path / "x.log", START, []
    for number, text in enumerate(('{"a":"%s \\\\n $x `y` \'"}', "recovered: 2 bytes"), 1):
        head = sha256(f"{head}\n{number}\t{text}".encode()).hexdigest()
        lines.append(f"{number}\t{head}\t{text}\n")
    path.write_text("".join(lines))
    return path


@pytest.fixture
def folder(tmp_path: Path, log: Path) -> Path:
    """The export as a folder."""
    (tmp_path / "aa.txt").write_text("00  a\n")
    out = tmp_path / "out"
    write_custody_export(lambda: PAGE, log, log.stat().st_size, [tmp_path / "aa.txt"], out)
    return out


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False,
                          timeout=60)  # fmt: skip


def _checks(folder: Path) -> list[subprocess.CompletedProcess[str]]:
    return [_run(folder, "sh", "check.sh", "custody.log"),
            _run(folder, sys.executable, "check.py", "custody.log")]  # fmt: skip


def test_all_is_there_and_fits_its_sums(folder: Path, log: Path) -> None:
    """The log byte for byte."""
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == NAMES
    assert (folder / "custody.log").read_bytes() == log.read_bytes()
    assert _run(folder, "sha256sum", "-c", "--strict", "SHA256SUMS").returncode == 0


def test_both_programs_say_the_head(folder: Path, log: Path) -> None:
    """Without anything of ours."""
    head = log.read_text().splitlines()[-1].split("\t")[1]
    for done in _checks(folder):
        assert (done.returncode, done.stdout) == (0, f"2 lines hold; head {head}\n")


@pytest.mark.parametrize(("old", "new"), [
    (b"2 bytes", b"3 bytes"), (b"\n2\t", b"\n3\t"), (b"$x", b"$X"), (b"bytes\n", b"bytes"),
    (b"recovered", b"recovered\t"),
])  # fmt: skip
def test_both_programs_find_a_change(folder: Path, old: bytes, new: bytes) -> None:
    """Also a line end that is missing."""
    path = folder / "custody.log"
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    for done in _checks(folder):
        assert done.returncode == 1
        assert "does not hold" in done.stdout + done.stderr or "no end" in done.stdout


def test_an_archive_holds_the_same(tmp_path: Path, log: Path, folder: Path) -> None:
    """In one file."""
    out = tmp_path / "out.zip"
    write_custody_export(lambda: PAGE, log, log.stat().st_size, [tmp_path / "aa.txt"], out)
    with zipfile.ZipFile(out) as archive:
        assert set(archive.namelist()) == NAMES
        for name in NAMES:
            assert archive.read(name) == (folder / name).read_bytes()


def test_only_so_much_of_the_log_is_written(tmp_path: Path, log: Path) -> None:
    """What others add meanwhile is of the next export; without lists there is no folder."""
    size = log.read_bytes().index(b"\n") + 1
    write_custody_export(lambda: PAGE, log, size, [], tmp_path / "first")
    assert (tmp_path / "first/custody.log").read_bytes() == log.read_bytes()[:size]
    assert not (tmp_path / "first/custody-manifests").exists()


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_nothing_is_written_over(tmp_path: Path, log: Path, name: str) -> None:
    """An empty folder is filled; anything else stays, and nothing half-written is left."""
    (tmp_path / "out").mkdir()
    write_custody_export(lambda: PAGE, log, 10, [], tmp_path / name)
    before = {p for p in tmp_path.iterdir() if p.name.startswith("out")}
    with pytest.raises(OutputError, match="is there already"):
        write_custody_export(lambda: PAGE, log, 10, [], tmp_path / name)
    assert {p for p in tmp_path.iterdir() if "out" in p.name} == before


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, log: Path) -> None:
    """Nothing is left of it."""
    with pytest.raises(OutputError, match="Cannot write"):
        write_custody_export(lambda: PAGE, log, 10, [], log / "out")
    assert list(tmp_path.iterdir()) == [log]


def test_without_a_log_the_program_says_how_it_is_called(folder: Path) -> None:
    """One line, no traceback; so for a log that is not there, and one that is empty."""
    (folder / "empty.log").touch()
    for program, *words, why in (
        (sys.executable, "check.py", "check.py custody.log"), ("sh", "check.sh", "custody.log"),
        (sys.executable, "check.py", "none", "cannot be read"),
        (sys.executable, "check.py", "empty.log", "is empty"),
        ("sh", "check.sh", "empty.log", "is empty"),
    ):  # fmt: skip
        done = _run(folder, program, *words)
        assert done.returncode == 1
        assert why in done.stderr
        assert done.stderr.count("\n") == 1
