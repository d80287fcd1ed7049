"""Requests: over a kept connection, never through a proxy to this machine, never without end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.errors import StoreError
from alpheus.store import wire as module
from alpheus.store.patience import PassingError
from alpheus.store.wire import Origin, Wire, origin_of
from byte_server import ByteServer, Handler, byte_server, cuts_after, says
from mail_server import made_certificate


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ByteServer]:
    """A server, and a proxy in the environment that nobody answers at."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://user:hush@proxy.example:3128")
    with byte_server(b"content") as found:
        yield found


def _get(wire: Wire, **headers: str) -> tuple[int, bytes]:
    with wire.ask("GET", "/x?y", headers) as answer:
        return answer.status, answer.small()


def test_this_machine_is_asked_without_a_proxy(server: ByteServer) -> None:
    """Proxies of the environment are not for loopback, and the connection is kept."""
    wire = Wire(origin_of(server.url))
    assert _get(wire, A="b") == (200, b"content")
    first = wire._connection
    assert _get(wire) == (200, b"content")
    assert wire._connection is first
    command, path, headers = server.asked[0]
    assert (command, path, headers["a"]) == ("GET", "/x?y", "b")
    assert headers["accept-encoding"] == "identity"


def test_others_are_asked_through_the_proxy_of_the_environment(server: ByteServer) -> None:
    """With the name and word that stand in its address."""
    wire = Wire(Origin("https", "host.example", 443))
    assert wire._through is not None
    host, port, headers = wire._through
    assert (host, port) == ("proxy.example", 3128)
    assert headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_may_pass(server: ByteServer, status: int) -> None:
    """And says how long it wants to be left alone."""
    server.faults.append(says(status, b"x" * 10, Retry_After="7"))
    with pytest.raises(PassingError, match=str(status)) as caught:
        _get(Wire(origin_of(server.url)))
    assert caught.value.after == 7


def test_a_connection_that_the_server_let_go_is_made_anew(server: ByteServer) -> None:
    """That a kept connection is gone by the next request is no failure."""
    wire = Wire(origin_of(server.url))

    def last(handler: Handler) -> bool:
        handler.close_connection = True
        return False

    server.faults.append(last)
    assert _get(wire) == (200, b"content")
    assert _get(wire) == (200, b"content")


def test_an_answer_that_is_cut_gives_what_came(server: ByteServer) -> None:
    """What came before is not lost."""
    server.faults.append(cuts_after(3))
    got: list[bytes] = []
    wire = Wire(origin_of(server.url))
    with (
        pytest.raises(PassingError, match="cut"),
        wire.ask("GET", "/x", {"Range": "bytes=0-6"}) as answer,
    ):
        got.extend(answer.pieces())
    assert b"".join(got) == b"con"


def test_nothing_is_followed_anywhere(server: ByteServer) -> None:
    """A redirection is an answer like any other."""
    server.faults.append(says(302, Location="http://169.254.169.254/"))
    assert _get(Wire(origin_of(server.url))) == (302, b"")


def test_an_answer_is_bounded_where_it_should_be_small(server: ByteServer) -> None:
    """A server cannot fill memory with what is no content."""
    server.content = b"x" * (1 << 17)
    with pytest.raises(StoreError, match="65,536 bytes"):
        _get(Wire(origin_of(server.url)))


def test_a_server_that_drips_is_let_go(server: ByteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer has an end in time, however it comes."""
    monkeypatch.setattr(module, "REQUEST_SECONDS", -1.0)
    with pytest.raises(PassingError, match="slowly"):
        _get(Wire(origin_of(server.url)))


def test_nobody_there() -> None:
    """What cannot be reached may be there later; the reason is in words."""
    with byte_server() as gone:
        origin = origin_of(gone.url)
    with pytest.raises(PassingError, match="connection refused"):
        _get(Wire(origin))


def test_a_certificate_that_is_not_trusted_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not asked again, and what to do is said; what the operator names is trusted."""
    certificate = made_certificate(tmp_path).path
    with byte_server(b"content", certificate) as served:
        origin = origin_of(f"https://localhost:{served.port}/")
        with pytest.raises(StoreError, match=r"not trusted \(self.signed.*SSL_CERT_FILE"):
            _get(Wire(origin))
        assert _get(Wire(origin, str(certificate))) == (200, b"content")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert _get(Wire(origin)) == (200, b"content")


def test_origins() -> None:
    """Host and port as they stand in an address."""
    assert str(origin_of("https://[::1]/")) == "https://[::1]"
    assert str(origin_of("https://h:8443/x")) == "https://h:8443"
    with pytest.raises(ValueError, match="web server"):
        origin_of("ftp://host")
