"""Programs and functions that are timed in turn, and the rows that come of it."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

Road = Callable[[], float]
"""Does a piece of work and gives the seconds it took."""

NOT_INSTALLED = "not installed"


class FailedError(Exception):
    """A program that is measured ended with an error."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the operator asked for, and where there is room.

    `folder` keeps what the lab has written; `scratch` lies in it and goes when the run ends.
    """

    folder: Path
    scratch: Path
    size: str
    rounds: int
    packages: int
    cores: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `beside` names the peers with their figures."""

    part: str
    what: str
    ours: str
    beside: str = ""
    ratio: str = ""
    target: str = ""


def note(text: str) -> None:
    """Tell whoever waits what is being done."""
    print(text, file=sys.stderr, flush=True)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_core() -> Iterator[None]:
    """Pin this process, and those it starts, to one processor, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """An interrupt waits: within `Popen` it would leave a program that nobody knows of.

    Not by a mask, which the program would inherit.
    """
    waiting: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: waiting.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if waiting:
        raise KeyboardInterrupt


@contextmanager
def child(
    arguments: Sequence[str], said: IO[str], environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a session of its own; however this ends, no process of it stays behind.

    Python keeps what it compiled, as it does for who uses the program; no log of custody is kept.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    inherited["ALPHEUS_CUSTODY"] = "-"
    started = []
    try:
        with _interrupts_held():
            process = subprocess.Popen(  # noqa: S603 - fixed programs
                arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                env={**inherited, **(environment or {})}, start_new_session=True,
            )  # fmt: skip
            started.append(process)
        yield process
    finally:
        for process in started:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def run(
    *arguments: str, environment: Mapping[str, str] | None = None, fine: Sequence[int] = (0,)
) -> float:
    """Wall seconds of a whole process. Raises FailedError with the last it said."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        with child(arguments, said, environment) as process:
            code = process.wait()
            seconds = time.perf_counter() - start
        if code not in fine:
            raise failure(arguments, code, said)
    return seconds


def failure(arguments: Sequence[str], code: int, said: IO[str]) -> FailedError:
    """What to raise for a program that ended with an error."""
    said.seek(0)
    last = said.read().strip().splitlines()[-1:]
    return FailedError(f"{' '.join(arguments[:4])} ended with {code}: {''.join(last)}")


def alpheus(*arguments: str) -> tuple[str, ...]:
    """Our program, as a process of its own."""
    return (sys.executable, "-m", "alpheus", *arguments)


def timed(work: Callable[[], object]) -> Road:
    """A road of something that is done in this process."""

    def road() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return road


def race(name: str, roads: Mapping[str, Road], rounds: int) -> dict[str, float]:
    """Each road in turn, `rounds` times, so that a busy machine slows all; median seconds."""
    seconds: dict[str, list[float]] = {road: [] for road in roads}
    for number in range(1, rounds + 1):
        for road, work in roads.items():
            note(f"  {name}, round {number} of {rounds}: {road}")
            seconds[road].append(work())
    return {road: statistics.median(times) for road, times in seconds.items()}


def rate(size: float, seconds: float) -> str:
    """Gigabytes per second, or megabytes where that would be next to nothing."""
    per_second = size / seconds
    return f"{per_second / 1e9:.2f} GB/s" if per_second >= 1e8 else f"{per_second / 1e6:.1f} MB/s"


def times(ratio: float) -> str:
    """A ratio as the table shows it."""
    return f"{ratio:.2f} ×" if ratio < 10 else f"{ratio:,.0f} ×"


@contextmanager
def scratch_room(folder: Path) -> Iterator[Path]:
    """Room that is given back however this ends; a second Ctrl-C does not disturb that."""
    folder.mkdir(parents=True, exist_ok=True)
    room = tempfile.TemporaryDirectory(dir=folder, prefix="scratch-")
    try:
        yield Path(room.name)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        room.cleanup()
        signal.signal(signal.SIGINT, signal.default_int_handler)
