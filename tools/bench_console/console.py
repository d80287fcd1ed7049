"""The console as its users start it, in processes of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from tools.bench.race import alpheus, child, failure
from tools.bench_console.filled import NOTIFY

_PATIENCE = 120
_GRACE = 20


@contextmanager
def served(place: str, workers: int, log: Path | None = None) -> Iterator[tuple[int, int]]:
    """The process that was started, and the port at which the console is."""
    with tempfile.TemporaryDirectory(prefix="bench-console-") as folder:
        arguments = alpheus(
            "serve", "--port", "0", "--workers", str(workers), "--database", place,
            "--uploads", str(Path(folder) / "uploads"), "--notify", str(NOTIFY),
        )  # fmt: skip
        log = log or Path(folder) / "said"
        with log.open("w+") as said, child(arguments, said) as process:
            try:
                yield process.pid, _port(process, log, arguments)
            finally:
                process.send_signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_GRACE)


def _port(process: subprocess.Popen[bytes], said: Path, arguments: tuple[str, ...]) -> int:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"the console is at (\S+)", said.read_text()):
            return urlsplit(found.group(1)).port or 0
        time.sleep(0.05)
    with said.open() as stream:
        raise failure(arguments, process.returncode or 0, stream)
