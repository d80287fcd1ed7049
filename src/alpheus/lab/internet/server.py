"""The test internet: one process that stands for every server of a mix."""

from __future__ import annotations

import heapq
import itertools
import socket
import time
from pathlib import Path

from alpheus.lab.internet import exchange
from alpheus.lab.internet.access_log import AccessLog
from alpheus.lab.internet.applications import APPLICATIONS
from alpheus.lab.internet.behaviour import Behaviour, behaviour_of
from alpheus.lab.internet.connection import Connection, Role
from alpheus.lab.internet.listening import Listeners, is_loopback, listen
from alpheus.lab.internet.mix import Mix
from alpheus.lab.internet.old_tls import OldTls
from alpheus.lab.internet.poller import READ, new_poller
from alpheus.lab.internet.reply import Reply, Request
from alpheus.lab.internet.transports import Credentials
from alpheus.lab.internet.turns import Turns

_ACCEPTS = 128
_TICK = 0.25
_PATIENCE = 600.0
"""Seconds after which a silent connection is given up."""


class Server:
    """Listens when it is made; `run` answers until `stop` is called from anywhere.

    `port` 0 takes a free one; `back_end_port` and `smtp_port` open two more (None: not at all).
    `keep_heads` keeps the head of every request in `log.heads`. Servers of several processes
    listen on the same ports if they are `shared`; they have the same `credentials` and `turns` if
    these were made before the processes. Raises UsageError if a port is taken, OutputError if the
    access log cannot be written.
    """

    def __init__(
        self,
        port: int,
        mix: Mix,
        seed: int,
        *,
        back_end_port: int | None = None,
        smtp_port: int | None = None,
        access_log: Path | None = None,
        keep_heads: bool = False,
        shared: bool = False,
        credentials: Credentials | None = None,
        turns: Turns | None = None,
    ) -> None:
        self.mix = mix
        self.seed = seed
        self.credentials = credentials or Credentials(seed)
        self.log = AccessLog(access_log)
        self.log.keep_heads = keep_heads
        self.accepted = 0
        self._old_tls = OldTls(self)
        self._poller = new_poller()
        self._listeners: dict[int, tuple[socket.socket, Role, int]] = {}
        self._connections: dict[int, Connection] = {}
        self._turns = turns or Turns()
        self._drips: list[tuple[float, int, Connection]] = []
        self._numbers = itertools.count()
        self._stopping = False
        self._waker, self._woken = socket.socketpair()
        self._waker.settimeout(0)
        self._poller.register(self._woken.fileno(), READ)
        web = self._listen(port, Role.WEB, shared=shared)
        self.port = web.port
        self.remarks = (*web.remarks, *self._old_tls.remarks)
        self.back_end_port = self._more(back_end_port, Role.BACK_END, shared=shared)
        self.smtp_port = self._more(smtp_port, Role.SMTP, shared=shared)

    def _more(self, port: int | None, role: Role, *, shared: bool) -> int | None:
        return None if port is None else self._listen(port, role, shared=shared).port

    def _listen(self, port: int, role: Role, *, shared: bool) -> Listeners:
        opened = listen(port, self.seed, self.mix, shared=shared)
        for listener in opened.sockets:
            self._listeners[listener.fileno()] = (listener, role, opened.port)
            self._poller.register(listener.fileno(), READ)
        return opened

    def run(self) -> None:
        """Answer until `stop` is called; then close everything."""
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._close()

    def stop(self) -> None:
        """Make `run` return; may be called from a signal handler or another thread."""
        self._stopping = True
        try:
            self._waker.send(b".")
        except OSError:
            return

    def _turn(self) -> None:
        events = self._poller.poll(self._wait())
        connections = self._connections
        for fd, mask in events:
            connection = connections.get(fd)
            if connection is not None:
                if not connection.on_event(mask):
                    self._forget(fd)
            elif fd in self._listeners:
                self._accept(*self._listeners[fd])
        now = time.monotonic()
        self._drop_bytes(now)
        if not events:
            self.log.flush()
            self._give_up(now)

    def _wait(self) -> float:
        if not self._drips:
            return _TICK
        return min(_TICK, max(0.0, self._drips[0][0] - time.monotonic()))

    def _accept(self, listener: socket.socket, role: Role, port: int) -> None:
        for _ in range(_ACCEPTS):
            try:
                sock, peer = listener.accept()
            except OSError:
                return
            if not is_loopback(peer[0]):
                sock.close()
                continue
            sock.settimeout(0)
            address = sock.getsockname()[0]
            behaviour = behaviour_of(address, self.seed, self.mix)
            self.accepted += 1
            self.log.connection(address, port, peer[1])
            place = (port, peer[1], self._member(behaviour, "connection"))
            connection = Connection(self, sock, role, behaviour, place)
            if connection.open():
                self._connections[connection.fd] = connection
                self._poller.register(connection.fd, READ)

    def _member(self, behaviour: Behaviour, way: str) -> int:
        if behaviour.kind.alternates != way:
            return 0
        return self._turns.next(behaviour.address, len(behaviour.releases))

    def answer(self, behaviour: Behaviour, asked: Request, role: Role, member: int) -> Reply:
        """What is sent back to a request."""
        if role is Role.BACK_END:
            return exchange.answer_back_end(behaviour, asked, member)
        if behaviour.kind.alternates == "request":
            member = self._member(behaviour, "request")
        return APPLICATIONS[behaviour.kind.application](behaviour, asked, member)

    def watch(self, connection: Connection, mask: int) -> None:
        """Wait for something else on a connection."""
        if connection.fd in self._connections:
            self._poller.modify(connection.fd, mask)

    def drip(self, connection: Connection) -> None:
        """Send a byte of a connection's reply each second from now on."""
        heapq.heappush(self._drips, (time.monotonic(), next(self._numbers), connection))

    def _drop_bytes(self, now: float) -> None:
        while self._drips and self._drips[0][0] <= now:
            due, _, connection = heapq.heappop(self._drips)
            if self._connections.get(connection.fd) is not connection:
                continue
            if connection.drop():
                heapq.heappush(self._drips, (due + 1.0, next(self._numbers), connection))
            else:
                self._forget(connection.fd)

    def hand_over(self, connection: Connection) -> None:
        """Let the library for old TLS have a connection."""
        self._poller.unregister(connection.fd)
        self._connections.pop(connection.fd, None)
        self._old_tls.take(connection)

    def _forget(self, fd: int) -> None:
        # A closed descriptor has left the poller by itself.
        self._connections.pop(fd, None)

    def _give_up(self, now: float) -> None:
        late = [one for one in self._connections.values() if now - one.started > _PATIENCE]
        for connection in late:
            connection.close()
            self._forget(connection.fd)

    def _close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        for listener, _, _ in self._listeners.values():
            listener.close()
        self._old_tls.close()
        self._poller.close()
        self._waker.close()
        self._woken.close()
        self.log.close()


def serve(port: int, mix: Mix, seed: int, *, access_log: Path | None = None) -> None:
    """Stand for a mix on one port of the loopback device, until the process is interrupted."""
    server = Server(port, mix, seed, access_log=access_log)
    server.run()
