"""The console in a process of its own, as its users start it."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.running import environment, program

PATIENCE = 60


class Console:
    """A console that runs. `said` is what it said, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))

    def found(self, pattern: str) -> str:
        """The first group of the first line that fits, as soon as there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for line in tuple(self.said):
                if match := re.search(pattern, line):
                    return match.group(1)
            if self.process.poll() is not None and not self._reader.is_alive():
                break
            time.sleep(0.02)
        raise AssertionError(f"never said {pattern}: {self.said}")

    def close(self) -> None:
        """Let go of what it says; call it when it has ended."""
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    @property
    def url(self) -> str:
        """Where it is."""
        return self.found(r"the console is at (\S+)")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status


@contextmanager
def serving(database: str | Path, *options: str | Path, **more: str) -> Iterator[Console]:
    """Start it at a free port of this machine; end it whatever happens.

    What it takes in lies beside its database, where that is a file.
    """
    if isinstance(database, Path) and "--uploads" not in options:
        options = ("--uploads", database.with_name("uploads"), *options)
    command = program("serve", "--port", "0", "--database", database, *options)
    process = subprocess.Popen(
        command, env=environment(**more), text=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    started = Console(process)
    try:
        yield started
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        started.close()
