"""One connection to a simulated server: handshake, requests, replies and misbehaviour."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from enum import Enum, auto
from typing import TYPE_CHECKING

from alpheus.lab.internet import iis, smtp
from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.poller import READ, WRITE
from alpheus.lab.internet.reply import Reply, Request, Then
from alpheus.lab.internet.transports import TRANSPORTS
from alpheus.lab.internet.trouble import noise

if TYPE_CHECKING:
    from alpheus.lab.internet.server import Server

_LARGEST_HEAD = 65_536
_READ_SIZE = 16_384
_AT_ONCE = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends a reset."""


class Role(Enum):
    """What a port is for."""

    WEB = auto()
    BACK_END = auto()
    SMTP = auto()


class Phase(Enum):
    """Where a connection is."""

    NEW = auto()
    HANDSHAKE = auto()
    TALK = auto()
    SILENT = auto()
    DRIP = auto()


def read_request(head: bytes) -> Request | None:
    """The request of a head (everything before the empty line), or None if it is no HTTP."""
    line, _, rest = head.partition(b"\r\n")
    words = line.split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1.") or not words[0].isalpha():
        return None
    host = ""
    at = (b"\r\n" + rest).lower().find(b"\r\nhost:")
    if at >= 0:
        host = rest[at + 5 :].partition(b"\r\n")[0].strip().decode("latin-1")
    return Request(words[0].decode(), words[1].decode("latin-1"), host)


class Connection:
    """The server's side of one connection. Never blocks; tells its server what to watch."""

    __slots__ = (
        "_after", "_again", "_in", "_offset", "_out", "_server", "address", "behaviour",
        "client", "fd", "member", "phase", "port", "role", "sock", "started", "watched",
    )  # fmt: skip

    def __init__(
        self,
        server: Server,
        sock: socket.socket,
        role: Role,
        behaviour: Behaviour,
        place: tuple[int, int, int],
    ) -> None:
        self._server = server
        self.sock = sock
        self.role = role
        self.behaviour = behaviour
        self.address = behaviour.address
        self.port, self.client, self.member = place
        self.started = time.monotonic()
        self.fd = sock.fileno()
        self.phase = Phase.NEW
        self.watched = READ
        self._in = b""
        self._out = b""
        self._offset = 0
        self._after = Then.KEEP
        self._again = b""

    def open(self) -> bool:
        """What is done before the client says anything; False if that was the end."""
        if self.role is Role.SMTP:
            greeting = smtp.greeting(self.behaviour)
            if greeting is None:
                return self.reset()
            self.phase = Phase.TALK
            return self._reply(greeting)
        if self.role is Role.BACK_END and not self.behaviour.kind.back_end:
            return self.reset()
        opening = TRANSPORTS[self.behaviour.kind.transport].opening
        if opening == "reset":
            return self.reset()
        if opening == "close":
            return self.close()
        if opening == "hold":
            self.phase = Phase.SILENT
        elif opening == "plain":
            self.phase = Phase.TALK
        return True

    def on_event(self, mask: int) -> bool:
        """Go on after something happened to the socket; False if the connection has ended."""
        try:
            return self._go_on(mask) and self._watch()
        except (ssl.SSLWantReadError, BlockingIOError):
            return self._watch()
        except ssl.SSLWantWriteError:
            return self._watch(WRITE)
        except OSError:
            return self.close()

    def _go_on(self, mask: int) -> bool:
        if self._out and mask & WRITE:
            return self._write()
        if self.phase is Phase.TALK:
            return self._read()
        if self.phase in {Phase.SILENT, Phase.DRIP}:
            return bool(self.sock.recv(_READ_SIZE)) or self.close()
        return self._handshake()

    def _handshake(self) -> bool:
        if self.phase is Phase.NEW:
            transport = TRANSPORTS[self.behaviour.kind.transport]
            if transport.opening == "noise":
                self.sock.recv(_READ_SIZE)
                self.phase = Phase.TALK
                return self._reply(Reply(noise(self.address, 700), Then.CLOSE))
            if transport.library == "tlslite":
                self._server.hand_over(self)
                return False
            self.phase = Phase.HANDSHAKE
            self.sock = self._server.credentials.context(self.behaviour).wrap_socket(
                self.sock, server_side=True, do_handshake_on_connect=False
            )
        assert isinstance(self.sock, ssl.SSLSocket)
        self.sock.do_handshake()
        self.phase = Phase.TALK
        return self._read()

    def _read(self) -> bool:
        while True:
            received = self.sock.recv(_READ_SIZE)
            if not received:
                return self.close()
            self._in += received
            while (end := self._end()) >= 0:
                head, self._in = self._in[:end], self._in[end + self._separator() :]
                if not self._answer(head):
                    return False
                if self._out or self.phase is not Phase.TALK:
                    return True
            if len(self._in) > _LARGEST_HEAD:
                return self.close()

    def _end(self) -> int:
        if self.role is Role.SMTP:
            return self._in.find(b"\r\n")
        if self._in and not self._in[0] & 0x40:
            # No letter: somebody speaks TLS to a port without.
            return len(self._in)
        return self._in.find(b"\r\n\r\n")

    def _separator(self) -> int:
        return 2 if self.role is Role.SMTP else 4

    def _answer(self, head: bytes) -> bool:
        if self.role is Role.SMTP:
            return self._reply(smtp.reply(self.behaviour, head))
        return self._reply(self.answer_to(head))

    def answer_to(self, head: bytes) -> Reply:
        """The reply to a request, which is logged."""
        asked = read_request(head)
        if asked is None:
            return iis.bad_request()
        self._server.log.request(self.address, self.port, self.client, asked, head)
        reply = self._server.answer(self.behaviour, asked, self.role, self.member)
        if reply.then is Then.KEEP and b"\r\nconnection: close" in head.lower():
            return Reply(reply.data, Then.CLOSE)
        return reply

    def _reply(self, reply: Reply) -> bool:
        self._out, self._offset = reply.data, 0
        self._after, self._again = reply.then, reply.again
        if reply.then is Then.DRIP:
            self.phase = Phase.DRIP
            self._server.drip(self)
            return True
        return self._write()

    def _write(self) -> bool:
        size = len(self._out)
        while self._offset < size:
            rest = memoryview(self._out)[self._offset :] if self._offset else self._out
            self._offset += self.sock.send(rest)
        if self._after is Then.REPEAT:
            # The others come first; the socket is watched for room.
            self._out, self._offset = self._again, 0
            return True
        self._out = b""
        return self._finish()

    def _finish(self) -> bool:
        if self._after is Then.KEEP:
            return True
        if self._after is Then.HOLD:
            self.phase = Phase.SILENT
            return True
        return self.reset() if self._after is Then.RESET else self.close()

    def drop(self) -> bool:
        """Send the next byte of a slow reply; False if the connection has ended."""
        try:
            self._offset += self.sock.send(self._out[self._offset : self._offset + 1])
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return True
        except OSError:
            return self.close()
        if self._offset >= len(self._out):
            self._out, self._offset = self._again, 0
        return True

    def _watch(self, mask: int = 0) -> bool:
        wanted = mask or (WRITE if self._out and self.phase is Phase.TALK else READ)
        if wanted != self.watched:
            self.watched = wanted
            self._server.watch(self, wanted)
        return True

    def reset(self) -> bool:
        """End it with a reset."""
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        return self.close()

    def close(self) -> bool:
        """End it; always False."""
        self.sock.close()
        return False
