"""Other readers of IIS logs, where they are installed, as programs of their own, over 20 MB.

They are too slow for more. plaso and dissect.target only read; ours is a whole triage.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tools.bench import material
from tools.bench.race import (
    NOT_INSTALLED,
    FailedError,
    Road,
    Row,
    Setting,
    alpheus,
    note,
    race,
    rate,
    run,
    times,
)

from alpheus.lab.size import parse_size

SLICE = 20_000_000


def _plaso(setting: Setting, log: Path) -> Road | None:
    program = shutil.which("log2timeline.py") or shutil.which("log2timeline")
    if program is None:
        return None
    room = setting.scratch / "plaso"

    def road() -> float:
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir()
        return run(
            program, "--quiet", "--unattended", "--status_view", "none",
            "--parsers", "text/winiis", "--temporary_directory", str(room),
            "--logfile", str(room / "log.gz"), "--storage_file", str(room / "all.plaso"), str(log),
        )  # fmt: skip

    return road


def _dissect(_: Setting, log: Path) -> Road | None:
    """As a process: its licence is the AGPL."""
    program = shutil.which("target-query")
    if program is None:
        return None
    return lambda: run(program, "-q", "--no-cache", "--direct", "-f", "iis.logs", str(log))


READERS: dict[str, Callable[[Setting, Path], Road | None]] = {
    "plaso": _plaso,
    "dissect.target": _dissect,
}


def rows(setting: Setting) -> list[Row]:
    """One row per reader."""
    log = setting.scratch / "slice" / "u_ex210303.log"
    days = material.logs(material.evidence(setting), material.IIS)
    material.joined(days, log, min(parse_size(setting.size), SLICE))
    return [_row(setting, name, log) for name in READERS]


def _row(setting: Setting, name: str, log: Path) -> Row:
    size = log.stat().st_size
    what = f"{size / 1e6:.0f} MB of IIS logs: {name}"
    theirs = READERS[name](setting, log)
    if theirs is None:
        return Row("readers", what, "", NOT_INSTALLED)
    ours = alpheus("triage", "--no-cache", str(log))
    try:
        medians = race(name, {name: theirs, "triage": lambda: run(*ours)}, setting.rounds)
    except FailedError as error:
        note(f"  {error}")
        return Row("readers", what, "", "failed")
    return Row(
        "readers", what, rate(size, medians["triage"]), f"{name} {rate(size, medians[name])}",
        times(medians[name] / medians["triage"]),
    )  # fmt: skip
