"""What programs take of the processor and of memory: Linux, by /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _CHILDREN = 1, 11, 13
"""Places in `/proc/PID/stat`, counted behind the name."""


class Group:
    """Programs with all processes below them."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._roots = frozenset(roots)

    def seconds(self) -> float:
        """Of processors, by all of them so far; those that ended count with who waited for them."""
        found = _below(self._roots)
        return sum(sum(map(int, stat[_USER : _CHILDREN + 2])) for stat in found.values()) / _TICK

    def resident(self) -> dict[int, int]:
        """Bytes of their own by process, without pages of files, which the system takes back."""
        return {pid: _own(pid) for pid in _below(self._roots)}


def own_seconds() -> float:
    """Of processors, by this program."""
    return time.process_time()


def _own(pid: int) -> int:
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:  # it has just ended
        return 0
    _, found, rest = status.partition("RssAnon:")
    return int(rest.split(maxsplit=1)[0]) << 10 if found else 0


def _below(roots: frozenset[int]) -> dict[int, list[str]]:
    every = {}
    for path in PROC.iterdir():
        if path.name.isdigit():
            try:
                every[int(path.name)] = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
    found = {pid: every[pid] for pid in roots if pid in every}
    grown = True
    while grown:
        more = {
            pid: stat for pid, stat in every.items()
            if pid not in found and int(stat[_PARENT]) in found
        }  # fmt: skip
        found |= more
        grown = bool(more)
    return found
