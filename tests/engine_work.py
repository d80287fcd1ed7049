"""Work for engines, importable by the processes they start."""

from __future__ import annotations

import json
import os
import pickle
import signal
import time
from dataclasses import dataclass

from alpheus.engine.base import Note, Work


def squares() -> Work[object, object]:
    """A worker that squares numbers, and does as it is told otherwise."""

    def work(unit: object, note: Note) -> object:
        note(f"on {unit}", 1)
        if unit == "wait":
            time.sleep(1)
            return "waited"
        if isinstance(unit, str) and unit.startswith("crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if unit == "memory":
            raise MemoryError
        if unit == "busy":
            while True:
                pass
        if unit == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if unit == "fail":
            message = "broken unit"
            raise ValueError(message)
        if unit == "sleep":
            time.sleep(60)
        assert isinstance(unit, int)
        return unit * unit

    return work


def travelling() -> Work[bytes, bytes]:
    """The same where units are JSON, as they are on a cluster."""
    work = squares()

    def travelled(content: bytes, note: Note) -> bytes:
        unit = json.loads(content)
        if unit == "large":
            return bytes(65 << 20)
        if unit == "greedy":
            return str(len(bytearray(300 << 20))).encode()
        return json.dumps(work(unit, note)).encode()

    return travelled


@dataclass(frozen=True)
class Orders:
    """How they travel."""

    version: str = "0" * 64
    setup: bytes = pickle.dumps(travelling)

    def encode(self, unit: object) -> bytes:
        return json.dumps(unit).encode()

    def decode(self, unit: object, content: bytes) -> object:
        return json.loads(content)

    def memory(self, unit: object) -> int:
        return 128 << 20
