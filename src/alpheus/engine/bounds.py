"""What a process may take: memory, processor, files, and to outlive the one that started it."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_DIE_WITH_PARENT = 1
_KILL = 9
_LAST_SECONDS = 5


def follow(parent: int) -> None:
    """Let the system end this process when the one that started it ends, where it can."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - of Linux alone

        ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, _KILL, 0, 0, 0)
    if parent and os.getppid() != parent:
        os._exit(1)


def bound(*, memory: int = 0, cpu_seconds: int = 0, file_bytes: int = 0, files: int = 0) -> None:
    """Bound what this process and each that it starts may take; 0 for no bound.

    Bytes of memory and of a file that it writes, seconds of a processor, open files. Beyond its
    seconds it is ended by SIGXCPU. Not on Windows.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - of POSIX alone

    wanted = {
        _memory(resource): memory, resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: file_bytes, resource.RLIMIT_NOFILE: files,
    }  # fmt: skip
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for what, most in wanted.items():
        _, hard = resource.getrlimit(what)
        if most and (hard == resource.RLIM_INFINITY or most < hard):
            # A little above the first bound of time is the last: the first tells what it was.
            last = most + _LAST_SECONDS if what == resource.RLIMIT_CPU else most
            with suppress(OSError, ValueError):
                resource.setrlimit(what, (most, last))


def _memory(resource: Any) -> int:  # noqa: ANN401 - the module, which not every system has
    # Files that are mapped to be read are no memory that is taken.
    return int(resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS)


def allow(cpu_seconds: int) -> None:
    """Let this process take so many seconds of a processor from now on, and be ended by SIGXCPU."""
    if sys.platform == "win32" or not cpu_seconds:
        return
    import resource  # noqa: PLC0415 - of POSIX alone

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or most < hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


@contextmanager
def more_memory(most: int) -> Iterator[None]:
    """In the block this process may take so many bytes beside what it has; MemoryError beyond.

    Where the system says what it has, which is on Linux.
    """
    if sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415 - of POSIX alone

    before = resource.getrlimit(resource.RLIMIT_DATA)
    taken = int(Path("/proc/self/statm").read_text("ascii").split()[5]) * resource.getpagesize()
    allow_memory(taken + most)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def allow_memory(most: int) -> None:
    """Let this process take so many bytes of memory for now, within its last bound; 0: that."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - of POSIX alone

    kind = _memory(resource)
    _, hard = resource.getrlimit(kind)
    if most and hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (most or hard, hard))
