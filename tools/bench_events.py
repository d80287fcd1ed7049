"""How many event records per second one process examines, with our packs and 500 Sigma rules more.

The file is made of the chunks of one log, repeated: that of the public samples (`--log`, or
`parser-cases/security.evtx` under ALPHEUS_SAMPLES) or else one that is written here. `--rules`
names other Sigma rules than the generated ones.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine
from alpheus.detect.kit import Kit
from alpheus.knowledge.packs import load_packs
from alpheus.parsers.base import ReadOptions
from evidence_file import FileOnDisk
from evtx_writer import chunk, event, log

RUNS = 3
RULES = 500
HEADER = 4096
_SECURITY_IDS = (4624, 4625, 4634, 4648, 4656, 4662, 4663, 4672, 4688, 4697, 4698, 4720, 4768, 4769,
                 4776, 4907, 5058, 5061, 5136, 5140, 5145, 5156)  # fmt: skip
_CATEGORIES = ("process_creation", "file_event", "registry_set", "image_load", "network_connection",
               "dns_query", "ps_script", "pipe_created")  # fmt: skip
_FIELDS = (
    "CommandLine",
    "Image",
    "TargetFilename",
    "TargetObject",
    "ImageLoaded",
    "ScriptBlockText",
)


def write_rules(folder: Path, count: int, chance: random.Random) -> None:
    """Sigma rules over many event ids, with words that ordinary records do not have."""
    for number in range(count):
        words = ["".join(chance.choices("abcdefghijkmnpqrstuvxyz", k=8)) for _ in range(4)]
        field = chance.choice(_FIELDS)
        if number % 2:
            source = "product: windows, service: security"
            name = f"EventID: {chance.choice(_SECURITY_IDS)}"
            field = chance.choice(("ProcessName", "TargetUserName", "ObjectName", "ServiceName"))
        else:
            source = f"product: windows, category: {chance.choice(_CATEGORIES)}"
            name = (
                "Image|endswith: '\\powershell.exe'" if number % 3 else f"User|contains: {words[3]}"
            )
        (folder / f"{number}.yml").write_text(
            f"title: Generated rule {number}\nlogsource: {{{source}}}\ndetection:\n"
            f"  chosen:\n    {name}\n    {field}|contains: ['\\{words[0]}', '{words[1]}.exe']\n"
            f"  filter:\n    {field}|endswith: '{words[2]}.dll'\n"
            "  condition: chosen and not filter\nlevel: medium\n",
            encoding="utf-8",
        )


def written_log(chance: random.Random) -> bytes:
    """A log of ordinary logons and process starts."""
    chunks, first = [], 1
    for _ in range(32):
        events = []
        for number in range(first, first + 20):
            values = [(f"Field{at}", f"value {chance.getrandbits(64):x}") for at in range(14)]
            event_id = str(chance.choice(_SECURITY_IDS))
            provider = "Microsoft-Windows-Security-Auditing"
            events.append(
                event(number, provider=provider, channel="Security", event_id=event_id, data=values)
            )
        chunks.append(chunk(events, first))
        first += len(events)
    content: bytes = log(chunks)
    return content


def build(path: Path, content: bytes, size: int) -> None:
    """A file of at least `size` bytes: the header, then the chunks again and again."""
    with path.open("wb") as stream:
        stream.write(content[:HEADER])
        while stream.tell() < size:
            stream.write(content[HEADER:])


def once(path: Path, kit: Kit) -> tuple[int, float, float]:
    """Records, and seconds of this process and of the clock."""
    collector = Collector()
    processor, clock = time.process_time(), time.perf_counter()
    examine(FileOnDisk(path), kit, collector)
    seconds = time.process_time() - processor, time.perf_counter() - clock
    return sum(hours.rows for hours in collector.hours.values()), *seconds


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--megabytes", type=int, default=500)
    options = parser.parse_args()
    samples = Path(os.environ.get("ALPHEUS_SAMPLES", ROOT.parent / "shared" / "samples"))
    sample = options.log or samples / "evtx" / "parser-cases" / "security.evtx"
    chance = random.Random(1)  # noqa: S311 - made-up data
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules").mkdir()
        write_rules(folder / "rules", RULES, chance)
        content = sample.read_bytes() if sample.is_file() else written_log(chance)
        build(folder / "big.evtx", content, options.megabytes << 20)
        rules = options.rules or folder / "rules"
        kit = Kit.compile(load_packs(None, [rules]), ReadOptions())
        results = [once(folder / "big.evtx", kit) for _ in range(RUNS)]
    records = results[0][0]
    processor, clock = (
        statistics.median(column) for column in list(zip(*results, strict=True))[1:]
    )
    print(f"{len(kit.rules.rules)} rules, {records:,} records, {options.megabytes} MB")
    print(f"records/s per core (processor time)   {records / processor:10,.0f}")
    print(f"records/s by the clock                {records / clock:10,.0f}")


if __name__ == "__main__":
    main()
