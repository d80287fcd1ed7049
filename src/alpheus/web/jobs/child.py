"""The process of one job: bounded in memory and time, and gone when the console is gone.

Started as `python -P -m alpheus.web.jobs.child`; the task comes by standard input, so that neither
a password nor the address of a database stands where other programs can read it.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

import msgspec

from alpheus.engine.bounds import bound, follow
from alpheus.errors import AlpheusError, DatabaseError
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Note, Result
from alpheus.web.jobs.wire import Ended, Failed, Message, Task

_LARGEST_TASK = 4 << 20
_NICE = 10
_FILES = 4_096


Tell = Callable[[Message], None]
Run = Callable[[Task, Tell], Result]


def main(run: Run | None = None) -> int:
    """Do the task of standard input; tell of it by lines on standard output."""
    task = msgspec.json.decode(sys.stdin.buffer.read(_LARGEST_TASK), type=Task)
    tell = _teller(task.parent)
    follow(task.parent)
    os.umask(0o077)
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(_NICE)
    bounds = task.bounds
    bound(memory=bounds.memory, cpu_seconds=bounds.cpu_seconds, file_bytes=bounds.file_bytes,
          files=_FILES)  # fmt: skip
    tell(outcome(task, tell, run))
    return 0


def outcome(task: Task, tell: Tell, run: Run | None = None) -> Message:
    """What comes of a task: always a message, whatever goes wrong."""
    try:
        if run is None:
            from alpheus.web.jobs import tasks  # noqa: PLC0415 - within the bounds

            run = tasks.run
        return Ended(run(task, tell))
    except AlpheusError as error:
        return Failed(_told(task, error))
    except Exception as error:  # hostile input; the log has all of it
        traceback.print_exc()
        if _is_for_want_of_memory(error):
            return Failed(said.note(said.TOO_MUCH_MEMORY, megabytes=task.bounds.memory >> 20))
        if getattr(error, "errno", 0) == errno.EFBIG:
            return Failed(said.note(said.TOO_LARGE_UNPACKED))
        return Failed(said.note(said.UNFORESEEN))


def _told(task: Task, error: AlpheusError) -> Note:
    if isinstance(error, ComplaintError):
        return error.note
    if isinstance(error, DatabaseError):
        return said.note(said.DATABASE, reason=str(error))
    return said.note(said.BROKEN, name=task.name, reason=str(error))


def _teller(parent: int) -> Tell:
    """Says a message; ends the process where nobody hears it any more."""
    encode = msgspec.json.encode

    def tell(message: Message) -> None:
        if parent and os.getppid() != parent:
            os._exit(1)
        try:
            sys.stdout.buffer.write(encode(message) + b"\n")
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os._exit(1)

    return tell


def _is_for_want_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM:
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    sys.exit(main())
