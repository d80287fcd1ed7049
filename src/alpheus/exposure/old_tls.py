"""A few threads for the few servers that need the client for old ciphers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

from alpheus.exposure.call import Call
from alpheus.exposure.model import Response
from alpheus.exposure.plan import port_of
from alpheus.exposure.second_chance import OldTlsConnection, SecondChanceError, is_available

_THREADS = 8
"""They mostly wait; what they compute takes the loop's time, for this client is Python alone."""

MOST_WAITING = 256
"""So many calls at most are in this pool; who comes then is told that it is full."""

Result = Response | SecondChanceError | None
"""An answer, why there is none, or None: the connection stands."""


class OldTlsPool:
    """Connects and asks in threads; results are taken in the thread of the loop.

    `wakes` becomes readable when there are results. `timeout` is in seconds, for a handshake and
    for an answer. Threads never keep the program from ending.
    """

    def __init__(self, timeout: float) -> None:
        self.is_available = is_available()
        self.inside = 0
        self._timeout = timeout
        self._threads: list[threading.Thread] = []
        self._jobs: SimpleQueue[tuple[Call, Callable[[], Response | None]] | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[Call, Result]] = SimpleQueue()
        self.wakes, self._waker = socket.socketpair()
        self.wakes.settimeout(0)
        self._waker.settimeout(0)

    @property
    def is_full(self) -> bool:
        """Whether nobody more is taken at the moment."""
        return self.inside >= MOST_WAITING

    def open(self, call: Call) -> None:
        """Connect, under the host name of the call's step."""
        endpoint = call.conversation.endpoint
        port = port_of(call.step, endpoint)
        call.old = OldTlsConnection(endpoint.address, port, call.step.host, self._timeout)
        self._do(call, call.old.open)

    def ask(self, call: Call, request: bytes) -> None:
        """Send a request on the connection that stands."""
        old = call.old
        if old is not None:
            self._do(call, lambda: old.ask(request))

    def results(self) -> Iterator[tuple[Call, Result]]:
        """What has come."""
        with contextlib.suppress(BlockingIOError):
            while self.wakes.recv(4096):
                pass
        while True:
            try:
                yield self._results.get_nowait()
            except Empty:
                return

    def close(self) -> None:
        """Let go of the threads; what they still do is given up."""
        for _ in self._threads:
            self._jobs.put(None)
        self.wakes.close()
        self._waker.close()

    def _do(self, call: Call, work: Callable[[], Response | None]) -> None:
        self.inside += 1
        if len(self._threads) < min(self.inside, _THREADS):
            thread = threading.Thread(target=self._serve, name="old-tls", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._jobs.put((call, work))

    def _serve(self) -> None:
        while job := self._jobs.get():
            call, work = job
            try:
                result: Result = work()
            except SecondChanceError as error:
                result = error
            self.inside -= 1
            self._results.put((call, result))
            with contextlib.suppress(OSError):  # full: a wake is under way; closed: nobody waits
                self._waker.send(b".")
