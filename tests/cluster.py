"""A cluster on this machine: scheduler and workers as processes, and certificates."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpheus.engine.certs import make

_PATIENCE = 60.0
_WORKER = """
import sys
from pathlib import Path
from alpheus.engine.certs import Role, read
from alpheus.engine.services import run_worker
{more}
run_worker(sys.argv[1], read(Path(sys.argv[2]), Role.WORKER), {seats}, {memory} << 20, "0" * 64,
           lambda text: print(text, file=sys.stderr, flush=True))
"""


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Process:
    """A process of a cluster, with what it says."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self._log = log
        self._arguments = arguments
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with log.open("ab") as stream:
            self._running = subprocess.Popen(
                [sys.executable, *arguments], env=environment, stdin=subprocess.DEVNULL,
                stdout=stream, stderr=stream, start_new_session=True,
            )  # fmt: skip
        self.pid = self._running.pid

    def said(self, pattern: str, times: int = 1) -> None:
        """Wait until it has said something so often."""
        end = time.monotonic() + _PATIENCE
        while len(re.findall(pattern, self.text)) < times:
            if time.monotonic() > end or self._running.poll() is not None:
                raise RuntimeError(f"not said: {pattern}\n{self.text}")
            time.sleep(0.05)

    def is_gone(self) -> bool:
        """Whether it has ended; one that was killed a moment ago is waited for."""
        with suppress(subprocess.TimeoutExpired):
            self._running.wait(0.2)
        return self._running.poll() is not None

    def again(self) -> Process:
        """The same anew."""
        return Process(self._arguments, self._log)

    @property
    def text(self) -> str:
        """All that it has said."""
        return self._log.read_text("utf-8", "replace")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if self._running.poll() is None:
            self._running.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """End it, and wait for it."""
        self.send(number)
        if number != signal.SIGKILL:
            self.send(signal.SIGCONT)
        return self._running.wait(_PATIENCE)


class Cluster:
    """A scheduler and its workers; each may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certs = folder / "certs"
        make(self.certs)
        self.address = f"tls://127.0.0.1:{free_port()}"
        self.workers: list[Process] = []
        self.scheduler = self.start_scheduler()
        self.scheduler.said("listens")

    def start_scheduler(self) -> Process:
        """Start it, again if it is gone; it is not waited for."""
        listen = self.address.removeprefix("tls://")
        self.scheduler = Process(
            ["-m", "alpheus", "engine", "scheduler", "--listen", listen, "--certs",
             str(self.certs)], self.folder / "scheduler.log",
        )  # fmt: skip
        return self.scheduler

    def work(self, *, seats: int = 1, memory: int = 1_024, more: str = "") -> Process:
        """Start a worker for the units of tests; `more` is run in it first."""
        text = _WORKER.format(seats=seats, memory=memory, more=more)
        return self._started(["-c", text, self.address, str(self.certs)])

    def start_worker(self, *, seats: int = 1) -> Process:
        """Start a worker for packages, as people do."""
        return self._started(
            ["-m", "alpheus", "engine", "worker", self.address, "--certs", str(self.certs),
             "--seats", str(seats)]
        )  # fmt: skip

    def _started(self, arguments: list[str]) -> Process:
        log = self.folder / f"worker-{len(self.workers)}-{time.monotonic_ns()}.log"
        self.workers.append(Process(arguments, log))
        return self.workers[-1]

    def mend(self) -> None:
        """Start again whatever is gone, as whoever looks after it would."""
        if self.scheduler.is_gone():
            self.start_scheduler()
        for place, worker in enumerate(self.workers):
            if worker.is_gone():
                self.workers[place] = worker.again()

    def end(self) -> None:
        """End all of it."""
        for one in [*self.workers, self.scheduler]:
            one.end()


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster with nothing but a scheduler."""
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        cluster = Cluster(Path(folder))
        try:
            yield cluster
        finally:
            cluster.end()
