"""What the tests of the test internet share."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from internet import Internet, running


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """One of every kind, with its back ends and mail ports."""
    with running(back_end=True, smtp=True) as one:
        yield one


@dataclass
class Answered:
    """What came back: version of TLS (None: plain), certificate, bytes, and how it ended."""

    version: str | None
    certificate: bytes
    data: bytes
    ended: str

    @property
    def status(self) -> int:
        """The number in the status line."""
        return int(self.data.split(b" ", 2)[1])

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names as they came, and values."""
        lines = self.data.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        pairs = (line.decode("latin-1").partition(": ") for line in lines)
        return [(name, value) for name, _, value in pairs]

    @property
    def body(self) -> bytes:
        """What follows the head."""
        return self.data.partition(b"\r\n\r\n")[2]

    def header(self, name: str) -> str | None:
        """The first value under a name, whatever its case."""
        for one, value in self.headers:
            if one.lower() == name.lower():
                return value
        return None


class Client:
    """Asks one request of one connection and reads to its end, silence or a bound."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE
            self.context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.context.options |= 0x4

    def get(
        self,
        address: str,
        port: int,
        path: str = "/owa/",
        *,
        host: str = "",
        plain: bool = False,
        silence: float = 0.3,
        most: int = 400_000,
    ) -> Answered:
        """Ask; a failure of the handshake is raised, a later one is in `ended`."""
        with socket.create_connection((address, port), timeout=5) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if plain:
                return self._talk(sock, address, path, host, silence, most)
            with self.context.wrap_socket(sock, server_hostname=host or None) as secured:
                return self._talk(secured, address, path, host, silence, most)

    def _talk(
        self, sock: socket.socket, address: str, path: str, host: str, silence: float, most: int
    ) -> Answered:
        version, certificate = None, b""
        if isinstance(sock, ssl.SSLSocket):
            version, certificate = sock.version(), sock.getpeercert(binary_form=True) or b""
        head = f"GET {path} HTTP/1.1\r\nHost: {host or address}\r\nUser-Agent: test\r\n\r\n"
        sock.sendall(head.encode())
        data, ended = b"", "bound"
        try:
            while len(data) < most:
                received = sock.recv(65_536)
                if not received:
                    ended = "closed"
                    break
                data += received
                if _is_whole(data):
                    ended = "whole"
                    break
                sock.settimeout(silence if data else 2)
        except TimeoutError:
            ended = "silence"
        except OSError as error:
            ended = type(error).__name__
        return Answered(version, certificate, data, ended)


def _is_whole(data: bytes) -> bool:
    head, found, body = data.partition(b"\r\n\r\n")
    length = [
        line.partition(b":")[2]
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return bool(found and length and len(body) == int(length[0]))


@pytest.fixture(scope="session")
def client() -> Client:
    """A client that speaks to servers of every age."""
    return Client()
