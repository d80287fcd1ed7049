"""A browser that costs little: one connection that is kept, and answers that are only measured.

It takes what `alpheus serve` sends: HTTP/1.1, with a length or in pieces.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

_ENDS = b"\r\n\r\n"
_LAST = b"\r\n0\r\n\r\n"


class Answer(NamedTuple):
    """The status, how many bytes came, and the head in small letters."""

    status: int
    size: int
    head: bytes


class BrokenError(Exception):
    """The connection ended before the answer did."""


class Browser(asyncio.Protocol):
    """One connection. Ask one thing at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._begin()

    async def get(self, address: str, headers: str = "") -> Answer:
        """Ask for an address; `headers` end with CR LF each. Raises BrokenError, OSError.

        A connection that was kept may end as it is used again: then it is asked once more.
        """
        kept = self._transport is not None and not self._transport.is_closing()
        try:
            return await self._ask(address, headers)
        except BrokenError:
            if not kept or self._received:
                raise
            return await self._ask(address, headers)

    async def _ask(self, address: str, headers: str) -> Answer:
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            self._transport, _ = await loop.create_connection(lambda: self, self._host, self._port)
        self._begin()
        self._waiting = loop.create_future()
        self._transport.write(
            f"GET {address} HTTP/1.1\r\nhost: {self._host}\r\naccept-encoding: gzip\r\n"
            f"accept: text/html,application/json\r\n{headers}\r\n".encode()
        )
        return await self._waiting

    def close(self) -> None:
        """Let go of the connection."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take in a piece of an answer."""
        self._received += len(data)
        if self._head:
            self._size += len(data)
            self._tail = (self._tail + data)[-len(_LAST) :]
        else:
            self._begun += data
            head, found, body = self._begun.partition(_ENDS)
            if not found:
                return
            self._head = head.lower()
            self._length = length_in(self._head)
            self._size, self._tail = len(body), (b"\r\n" + body)[-len(_LAST) :]
        if self._tail == _LAST if self._length < 0 else self._size >= self._length:
            self._answer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears of it."""
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(BrokenError(str(exc or "the connection was closed")))

    def _begin(self) -> None:
        self._received, self._size, self._length = 0, 0, 0
        self._begun = self._head = self._tail = b""

    def _answer(self) -> None:
        if b"\r\nconnection: close" in self._head and self._transport is not None:
            self._transport.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Answer(int(self._head[9:12]), self._size, self._head))


def length_in(head: bytes) -> int:
    """Bytes of the body that a head in small letters speaks of; -1 for one that comes in pieces."""
    if b"\r\ntransfer-encoding: chunked" in head:
        return -1
    _, found, rest = head.partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
