"""The program as its users run it: a process with pipes, signals and any locale."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from subprocess import Popen

import pytest

from cli.running import ESCAPE, environment, program, run

HEAVY = ("numpy", "rich", "sigma", "yara_x", "hyperscan", "jinja2", "evtx", "mft", "py7zr", "yaml")

needs_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no /dev/full"
)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["triage", "--help"], ["build", "--help"], ["lab", "--help"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """Help is there at once."""
    code = (
        "import sys\nfrom alpheus.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as ended:\n    assert not ended.code\n"
        f"found = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(', '.join(found) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(b"usage: alpheus")


def test_a_pipe_gets_no_colour_and_no_progress(tiny: Path) -> None:
    """No escape sequence in the output, nothing on standard error."""
    ended = run("triage", tiny, TERM="xterm-256color", COLORTERM="truecolor")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ESCAPE.encode() not in ended.stdout
    assert b"COMPROMISED" in ended.stdout


def _on_terminal(*arguments: str | Path, **more: str) -> str:
    """What the program writes to a terminal."""
    import pty  # noqa: PLC0415 - POSIX only

    ours, theirs = pty.openpty()
    process = Popen(
        program(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more)
    )
    os.close(theirs)
    output = b""
    while True:
        try:
            data = os.read(ours, 65_536)
        except OSError:
            break
        if not data:
            break
        output += data
    os.close(ours)
    assert process.wait(60) == 0
    return output.decode()


@needs_posix
def test_a_terminal_gets_colour_unless_it_is_declined(tiny: Path) -> None:
    """`NO_COLOR` means no colour; the words are the same."""
    plain = "\x1b[3"
    coloured = _on_terminal("triage", tiny, TERM="xterm-256color")
    declined = _on_terminal("triage", tiny, TERM="xterm-256color", NO_COLOR="1")
    assert plain in coloured
    assert plain not in declined
    assert "COMPROMISED" in declined


LOCALES = {
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("form", ["text", "json", "html", "md", "csv"])
def test_any_locale_can_print_every_format(tiny: Path, locale: str, form: str) -> None:
    """Text is in the terminal's encoding; formats are UTF-8 everywhere."""
    ended = run("triage", tiny, "--format", form, **LOCALES[locale])
    assert (ended.returncode, ended.stderr) == (0, b"")
    if form == "text":
        assert b"COMPROMISED" in ended.stdout
        if locale != "latin-1":
            assert ended.stdout.isascii()
    else:
        ended.stdout.decode("utf-8")
        assert form == "json" or "k3\u00fcy" in ended.stdout.decode("utf-8")


@needs_posix
@pytest.mark.parametrize("form", ["text", "html", "csv"])
def test_a_reader_may_leave_early(tiny: Path, form: str) -> None:
    """`| head` is no failure: nothing on standard error, and the status is still the verdict."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ended = subprocess.run(
            program("triage", tiny, "--format", form, "--exit-code"),
            env=environment(), stdout=closed, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (10, b"")


@needs_full
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_a_full_disk_is_one_line(tiny: Path, form: str) -> None:
    """The result could not be printed: that is a failure, and says so."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            program("triage", tiny, "--format", form),
            env=environment(), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("alpheus: ")
    assert "no space left on device" in line


@needs_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_what_may_not_be_read_or_written_is_one_line(tiny: Path, tmp_path: Path) -> None:
    """Permissions of others are respected, and told."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    unreadable = run("triage", closed)
    assert (unreadable.returncode, len(unreadable.stderr.splitlines())) == (3, 1)
    unwritable = run("triage", tiny, "-o", closed / "report")
    assert (unwritable.returncode, len(unwritable.stderr.splitlines())) == (1, 1)


def test_a_failure_is_never_a_traceback(tmp_path: Path) -> None:
    """Also where the name of the evidence holds what a terminal would obey."""
    ended = run("triage", tmp_path / "no\x1b[2Jthing")
    assert ended.returncode == 3
    assert (ended.stdout, len(ended.stderr.splitlines())) == (b"", 1)
    assert ESCAPE.encode() not in ended.stderr


_WAITS = """
import time
from pathlib import Path
from alpheus import pipeline
from alpheus.detect import work
pipeline.WORTH_SHARING = 1
work._BATCH_BYTES = 1
read, done = work._Reader._file, []
def reads_a_few(*given):
    read(*given)
    done.append(given)
    if len(done) == {files}:
        Path({marker!r}).touch()
        time.sleep(90)
