"""A process that runs a job, from outside: started, listened to, ended with all it started."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO

import msgspec

from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Note
from alpheus.web.jobs.wire import LONGEST_LINE, Bounds, Message, Task

COMMAND = ("-P", "-m", "alpheus.web.jobs.child")
_MOST_WAITING = 1_000
_PATIENCE = 5
_LOGGED = 4_000


class Process:
    """A job's process. What it writes on standard error goes to a file in its folder."""

    def __init__(self, task: Task) -> None:
        work = Path(task.work)
        self._errors = work / "errors"
        environment = {**os.environ, "TMPDIR": str(work), "TEMP": str(work), "TMP": str(work)}
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, cwd=work, env=environment, start_new_session=True,
            )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._messages: queue.Queue[Message | None] = queue.Queue(_MOST_WAITING)
        self._listener = Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listener.start()
        with suppress(BrokenPipeError), self._process.stdin as stdin:
            stdin.write(msgspec.json.encode(task))

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def hear(self, seconds: float) -> Message | None:
        """What it says next; None where it says nothing for so long. Raises EOFError at its end.

        What it started may outlive it, and keep open what it spoke by.
        """
        has_ended = self._process.poll() is not None
        try:
            found = self._messages.get(timeout=seconds)
        except queue.Empty:
            if has_ended:
                raise EOFError from None
            return None
        if found is None:
            raise EOFError
        return found

    def ask_to_end(self) -> None:
        """Let it come to an end by itself, if it listens; what it started is left alone."""
        if sys.platform != "win32":
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self._process.pid, signal.SIGTERM)

    def end(self) -> int:
        """End it, if it has not, with all that it started; its status."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        status = self._process.wait()
        self._drain()
        return status

    def wait(self) -> int:
        """Its status, a little after its last word; what it started is ended with it."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        return self.end()

    def said_last(self) -> str:
        """The end of what it wrote on standard error."""
        try:
            with self._errors.open("rb") as stream:
                stream.seek(max(self._errors.stat().st_size - _LOGGED, 0))
                return stream.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def _listen(self, stream: IO[bytes]) -> None:
        decode = msgspec.json.Decoder(Message).decode
        with suppress(ValueError, OSError):
            while line := stream.readline(LONGEST_LINE):
                with suppress(msgspec.MsgspecError):
                    self._messages.put(decode(line))
        self._messages.put(None)

    def _drain(self) -> None:
        """Let the listener come to its end."""
        while self._listener.is_alive():
            with suppress(queue.Empty):
                self._messages.get(timeout=0.05)
        if self._process.stdout is not None:
            self._process.stdout.close()


def why(status: int, bounds: Bounds) -> Note:
    """What its end means, where it said nothing itself."""
    if status >= 0:
        return said.note(said.ENDED_EARLY, status=status)
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    if name == "SIGXCPU":
        return said.note(said.TOO_MUCH_TIME, minutes=max(bounds.cpu_seconds // 60, 1))
    if name == "SIGXFSZ":
        return said.note(said.TOO_LARGE_UNPACKED)
    outside = name in {"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"}
    return said.note(said.KILLED if outside else said.CRASHED, signal=name)
