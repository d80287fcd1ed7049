"""The table, with what is to be known of the machine, and its place in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.bench.race import Row, Setting

from alpheus import __version__

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
HEAD = ("part", "what", "ours", "beside", "ratio", "target")


def render(rows: Sequence[Row], setting: Setting) -> str:
    """Facts of the machine, then one line per row."""
    lines = [facts(setting), "", _line(HEAD), _line(["---"] * len(HEAD))]
    lines += [
        _line((row.part, row.what, row.ours, row.beside, row.ratio, row.target)) for row in rows
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") or "–" for cell in cells) + " |"


def facts(setting: Setting) -> str:
    """Nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rounds = "round" if setting.rounds == 1 else "rounds"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Alpheus {__version__}, `SIZE={setting.size}`, medians of "
        f"{setting.rounds} {rounds}. {setting.cores} cores, {processor()}, {memory:.0f} GiB of "
        f"memory, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{ripgrep()}; load when it began {os.getloadavg()[0]:.1f}."
    )


def processor() -> str:
    """The model, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown processor"


def ripgrep() -> str:
    """Its version, or that it is missing."""
    program = shutil.which("rg")
    if program is None:
        return "ripgrep not installed"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program
    return " ".join(said.stdout.split()[:2])


def write(page: Path, table: str) -> None:
    """Between the markers; everything else on the page stays."""
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name}: {BEGIN} and {END} are missing; put them where the table is")
    page.write_text(f"{before}{BEGIN}\n{table}{END}{after}", "utf-8")
