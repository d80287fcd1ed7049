"""How long the console waits for somebody at the other end of a connection.

A request arrives within a time, faster than a crawl; an answer is fetched, if slowly. Whoever keeps
a connection and does neither loses it, and one address has not more than some of them at once:
otherwise a single machine could hold all there are.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from ipaddress import IPv4Network, IPv6Network

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

from alpheus.web.access.front import within

WITHIN = 20.0
"""Seconds in which the head of a request is there."""
SLOWEST = 1_000
"""Bytes in a second that a longer request brings at least."""
UNREAD = 60.0
"""Seconds in which something of an answer is fetched."""
MOST = 100
"""Connections of one address at once; a proxy of ours has as many as it likes."""

_OFTEN = 5.0


class PatientConfig(Config):
    """What uvicorn is told, and whose connections are not counted."""

    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    within: float = WITHIN
    unread: float = UNREAD
    most: int = MOST
    often: float = _OFTEN


_open: Counter[str] = Counter()


class Patient(H11Protocol):
    """A connection that is looked at every few seconds."""

    config: PatientConfig

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait; refuse an address that has enough."""
        super().connection_made(transport)
        self._host = self.client[0] if self.client else ""
        self._since, self._received = self.loop.time(), 0
        self._unread, self._unread_since = 0, self._since
        _open[self._host] += 1
        self._timer = self.loop.call_later(self.config.often, self._look)
        if _open[self._host] > self.config.most and not within(self._host, self.config.proxies):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._timer.cancel()
        _open[self._host] -= 1
        if _open[self._host] <= 0:
            del _open[self._host]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes."""
        self._received += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """The next request has as long as the first."""
        self._since, self._received = self.loop.time(), 0
        super().on_response_complete()

    def _look(self) -> None:
        now = self.loop.time()
        if self._is_too_slow(now) or self._is_not_fetched(now):
            self.transport.abort()
            return
        self._timer = self.loop.call_later(self.config.often, self._look)

    def _is_too_slow(self, now: float) -> bool:
        import h11  # noqa: PLC0415 - uvicorn's own

        waiting = self.conn.their_state in {h11.IDLE, h11.SEND_BODY}
        if not waiting or self.flow.read_paused:
            self._since, self._received = now, 0
            return False
        return now - self._since > self.config.within + self._received / SLOWEST

    def _is_not_fetched(self, now: float) -> bool:
        left = self.transport.get_write_buffer_size()
        if not left or left != self._unread:
            self._unread, self._unread_since = left, now
            return False
        return now - self._unread_since > self.config.unread
