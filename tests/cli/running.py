"""Runs the program as its users do: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ESCAPE = "\x1b"


def environment(**more: str) -> dict[str, str]:
    """The environment of the tests, without what would change output, and with some more."""
    removed = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LC_ALL", "LANG", "PYTHONIOENCODING", "TERM"}
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    return {**kept, "LC_ALL": "C.UTF-8", **more}


def program(*arguments: str | Path) -> list[str]:
    """The command line of the program."""
    return [sys.executable, "-m", "alpheus", *map(str, arguments)]


def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    """The program to its end, in an environment with some more variables."""
    return subprocess.run(
        program(*arguments), env=environment(**more), capture_output=True, timeout=120, check=False
    )
