"""What the guide promises, from the socket to the result: made servers, the probe, what it says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpheus.exposure.model import Observation, Status
from alpheus.lab.internet.certificates import Identity, certificate, load
from alpheus.lab.internet.keys import elliptic_key
from exposure_probing import PATIENT, probed, scope_of
from exposure_verdicts import faults
from internet import running

CVE = "CVE-2021-26855"
LATER = "CVE-2021-34473"
OLD, NEW = "15.1.2176.4", "15.1.2176.9"

Page = Callable[[int, str, str], tuple[int, dict[str, str], bytes]]
"""Number of the connection, path and host of a request; status, headers and body of the answer."""


@contextmanager
def _server(page: Page, identity: Identity) -> Iterator[int]:
    """A server with a certificate, one thread per connection; its port."""
    key = elliptic_key(1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load(context, certificate(identity, key), key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            number = 0
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection, number), daemon=True).start()
                number += 1

        def talk(connection: socket.socket, number: int) -> None:
            try:
                with context.wrap_socket(connection, server_side=True) as talking:
                    while request := _request(talking):
                        talking.sendall(_answer(*page(number, *request)))
            except OSError:
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def _request(talking: ssl.SSLSocket) -> tuple[str, str] | None:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        more = talking.recv(1000)
        if not more:
            return None
        data += more
    lines = data.decode("ascii").split("\r\n")
    host = next(line for line in lines if line.startswith("Host: "))
    return lines[0].split(" ")[1], host[6:].partition(":")[0]


def _answer(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Server: Microsoft-IIS/10.0"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _probe(
    folder: Path, page: Page, *names: str, issuer: str = "A made-up authority", looks: int = 2
) -> Observation:
    """What the probe says of a server on the loopback device."""
    with _server(page, Identity(names or ("mail.town.example",), issuer=issuer)) as port:
        seen = probed(
            folder, scope_of(folder, port), [f"127.0.0.1:{port}"], limits=PATIENT, looks=looks
        )
    return seen["127.0.0.1"]


def _exchange(build: str, server: str, path: str) -> tuple[int, dict[str, str], bytes]:
    headers = {"X-FEServer": server}
    family = ".".join(build.split(".")[:3])
    if path == "/owa/":
        return 302, {**headers, "X-OWA-Version": build, "Location": "/owa/auth/logon.aspx"}, b""
    return 200, headers, f'<link href="/owa/auth/{family}/themes/x.css">'.encode()


@pytest.mark.parametrize("first", [OLD, "14.3.509.0"])
def test_a_pool_that_two_looks_miss_is_found_by_more(tmp_path: Path, first: str) -> None:
    """Two looks at a vulnerable server are on one connection, the third is on another."""
    members = [(first, "EX01"), ("15.0.1497.2", "EX02")]

    def page(number: int, path: str, host: str) -> tuple[int, dict[str, str], bytes]:
        return _exchange(*members[number % 2], path)

    (tmp_path / "two").mkdir()
    two = _probe(tmp_path / "two", page)
    assert (two.build, two.flags) == (first, ())
    assert all(
        "one connection showed it" in entry.why
        for entry in two.cves.values()
        if entry.state == "fixed"
    )
    (tmp_path / "three").mkdir()
    three = _probe(tmp_path / "three", page, looks=3)
    assert "mixed-pool" in three.flags
    assert three.pool is not None
    assert set(three.pool.builds) == {first, "15.0.1497.2"}
    assert three.cves[CVE].state == "vulnerable"
    assert "fixed" not in {entry.state for entry in three.cves.values()}


@pytest.mark.parametrize("looks", [3, 5])
def test_many_looks_find_the_one_server_without_the_fix(tmp_path: Path, looks: int) -> None:
    """Of a balancer that leads every connection but the last elsewhere."""

    def page(number: int, path: str, host: str) -> tuple[int, dict[str, str], bytes]:
        late = number >= looks - 1
        return _exchange(OLD if late else NEW, "EX02" if late else "EX01", path)

    (tmp_path / "fewer").mkdir()
    assert _probe(tmp_path / "fewer", page, looks=looks - 1).cves[CVE].state == "fixed"
    (tmp_path / "more").mkdir()
    found = _probe(tmp_path / "more", page, looks=looks)
    assert found.cves[CVE].state == "vulnerable"
    assert "mixed-pool" in found.flags


def test_two_headers_never_clear_a_server_that_contradicts_itself(tmp_path: Path) -> None:
    """The cloud's build and front end, a page of Exchange 2016, a certificate that setup wrote."""

    def page(number: int, path: str, host: str) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = _exchange("15.1.2176.4", "FR0P281CA0001", path)
        if "X-OWA-Version" in headers:
            headers["X-OWA-Version"] = "15.20.1.1"
        return status, headers, body

    found = _probe(tmp_path, page, "EXCH01", issuer="")
    assert (found.exchange, found.build, found.confidence) == (None, None, "low")
    assert "inconsistent" in found.flags
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}