work._Reader._file = reads_a_few
"""


def _waiting(folder: Path, *arguments: str | Path, files: int = 1, **more: str) -> Popen[bytes]:
    """The program, which has read so many files, and waits before it reads another one."""
    marker = folder / "has-read"
    (folder / "sitecustomize.py").write_text(_WAITS.format(files=files, marker=str(marker)))
    paths = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    process = Popen(
        program("triage", *arguments), env=environment(PYTHONPATH=paths, **more),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not marker.exists() and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process


@needs_posix
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_leaves_nothing_half_written(tiny: Path, tmp_path: Path, workers: str) -> None:
    """Exit 130 with one line; no report, no part of one, no process that goes on."""
    process = _waiting(
        tmp_path, tiny, "-o", tmp_path / "report", "--no-cache", "--workers", workers,
        TMPDIR=str(tmp_path),
    )  # fmt: skip
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert printed == b""
    assert said.decode().splitlines() == [
        "alpheus: interrupted; nothing half-written was left behind"
    ]
    assert list(tmp_path.rglob("*report*")) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


_INTERRUPTED_WITHIN_EXEC = """
from alpheus.cli import triage
triage.run = lambda _: exec("raise KeyboardInterrupt")
"""


@needs_posix
def test_an_interrupt_ends_with_its_status_wherever_it_came(tmp_path: Path) -> None:
    """Also within `exec`, by which many modules make classes when they are imported."""
    (tmp_path / "sitecustomize.py").write_text(_INTERRUPTED_WITHIN_EXEC)
    ended = run("triage", tmp_path, PYTHONPATH=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (130, b"")
    assert ended.stderr.decode() == "alpheus: interrupted; nothing half-written was left behind\n"


def _remembered(cache: Path) -> dict[bytes, int]:
    """What the memory holds, and in which order it was written."""
    if not (cache / "said.sqlite").exists():
        return {}
    connection = sqlite3.connect(cache / "said.sqlite", timeout=30)
    try:
        return dict(connection.execute("SELECT key, at FROM said"))
    except sqlite3.OperationalError:
        return {}
    finally:
        connection.close()


@needs_posix
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path, workers: str) -> None:
    """Files that were read before the interrupt are not read again."""
    folder, cache = tmp_path / "evidence", tmp_path / "cache"
    folder.mkdir()
    header = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status\n"
    row = "2021-03-04 10:00:00 10.0.0.1 POST /mapi/emsmdb/ MailboxId=a@b.c 443 192.0.2.7 200\n"
    for number in range(12):
        (folder / f"u_ex2103{number:02d}.log").write_text(header + row * (number + 1))
    given = (folder, "--format", "json", "--workers", workers)
    process = _waiting(tmp_path, *given, files=3, ALPHEUS_CACHE=str(cache))
    before = _remembered(cache)
    assert before
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    ended = run("triage", *given, ALPHEUS_CACHE=str(cache))
    assert json.loads(ended.stdout)["run"]["files_read"] == 12
    after = _remembered(cache)
    assert len(after) > len(before)
    assert {key: after.get(key) for key in before} == before


_SPAWNS = """
import multiprocessing, sys
from alpheus.cli import main
if __name__ == "__main__":
    status = main()
    process = multiprocessing.get_context("spawn").Process(target=print, args=("spawned",))
    process.start()
    process.join()
    sys.exit(status or process.exitcode)
"""


def test_processes_that_are_started_anew_run_nothing_of_the_current_folder(tmp_path: Path) -> None:
    """Who works in a folder of evidence must not run a module that an intruder put there."""
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "start.py").write_text(_SPAWNS)
    (tmp_path / "multiprocessing.py").write_text("open('ran', 'w').close()")
    ended = subprocess.run(
        [sys.executable, tmp_path / "program" / "start.py", "build", "15.1.2176.2"], cwd=tmp_path,
        env=environment(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.endswith(b"spawned\n")
    assert not (tmp_path / "ran").exists()
