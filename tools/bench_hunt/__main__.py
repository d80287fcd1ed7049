"""Measure hunts: `python -m tools.bench_hunt FOLDER`; timelines are made there if there are none.

Each question is asked twice: with nothing of the files in memory, and again.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from pathlib import Path

from tools.bench_hunt.making import address, make

from alpheus.hunt.asking import ask
from alpheus.hunt.questions import question_of
from alpheus.hunt.session import Bounds
from alpheus.hunt.timelines import Timeline, find_timelines

RULE = """
title: A request routed to a server of its own choice
logsource: {product: exchange, service: httpproxy}
detection: {one: {AnchorMailbox|contains: ']@'}, condition: one}
level: high
"""
QUESTIONS = {
    "an address, rows in one timeline": "client = '{address}'",
    "a page by part of its name": "url LIKE '%/aspnet_client/%' AND method = 'POST'",
    "two hours of all servers, counted": (
        "SELECT server, count(*) FROM timeline WHERE time BETWEEN '2021-03-03 06:00' AND "
        "'2021-03-03 08:00' GROUP BY 1"
    ),
    "a command that was run": "command ILIKE '%whoami%'",
    "a Sigma rule of forged requests": RULE,
    "who was refused most, over all": (
        "SELECT client, count(DISTINCT server) n FROM timeline WHERE status = 401 GROUP BY 1 "
        "ORDER BY 2 DESC LIMIT 10"
    ),
    "a text in every query (nothing passed over)": "SELECT count(*) FROM timeline WHERE "
    "contains(lower(query), 'cmd=whoami')",
}


def main() -> None:
    """Make, ask, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--timelines", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=100_000, help="in each")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--remove", action="store_true", help="remove the folder at the end")
    options = parser.parse_args()
    make(options.folder, options.timelines, options.rows, options.processes)
    begun = time.perf_counter()
    timelines = find_timelines([options.folder]).timelines
    found = time.perf_counter() - begun
    size = sum(one.path.stat().st_size for one in timelines)
    print(f"{len(timelines):,} timelines of {options.rows:,} rows, {size / 1e9:.2f} GB, "
          f"{os.cpu_count()} processors; looked at in {found:.2f} s\n")  # fmt: skip
    print("| question | rows | first | again |\n|---|---|---|---|")
    for name, text in QUESTIONS.items():
        asked = text.replace("{address}", _address(timelines))
        _forget(timelines)
        first, rows = _asked(asked, timelines)
        again, _ = _asked(asked, timelines)
        print(f"| {name} | {rows:,} | {first:.2f} s | {again:.2f} s |", flush=True)
    if options.remove:
        shutil.rmtree(options.folder)


def _address(timelines: list[Timeline]) -> str:
    """An address that stands in the timeline in the middle."""
    at = len(timelines) // 2
    for number in range(256):
        answer = ask(question_of(f"client = '{address(at, number)}'"), [timelines[at]], Bounds(), 1)
        if answer.rows:
            return address(at, number)
    return address(at, 0)


def _asked(text: str, timelines: list[Timeline]) -> tuple[float, int]:
    begun = time.perf_counter()
    answer = ask(question_of(text), timelines, Bounds(), 1_000)
    return time.perf_counter() - begun, len(answer.rows)


def _forget(timelines: list[Timeline]) -> None:
    """Let the system drop what it holds of the files, where it can be told to."""
    if not hasattr(os, "posix_fadvise"):
        return
    for one in timelines:
        handle = os.open(one.path, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


if __name__ == "__main__":
    main()
