"""Programs that are watched: what they use, how far their results are, and their end by force."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench.race import child, failure

EVERY = 0.25
"""Seconds between looks at a file that grows."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a whole process used: seconds by the clock, of the processor, and bytes at its peak."""

    wall: float
    processor: float
    peak: int


Points = list[tuple[float, int]]
"""Seconds since the start, and lines that stood in the file by then."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a process used, and how its results grew. `killed`: it did not end by itself."""

    used: Used
    points: Points
    killed: bool = False


def run(*arguments: str, fine: Sequence[int] = (0,)) -> Used:
    """A whole process, its children included. Raises FailedError."""
    return watch(arguments, None, fine=fine).used


def watch(
    arguments: Sequence[str],
    file: Path | None,
    *,
    stop: Callable[[int, float], bool] | None = None,
    fine: Sequence[int] = (0,),
) -> Watched:
    """A whole process whose results go, line by line, into a file.

    It is ended by SIGKILL as soon as `stop`, which gets the number of lines and of seconds, is
    true. Raises FailedError.
    """
    points: Points = []
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        with child(arguments, said) as process:
            ended = threading.Event()
            killed = threading.Event()

            def look() -> None:
                seen = _Lines(file)
                while not ended.wait(EVERY):
                    lines, seconds = seen.count(), time.perf_counter() - start
                    points.append((seconds, lines))
                    if stop is not None and stop(lines, seconds):
                        killed.set()
                        os.kill(process.pid, signal.SIGKILL)
                        return

            watcher = threading.Thread(target=look)
            watcher.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
                wall = time.perf_counter() - start
                process.returncode = os.waitstatus_to_exitcode(status)
            finally:
                ended.set()
                watcher.join()
        if process.returncode not in fine and not killed.is_set():
            raise failure(arguments, process.returncode, said)
    unit = 1 if sys.platform == "darwin" else 1 << 10
    used = Used(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)
    return Watched(used, points, killed.is_set() and process.returncode == -signal.SIGKILL)


class _Lines:
    """Counts lines of a file as it grows, from where it stands now."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._at = file.stat().st_size if file is not None and file.exists() else 0
        self._count = 0

    def count(self) -> int:
        if self._file is None or not self._file.exists():
            return 0
        with self._file.open("rb") as stream:
            stream.seek(self._at)
            while block := stream.read(1 << 20):
                self._at += len(block)
                self._count += block.count(b"\n")
        return self._count


def steady(points: Points, first: float = 0.1, last: float = 0.9) -> float:
    """Lines per second between two shares of all, where neither start nor end weigh; 0 if none."""
    whole = points[-1][1] if points else 0
    inside = [one for one in points if first * whole <= one[1] <= last * whole and one[1]]
    if len(inside) < 2 or inside[-1][0] <= inside[0][0]:
        return 0.0
    (begin, before), (end, after) = inside[0], inside[-1]
    return (after - before) / (end - begin)
