"""`alpheus lab internet`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from alpheus.cli import main


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_on_a_signal(tmp_path: Path, ending: int) -> None:
    """Files are there by then; the log has what was asked until the end."""
    names = ("targets", "truth", "scope-file", "access-log")
    files = [word for name in names for word in (f"--{name}", str(tmp_path / name))]
    options = ["--port", "0", "--mix", "plain", "--hosts", "5", "--smtp-port", "0", *files]
    command = [sys.executable, "-m", "alpheus", "lab", "internet", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        line = running.stdout.readline()
        port = int(line.rpartition(" ")[2])
        assert line.startswith("ready: plain, 5 hosts, port ")
        targets = (tmp_path / "targets").read_text().split()
        for address in targets:
            socket.create_connection((address, port), timeout=5).close()
        running.send_signal(ending)
        assert running.wait(10) == 0
    truths = [json.loads(one) for one in (tmp_path / "truth").read_text().splitlines()]
    assert [one["address"] for one in truths] == targets
    logged = [json.loads(one) for one in (tmp_path / "access-log").read_text().splitlines()]
    assert {one["address"] for one in logged} <= set(targets)
    scope = yaml.safe_load((tmp_path / "scope-file").read_text())
    assert scope["ports"] == [port]
    assert scope["smtp"] is True
    assert scope["smtp_port"] not in {0, port}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--mix", "nope"], "no mix 'nope'"),
        (["--workers", "0"], "--workers"),
        (["--port", "0", "--workers", "2"], "a port of 0"),
        (["--smtp-port", "0", "--workers", "2"], "a port of 0"),
        (["--hosts", "-3"], "hosts"),
        (["--day", "-1"], "a day is 0 to 365"),
        (["--mix", "every-kind", "--day", "3"], "the same every day"),
    ],
)
def test_wrong_usage(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit 2 and one line."""
    assert main(["lab", "internet", "--truth", str(tmp_path / "truth"), *options]) == 2
    captured = capsys.readouterr().err
    assert says in captured
    assert len(captured.splitlines()) == 1
