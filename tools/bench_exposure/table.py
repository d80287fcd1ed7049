"""The table of exposure, and its place in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import shutil
import ssl
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.bench.race import Row, cores
from tools.bench.table import HEAD, processor
from tools.bench_exposure.setting import Setting

from alpheus import __version__

BEGIN, END = "<!-- bench-exposure:begin -->", "<!-- bench-exposure:end -->"


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
    rounds = "round" if setting.rounds == 1 else "rounds"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Alpheus {__version__}, `HOSTS={setting.hosts}`, medians of "
        f"{setting.rounds} {rounds}. {cores()} cores, {processor()}, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}, "
        f"{_nmap()}; load when it ended {os.getloadavg()[0]:.1f}."
    )


def _nmap() -> str:
    program = shutil.which("nmap")
    if program is None:
        return "nmap not installed"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program
    return " ".join(said.stdout.split()[:3])


def write(page: Path, table: str) -> None:
    """Between the markers; everything else on the page stays."""
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name}: {BEGIN} and {END} are missing; put them where the table is")
    page.write_text(f"{before}{BEGIN}\n{table}{END}{after}", "utf-8")
