"""Does something in a copy of this process, which may be killed or kept short of room."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context


def end_of_a_copy(do: Callable[[], object], patience: float = 60) -> int:
    """How a copy ends that does this: its status, or the negative number of its signal."""
    process = get_context("fork").Process(target=do)
    process.start()
    process.join(patience)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    assert code is not None, "the copy did not end"
    process.close()
    return code


def die(*_: object, **__: object) -> None:
    """Put this in the place of what a copy must not live to do."""
    os.kill(os.getpid(), signal.SIGKILL)


def on_a_full_disk(room: int, do: Callable[[], int]) -> tuple[int, str]:
    """Status of a copy, and what it says, on a disk on which no file grows beyond `room` bytes.

    What it says is written into a pipe, which takes 64 KiB.
    """
    reading, writing = os.pipe()

    def short_of_room() -> None:
        os.close(reading)
        sys.dont_write_bytecode = True  # which would be cut off without a word
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, -1))
        with os.fdopen(writing, "w") as said, redirect_stderr(said), redirect_stdout(said):
            status = do()
        os._exit(status)

    status = end_of_a_copy(short_of_room)
    os.close(writing)
    with os.fdopen(reading) as said:
        return status, said.read()
