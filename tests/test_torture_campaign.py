"""A little of `make torture`: packages judged by the program while it is killed and paused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from fleet_torture import Chaos, command, outcome, templates, write_packages

COUNT = 30


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux lists them")
def test_a_run_through_chaos_comes_to_what_a_quiet_one_does(tmp_path: Path) -> None:
    """Every package once: nothing lost, nothing twice, the same verdicts."""
    packages, chaos = tmp_path / "packages", Chaos(5, every=0.6, longest_pause=0.3)
    write_packages(packages, templates(tmp_path / "templates")[:1], COUNT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def run(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command(str(tmp_path / name), packages, 2), env=environment, stderr=subprocess.DEVNULL
        )

    with run("quiet.db") as quiet:
        assert quiet.wait() == 0
    status = None
    while status != 0:
        with run("chaos.db") as running:
            while running.poll() is None:
                chaos.wait()
                if running.poll() is None and sum(chaos.done.values()) < 8:
                    chaos.strike(running.pid)
            status = running.returncode
    with open_database(tmp_path / "quiet.db") as one, open_database(tmp_path / "chaos.db") as other:
        found, expected = outcome(other), outcome(one)
    assert found.problems(COUNT) == expected.problems(COUNT) == []
    assert found.results == expected.results
    assert {verdict for verdict, _ in found.results.values()} == {"compromised"}
    assert chaos.done
