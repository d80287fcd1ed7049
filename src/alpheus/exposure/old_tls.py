"""A few threads for the few servers that need the client for old ciphers."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from alpheus.exposure.call import Call
from alpheus.exposure.model import Response
from alpheus.exposure.second_chance import OldTlsConnection, SecondChanceError, is_available

_THREADS = 2
"""More would take the loop's time: this client is Python alone."""


class OldTlsPool:
    """Asks in threads; results are taken in the thread of the loop.

    `wakes` becomes readable when there are results. `timeout` is in seconds.
    """

    def __init__(self, timeout: float) -> None:
        self.is_available = is_available()
        self._timeout = timeout
        self._threads: ThreadPoolExecutor | None = None
        self._results: SimpleQueue[tuple[Call, Response | SecondChanceError]] = SimpleQueue()
        self.wakes, self._waker = socket.socketpair()
        self.wakes.settimeout(0)
        self._waker.settimeout(0)

    def open(self, call: Call) -> None:
        """Give the call a connection of this kind; it is opened with its first request."""
        endpoint = call.conversation.endpoint
        call.old = OldTlsConnection(endpoint.address, endpoint.port, call.step.host, self._timeout)

    def ask(self, call: Call, request: bytes) -> None:
        """Send a request; its result comes later."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="old-tls")
        old = call.old
        if old is not None:
            self._threads.submit(self._work, call, old, request)

    def results(self) -> Iterator[tuple[Call, Response | SecondChanceError]]:
        """What has come: a response, or why there is none."""
        try:
            while self.wakes.recv(4096):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                yield self._results.get_nowait()
            except Empty:
                return

    def close(self) -> None:
        """Let go of the threads; what they still do is given up."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self.wakes.close()
        self._waker.close()

    def _work(self, call: Call, old: OldTlsConnection, request: bytes) -> None:
        try:
            result: Response | SecondChanceError = old.ask(request)
        except SecondChanceError as error:
            result = error
        self._results.put((call, result))
        with contextlib.suppress(OSError):  # full: a wake is under way; closed: nobody waits
            self._waker.send(b".")
