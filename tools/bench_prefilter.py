"""Speed of the search through text logs, on one core, beside ripgrep and `cat`.

Ours with the packs that ship and with 2,000 generated rules, ripgrep with the shipped literals, and
our whole reading (hash, search, clock, judging), in turn over the same files, which the system has
in memory. Prints the median rate of each and its ratio to ripgrep; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine
from alpheus.detect.kit import Kit
from alpheus.evidence import OpenOptions, open_package
from alpheus.knowledge.packs import load_packs
from alpheus.model import Skipped
from alpheus.parsers.base import ReadOptions
from alpheus.scan.blocks import BlockReader
from alpheus.scan.needles import Needles

BENCH = Path(__file__).resolve().parents[1] / "bench"
MANY = 2000
INDICATORS = 60
LOGS = {"iis": "W3SVC1/*.log", "httpproxy": "HttpProxy/*/*"}
_CHUNK = 128 << 20


def literals(kit: Kit) -> list[str]:
    """What ripgrep is asked for: addresses, host names and pages that were published."""
    rows = [row for pack in kit.packs for row in pack.indicators]
    values = sorted({row.value for row in rows if row.type in {"ip", "domain", "page"}})
    return values[:: max(1, len(values) // INDICATORS)][:INDICATORS]


def generated(count: int) -> list[str]:
    """Texts such as Sigma rules for web servers look for; always the same."""
    chosen = random.Random(7)  # noqa: S311 - no secret
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        "/" + "".join(chosen.choices(letters, k=chosen.randint(5, 9))) + "/"
        + "".join(chosen.choices(letters + "0123456789", k=chosen.randint(4, 12))) + "\\.aspx"
        for _ in range(count)
    ]  # fmt: skip


def search(needles: Needles, path: Path) -> None:
    """The search alone, in blocks, as triage does it."""
    with path.open("rb", buffering=0) as stream:
        for block in BlockReader(stream, numbered=False):
            needles.search(block.data, block.start, block.end)


def triage(kit: Kit, folder: Path) -> None:
    """Everything that is done with a text log, but the verdict."""
    collector = Collector()
    for file in open_package(folder, "bench", OpenOptions()).files():
        if not isinstance(file, Skipped):
            examine(file, kit, collector)


def command(*arguments: str) -> None:
    """Run a program on the one core that this process has."""
    subprocess.run(arguments, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - fixed programs


def roads(
    kit: Kit, source: str, folder: Path, path: Path
) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is measured, by name."""
    words = literals(kit)
    few = Needles([re.escape(word) for word in words])
    many = Needles(generated(MANY))
    own = kit.needles(source)
    patterns = folder.parent / "patterns.txt"
    patterns.write_text("\n".join(words))
    yield "cat", lambda: command("cat", str(path))
    if shutil.which("rg"):
        yield (
            f"ripgrep -i -f, {len(words)} literals",
            lambda: command(
                "rg", "-i", "-a", "-F", "-j1", "--no-mmap", "-f", str(patterns), str(path)
            ),
        )
    yield f"search, the same {len(words)}", lambda: search(few, path)
    yield f"search, {MANY} generated rules", lambda: search(many, path)
    yield "search, shipped rules, pages, indicators", lambda: search(own, path)
    yield "whole reading", lambda: triage(kit, folder)


def material(size: str, source: str, into: Path) -> Path:
    """One large log of a busy server, made of those of the lab."""
    made = BENCH / f"webshell-{size}"
    if not (made / "ground-truth.json").exists():
        arguments = [sys.executable, "-m", "alpheus", "lab", str(made), "--size", size]
        subprocess.run(arguments, check=True)  # noqa: S603 - our own command
    folder = into / source
    name = "W3SVC1/u_ex210303.log" if source == "iis" else "HttpProxy/HttpProxy_2021030300-1.LOG"
    target = folder / name
    target.parent.mkdir(parents=True)
    files = [path for path in sorted((made / "evidence").rglob(LOGS[source])) if path.is_file()]
    with target.open("wb") as out:
        while out.tell() < _CHUNK * 4:
            for path in files:
                out.write(path.read_bytes())
    return target


def measure(kit: Kit, source: str, path: Path, folder: Path, rounds: int) -> None:
    """Everything in turn, `rounds` times; prints medians."""
    size = path.stat().st_size
    found = dict(roads(kit, source, folder, path))
    seconds: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, run in found.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    ripgrep = next((value for name, value in medians.items() if name.startswith("ripgrep")), None)
    print(f"{source}: {size / 1e9:.2f} GB, median of {rounds}")
    for name, median in medians.items():
        ratio = f"{ripgrep / median:6.2f} x ripgrep" if ripgrep else ""
        print(f"  {name:45} {size / 1e9 / median:6.2f} GB/s {ratio}")


def main() -> None:
    """Pin this process to one core and measure both kinds of log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="1GB")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    kit = Kit.compile(load_packs(), ReadOptions())
    with tempfile.TemporaryDirectory(dir=BENCH) as scratch:
        for source in LOGS:
            path = material(options.size, source, Path(scratch))
            measure(kit, source, path, Path(scratch) / source, options.rounds)


if __name__ == "__main__":
    BENCH.mkdir(exist_ok=True)
    main()
