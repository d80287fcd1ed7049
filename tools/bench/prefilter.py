"""Speed of the search through text logs, on one core, beside ripgrep and `cat`.

Ours with 60 published literals, with 2,000 generated rules and with the packs that ship, ripgrep
with the same 60 literals, and our whole reading (hash, search, clock, judging), over the same file.
"""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

from tools.bench import material
from tools.bench.race import NOT_INSTALLED, Road, Row, Setting, one_core, race, rate, run, times
from tools.bench.race import timed as here

from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine
from alpheus.detect.kit import Kit
from alpheus.evidence import OpenOptions, open_package
from alpheus.knowledge.packs import load_packs
from alpheus.lab.size import parse_size
from alpheus.model import Skipped
from alpheus.parsers.base import LineKind, ReadOptions
from alpheus.scan.blocks import BlockReader
from alpheus.scan.needles import Needles

MANY = 2000
INDICATORS = 60
TARGET = 3.5
LARGEST = 512 << 20
LOGS = {
    "iis": ("IIS", material.IIS, "W3SVC1/u_ex210303.log"),
    "httpproxy": ("HttpProxy", material.HTTPPROXY, "HttpProxy/HttpProxy_2021030300-1.LOG"),
}


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


def read(kit: Kit, folder: Path) -> None:
    """Everything that is done with a text log, but the verdict."""
    collector = Collector()
    for file in open_package(folder, "bench", OpenOptions()).files():
        if not isinstance(file, Skipped):
            examine(file, kit, collector)


def _peers(setting: Setting, words: list[str], path: Path) -> dict[str, Road]:
    """`cat` first: it brings the file into memory."""
    peers: dict[str, Road] = {"cat": lambda: run("cat", str(path))}
    if shutil.which("rg"):
        command = material.ripgrep(material.pattern_file(setting, words), 1)
        peers["ripgrep"] = lambda: run(*command, str(path), fine=(0, 1))
    return peers


def _ours(kit: Kit, source: str, words: list[str], path: Path, folder: Path) -> dict[str, Road]:
    few = Needles([re.escape(word) for word in words])
    many = Needles(generated(MANY))
    own = kit.needles(source, LineKind.REQUESTS)
    for needles in (few, many, own):  # what is made at the first search is not measured
        search(needles, path)
    return {
        f"search, {len(words)} literals": here(lambda: search(few, path)),
        f"search, {MANY:,} generated rules": here(lambda: search(many, path)),
        "search, rules and indicators that ship": here(lambda: search(own, path)),
        "whole reading": here(lambda: read(kit, folder)),
    }


def rows(setting: Setting) -> list[Row]:
    """Both kinds of log, one after the other."""
    kit = Kit.compile(load_packs(), ReadOptions())
    found = material.literals(tuple(kit.packs))
    words = found[:: max(1, len(found) // INDICATORS)][:INDICATORS]
    with one_core():
        return [row for source in LOGS for row in _measure(setting, kit, source, words)]


def _measure(setting: Setting, kit: Kit, source: str, words: list[str]) -> list[Row]:
    name, pattern, place = LOGS[source]
    folder = setting.scratch / source
    files = material.logs(material.evidence(setting), pattern)
    size = min(parse_size(setting.size), LARGEST)
    path = material.joined(files, folder / place, size)
    size = path.stat().st_size
    ours = _ours(kit, source, words, path, folder)
    medians = race(name, {**_peers(setting, words, path), **ours}, setting.rounds)
    shutil.rmtree(folder)
    ripgrep = medians.get("ripgrep")
    beside = f"ripgrep, {len(words)} literals: {rate(size, ripgrep) if ripgrep else NOT_INSTALLED}"
    beside += f"; cat {rate(size, medians['cat'])}"
    return [
        Row(
            "prefilter", f"{name}, one core: {road}", rate(size, medians[road]), beside,
            times(ripgrep / medians[road]) if ripgrep else "",
            times(TARGET) if road.startswith("search") else "",
        )
        for road in ours
    ]  # fmt: skip
