"""What a process may take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="bounds are those of POSIX")


def _run(code: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    text = (
        f"from alpheus.engine.bounds import allow, allow_memory, bound, follow, more_memory\n{code}"
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", text], capture_output=True, cwd=folder, check=False
    )


def test_a_process_without_the_parent_that_started_it_ends(tmp_path: Path) -> None:
    """Nobody is left to tell."""
    done = _run("follow(1); print('still here')", tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")


def test_memory_and_files_are_bounded(tmp_path: Path) -> None:
    """Beyond the bound there is none; within it all is as it was."""
    code = (
        "bound(memory=300 << 20, file_bytes=1000, files=64)\n"
        "x = bytearray(1 << 20)\n"
        "try: bytearray(1 << 30)\n"
        "except MemoryError: print('bounded')\n"
    )
    assert _run(code, tmp_path).stdout == b"bounded\n"


def test_memory_is_allowed_anew_for_each_unit(tmp_path: Path) -> None:
    """Less than the last bound for a small one, all of it for the next; never more."""
    code = (
        "bound(memory=600 << 20)\n"
        "def fits(size):\n"
        "    try: bytearray(size << 20)\n"
        "    except MemoryError: return False\n"
        "    return True\n"
        "found = []\n"
        "for most in (200, 0, 4000):\n"
        "    allow_memory(most << 20)\n"
        "    found += [fits(100), fits(400), fits(700)]\n"
        "print(*map(int, found))\n"
    )
    assert _run(code, tmp_path).stdout == b"1 0 0 1 1 0 1 1 0\n"


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has is told by Linux")
def test_memory_is_bounded_beside_what_is_taken(tmp_path: Path) -> None:
    """For a while, whatever the process had before; then all is as it was."""
    code = (
        "kept = bytearray(500 << 20)\n"
        "def fits(size):\n"
        "    try: bytearray(size << 20)\n"
        "    except MemoryError: return False\n"
        "    return True\n"
        "with more_memory(200 << 20): found = [fits(100), fits(400)]\n"
        "print(*map(int, [*found, fits(400)]))\n"
    )
    assert _run(code, tmp_path).stdout == b"1 0 1\n"


def test_the_processor_is_allowed_anew_for_each_unit(tmp_path: Path) -> None:
    """A worker does many; each has its own seconds."""
    code = "allow(1); allow(0)\nimport resource; print(resource.getrlimit(resource.RLIMIT_CPU)[0])"
    assert int(_run(code, tmp_path).stdout) in {2, 3}
