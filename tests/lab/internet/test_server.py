"""The test internet as a whole."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path

from alpheus.lab.internet import MIXES, Server, serve
from alpheus.lab.internet import server as module
from internet import running


def test_it_counts_who_was_asked_what(client, tmp_path: Path) -> None:
    """Connections by address, requests by address and path; in the file as well."""
    with running("plain", access_log=tmp_path / "log") as internet:
        for _ in range(2):
            client.get("127.16.3.4", internet.port)
        client.get("127.16.3.5", internet.port, "/EWS/Exchange.asmx")
        log = internet.server.log
        assert log.connections == {"127.16.3.4": 2, "127.16.3.5": 1}
        assert log.requests["127.16.3.4", "/owa/"] == 2
        assert log.heads[0][1].startswith(b"GET /owa/ HTTP/1.1\r\nHost: 127.16.3.4\r\n")
        assert internet.server.accepted == 3
    events = [json.loads(line)["event"] for line in (tmp_path / "log").read_text().splitlines()]
    assert sorted(events) == ["connection"] * 3 + ["request"] * 3


def test_many_at_once(client) -> None:
    """Every address is a server of its own, and no answer is mixed up."""
    with running("plain") as internet:
        found: dict[str, str | None] = {}

        def ask(start: int) -> None:
            for number in range(start, start + 30):
                address = f"127.20.0.{number}"
                found[address] = client.get(address, internet.port).header("X-OWA-Version")

        threads = [threading.Thread(target=ask, args=(1 + 30 * one,)) for one in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == {address: internet.truth(address).build for address in found}
        assert len(found) == 180


def test_an_endless_page_holds_up_nobody(client) -> None:
    """While some read pages without end as fast as they can, the others are answered."""
    with running() as internet:
        readers = [
            threading.Thread(
                target=client.get,
                args=(internet.address("trouble-endless-body"), internet.port),
                kwargs={"most": 2_000_000},
            )
            for _ in range(3)
        ]
        for reader in readers:
            reader.start()
        started = time.monotonic()
        answered = client.get(internet.address("exchange-2016"), internet.port)
        assert answered.status == 302
        assert time.monotonic() - started < 20
        for reader in readers:
            reader.join()


def test_the_other_family(client) -> None:
    """::1 answers where there is IPv6."""
    with running("plain") as internet:
        if any("::1" in remark for remark in internet.server.remarks):
            return
        answered = client.get("::1", internet.port)
        assert answered.header("X-OWA-Version") == internet.truth("::1").build


def test_silent_connections_are_given_up(monkeypatch) -> None:
    """After a while; the client sees an end."""
    monkeypatch.setattr(module, "_PATIENCE", 0.1)
    with (
        running("plain") as internet,
        socket.create_connection(("127.16.0.1", internet.port), timeout=5) as sock,
    ):
        assert sock.recv(1) == b""


def test_serve_runs_until_it_is_stopped(monkeypatch, tmp_path: Path) -> None:
    """The short way to start one."""
    monkeypatch.setattr(Server, "run", lambda self: (self.stop(), self._close()))
    serve(0, MIXES["plain"], 1, access_log=tmp_path / "log")
    assert (tmp_path / "log").exists()
