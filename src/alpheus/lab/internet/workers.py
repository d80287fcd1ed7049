"""Several processes that stand for the same test internet."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from alpheus.errors import UsageError
from alpheus.lab.internet.server import Server


def run_until_signal(
    make: Callable[[], Server], workers: int, ready: Callable[[Server], None]
) -> None:
    """Answer until SIGINT or SIGTERM; `make` opens a server, `ready` is told of the first.

    With several workers each has a process and a server of its own. They share ports, and what
    `make` gives to every server that it opens; their logs are apart. Raises UsageError where
    processes cannot be forked.
    """
    if workers > 1 and not hasattr(os, "fork"):
        raise UsageError("this system forks no processes: --workers 1 is all there is")
    first = make()
    children = [_fork(make) for _ in range(workers - 1)]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: first.stop())
    ready(first)
    try:
        first.run()
    finally:
        for child in children:
            os.kill(child, signal.SIGTERM)
        for child in children:
            os.waitpid(child, 0)


def _fork(make: Callable[[], Server]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        server = make()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        server.run()
        status = 0
    finally:
        os._exit(status)
