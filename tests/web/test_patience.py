"""How long the console waits for somebody at the other end."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_network
from typing import Any

import pytest
from uvicorn import Server

from alpheus.web import patience
from alpheus.web.patience import Patient, PatientConfig

LONG = 64 * 1024 * 1024


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Reads all, then answers: much for `/much`."""
    if scope["type"] != "http":
        return
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        if message["type"] == "http.disconnect":
            return
    body = b"x" * (LONG if scope["path"] == "/much" else 2)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def _running(**settings: Any) -> Iterator[int]:
    """A server with little patience; gives its port."""
    config = PatientConfig(_app, http=Patient, lifespan="off", log_config=None, access_log=False,
                           timeout_keep_alive=30)  # fmt: skip
    for name, value in {"within": 0.3, "unread": 0.3, "often": 0.1, **settings}.items():
        setattr(config, name, value)
    server = Server(config)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield sock.getsockname()[1]
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


def _ends(connection: socket.socket) -> bool:
    """Whether the other side ends the connection without an answer."""
    connection.settimeout(5)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nab",
    ],
)
def test_a_request_that_does_not_come_ends(sent: bytes) -> None:
    """Neither nothing, nor half a head, nor half a body keeps a connection."""
    with _running() as port, closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(sent)
        assert _ends(connection)


def test_the_second_request_of_a_connection_has_no_more_time_than_the_first() -> None:
    """Half a head after a whole request is half a head."""
    with _running() as port, closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.1)
        assert b"200 OK" in connection.recv(1_000)
        connection.sendall(b"GET / HT")
        while not _ends(connection):
            pass


def test_an_answer_that_nobody_fetches_is_given_up() -> None:
    """It would stay in memory for ever."""
    with _running() as port, closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n")
        end = time.monotonic() + 10
        while not patience._open and time.monotonic() < end:
            time.sleep(0.01)
        while patience._open and time.monotonic() < end:
            time.sleep(0.01)
        assert not patience._open


def test_a_slow_but_steady_upload_is_waited_for() -> None:
    """As long as it is no crawl."""
    with _running() as port, closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\n")
        for _ in range(8):
            time.sleep(0.1)
            connection.sendall(b"x" * 500)
        connection.settimeout(5)
        assert b"200 OK" in connection.recv(1_000)


def test_one_address_has_not_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of ours has as many as it likes."""
    with _running(most=3, within=5) as port:
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
        assert _ends(held[3])
        for one in held:
            one.close()
    with _running(most=3, within=5, proxies=(ip_network("127.0.0.0/8"),)) as port:
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
        held[4].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        held[4].settimeout(5)
        assert b"200 OK" in held[4].recv(1_000)
        for one in held:
            one.close()
    assert patience.MOST > 3
