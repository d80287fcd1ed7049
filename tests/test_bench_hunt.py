"""The measuring of hunts does what it says; its figures are not tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_question_has_its_row_and_nothing_is_left(tmp_path: Path) -> None:
    """Timelines are made, asked, and removed; the address is found in the one that has it."""
    ended = subprocess.run(
        [sys.executable, "-m", "tools.bench_hunt", str(tmp_path / "t"), "--timelines", "3",
         "--rows", "1200", "--processes", "1", "--remove"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    rows = [line.split("|") for line in ended.stdout.splitlines() if line.endswith("s |")]
    assert len(rows) == 7
    assert int(rows[0][2]) > 0
    assert list(tmp_path.iterdir()) == []
