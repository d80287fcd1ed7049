"""`make demo-exposure`: it shows the probe, and leaves nothing running."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or not sys.platform.startswith("linux"),
    reason="a test internet of more than one address needs Linux, the recipe make",
)


def _command(servers: int) -> list[str]:
    """The recipe with the program of this Python, set up already."""
    programs = Path(sys.executable).parent
    return [
        "make", "--no-print-directory", "-f", str(ROOT / "Makefile"), "-o", ".venv/.installed",
        f"BIN={programs}", f"SERVERS={servers}", "demo-exposure",
    ]  # fmt: skip


def _port(folder: Path) -> int | None:
    """Where the test internet listens; None while it does not."""
    log = folder / "demo-exposure" / "internet-day-0.log"
    found = re.search(
        r"^ready: .* port (\d+)$", log.read_text() if log.exists() else "", re.MULTILINE
    )
    return int(found[1]) if found else None


def _is_closed(port: int) -> bool:
    with contextlib.closing(socket.socket()) as client:
        client.settimeout(5)
        return client.connect_ex(("127.0.0.1", port)) != 0


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        _command(400), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_the_demo_ends_with_its_report(tmp_path: Path) -> None:
    """The last line names a report of two runs; runs, audit logs and truth stand beside it."""
    ended = subprocess.run(
        _command(12), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    word, _, path = ended.stdout.splitlines()[-1].partition(": ")
    assert word == "The report"
    assert Path(path) == tmp_path / "demo-exposure" / "report.html"
    page = Path(path).read_text("utf-8")
    assert "Exchange servers" in page
    assert "day-0" in page
    assert "day-13" in page
    demo = tmp_path / "demo-exposure"
    for day in ("day-0", "day-13"):
        assert len((demo / day / "results.jsonl").read_bytes().splitlines()) == 12
        assert len((demo / f"truth-{day}.jsonl").read_bytes().splitlines()) == 12
    assert ended.stdout.count("unchanged") == 2
    port = _port(tmp_path)
    assert port
    assert f"port {port}" in (demo / "internet-day-13.log").read_text()
    assert _is_closed(port)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_test_internet(tmp_path: Path, number: signal.Signals) -> None:
    """As Ctrl-C sends it, to all processes of the terminal; the status is not 0."""
    with _started(tmp_path) as process:
        until = time.monotonic() + 60
        while (port := _port(tmp_path)) is None and time.monotonic() < until:
            time.sleep(0.05)
        assert port is not None
        os.killpg(process.pid, number)
        process.communicate(timeout=120)
        assert process.returncode != 0
        assert _is_closed(port)


def test_a_failure_stops_the_test_internet(tmp_path: Path) -> None:
    """Whatever fails after it was started: here the probe, by a program that is none."""
    programs = tmp_path / "bin"
    programs.mkdir()
    real = Path(sys.executable).parent / "alpheus"
    broken = programs / "alpheus"
    broken.write_text(f'#!/bin/sh\n[ "$1" = probe ] && exit 7\nexec "{real}" "$@"\n')
    broken.chmod(0o755)
    command = [f"BIN={programs}" if one.startswith("BIN=") else one for one in _command(12)]
    ended = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode != 0
    assert "The report:" not in ended.stdout
    port = _port(tmp_path)
    assert port
    assert _is_closed(port)
