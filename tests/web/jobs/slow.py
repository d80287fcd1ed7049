"""The process of a job that waits for its end, or goes wrong in a way that SLOW names."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from alpheus.web.jobs import messages as said
from alpheus.web.jobs.child import main
from alpheus.web.jobs.model import Result
from alpheus.web.jobs.wire import Message, Phase, Task


def run(task: Task, tell: Callable[[Message], None]) -> Result:
    """Start another process, say that it has begun, and wait or go wrong."""
    mode = os.environ.get("SLOW", "")
    if not mode:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    tell(Phase(said.note(said.READING)))
    if mode:
        WRONG[mode](task)
    while True:
        time.sleep(0.1)


def _memory(_: Task) -> None:
    held = [bytearray(32 << 20) for _ in range(100)]
    raise AssertionError(len(held))


def _cpu(_: Task) -> None:
    while True:
        pass


def _disk(task: Task) -> None:
    Path(task.work, "large").write_bytes(b"x" * (8 << 20))


def _noise(_: Task) -> None:
    os.write(1, b"\xff\x00 no message\n" * 10_000 + b"x" * (9 << 20) + b"\n")
    os._exit(0)


def _error(_: Task) -> None:
    raise ValueError("something of a library")


WRONG: dict[str, Callable[[Task], None]] = {
    "memory": _memory, "cpu": _cpu, "disk": _disk, "noise": _noise, "error": _error,
    "crash": lambda _: os.abort(), "exit": lambda _: os._exit(7),
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(run))