def test_several_products_at_once_settle_nothing(tmp_path: Path) -> None:
    """Not even a flaw that both products have fixed."""

    def page(number: int, path: str, host: str) -> tuple[int, dict[str, str], bytes]:
        return _exchange("15.2.2562.46" if path == "/owa/" else "15.1.2507.72", "EX01", path)

    found = _probe(tmp_path, page)
    assert (found.status, found.exchange, found.build) == (Status.BUILD_UNKNOWN, None, None)
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}


@pytest.mark.parametrize("name", ["mail.town.example", "autodiscover.town.example"])
def test_a_wildcard_certificate_leads_to_the_server_behind_it(tmp_path: Path, name: str) -> None:
    """One that shows Exchange only to those who call it by its name."""

    def page(number: int, path: str, host: str) -> tuple[int, dict[str, str], bytes]:
        if host != name:
            return 404, {}, b""
        return _exchange(OLD, "EX01", path)

    found = _probe(tmp_path, page, "*.town.example", "town.example")
    assert (found.exchange, found.build) == (True, OLD)
    assert name in found.names
    assert found.cves[CVE].state == "vulnerable"


def test_a_flood_of_headers_is_no_result(tmp_path: Path) -> None:
    """What the server says of itself a thousand times over settles nothing and fills no line."""

    def page(number: int, path: str, host: str) -> tuple[int, dict[str, str], bytes]:
        flood = "\r\nX-OWA-Version: ".join(f"15.1.2176.{n}" for n in range(1500))
        return 200, {"X-FEServer": "EX01", "X-OWA-Version": flood}, b""

    found = _probe(tmp_path, page)
    assert (found.exchange, found.confidence) == (None, "low")
    assert {"inconsistent", "odd-header"} <= set(found.flags)
    assert len(found.witnesses) <= 16
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}
    assert LATER in found.cves


def test_a_build_in_a_header_decides_by_packs(tmp_path: Path) -> None:
    """SharePoint of the test internet: fixed where the header says so, open below; nothing else."""
    with running("every-kind") as internet:
        truths = map(internet.truth, internet.addresses())
        wanted = {one.address: one for one in truths if one.kind.startswith("sharepoint")}
        seen = probed(tmp_path, scope_of(tmp_path, internet.port), list(wanted), limits=PATIENT)
    assert len(wanted) == 3
    for address, true in wanted.items():
        found = seen[address]
        assert found.product is not None
        assert found.product.startswith("Microsoft SharePoint Server"), true.kind
        for cve, state in true.states.items():
            assert found.cves[cve].state == (state if true.settled else "undetermined"), true.kind
        assert not any(cve.startswith("CVE-2021") for cve in found.cves)


def test_more_looks_say_nothing_wrong_of_any_kind_of_server(tmp_path: Path) -> None:
    """Every kind of the test internet, looked at four times: told for what it is."""
    with running("every-kind") as internet:
        seen = probed(
            tmp_path, scope_of(tmp_path, internet.port), internet.addresses(), limits=PATIENT,
            looks=4,
        )  # fmt: skip
        wrong = {
            internet.truth(address).kind: list(faults(one, internet.truth(address)))
            for address, one in seen.items()
        }
        pools = {address for address in internet.addresses() if internet.truth(address).mixed_pool}
        asked = internet.server.log.requests
    assert {kind: found for kind, found in wrong.items() if found} == {}
    assert pools
    assert all("mixed-pool" in seen[address].flags for address in pools)
    assert max(asked.values()) <= 8
