"""How many event records per second one core examines, with our packs and 500 Sigma rules more.

The file is made of the chunks of one log, repeated: that of the public samples
(`parser-cases/security.evtx` under ALPHEUS_SAMPLES) or else one that is written here. The same
records are examined as lines of JSON, too. Beside each figure stands that of the floor: the bare
loop over the native reader's records, and the bare decoding of each line.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from tools.bench import event_logs
from tools.bench.race import Row, Setting, one_core, race, times

from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine
from alpheus.detect.kit import Kit
from alpheus.knowledge.packs import load_packs
from alpheus.lab.size import parse_size
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.evtx_batches import native_records
from alpheus.parsers.evtx_chunks import chunks
from evidence_file import FileOnDisk

TARGET = 100_000
LARGEST = 200_000_000

Reading = Callable[[Path], tuple[int, float]]
"""Reads a file and gives records, and seconds of this process."""


def examined(path: Path, kit: Kit) -> tuple[int, float]:
    """Records, and seconds of this process."""
    collector = Collector()
    start = time.process_time()
    examine(FileOnDisk(path), kit, collector)
    seconds = time.process_time() - start
    return sum(hours.rows for hours in collector.hours.values()), seconds


def bare_records(path: Path) -> tuple[int, float]:
    """Records of the native reader, chunk by chunk, and seconds."""
    start = time.process_time()
    with path.open("rb") as stream:
        count = sum(len(records) for one in chunks(stream) for records in native_records(one))
    return count, time.process_time() - start


def bare_lines(path: Path) -> tuple[int, float]:
    """Lines that are decoded into objects, and seconds."""
    start = time.process_time()
    with path.open("rb") as stream:
        count = sum(msgspec.json.decode(line) is not None for line in stream)
    return count, time.process_time() - start


def _chance() -> random.Random:
    return random.Random(1)  # noqa: S311 - made-up data


def rows(setting: Setting) -> list[Row]:
    """One row per form in which event logs are handed over."""
    folder = setting.scratch / "events"
    (folder / "rules").mkdir(parents=True)
    event_logs.write_rules(folder / "rules", event_logs.RULES, _chance())
    kit = Kit.compile(load_packs(None, [folder / "rules"]), ReadOptions())
    with one_core():
        return [
            _measure(name, path, kit, bare, setting.rounds)
            for name, path, bare in _files(folder, min(parse_size(setting.size), LARGEST))
        ]


def _files(folder: Path, size: int) -> Iterator[tuple[str, Path, Reading]]:
    """Name, file, and what its floor is."""
    samples = Path(os.environ.get("ALPHEUS_SAMPLES", event_logs.ROOT.parent / "shared" / "samples"))
    sample = samples / "evtx" / "parser-cases" / "security.evtx"
    public = sample.is_file()
    content = sample.read_bytes() if public else event_logs.written_log(_chance())
    origin = "public sample" if public else "made-up log"
    one, big = folder / "one.evtx", folder / "big.evtx"
    one.write_bytes(content)
    event_logs.build(big, content, size)
    yield f"{origin}, EVTX", big, bare_records
    for name, line in event_logs.DUMPS.items():
        path = folder / f"{name}.jsonl"
        event_logs.write_lines(path, one, line, size // 2)
        yield f"{origin}, {name} lines", path, bare_lines


def _measure(name: str, path: Path, kit: Kit, bare: Reading, rounds: int) -> Row:
    """Ours and the floor in turn."""
    records = bare(path)[0]
    medians = race(
        name, {"ours": lambda: examined(path, kit)[1], "floor": lambda: bare(path)[1]}, rounds
    )
    ours, floor = (records / medians[road] for road in ("ours", "floor"))
    floor_name = "bare native reader" if bare is bare_records else "bare decoding"
    return Row(
        "events", f"{name}, {len(kit.rules.rules)} rules, one core", f"{ours:,.0f} records/s",
        f"{floor_name} {floor:,.0f} records/s", times(ours / floor), f"{TARGET:,} records/s",
    )  # fmt: skip
