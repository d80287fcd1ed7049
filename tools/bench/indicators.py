"""A million indicators of others: what it takes to read them, and what a triage takes longer.

Each figure is processor time of a process of its own, which tells what it took and held: other work
on the machine counts little. The ratio is the median of pairs, one after the other.
"""

from __future__ import annotations

import hashlib
import random
import resource
import statistics
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec
from tools.bench import material
from tools.bench.race import Row, Setting, note, run, times

from alpheus.job import TriageOptions
from alpheus.knowledge.shared.model import SharedPaths

MANY = 1_000_000
LEAST = 5
_WORDS = ("a bot", "command and control", "scanner", "phishing", "web shell")
_DAY = "2021-03-02T00:00:00Z"
_PATHS = {"ip": "ipv4-addr:value", "domain": "domain-name:value", "sha256": "file:hashes.'SHA-256'"}
_HEAD = "type,value,comment,tlp,valid_until"
_UNIT = 1 if sys.platform == "darwin" else 1 << 10


def rows(setting: Setting) -> list[Row]:
    """For reading them in each form, and for a triage of the mixed logs on one core."""
    feed = setting.scratch / "indicators.csv"
    feed.write_text("".join(f"{line}\n" for line in lines(MANY)), "utf-8")
    folder = material.mixed(setting)
    bare, full = _pairs(setting, folder, feed)
    slowed = statistics.median(
        one["triage"] / other["triage"] for one, other in zip(full, bare, strict=True)
    )
    others = [_of_form(setting, name, content) for name, content in _FORMS.items()]
    size = f"{material.size_of(folder) / 1e9:.2f} GB of IIS and HttpProxy logs, one core"
    return [
        Row(
            "indicators", f"{MANY:,} read (hashes, addresses, names): processor time",
            f"{_median(full, 'load'):.1f} s, {_median(full, 'held') / 1e6:.0f} MB",
            f"none: {_median(bare, 'load'):.1f} s, {_median(bare, 'held') / 1e6:.0f} MB",
            "", "10 s",
        ),
        *others,
        Row(
            "indicators", f"{size}: processor time after that",
            f"{_median(full, 'triage'):.2f} s", f"none: {_median(bare, 'triage'):.2f} s",
            times(slowed), "1.10 ×",
        ),
    ]  # fmt: skip


def lines(count: int) -> Iterator[str]:
    """A table of so many, the same each time: of hashes, addresses and names one third each."""
    drawn = random.Random(2021)  # noqa: S311 - made material
    yield _HEAD
    for number in range(count):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        kind = ("sha256", "ip", "domain")[number % 3]
        value = {
            "sha256": digest,
            "ip": ".".join(str(drawn.randrange(1, 255)) for _ in range(4)),
            "domain": f"{digest[: drawn.randrange(2, 20)]}.{digest[-3:]}.test",
        }[kind]
        yield f"{kind},{value},{drawn.choice(_WORDS)},amber,2030-12-31"


def stix(count: int) -> Iterator[str]:
    """The same values as a bundle of STIX 2.1, an indicator each."""
    yield f'{{"type":"bundle","id":"bundle--{uuid.UUID(int=1 << 64)}","objects":['
    for number, (kind, value) in enumerate(_values(count)):
        told = {
            "type": "indicator", "spec_version": "2.1",
            "id": f"indicator--{uuid.UUID(int=number)}", "created": _DAY, "modified": _DAY,
            "name": "shared", "pattern": f"[{_PATHS[kind]} = '{value}']", "pattern_type": "stix",
            "valid_from": _DAY,
        }  # fmt: skip
        yield ("," if number else "") + msgspec.json.encode(told).decode()
    yield "]}"


def misp(count: int) -> Iterator[str]:
    """The same values as an event of MISP, an attribute each."""
    yield '{"Event":{"info":"shared","Attribute":['
    for number, (kind, value) in enumerate(_values(count)):
        told = {
            "uuid": str(uuid.UUID(int=number)), "type": {"ip": "ip-dst"}.get(kind, kind),
            "category": "Network activity", "to_ids": True, "value": value,
        }  # fmt: skip
        yield ("," if number else "") + msgspec.json.encode(told).decode()
    yield "]}}"


_FORMS = {"a bundle of STIX 2.1": stix, "an event of MISP": misp}


def _values(count: int) -> Iterator[tuple[str, str]]:
    for line in islice(lines(count), 1, None):
        kind, value, *_ = line.split(",")
        yield kind, value


def _of_form(setting: Setting, name: str, content: Callable[[int], Iterator[str]]) -> Row:
    """The same in another form: what reading it takes."""
    feed, said = setting.scratch / "indicators.json", setting.scratch / "said.json"
    feed.write_text("".join(content(MANY)), "utf-8")
    nothing = setting.scratch / "nothing"
    nothing.mkdir(exist_ok=True)
    (nothing / "notes.txt").write_text("no log\n", "utf-8")
    found: list[Mapping[str, float]] = []
    for number in range(1, setting.rounds + 1):
        note(f"  indicators as {name}, round {number} of {setting.rounds}")
        run(sys.executable, "-m", __spec__.name, str(said), str(nothing), str(feed))
        found.append(msgspec.json.decode(said.read_bytes(), type=dict[str, float]))
    feed.unlink()
    return Row(
        "indicators", f"{MANY:,} read from {name}: processor time",
        f"{_median(found, 'load'):.1f} s, {_median(found, 'held') / 1e6:.0f} MB", "", "", "10 s",
    )  # fmt: skip


def _pairs(
    setting: Setting, folder: Path, feed: Path
) -> tuple[list[Mapping[str, float]], list[Mapping[str, float]]]:
    """Rounds without and with the indicators, in turn."""
    found: tuple[list[Mapping[str, float]], list[Mapping[str, float]]] = ([], [])
    rounds = max(LEAST, setting.rounds)
    for number in range(1, rounds + 1):
        for place, feeds in enumerate(([], [str(feed)])):
            note(f"  indicators, round {number} of {rounds}: {'with' if feeds else 'without'}")
            said = setting.scratch / "said.json"
            run(sys.executable, "-m", __spec__.name, str(said), str(folder), *feeds)
            found[place].append(msgspec.json.decode(said.read_bytes(), type=dict[str, float]))
    return found


def _median(found: Sequence[Mapping[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in found)


def measure(folder: Path, feeds: Sequence[Path]) -> dict[str, float]:
    """Seconds of the processor for loading and for a triage, and the most bytes held in between."""
    from alpheus.pipeline import Pipeline, Prepared  # noqa: PLC0415 - its time counts

    options = TriageOptions(shared=SharedPaths(tuple(feeds)), workers=1)
    prepared = Prepared.of(options, keep=False)
    for source in ("iis", "httpproxy"):
        prepared.kit.needles(source)
    loaded, held = _spent(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Pipeline([folder], options, None).run(datetime.now(UTC), prepared)
    return {"load": loaded, "held": held * _UNIT, "triage": _spent() - loaded}


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    target, logs, *named = map(Path, sys.argv[1:])
    target.write_bytes(msgspec.json.encode(measure(logs, named)))
