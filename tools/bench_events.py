"""How many event records per second one process examines, with our packs and 500 Sigma rules more.

The file is made of the chunks of one log, repeated: that of the public samples (`--log`, or
`parser-cases/security.evtx` under ALPHEUS_SAMPLES) or else one that is written here. The same
records are examined as lines of JSON, too. `--rules` names other Sigma rules than the generated
ones. Beside each figure stands that of the floor, taken in turn with it: the bare loop over the
native reader's records, and the bare decoding of each line.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine
from alpheus.detect.kit import Kit
from alpheus.knowledge.packs import load_packs
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.evtx_batches import batches, native_records
from alpheus.parsers.evtx_chunks import chunks
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


def dump_line(text: str) -> bytes:
    """A record as `evtx_dump -o jsonl` writes it."""
    return text.encode()


def winlogbeat_line(text: str) -> bytes:
    """A record as Winlogbeat writes it, without the rendered message."""
    event = msgspec.json.decode(text)["Event"]
    system = event["System"]
    number = system["EventID"]
    data = event.get("EventData")
    winlog = {
        "channel": system["Channel"],
        "provider_name": system["Provider"]["#attributes"]["Name"],
        "event_id": str(number["#text"] if isinstance(number, dict) else number),
        "computer_name": system["Computer"],
        "record_id": system["EventRecordID"],
        "event_data": data if isinstance(data, dict) else {},
    }
    time_created = system["TimeCreated"]["#attributes"]["SystemTime"]
    return msgspec.json.encode(
        {"@timestamp": time_created, "event": {"kind": "event"}, "winlog": winlog}
    )


def write_lines(path: Path, log_path: Path, line: Callable[[str], bytes], size: int) -> None:
    """A file of at least `size` bytes: the records of a log on lines, again and again."""
    with log_path.open("rb") as stream:
        texts = [text for batch in batches(stream) for text in batch.texts]
    content = b"".join(line(text) + b"\n" for text in texts)
    path.write_bytes(content * (size // len(content) + 1))


def once(path: Path, kit: Kit) -> tuple[int, float]:
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


def measure(name: str, path: Path, kit: Kit, bare: Callable[[Path], tuple[int, float]]) -> None:
    """Both in turn, so that a busy machine slows both; the quickest run of each counts."""
    results = [(once(path, kit), bare(path)) for _ in range(RUNS)]
    records = results[0][0][0]
    ours, floor = (min(seconds for _, seconds in column) for column in zip(*results, strict=True))
    print(
        f"{name:12}{records:>10,} records{records / ours:>10,.0f} records/s per core"
        f"   floor{records / floor:>10,.0f}   ratio {ours / floor:.2f}"
    )


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--megabytes", type=int, default=200)
    options = parser.parse_args()
    samples = Path(os.environ.get("ALPHEUS_SAMPLES", ROOT.parent / "shared" / "samples"))
    sample = options.log or samples / "evtx" / "parser-cases" / "security.evtx"
    chance = random.Random(1)  # noqa: S311 - made-up data
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules").mkdir()
        write_rules(folder / "rules", RULES, chance)
        content = sample.read_bytes() if sample.is_file() else written_log(chance)
        (folder / "one.evtx").write_bytes(content)
        build(folder / "big.evtx", content, options.megabytes << 20)
        rules = options.rules or folder / "rules"
        kit = Kit.compile(load_packs(None, [rules]), ReadOptions())
        print(f"{len(kit.rules.rules)} rules")
        measure("evtx", folder / "big.evtx", kit, bare_records)
        for form, line in (("evtx_dump", dump_line), ("winlogbeat", winlogbeat_line)):
            path = folder / f"{form}.jsonl"
            write_lines(path, folder / "one.evtx", line, options.megabytes << 19)
            measure(form, path, kit, bare_lines)


if __name__ == "__main__":
    main()
