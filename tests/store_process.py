"""An S3-compatible server as a process of its own, which can be killed, paused and started again.

It holds what lies in a folder, and keeps there what is put, before it says so: as a store does.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BUCKET, KEY, SECRET = "evidence", "AKIAEXAMPLE", "a-secret-that-nobody-shows"
_ACCOUNT = "123456789012"


class StoreProcess:
    """One that runs; `start` starts it again at the same address, with what it held."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder, self._log = folder, log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process as it is now."""
        assert self._running is not None
        return self._running.pid

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.stop()
        arguments = [sys.executable, __file__, str(self._port), str(self._folder)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(arguments, env=environment, stderr=log, stdout=log)
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            assert self._running.poll() is None, self._log.read_text("utf-8")
            time.sleep(0.1)
        message = "the store does not listen"
        raise AssertionError(message)

    def stop(self) -> None:
        """End it, however it stands."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def variables(self) -> dict[str, str]:
        """What leads to it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}", "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
        }  # fmt: skip


@contextmanager
def running(
    folder: Path, log: Path, environment: Callable[[str, str], None]
) -> Iterator[StoreProcess]:
    """One that holds a folder; `environment` sets the variables that lead to it."""
    found = StoreProcess(folder, log)
    found.start()
    for name, value in found.variables().items():
        environment(name, value)
    try:
        yield found
    finally:
        found.stop()


def _main(port: int, folder: Path) -> None:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - of the process alone
    from moto.server import (  # noqa: PLC0415 - as above
        DomainDispatcherApplication,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415 - as above

    backend: Any = s3_backends[_ACCOUNT]["global"]
    backend.create_bucket(BUCKET, "us-east-1")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            backend.put_object(BUCKET, path.relative_to(folder).as_posix(), path.read_bytes())
    application: Any = DomainDispatcherApplication(create_backend_app)

    def keeping(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT":
            content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(content)
            _keep(folder / environ["PATH_INFO"].removeprefix(f"/{BUCKET}/"), content)
        return application(environ, start)  # type: ignore[no-any-return]

    make_server("127.0.0.1", port, keeping, threaded=True).serve_forever()


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    part.write_bytes(content)
    part.replace(path)


if __name__ == "__main__":
    _main(int(sys.argv[1]), Path(sys.argv[2]))
