"""The console as its users start it: it comes up, says where it is, and ends when told to."""

from __future__ import annotations

import pickle
import signal
import socket
import ssl
import time
from pathlib import Path

import httpx
import pytest
from uvicorn.supervisors.multiprocess import SIGNALS

from alpheus.cases.database import open_database
from alpheus.errors import UsageError
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.roles import Grant, Role
from alpheus.web.serving import Workers, configuration, listening, prepare
from alpheus.web.settings import Settings
from console import PASSWORD
from mail_server import made_certificate
from serving import PATIENCE, serving

LINK = r"once: \S+/join/(\S+)"


def test_the_first_link_holds_until_somebody_used_it(tmp_path: Path) -> None:
    """Each start makes a new one, and the old one ends; afterwards there is none."""
    place = str(tmp_path / "cases.db")
    told: list[str] = []
    first = prepare(place, Settings(uploads=tmp_path / "uploads"), told.append)
    second = prepare(place, Settings(uploads=tmp_path / "uploads"), told.append)
    assert first.startswith("http://127.0.0.1:8443/join/")
    assert first != second
    with open_database(place) as database:
        accounts = Accounts(database)
        with pytest.raises(Exception, match="this link has been used"):
            accounts.accept(first.rpartition("/")[2], PASSWORD)
        number = accounts.accept(second.rpartition("/")[2], PASSWORD)
        person = accounts.person(number)
        assert person is not None
        assert person.grants == (Grant(Role.ADMIN),)
    assert prepare(place, Settings(uploads=tmp_path / "uploads"), told.append) == ""


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    """So are an address that is not ours, and a name that is none."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}: another program listens there"):
            listening(Settings(port=port)).__enter__()
    for host in ("192.0.2.1", "no-such-name.invalid"):
        with pytest.raises(UsageError, match="this machine has no such address"):
            listening(Settings(host=host, port=0)).__enter__()


def test_what_workers_are_told_can_be_sent_to_them(tmp_path: Path) -> None:
    """They are processes of their own, and import what they need."""
    settings = Settings(proxies=("192.0.2.0/24",), public_url="https://c.example", workers=2)
    sent = pickle.loads(pickle.dumps(configuration(str(tmp_path / "cases.db"), settings)))
    assert sent.workers == 2
    assert str(sent.proxies[0]) == "192.0.2.0/24"


def test_a_worker_takes_one_connection_at_a_time_and_many_may_wait(tmp_path: Path) -> None:
    """Else the first to wake keeps all that came together, and the others have nothing to do."""
    config = configuration(str(tmp_path / "cases.db"), Settings(workers=2))
    assert config.backlog == 1
    with listening(Settings(port=0, workers=2)) as sock:
        sock.listen(config.backlog)
        before = {one: signal.getsignal(one) for one in SIGNALS}
        try:
            workers = Workers(config, sockets=[sock])
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
        workers.keep_subprocess_alive()
        waiting = [socket.create_connection(sock.getsockname(), timeout=5) for _ in range(50)]
        for one in waiting:
            one.close()


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_comes_up_and_ends_when_told_to(
    tmp_path: Path, workers: str, how: signal.Signals
) -> None:
    """The link of the first start leads to a session; the log has no secret; the status is 0."""
    with serving(tmp_path / "cases.db", "--workers", workers) as console:
        secret = console.found(LINK)
        with httpx.Client(
            base_url=console.url, headers={"accept": "text/html"}, timeout=PATIENCE
        ) as browser:
            assert browser.get(f"/join/{secret}").status_code == 200
            form = {"password": PASSWORD, "again": PASSWORD}
            answer = browser.post(f"/join/{secret}", data=form)
            assert answer.status_code == 303
            assert browser.get("/account").status_code == 200
            assert "server" not in answer.headers
        assert console.stop(how) == 0
    assert any("POST /join/{secret} 303" in line for line in console.said), console.said
    assert sum(secret in line for line in console.said) == 1
    assert console.said[-1] == "alpheus: stopped"
    assert not any("Traceback" in line for line in console.said)


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """Otherwise they would hold the port, and nobody would know of them."""
    with serving(tmp_path / "cases.db", "--workers", "2") as console:
        url = console.url
        assert httpx.get(f"{url}/sign-in", timeout=PATIENCE).status_code == 200
        console.stop(signal.SIGKILL)
        end = time.monotonic() + 30
        with pytest.raises(httpx.TransportError):
            while time.monotonic() < end:
                httpx.get(f"{url}/sign-in")


def test_with_a_certificate_browsers_come_by_tls(tmp_path: Path) -> None:
    """The session's cookie is for TLS alone, and browsers are told to come back by it."""
    pem = key = made_certificate(tmp_path).path
    database = tmp_path / "cases.db"
    with serving(database, "--certificate", pem, "--key", key) as console:
        assert console.url.startswith("https://127.0.0.1:")
        secret = console.found(LINK)
        trusted = ssl.create_default_context(cafile=str(pem))
        trusted.check_hostname = False
        with httpx.Client(base_url=console.url, verify=trusted, timeout=PATIENCE) as browser:
            form = {"password": PASSWORD, "again": PASSWORD}
            answer = browser.post(f"/join/{secret}", data=form)
            assert answer.status_code == 303
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-alpheus=")
            for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
                assert part in cookie
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            csrf = browser.get("/account").text.split('name="csrf" content="')[1].split('"')[0]
            out = browser.post("/sign-out", data={"csrf": csrf})
            assert "Secure" in out.headers["set-cookie"]
            assert "__Host-alpheus" not in browser.cookies


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--host", "0.0.0.0"), "can be reached from elsewhere: give --certificate and --key"),
        (("--certificate", "absent.pem"), "--certificate and --key go together"),
        (("--proxy", "proxy.example"), "is no address and no network"),
        (("--database", "."), "is a folder; name a file in it"),
        (("--database", "postgresql://nobody@127.0.0.1:1/none"), "127.0.0.1:1/none"),
        (("--notify", "absent.yaml"), "absent.yaml"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    tmp_path: Path, options: tuple[str, str], reason: str
) -> None:
    """And the program ends at once, without having listened."""
    with serving(tmp_path / "cases.db", *options) as console:
        assert console.process.wait(PATIENCE) in {2, 3}
        console.stop()
    assert [line for line in console.said if reason in line], console.said
    assert len(console.said) == 1
