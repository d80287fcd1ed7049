"""A whole triage of mixed IIS and HttpProxy logs beside ripgrep's bare search in the same files.

Both are whole processes on all cores. Ours hashes, searches, counts every hour, looks for rare
pages, judges and writes the report; ripgrep looks for the same published indicators.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from tools.bench import material
from tools.bench.race import NOT_INSTALLED, Road, Row, Setting, alpheus, race, rate, run, times

from alpheus.knowledge.packs import load_packs

TARGET = "1.00 × (goal 1.50 ×)"


def triage(setting: Setting, *paths: Path, report: bool = True) -> float:
    """Seconds of our program, on all cores, remembering nothing."""
    output = setting.scratch / "report"
    arguments = ("--no-cache", "--workers", str(setting.cores))
    written = ("-o", str(output)) if report else ()
    seconds = run(*alpheus("triage", *map(str, paths), *arguments, *written))
    shutil.rmtree(output, ignore_errors=True)
    return seconds


def cat(folder: Path, threads: int) -> float:
    """Every byte is read and dropped, by as many processes as there are cores."""
    command = f"find {shlex.quote(str(folder))} -type f -print0 | xargs -0 -n 100 -P {threads} cat"
    return run("sh", "-c", command)


def rows(setting: Setting) -> list[Row]:
    """One row: the figure that an incident waits for."""
    folder = material.mixed(setting)
    size = material.size_of(folder)
    words = material.literals(load_packs())
    patterns = material.pattern_file(setting, words)
    roads: dict[str, Road] = {"cat": lambda: cat(folder, setting.cores)}
    if shutil.which("rg"):
        command = material.ripgrep(patterns, setting.cores)
        roads["ripgrep"] = lambda: run(*command, str(folder), fine=(0, 1))
    roads["triage"] = lambda: triage(setting, folder)
    medians = race("triage", roads, setting.rounds)
    ours, ripgrep = medians["triage"], medians.get("ripgrep")
    beside = f"ripgrep, {len(words)} literals: {rate(size, ripgrep) if ripgrep else NOT_INSTALLED}"
    return [
        Row(
            "triage", f"{size / 1e9:.2f} GB of IIS and HttpProxy logs, {setting.cores} cores",
            f"{rate(size, ours)} ({ours:.1f} s)",
            f"{beside}; cat {rate(size, medians['cat'])}",
            times(ripgrep / ours) if ripgrep else "", TARGET,
        )
    ]  # fmt: skip
