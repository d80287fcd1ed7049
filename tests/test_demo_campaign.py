"""`make demo-campaign`: from lists to notices on a simulated country, and how right it is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="the recipe needs make")


def _make(folder: Path, programs: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The recipe with the program of this Python, set up already, in an empty environment."""
    command = [
        "make", "--no-print-directory", "-f", str(ROOT / "Makefile"), "-o", ".venv/.installed",
        f"BIN={programs or Path(sys.executable).parent}", "ORGANISATIONS=40", "SEED=6",
        "demo-campaign",
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_the_demo_ends_with_its_report(tmp_path: Path) -> None:
    """Raw and merged numbers, a plan of notices, the score, and last the place of the report."""
    ended = _make(tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    *lines, last = ended.stdout.splitlines()
    word, _, path = last.partition(": ")
    assert word == "The report"
    assert Path(path) == tmp_path / "demo-campaign" / "report.html"
    assert "<svg" in Path(path).read_text("utf-8")
    assert max(map(len, lines)) <= 80, [line for line in lines if len(line) > 80]
    assert ended.stderr == ""
    demo = tmp_path / "demo-campaign"
    score = json.loads((demo / "score.json").read_text())
    said = " ".join(ended.stdout.split())
    told = re.search(r"Raw lists say ([\d,]+) victims; .*? they are ([\d,]+) (?:server|sys)", said)
    assert told
    raw, merged = (int(number.replace(",", "")) for number in told.groups())
    assert raw > 2 * merged > 0
    assert re.search(r"dry run: [1-9][\d,]* notices", said)
    assert f"lists added up {score['victims']['raw']:,}" in said
    assert score["victims"]["true"] > 0
    assert score["strange"] == 0
    assert sum(n for kind, n in score["owner"].items() if kind == "right") > 20
    assert (demo / "omitted.csv").is_file()


def test_a_failure_is_told(tmp_path: Path) -> None:
    """Whatever fails: no report is promised, and the log of it is shown."""
    programs = tmp_path / "bin"
    programs.mkdir()
    real = Path(sys.executable).parent
    broken = programs / "alpheus"
    broken.write_text(
        f'#!/bin/sh\n[ "$1 $2" = "notify plan" ] && {{ echo "no plan" >&2; exit 7; }}\n'
        f'exec "{real}/alpheus" "$@"\n'
    )
    broken.chmod(0o755)
    (programs / "python").symlink_to(sys.executable)
    ended = _make(tmp_path, programs)
    assert ended.returncode != 0
    assert "no plan" in ended.stderr
    assert "The report:" not in ended.stdout
