"""Conversations on the wire, with real sockets on the loopback device."""

from __future__ import annotations

import json
import math
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpheus.custody.chain import read_chain
from alpheus.exposure.call import Call
from alpheus.exposure.journal import AUDIT
from alpheus.exposure.model import Conversation, Endpoint, Observation, Status
from alpheus.exposure.second_chance import is_available
from alpheus.exposure.wire import Wire
from alpheus.exposure.wiring import Limits
from alpheus.lab.internet.certificates import Identity, certificate, load
from alpheus.lab.internet.keys import elliptic_key
from exposure_probing import QUICK, Seen, probe_run, probed, scope_of
from internet import running

SOURCES = sorted((Path(__file__).parents[2] / "src/alpheus/exposure").rglob("*.py"))

EXPLOITS = (
    "x-anonresource", "x-beresource", "autodiscover.json", "proxylogon.ecp", "ddiservice",
    "/ecp/y.js", "authorization:", "urllib.request", '"post', "b'post",
)  # fmt: skip


@contextmanager
def _server(handle: Callable[[socket.socket], None], host: str = "127.0.0.1") -> Iterator[int]:
    """A server of one thread per connection; its port."""
    with socket.create_server((host, 0), backlog=200) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=_guarded, args=(connection,), daemon=True).start()

        def _guarded(connection: socket.socket) -> None:
            with connection:
                try:
                    handle(connection)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


class _Source:
    """Endpoints of a test, given at once; nobody is asked to wait."""

    def __init__(self, endpoints: Sequence[Endpoint], gap: float = 0.0) -> None:
        self.left = [Conversation(one) for one in endpoints]
        self.gap = gap
        self.reserved = 0
        self.ends = math.inf

    def take(self, now: float) -> tuple[int, Conversation] | None:
        return (len(self.left), self.left.pop()) if self.left else None

    def wait(self, now: float) -> float | None:
        return 0.0 if self.left else None

    def again(self, conversation: Conversation, now: float, *, connect: bool) -> float:
        self.reserved += connect
        return max(now + self.gap, self.opens(now))

    def permits(self, conversation: Conversation, name: str) -> bool:
        return True

    def opens(self, now: float) -> float:
        return now if now < self.ends else math.inf

    def objection(self, names: Sequence[str]) -> str:
        return ""


class _Ledger:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.done: list[Conversation] = []
        self.kept: list[Conversation] = []
        self.asked = self.connected = 0

    def write(
        self, connecting: Sequence[Call], asking: Sequence[Call], kept: Sequence[Call],
        done: Sequence[Call],
    ) -> None:  # fmt: skip
        self.done += [one.conversation for one in done]
        self.kept += [one.conversation for one in kept]
        self.asked += len(asking)
        self.connected += len(connecting)


def _asked(*endpoints: Endpoint, limits: Limits = QUICK) -> list[Conversation]:
    ledger = _Ledger()
    Wire(_Source(endpoints), ledger, limits, "test").run()
    return ledger.done


def _plain(port: int) -> Endpoint:
    return Endpoint("127.0.0.1", "127.0.0.1", port, scheme="http")


