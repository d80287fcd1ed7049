"""Work for engines, importable by the processes they start."""

from __future__ import annotations

import os
import signal
import time

from alpheus.engine.local import Note, Work


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
