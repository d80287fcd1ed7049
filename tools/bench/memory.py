"""Peak resident memory of a whole triage: of its largest process, and of all at one moment."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from tools.bench import material
from tools.bench.race import Row, Setting, alpheus, child, failure, note

TARGET = "400 MB each"
PROC = Path("/proc")
EVERY = 0.02
_MEMORY = re.compile(r"^Vm(HWM|RSS):\s+(\d+) kB", re.MULTILINE)


@dataclass(slots=True)
class Peak:
    """Bytes; memory that processes share counts once for each of them."""

    largest: int = 0
    together: int = 0
    processes: int = 0

    def look(self, session: int) -> None:
        """Take in what the processes of a session hold now."""
        now = [held for held in map(_held, _members(session)) if held]
        self.largest = max([self.largest, *(held["HWM"] for held in now)])
        self.together = max(self.together, sum(held["RSS"] for held in now))
        self.processes = max(self.processes, len(now))


def _members(session: int) -> list[Path]:
    return [path for path in PROC.iterdir() if path.name.isdigit() and _session(path) == session]


def _session(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except (OSError, IndexError, ValueError):
        return 0


def _held(process: Path) -> dict[str, int]:
    """Empty for a process that has ended."""
    try:
        status = (process / "status").read_text()
    except OSError:
        return {}
    return {name: int(kilobytes) << 10 for name, kilobytes in _MEMORY.findall(status)}


def peak_of(*arguments: str) -> Peak:
    """Run a program and watch it; where there is no /proc, only its own peak is known."""
    peak = Peak()
    ended = threading.Event()
    with tempfile.TemporaryFile("w+") as said:
        with child(arguments, said) as process:
            watcher = threading.Thread(target=_watch, args=(peak, process.pid, ended))
            watcher.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            finally:
                ended.set()
                watcher.join()
        if process.returncode:
            raise failure(arguments, process.returncode, said)
    if not peak.largest:
        peak.largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1 << 10)
    return peak


def _watch(peak: Peak, session: int, ended: threading.Event) -> None:
    while PROC.is_dir() and not ended.wait(EVERY):
        peak.look(session)


def rows(setting: Setting) -> list[Row]:
    """All sources on one process and on all, and the archive; once each, for peaks hardly vary."""
    packed, size = material.archive(setting)
    sources = material.evidence(setting)
    wanted = [(f"all sources, {setting.size}", sources, n) for n in sorted({1, setting.cores})]
    wanted.append((f"{size / 1e9:.2f} GB of logs in .zip", packed, setting.cores))
    return [_row(*one) for one in wanted]


def _row(what: str, path: Path, workers: int) -> Row:
    note(f"  memory: {what}, workers: {workers}")
    peak = peak_of(*alpheus("triage", "--no-cache", "--workers", str(workers), str(path)))
    largest = f"largest process {peak.largest / 1e6:.0f} MB"
    together = f"{peak.processes} processes together {peak.together / 1e6:.0f} MB"
    known = together if peak.together else "together: not known on this system"
    return Row(
        "memory", f"{what}, workers: {workers}",
        largest if peak.processes == 1 else f"{largest}, {known}",
        target=TARGET,
    )  # fmt: skip