def _head(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        more = connection.recv(1000)
        if not more:
            raise OSError
        data += more
    return data


OWA = (
    b"HTTP/1.1 200 OK\r\nX-OWA-Version: 15.1.2176.9\r\nX-FEServer: EX1\r\n"
    b"Content-Length: 2\r\n\r\nok"
)


def test_only_plain_gets_are_sent(every_kind: Seen) -> None:
    """Every byte of every request is a GET of a public page: no cookie, credentials or body.

    Every request, and every connection, stands in the audit log.
    """
    allowed = re.compile(
        rb"GET (/owa/|/owa/auth/logon\.aspx\?replaceCurrent=1|/EWS/Exchange\.asmx|"
        rb"/ecp/Current/exporttool/microsoft\.exchange\.ediscovery\.exporttool\.application)"
        rb" HTTP/1\.1\r\nHost: [a-z0-9.:-]+\r\nUser-Agent: [^\r\n]*https://test\.example/probe[^\r\n]*"
        rb"\r\nAccept: \*/\*\r\nAccept-Encoding: identity\r\nConnection: keep-alive(\r\n\r\n)?"
    )
    assert len(every_kind.heads) > 100
    assert [head for head in every_kind.heads if not allowed.fullmatch(head)] == []
    logged = [one for one in read_chain(every_kind.folder / AUDIT) if '"event":"get"' in one]
    assert len(logged) >= every_kind.asked.total()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_primitive_of_an_exploit_is_in_the_code(path: Path) -> None:
    """Neither cookies nor paths by which the holes were used, nor a way to send credentials."""
    text = path.read_text("utf-8").lower()
    assert [word for word in EXPLOITS if word in text] == []


def test_a_server_that_closes_after_each_answer_is_asked_anew() -> None:
    """Each further look is then a connection of its own."""
    connections = []

    def handle(connection: socket.socket) -> None:
        connections.append(1)
        _head(connection)
        connection.sendall(OWA.replace(b"Content", b"Connection: close\r\nContent"))

    with _server(handle) as port:
        (one,) = _asked(_plain(port))
    assert [answer.status for answer in one.answers] == [200, 200]
    assert len(connections) == 2


def test_a_connection_that_ends_between_answers_is_made_again() -> None:
    """A server may close what is idle; the request is repeated once, on a new connection."""

    def handle(connection: socket.socket) -> None:
        _head(connection)
        connection.sendall(OWA)

    with _server(handle) as port:
        (one,) = _asked(_plain(port))
    assert [answer.status for answer in one.answers] == [200, 200]
    assert one.failure is None


def test_http_on_the_port_is_asked_without_tls() -> None:
    """A server that speaks no TLS there is asked by HTTP."""

    def handle(connection: socket.socket) -> None:
        first = connection.recv(1)
        if first == b"\x16":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return
        while True:
            _head(connection)
            connection.sendall(OWA)

    with _server(handle) as port:
        (one,) = _asked(Endpoint("127.0.0.1", "127.0.0.1", port))
    assert one.endpoint.scheme == "http"
    assert one.answers[0].witnesses[0].build == "15.1.2176.9"


def test_a_server_of_newer_tls_alone_is_asked_again_with_everything() -> None:
    """The first hello has what nearly all have; who has no use for it is not called old."""
    key = elliptic_key(1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    load(context, certificate(Identity(("mail.a.example",), "A"), key), key)
    connections = []

    def handle(connection: socket.socket) -> None:
        connections.append(1)
        with context.wrap_socket(connection, server_side=True) as talking:
            while _head(talking):
                talking.sendall(OWA)

    with _server(handle) as port:
        (conversation,) = _asked(Endpoint("127.0.0.1", "127.0.0.1", port))
    assert [answer.status for answer in conversation.answers] == [200, 200]
    assert conversation.tls is not None
    assert conversation.tls.version == "TLSv1.3"
    assert len(connections) == 3


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (b"", Status.BROKEN),
        (b"SSH-2.0-x\r\n", Status.BROKEN),
        (b"HTTP/1.1 200 OK\r\nX-OWA-Ver", Status.BROKEN),
        (b"\x00" * 100_000, Status.BROKEN),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 30_000, Status.BROKEN),
    ],
    ids=["nothing", "another protocol", "half a head", "zeros", "endless head"],
)
def test_what_is_no_answer_is_broken(says: bytes, status: Status) -> None:
    """And ends the conversation."""

    def handle(connection: socket.socket) -> None:
        _head(connection)
        connection.sendall(says)

    with _server(handle) as port:
        (one,) = _asked(_plain(port))
    assert one.failure is status
    assert one.answers[-1].error


def test_an_endless_body_is_cut_where_enough_is_known() -> None:
    """The head has come, so it counts; what follows is not waited for."""

    def handle(connection: socket.socket) -> None:
        _head(connection)
        connection.sendall(OWA.replace(b"Content-Length: 2", b"Content-Length: 99999999999"))
        while True:
            connection.sendall(b"x" * 10_000)

    with _server(handle) as port:
        (one,) = _asked(_plain(port))
    assert one.answers[0].witnesses[0].build == "15.1.2176.9"


def test_silence_and_drops_by_drop_end_in_time() -> None:
    """Whatever the server does, a conversation ends; the head that has come counts."""
    stop = threading.Event()

    def silent(connection: socket.socket) -> None:
        _head(connection)
        stop.wait(5)

    def dripping(connection: socket.socket) -> None:
        _head(connection)
        for byte in OWA[:-1]:
            connection.sendall(bytes([byte]))
        while not stop.wait(0.1):
            connection.sendall(b"")

    limits = Limits(connect=1, answer=1)
    with _server(silent) as port:
        (one,) = _asked(_plain(port), limits=limits)
    assert one.failure is Status.NO_ANSWER
    with _server(dripping) as port:
        (one,) = _asked(_plain(port), limits=limits)
    stop.set()
    assert one.answers[0].witnesses[0].build == "15.1.2176.9"


