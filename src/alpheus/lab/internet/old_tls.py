"""Servers that OpenSSL can no longer play: RC4, 3DES, SSL 3, no secure renegotiation.

They are spoken for by tlslite-ng, in plain Python, one thread for each connection. Without that
library (the extra `old-tls`) their connections are reset, and a remark says so.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from alpheus.lab.internet.certificates import pem
from alpheus.lab.internet.reply import Then
from alpheus.lab.internet.transports import TRANSPORTS, Transport

if TYPE_CHECKING:
    from alpheus.lab.internet.connection import Connection
    from alpheus.lab.internet.server import Server

_VERSIONS = {"SSLv3": (3, 0), "TLSv1": (3, 1), "TLSv1_2": (3, 3)}
_THREADS = 8
_SECONDS = 30.0
_LARGEST_HEAD = 65_536


def is_available() -> bool:
    """Whether the library is there; its parts are loaded, so that no handshake waits for them."""
    try:
        import tlslite.api  # noqa: F401, PLC0415 - an extra, and slow to import
    except ImportError:
        return False
    return True


class OldTls:
    """Takes over connections for which OpenSSL is too modern."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._threads = ThreadPoolExecutor(_THREADS, "old-tls")
        self._open: set[socket.socket] = set()
        self.remarks: tuple[str, ...] = ()
        if not is_available():
            left_out = [name for name, one in TRANSPORTS.items() if one.library == "tlslite"]
            self.remarks = (
                f"no {', '.join(left_out)}: pip install 'alpheus[old-tls]'; they reset instead",
            )

    def take(self, connection: Connection) -> None:
        """Speak to a connection's client from now on."""
        if self.remarks:
            connection.reset()
            return
        connection.sock.settimeout(_SECONDS)
        self._open.add(connection.sock)
        self._threads.submit(self._speak, connection)

    def close(self) -> None:
        """End every connection."""
        for sock in tuple(self._open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._threads.shutdown(cancel_futures=True)

    def _speak(self, connection: Connection) -> None:
        try:
            self._converse(connection)
        except Exception:
            # A client that breaks off may raise anything in there.
            connection.reset()
        finally:
            self._open.discard(connection.sock)
            connection.sock.close()

    def _converse(self, connection: Connection) -> None:
        secured = _shake_hands(self._server, connection)
        waiting = b""
        while True:
            received = bytes(secured.recv(16_384))
            if not received:
                return
            waiting += received
            while (end := waiting.find(b"\r\n\r\n")) >= 0:
                head, waiting = waiting[:end], waiting[end + 4 :]
                reply = connection.answer_to(head)
                secured.sendall(reply.data)
                if reply.then is not Then.KEEP:
                    secured.close()
                    return
            if len(waiting) > _LARGEST_HEAD:
                return


def _shake_hands(server: Server, connection: Connection) -> Any:  # noqa: ANN401 - an untyped library
    from tlslite.api import (  # noqa: PLC0415 - an extra, and slow to import
        X509,
        TLSConnection,
        X509CertChain,
        parsePEMKey,
    )
    from tlslite.messages import ClientHello  # noqa: PLC0415 - an extra, and slow to import

    class Forgetful(TLSConnection):  # type: ignore[misc] # an untyped library
        """Does not see what a client says of secure renegotiation (RFC 5746)."""

        def _getMsg(self, *arguments: Any, **more: Any) -> Iterator[Any]:  # noqa: ANN401, N802
            for message in super()._getMsg(*arguments, **more):
                if isinstance(message, ClientHello):
                    _strip_renegotiation(message)
                yield message

    transport = TRANSPORTS[connection.behaviour.kind.transport]
    content, key = server.credentials.material(connection.behaviour)
    leaf = X509()
    leaf.parseBinary(bytearray(content))
    made = TLSConnection if transport.secure_renegotiation else Forgetful
    secured = made(connection.sock)
    secured.handshakeServer(
        certChain=X509CertChain([leaf]),
        privateKey=parsePEMKey(pem(*key.private_key()), private=True),
        settings=_settings(transport),
    )
    return secured


def _strip_renegotiation(message: Any) -> None:  # noqa: ANN401 - an untyped library
    message.cipher_suites = [suite for suite in message.cipher_suites if suite != 0xFF]
    message.extensions = [one for one in message.extensions or () if one.extType != 0xFF01]


def _settings(transport: Transport) -> Any:  # noqa: ANN401 - an untyped library
    from tlslite.api import HandshakeSettings  # noqa: PLC0415 - an extra, and slow to import

    settings = HandshakeSettings()
    settings.minVersion = _VERSIONS[transport.lowest]
    settings.maxVersion = _VERSIONS[transport.highest]
    settings.versions = [settings.maxVersion]
    settings.minKeySize = 512
    if transport.ciphers:
        settings.cipherNames = transport.ciphers.split()
    settings.macNames = ["sha", "md5", "sha256", "aead"]
    return settings
