"""What was asked of whom: counted in memory, and as JSON lines in a file if one is given."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path

from alpheus.errors import OutputError
from alpheus.lab.internet.reply import Request

_FLUSH_BYTES = 32_768


class AccessLog:
    """Counts of connections by address, of requests by address and path.

    The file gets a line for every connection and request, appended whole, so that several
    processes can share it. Lines have `event` (`connection` or `request`), `time` (seconds since
    1970), `address`, `port`, `client` (the port of the client) and, of requests, `method`, `path`,
    `host` and `head`, which is what was sent, as Latin-1.

    Raises OutputError if the file cannot be opened.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.connections: Counter[str] = Counter()
        self.requests: Counter[tuple[str, str]] = Counter()
        self.heads: list[tuple[str, bytes]] = []
        self.keep_heads = False
        self._lines: list[str] = []
        self._size = 0
        self._file: int | None = None
        if path is not None:
            try:
                self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            except OSError as error:
                raise OutputError(f"{path}: cannot write the access log: {error}") from error

    def connection(self, address: str, port: int, client: int) -> None:
        """A connection was accepted."""
        self.connections[address] += 1
        if self._file is not None:
            self._write({"event": "connection", "address": address, "port": port, "client": client})

    def request(self, address: str, port: int, client: int, asked: Request, head: bytes) -> None:
        """A request was read."""
        self.requests[address, asked.target] += 1
        if self.keep_heads:
            self.heads.append((address, head))
        if self._file is not None:
            self._write(
                {
                    "event": "request",
                    "address": address,
                    "port": port,
                    "client": client,
                    "method": asked.method,
                    "path": asked.target,
                    "host": asked.host,
                    "head": head.decode("latin-1"),
                }
            )

    def _write(self, record: dict[str, object]) -> None:
        line = json.dumps({"time": round(time.time(), 3), **record})
        self._lines.append(line)
        self._size += len(line)
        if self._size > _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand to the system what is waiting."""
        if self._file is not None and self._lines:
            os.write(self._file, ("\n".join(self._lines) + "\n").encode())
            self._lines.clear()
            self._size = 0

    def close(self) -> None:
        """Flush, and close the file."""
        self.flush()
        if self._file is not None:
            os.close(self._file)
            self._file = None
