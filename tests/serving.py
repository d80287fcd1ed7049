"""The console in a process of its own, as its users start it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cli.running import environment, program

PATIENCE = 60


class Console:
    """A console that runs. What it says goes into a file: no thread of ours is busy with it."""

    def __init__(self, process: subprocess.Popen[bytes], told: IO[bytes]) -> None:
        self.process = process
        self._told = told
        self._text = ""

    @property
    def said(self) -> list[str]:
        """What it said so far, whole lines."""
        if not self._told.closed:
            self._text = os.pread(self._told.fileno(), 1 << 24, 0).decode("utf-8", "replace")
        text = self._text
        return text.rpartition("\n")[0].splitlines() if "\n" in text else []

    def found(self, pattern: str) -> str:
        """The first group of the first line that fits, as soon as there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            has_ended = self.process.poll() is not None
            for line in self.said:
                if match := re.search(pattern, line):
                    return match.group(1)
            if has_ended:
                break
            time.sleep(0.02)
        raise AssertionError(f"never said {pattern}: {self.said}")

    def close(self) -> None:
        """Keep what it said."""
        self._text = "\n".join([*self.said, ""])

    @property
    def url(self) -> str:
        """Where it is."""
        return self.found(r"the console is at (\S+)")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(database: str | Path, *options: str | Path, **more: str) -> Iterator[Console]:
    """Start it at a free port of this machine; end it whatever happens.

    What it takes in lies beside its database, where that is a file.
    """
    if isinstance(database, Path) and "--uploads" not in options:
        options = ("--uploads", database.with_name("uploads"), *options)
    command = program("serve", "--port", "0", "--database", database, *options)
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            command, env=environment(**more), stdout=subprocess.DEVNULL, stderr=told
        )
        started = Console(process, told)
        try:
            yield started
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)
            started.close()
