"""Event logs, dumps of them, and Sigma rules, to measure upon."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import msgspec

from alpheus.parsers.evtx_batches import batches
from evtx_writer import chunk, event, log

ROOT = Path(__file__).resolve().parents[2]
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


DUMPS: dict[str, Callable[[str], bytes]] = {"evtx_dump": dump_line, "Winlogbeat": winlogbeat_line}
