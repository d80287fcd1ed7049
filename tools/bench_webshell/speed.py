"""How fast one core reads the benign pages: ours as a whole process, yara-x with the same pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tools.bench.race import Road, one_core, race, rate, timed
from tools.bench_webshell import ours
from tools.bench_webshell.corpus import Side
from tools.bench_webshell.rules import RuleFolder
from tools.bench_webshell.table import Row

HEAD = ("speed, one core", "read", "MB/s", "files/s", "with its start")
TARGET = ("target", "", "≥ 50 MB/s", "≥ 1,500 files/s", "")
_LEAST = 0.1
"""Seconds beyond its start below which nothing is said of the speed."""


def rows(
    program: Sequence[str], side: Side, folders: Sequence[RuleFolder], rounds: int
) -> list[Row]:
    """Ours and every folder of rules take turns; medians."""
    if not side.pages:
        return []
    smallest = min(side.pages, key=lambda page: (page.size, page.name))
    read: list[ours.Answers] = []

    def over(paths: Sequence[Path]) -> Road:
        def road() -> float:
            answers, seconds = ours.ask(program, paths)
            read.append(answers)
            return seconds

        return road

    roads: dict[str, Road] = {"ours": over(side.folders), "start": over([smallest.path])}
    for folder in folders:
        roads[f"yara-x, {folder.name}"] = timed(partial(folder.matched, side.pages))
    with one_core():
        medians = race("speed", roads, rounds)
    answers = max(read, key=lambda found: found.records)
    start = medians.pop("start")
    found = [_row("ours", answers.size(side), answers.records, medians.pop("ours"), start), TARGET]
    size = sum(page.size for page in side.pages)
    found += [_row(name, size, len(side.pages), seconds) for name, seconds in medians.items()]
    return found


def _row(name: str, size: int, files: int, seconds: float, start: float = 0.0) -> Row:
    read = f"{size / 1e6:.1f} MB, {files:,} files"
    whole = f"{rate(size, seconds)}, {files / seconds:,.0f} files/s"
    beyond = seconds - start
    if beyond < _LEAST:
        return (name, read, "too little to say", "too little to say", whole)
    return (
        name, read, rate(size, beyond), f"{files / beyond:,.0f}",
        f"{whole}; start {start:.2f} s" if start else "compiled before",
    )  # fmt: skip