def test_a_port_where_nothing_listens_refuses() -> None:
    """That is an answer of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    (one,) = _asked(Endpoint("127.0.0.1", "127.0.0.1", port))
    assert one.failure is Status.REFUSED


def test_a_stop_keeps_what_was_begun(tmp_path: Path) -> None:
    """What is asked is still answered, nobody new is asked, and the run goes on later."""
    heard: list[Observation] = []
    with running("plain") as internet:
        scope = scope_of(tmp_path, internet.port)
        addresses = internet.addresses(300)
        run = probe_run(tmp_path, scope, addresses, heard, limits=Limits(busy=8))
        heard_before = heard.append

        def stop_after_some(one: Observation) -> None:
            heard_before(one)
            if len(heard) == 20:
                run.stop()

        run._heard = lambda one, line: stop_after_some(one)
        assert not run.run()
        assert 20 <= len(heard) < 60
        assert probe_run(tmp_path, scope, addresses, heard).run()
        asked = internet.server.log.requests
    assert sorted(one.address for one in heard) == sorted(addresses)
    assert max(asked.values()) == 1


def test_every_connection_has_its_place_in_the_pace() -> None:
    """Also one that is made because a server left while it was waited for."""

    def handle(connection: socket.socket) -> None:
        _head(connection)
        connection.sendall(OWA)

    with _server(handle) as port:
        source, ledger = _Source([_plain(port)], gap=0.3), _Ledger()
        Wire(source, ledger, QUICK, "test").run()
    assert ledger.connected == 1 + source.reserved == 2


def test_nothing_is_sent_once_the_scope_has_ended() -> None:
    """Whatever was begun: the conversation is kept for another time, and the run ends."""
    asked = []

    def handle(connection: socket.socket) -> None:
        while True:
            asked.append(_head(connection))
            connection.sendall(OWA)

    for gap in (0.0, 0.5):
        asked.clear()
        with _server(handle) as port:
            source, ledger = _Source([_plain(port)], gap=gap), _Ledger()
            wire = Wire(source, ledger, QUICK, "test")
            source.ends = time.monotonic() + (0.2 if gap else -1)
            wire.run()
        assert len(asked) == (1 if gap else 0)
        assert not ledger.done
        assert wire.put_back == len(ledger.kept) == 1


def test_a_server_that_must_be_left_alone_is_not_asked(tmp_path: Path) -> None:
    """Its certificate is all that is seen of it; the result says why."""
    with running("every-kind") as internet:
        address = internet.address("exchange-odd-case")
        name = internet.truth(address).names[0]
        scope = scope_of(tmp_path, internet.port, f"deny: [{name}]\n")
        seen = probed(tmp_path, scope, [address])[address]
        requests = internet.server.log.requests
    assert seen.status is Status.NOT_ASKED
    assert name in seen.reason
    assert seen.requests == 0
    assert not seen.cves
    assert not requests


@pytest.mark.skipif(not is_available(), reason="tlslite-ng is not installed")
def test_servers_that_jam_the_client_for_old_ciphers_hold_up_nobody(tmp_path: Path) -> None:
    """They cut off the first hello and let the second drip; the run ends, others are not late."""
    met: set[object] = set()

    def handle(connection: socket.socket) -> None:
        connection.recv(5)
        if (host := connection.getsockname()[0]) not in met:
            met.add(host)
            return
        for _ in range(50):
            connection.sendall(b"\x16")
            time.sleep(0.2)

    hostile = [f"127.0.9.{number}" for number in range(1, 41)]
    with _server(handle, "") as port, running("plain") as internet:
        good = [Endpoint(one, one, internet.port) for one in internet.addresses(30)]
        bad = [Endpoint(one, one, port) for one in hostile]
        began = time.monotonic()
        done = _asked(*good, *bad, limits=Limits(busy=16, open=20, connect=2, answer=2))
    assert time.monotonic() - began < 60
    assert sum(bool(one.answers and one.answers[0].status) for one in done) == 30
    assert all(one.failure for one in done if one.endpoint.port == port)
    assert threading.active_count() < 100


def test_the_audit_log_has_every_connection(tmp_path: Path) -> None:
    """As many lines as the servers saw connections, those of the client for old ciphers too."""
    with running("every-kind") as internet:
        kinds = ("tls-rc4", "tls-3des", "exchange-odd-case", "pool-mixed-request")
        addresses = [internet.address(kind) for kind in kinds]
        probed(tmp_path, scope_of(tmp_path, internet.port), addresses)
        seen = internet.server.log.connections.total()
        requests = internet.server.log.requests.total()
    events = [json.loads(one)["event"] for one in read_chain(tmp_path / "run" / AUDIT)]
    assert events.count("connect") == seen
    assert events.count("get") == requests
