"""The measuring of a clean-up does what it says; its figures are not tested."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="`make bench` is for POSIX systems")


def test_every_step_has_its_row_and_nothing_is_left(tmp_path: Path) -> None:
    """Planned, applied, undone, and compared, beside the system's own programs."""
    ended = subprocess.run(
        [sys.executable, "-m", "tools.bench_clean", "--files", "120", "--folder", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    rows = [line.split("|")[1].strip() for line in ended.stdout.splitlines() if "files/s" in line]
    assert rows == ["plan", "apply", "undo"]
    assert list(tmp_path.iterdir()) == []
