"""A client for servers with which OpenSSL shares no cipher any more: RC4, 3DES, SSLv3.

tlslite-ng speaks them, in Python alone and therefore slowly: it runs in a few threads, for the few
that need it. It is optional (`pip install alpheus[old-tls]`).
"""

from __future__ import annotations

import contextlib
import math
import socket
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from alpheus.exposure.http_response import ResponseError, ResponseReader
from alpheus.exposure.model import Response

if TYPE_CHECKING:
    from tlslite.api import TLSConnection

_READ = 1 << 14
_VERSIONS = {(3, 0): "SSLv3", (3, 1): "TLSv1", (3, 2): "TLSv1.1", (3, 3): "TLSv1.2"}
_T = TypeVar("_T")


class SecondChanceError(Exception):
    """This client got no answer either; the text says why. `cut`: the peer ended the connection."""

    def __init__(self, message: str, *, cut: bool = False) -> None:
        super().__init__(message)
        self.cut = cut


def is_available() -> bool:
    """Whether tlslite-ng is installed."""
    return find_spec("tlslite") is not None


class OldTlsConnection:
    """One connection, used from one thread at a time. `timeout` is in seconds, for each step.

    `deadline` (monotonic seconds) is when a step that has begun should be given up by `close`: a
    server that sends one byte after the other is never silent for long.
    """

    def __init__(self, address: str, port: int, name: str, timeout: float) -> None:
        self._place = (address, port)
        self._name = name
        self._timeout = timeout
        self._closed = False
        self._plain: socket.socket | None = None
        self._connection: TLSConnection | None = None
        self._reader = ResponseReader()
        self.deadline = math.inf
        self.version = ""
        self.cipher = ""
        self.certificate = b""
        """The server's certificate in DER; empty where it gave none."""

    def open(self) -> None:
        """Connect and shake hands. Raises SecondChanceError."""
        self._guarded(self._open)

    def ask(self, request: bytes) -> Response:
        """Send one request; its answer. Raises SecondChanceError."""
        return self._guarded(lambda: self._ask(request))

    @property
    def keep_alive(self) -> bool:
        """Whether another request can be sent after the last answer."""
        return self._reader.keep_alive

    def close(self) -> None:
        """Let go of the connection for good; a step that waits in another thread ends as well."""
        self._closed = True
        plain, self._plain = self._plain, None
        if plain is not None:
            with contextlib.suppress(OSError):
                plain.shutdown(socket.SHUT_RDWR)
            plain.close()

    def _guarded(self, work: Callable[[], _T]) -> _T:
        from tlslite.errors import TLSAbruptCloseError, TLSError  # noqa: PLC0415 - an extra

        self.deadline = time.monotonic() + self._timeout
        try:
            return work()
        except TimeoutError as error:
            self.close()
            message = "the client for old ciphers got no answer in time"
            raise SecondChanceError(message) from error
        except (TLSError, OSError, ResponseError, ValueError, IndexError, AssertionError,
                TypeError, AttributeError, SyntaxError) as error:  # fmt: skip
            self.close()
            text = str(error).strip() or type(error).__name__
            message = f"the client for old ciphers failed as well ({text[:120]})"
            cut = isinstance(error, ConnectionError | TLSAbruptCloseError)
            raise SecondChanceError(message, cut=cut) from error
        finally:
            self.deadline = math.inf

    def _open(self) -> None:
        from tlslite.api import HandshakeSettings, TLSConnection  # noqa: PLC0415 - an extra

        plain = socket.create_connection(self._place, self._timeout)
        self._plain = plain
        if self._closed:  # while it was being made
            self.close()
        settings = HandshakeSettings()
        settings.minVersion, settings.maxVersion = (3, 0), (3, 3)
        settings.minKeySize = 512
        settings.cipherNames = [*settings.cipherNames, "rc4"]
        settings.macNames = [*settings.macNames, "md5"]
        settings.rsaSigHashes = [*settings.rsaSigHashes, "md5"]
        connection = TLSConnection(plain)
        connection.ignoreAbruptClose = True
        connection.handshakeClientCert(settings=settings, serverName=self._name or None)
        self.version = _VERSIONS.get(connection.version, "")
        self.cipher = str(connection.getCipherName() or "").upper()
        chain = connection.session.serverCertChain
        if chain is not None and chain.x509List:
            self.certificate = bytes(chain.x509List[0].bytes)
        self._connection = connection

    def _ask(self, request: bytes) -> Response:
        connection = self._connection
        if connection is None:
            message = "not connected"
            raise ValueError(message)
        connection.sendall(request)
        while True:
            data = bytes(connection.recv(_READ))
            response = self._reader.feed(data) if data else self._reader.finish()
            if response is not None:
                return response
            if not data:
                message = "the server ended without an answer"
                raise ResponseError(message)
