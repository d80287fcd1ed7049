"""One conversation on the wire: a socket that never blocks, TLS in memory, one answer at a time.

A call knows sockets and bytes; what to ask and what an answer means it does not know.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from enum import IntEnum

from alpheus.exposure.http_response import ResponseReader
from alpheus.exposure.model import Conversation, ProbeKind, Response
from alpheus.exposure.plan import Step, port_of
from alpheus.exposure.second_chance import OldTlsConnection
from alpheus.exposure.tls import HandshakeFailure, lax_context

_BUFFER = memoryview(bytearray(1 << 16))
"""What is received stands here until it is taken over; one thread, one call at a time."""
_PLAIN = memoryview(bytearray(1 << 14))
"""As `_BUFFER`, for one record of TLS at most."""
_BANNER = 1 << 12
"""Bytes in which a mail server must have said its first line."""

_NO_READER = ResponseReader()
_NO_BYTES = ssl.MemoryBIO()
"""For calls that are not connected yet; nothing is put into them."""

_UNDER_WAY = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN})


class Phase(IntEnum):
    """Where a call stands."""

    WAITING = 0
    """For the time at which it may go on; no event is expected but the peer's leaving."""
    CONNECTING = 1
    HANDSHAKE = 2
    READING = 3
    OLD_TLS = 4
    """In the hands of the client for old ciphers."""


class ClosedError(ConnectionError):
    """The peer ended the connection before an answer was whole."""


class Call:
    """A conversation in progress. `number` is its place in the run; times are monotonic seconds.

    `wide`: TLS is offered in every version and with every cipher, since the usual did not do;
    `needs_old`: only the client for old ciphers gets through. `reserved`: the pace has room for the
    next connection at the time for which the call waits.
    """

    __slots__ = (
        "_banner", "_incoming", "_leftover", "_outgoing", "_tls", "conversation", "deadline",
        "got", "host", "needs_old", "number", "old", "phase", "reader", "refusal", "repeated",
        "reserved", "reused", "sock", "started", "step", "wide", "young",
    )  # fmt: skip

    def __init__(self, number: int, conversation: Conversation, step: Step, now: float) -> None:
        self.number = number
        self.conversation = conversation
        self.step = step
        self.started = now
        self.deadline = now
        self.phase = Phase.WAITING
        self.young = True
        self.wide = False
        self.needs_old = False
        self.reserved = True
        self.sock: socket.socket | None = None
        self.host = ""
        self.reader = _NO_READER
        self.reused = False
        self.repeated = False
        self.got = False
        self.old: OldTlsConnection | None = None
        self.refusal: HandshakeFailure | None = None
        self._tls: ssl.SSLObject | None = None
        self._incoming = self._outgoing = _NO_BYTES
        self._leftover = b""
        self._banner = b""

    @property
    def says_hello(self) -> bool:
        """Whether it is the server that speaks first."""
        return self.step.probe is ProbeKind.SMTP

    @property
    def _speaks_tls(self) -> bool:
        """The back end has TLS alone, whatever stands before it."""
        scheme = self.conversation.endpoint.scheme
        return self.step.probe is ProbeKind.BACK_END or (scheme == "https" and not self.says_hello)

    def connect(self) -> None:
        """Begin a connection to the endpoint, under the host name of the step. Raises OSError."""
        endpoint = self.conversation.endpoint
        family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(0)
        self.phase = Phase.CONNECTING
        self.host = self.step.host
        self.reused = False
        status = self.sock.connect_ex((endpoint.address, port_of(self.step, endpoint)))
        if status not in _UNDER_WAY:
            raise OSError(status, os.strerror(status))

    def connected(self, *, doubtful: bool = True) -> None:
        """The connection stands: begin TLS, if it is to be. Raises OSError.

        `doubtful`: it may have failed as well.
        """
        status = self._socket().getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if doubtful else 0
        if status:
            raise OSError(status, os.strerror(status))
        self.reader = ResponseReader()
        self._leftover = self._banner = b""
        self._tls = None
        if self._speaks_tls:
            self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            self._tls = lax_context(wide=self.wide).wrap_bio(
                self._incoming, self._outgoing, server_hostname=self.host or None
            )
            self.phase = Phase.HANDSHAKE
            self._advance()

    def handshake(self) -> ssl.SSLObject | None:
        """Go on with the handshake; the TLS object once it is done. Raises OSError."""
        data = self._receive()
        if data is None:
            return None
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return self._tls if self._advance() else None

    def send(self, request: bytes) -> None:
        """Send a request and expect an answer. Raises OSError."""
        self.phase = Phase.READING
        self.got = False
        if self._tls is None:
            self._push(request)
            return
        self._tls.write(request)
        self._push(self._outgoing.read())

    def read(self) -> Response | None:
        """What has come; a response once it is whole. Raises OSError, ResponseError."""
        data = self._receive()
        if data is None:
            return None
        if self._tls is None:
            return self._read_on(bytes(data))
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return self._decrypted()

    def banner(self) -> Response | None:
        """The first line of a mail server as the body of a response. Raises OSError."""
        data = self._receive()
        if data is None:
            return None
        self._banner += data
        if data and b"\n" not in self._banner and len(self._banner) < _BANNER:
            return None
        line = self._banner[:_BANNER].partition(b"\n")[0].strip()
        if not line:
            raise ClosedError
        code = line[:3]
        return Response(int(code) if code.isdigit() else 0, (), line)

    @property
    def wants_to_write(self) -> bool:
        """Whether bytes are left that the socket did not take."""
        return bool(self._leftover)

    def write_on(self) -> None:
        """Send what was left. Raises OSError."""
        data, self._leftover = self._leftover, b""
        self._push(data)

    def close(self) -> None:
        """Let go of the connection.

        The next one to the same server does not resume its TLS session: many balancers would lead
        it to the same of several servers, and reading a session costs as much as a handshake.
        """
        if self.sock is not None:
            self.sock.close()
            self.sock = None
        if self.old is not None:
            self.old.close()
            self.old = None
        self._tls = None

    def _socket(self) -> socket.socket:
        if self.sock is None:
            raise ClosedError
        return self.sock

    def _receive(self) -> memoryview | None:
        """Bytes, to be taken over at once; empty when the peer has ended; None if there are none.

        In one place for all, since fresh room for so many would cost more than what is read.
        """
        try:
            return _BUFFER[: self._socket().recv_into(_BUFFER)]
        except (BlockingIOError, InterruptedError):
            return None

    def _advance(self) -> bool:
        """One step of the handshake; whether it is done."""
        tls = self._tls
        if tls is None:
            raise ClosedError
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            self._push(self._outgoing.read())
            return False
        except ssl.SSLError:
            self._push(self._outgoing.read())
            raise
        self._push(self._outgoing.read())
        return True

    def _decrypted(self) -> Response | None:
        tls = self._tls
        if tls is None:
            raise ClosedError
        while True:
            try:
                # With a buffer it is a number of bytes.
                count: int = tls.read(len(_PLAIN), _PLAIN)  # type: ignore[assignment]
                data = bytes(_PLAIN[:count])
            except ssl.SSLWantReadError:
                return None
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                data = b""
            response = self._read_on(data)
            if response is not None:
                return response

    def _read_on(self, data: bytes) -> Response | None:
        """The response, if these bytes or their end complete it."""
        if data:
            self.got = True
            return self.reader.feed(data)
        response = self.reader.finish()
        if response is None:
            raise ClosedError
        return response

    def _push(self, data: bytes) -> None:
        if not data:
            return
        if self._leftover:
            self._leftover += data
            return
        try:
            sent = self._socket().send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        self._leftover = data[sent:]
