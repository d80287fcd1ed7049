"""Scheduler and workers of a cluster: who is let in."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.engine.certs import make
from alpheus.scratch import PREFIX
from cluster import Cluster, running

_ALERT = 0x15
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="starts processes as on Linux")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A scheduler and a worker."""
    with running() as found:
        found.work().said("works for")
        yield found


@pytest.fixture(scope="module", params=["scheduler", "worker"])
def port(request: pytest.FixtureRequest, cluster: Cluster) -> int:
    """Each port that a cluster listens at."""
    if request.param == "scheduler":
        return int(cluster.address.rpartition(":")[2])
    (port,) = _listened_at(cluster.workers[0].pid)
    return port


def _listened_at(pid: int) -> set[int]:
    """The TCP ports at which a process listens, as Linux lists them."""
    own = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text("ascii").splitlines()[1:]:
            part = line.split()
            if part[3] == "0A" and f"socket:[{part[9]}]" in own:
                found.add(int(part[1].rpartition(":")[2], 16))
    return found


def _context(certificates: Path | None, authority: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority / "ca.pem"))
    context.check_hostname = False
    if certificates is not None:
        context.load_cert_chain(certificates / "certificate.pem", certificates / "key.pem")
    return context


def _heard(port: int, context: ssl.SSLContext) -> bytes:
    """What somebody hears who shakes hands and then says something; nothing if refused."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain) as one,
        ):
            one.sendall(bytes(8))
            return one.recv(4_096)
    except (ssl.SSLError, ConnectionError):
        return b""


def test_nobody_without_tls_is_answered(port: int) -> None:
    """Plain bytes are answered with an alert of TLS at most, and the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(b"GET / HTTP/1.0\r\n\r\n" + bytes(512))
        heard = b""
        try:
            while chunk := one.recv(4_096):
                heard += chunk
        except ConnectionResetError:
            pass
    assert not heard or heard[0] == _ALERT


def test_nobody_without_a_certificate_is_answered(cluster: Cluster, port: int) -> None:
    """TLS alone is not enough."""
    assert _heard(port, _context(None, cluster.certs / "driver")) == b""


def test_a_certificate_of_another_authority_is_refused(
    cluster: Cluster, port: int, tmp_path: Path
) -> None:
    """It has to be the cluster's own."""
    make(tmp_path / "other")
    stranger = _context(tmp_path / "other" / "driver", cluster.certs / "driver")
    assert _heard(port, stranger) == b""


def test_who_has_a_certificate_hears_something(cluster: Cluster, port: int) -> None:
    """So silence in the tests above means refusal."""
    assert _heard(port, _context(cluster.certs / "scheduler", cluster.certs / "scheduler"))


_POSES = """
import asyncio, ssl, sys
from distributed import Security
from distributed.core import rpc
async def call(folder, address, what):
    files = {f"tls_client_{kind}": f"{folder}/{file}.pem"
             for kind, file in (("cert", "certificate"), ("key", "key"))}
    security = Security(require_encryption=True, tls_ca_file=f"{folder}/ca.pem", **files)
    args = security.get_connection_args("client")
    try:
        async with rpc(address, connection_args=args, timeout=5) as other:
            await asyncio.wait_for(getattr(other, what)(), 5)
    except Exception:
        return "refused"
    return "answered"
async def main(words):
    print(*[await call(*words[n : n + 3]) for n in range(0, len(words), 3)])
asyncio.run(main(sys.argv[1:]))
"""


def test_a_certificate_is_for_one_role(cluster: Cluster) -> None:
    """A worker gives no orders to the scheduler, and nobody but that to a worker."""
    (port,) = _listened_at(cluster.workers[0].pid)
    worker = f"tls://127.0.0.1:{port}"
    tried = {
        ("driver", cluster.address, "ncores"): "answered",
        ("worker", cluster.address, "ncores"): "refused",
        ("driver", worker, "keys"): "refused",
        ("worker", worker, "keys"): "refused",
        ("scheduler", worker, "keys"): "answered",
    }
    words = [word for role, *rest in tried for word in (str(cluster.certs / role), *rest)]
    ended = subprocess.run(
        [sys.executable, "-c", _POSES, *words], capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    assert ended.stdout.split() == list(tried.values())


def test_one_port_each_and_no_page(cluster: Cluster) -> None:
    """Dask's pages for browsers would answer whoever asks."""
    port = int(cluster.address.rpartition(":")[2])
    assert _listened_at(cluster.scheduler.pid) == {port}
    assert len(_listened_at(cluster.workers[0].pid)) == 1


def _let_go(folder: Path) -> None:
    """Until the copies of a process that was killed are gone as well."""
    import fcntl  # noqa: PLC0415 - of POSIX alone

    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.close(lock)


def test_a_worker_leaves_nothing_behind(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one that was told to end, nor for long one that was killed: the next one tidies."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    worker = cluster.start_worker()
    worker.said("works for")
    assert [one.name.startswith(PREFIX) for one in tmp_path.iterdir()] == [True]
    assert worker.end(signal.SIGTERM) == 0
    assert list(tmp_path.iterdir()) == []
    killed = cluster.start_worker()
    killed.said("works for")
    (left,) = tmp_path.iterdir()
    (left / "copy").write_bytes(b"x")
    killed.end()
    _let_go(left)
    last = cluster.start_worker()
    last.said("removed the folder")
    last.said("works for")
    assert len(list(tmp_path.iterdir())) == 1
    last.end(signal.SIGTERM)
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said(cluster: Cluster) -> None:
    """In one line, with the remedy."""
    listen = cluster.address.removeprefix("tls://")
    ended = subprocess.run(
        [sys.executable, "-m", "alpheus", "engine", "scheduler", "--listen", listen, "--certs",
         str(cluster.certs)], capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 3
    assert ended.stderr.endswith("name another address: --listen\n")
