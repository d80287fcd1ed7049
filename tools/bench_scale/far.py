"""A large zip in a store, read in parts: what comes over the wire, and what memory that takes.

`python -m tools.bench_scale.far FOLDER` makes one of 3 GB in FOLDER (`--gigabytes 3`), whose logs a
triage wants and whose database it leaves. With the address of the bucket in which an S3-compatible
server has FOLDER (`AWS_ENDPOINT_URL` and keys as ever), it is judged by `alpheus campaign run`, and
a relay before the server counts the bytes that come from it.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from alpheus import lab

NAME = "large.zip"
_LOGS = "C/inetpub/logs/LogFiles/W3SVC1"
_LEFT = "C/Program Files/Microsoft/Exchange Server/V15/Mailbox/DB1/DB1.edb"
_LOG = 64 << 20
_PIECE = 1 << 20
_THIRD = 3


@dataclass
class Counted:
    """What a relay has let through: bytes that came from the store, and connections."""

    address: str = ""
    came: int = 0
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def make(folder: Path, size: int) -> Path:
    """A zip of so many bytes, not packed: two thirds logs of a simulated server, the rest left."""
    place = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        lab.generate(Path(scratch) / "lab", "webshell", size=4_000_000, seed=1)
        evidence = Path(scratch) / "lab" / "evidence"
        with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as opened:
            for path in sorted(one for one in evidence.rglob("*") if one.is_file()):
                opened.write(path, path.relative_to(evidence).as_posix())
            text = max(evidence.rglob("u_ex*.log"), key=lambda one: one.stat().st_size).read_bytes()
            for number in range(max(size * 2 // _THIRD // _LOG, 1)):
                name = f"{_LOGS}/u_ex19{number // 28 % 12 + 1:02d}{number % 28 + 1:02d}.log"
                _repeat(opened, name, text, _LOG)
            _repeat(opened, _LEFT, bytes(_PIECE), size // _THIRD)
    return place


def _repeat(opened: zipfile.ZipFile, name: str, content: bytes, size: int) -> None:
    with opened.open(name, "w", force_zip64=True) as member:
        for _ in range(-(-size // len(content))):
            member.write(content)


def needed(place: Path) -> int:
    """Bytes of the members that a triage wants: all but the database."""
    with zipfile.ZipFile(place) as opened:
        return sum(one.compress_size for one in opened.infolist() if one.filename != _LEFT)


@contextmanager
def relay(endpoint: str) -> Iterator[Counted]:
    """Lets everything through to a server, and counts what comes from it."""
    to = urlsplit(endpoint)
    counted = Counted()
    with socket.create_server(("127.0.0.1", 0)) as server:
        counted.address = f"http://127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(
            target=_accept, args=(server, (to.hostname or "", to.port or 80), counted), daemon=True
        )
        thread.start()
        yield counted


def _accept(server: socket.socket, to: tuple[str, int], counted: Counted) -> None:
    while True:
        try:
            ours, _ = server.accept()
        except OSError:
            return
        counted.connections += 1
        theirs = socket.create_connection(to)
        for pair in ((ours, theirs, None), (theirs, ours, counted)):
            threading.Thread(target=_pour, args=pair, daemon=True).start()


def _pour(source: socket.socket, target: socket.socket, counted: Counted | None) -> None:
    try:
        while piece := source.recv(_PIECE):
            if counted is not None:
                with counted.lock:
                    counted.came += len(piece)
            target.sendall(piece)
    except OSError:
        pass
    for one in (source, target):
        one.close()


def measure(place: Path, bucket: str, workers: int) -> str:
    """Judge it where it lies in the store; a line for docs/scale.md."""
    wanted = needed(place)
    with (
        relay(os.environ["AWS_ENDPOINT_URL"]) as counted,
        tempfile.TemporaryDirectory() as scratch,
    ):
        command = [sys.executable, "-m", "alpheus", "campaign", "run", bucket, "--later",
                   "--workers", str(workers), "--database", f"{scratch}/c.db"]  # fmt: skip
        begun = time.perf_counter()
        environment = {**os.environ, "AWS_ENDPOINT_URL": counted.address}
        subprocess.run(command, check=True, env=environment)  # noqa: S603 - our own
        seconds = time.perf_counter() - begun
        status = [*command[:3], "campaign", "status", "--database", f"{scratch}/c.db"]
        subprocess.run(status, check=True)  # noqa: S603 - our own
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    size = place.stat().st_size
    return (
        f"{size / 1e9:,.2f} GB, of which members of {wanted / 1e9:,.2f} GB are needed: "
        f"{counted.came / 1e9:,.2f} GB came from the store ({counted.came / wanted:.3f} times), "
        f"{seconds:,.0f} s, {most:,.0f} MB in the largest process"
    )


def main() -> None:
    """Make it, or measure."""
    parser = argparse.ArgumentParser(prog="far", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("bucket", nargs="?", metavar="s3://BUCKET/")
    parser.add_argument("--gigabytes", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    place = options.folder / NAME
    if not place.exists():
        make(options.folder, int(options.gigabytes * 1e9))
    if options.bucket:
        print(measure(place, options.bucket, options.workers), flush=True)


if __name__ == "__main__":
    main()
