"""The table for people and for programs: what an entry is, what it decides, what it shows."""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TextIO

from alpheus.collect.chosen import Chosen, decides
from alpheus.detect.sigma.logsources import find
from alpheus.knowledge.collection import Collection, Entry
from alpheus.knowledge.model import Pack, SigmaFile
from alpheus.model import Stage

SCHEMA = "alpheus.collection/1"
_WIDTH = 80
_SEPARATOR = " | "
_REQUESTS = ("iis-site-", "web-access")
"""Sources whose rules are those of requests to a web server."""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is listed; `decides` are groups of packs, `missing` is '' if not asked."""

    id: str
    title: str
    products: tuple[str, ...]
    source: str
    deciding: bool
    decides: tuple[str, ...]
    stages: tuple[str, ...]
    cves: tuple[str, ...]
    paths: tuple[str, ...]
    raw: bool
    triaged: bool
    why: str
    size: str
    kept: str
    missing: str = ""


def rows_of(
    table: Collection,
    chosen: Sequence[Chosen],
    packs: Sequence[Pack],
    places: Mapping[str, Sequence[str]],
    missing: Mapping[str, str],
) -> tuple[Row, ...]:
    """Every chosen entry; paths with variables of Windows, or as `places` says."""
    return tuple(
        Row(
            one.entry.id, one.entry.title, one.entry.products, one.entry.source,
            decides(one.entry, packs), tuple(_groups(one.entry, packs)),
            _stages(one.entry, packs), _cves(one.entry, packs),
            one.paths if places else tuple(map(table.shown, one.entry.paths)),
            one.entry.raw, one.entry.triage, one.entry.why, one.entry.size, one.entry.kept,
            missing.get(one.entry.id, ""),
        )
        for one in chosen
    )  # fmt: skip


def write_text(rows: Sequence[Row], stream: TextIO) -> None:
    """For people, at 80 columns."""
    heading = ""
    for row in rows:
        wanted = _heading(row)
        if wanted != heading:
            heading = wanted
            stream.write(f"{heading}\n\n")
        stream.writelines(f"{line}\n" for line in _text(row))
        stream.write("\n")


def write_json(rows: Sequence[Row], stream: TextIO) -> None:
    """One document."""
    document = {"schema": SCHEMA, "entries": [asdict(row) for row in rows]}
    stream.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def write_csv(rows: Sequence[Row], stream: TextIO) -> None:
    """One row an entry; what is several stands in one cell, between bars."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(Row.__dataclass_fields__)
    for row in rows:
        writer.writerow([_cell(value) for value in asdict(row).values()])


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _SEPARATOR.join(value) if isinstance(value, tuple) else value


def _heading(row: Row) -> str:
    if row.deciding:
        return "A verdict rests on these; without them triage says not-determinable"
    return "These add to it" if row.triaged else "For people; triage does not read them"


def _text(row: Row) -> Iterator[str]:
    yield f"{row.title} ({row.id})"
    for path in row.paths:
        yield f"    {path}"
    if row.raw:
        yield "    Windows holds it open or hides it: the collector must read the volume itself"
    facts = {
        "missing": row.missing,
        "why": row.why,
        "decides": "; ".join(row.decides),
        "shows": ", ".join(row.stages),
        "flaws": ", ".join(row.cves),
        "size": row.size,
        "kept": row.kept,
    }
    for name, text in facts.items():
        if text:
            yield from textwrap.wrap(
                text, _WIDTH, initial_indent=f"  {name:8} ", subsequent_indent=" " * 11,
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip


def _groups(entry: Entry, packs: Sequence[Pack]) -> Iterator[str]:
    for pack in packs:
        for group in pack.deciding:
            if entry.source in group.any_of:
                others = [label for label in group.any_of if label != entry.source]
                instead = f", or {' or '.join(others)}" if others else ""
                yield f"{pack.id} {group.name} ({entry.source}{instead})"


def _cves(entry: Entry, packs: Sequence[Pack]) -> tuple[str, ...]:
    """Flaws of packs whose verdict rests on it, and those for which it is one of other sources."""
    found = [
        cve
        for pack in packs
        for cve in pack.cves
        if any(entry.source in group.any_of for group in pack.deciding)
        or entry.source in pack.other_sources.get(cve, ())
    ]
    return tuple(dict.fromkeys(found))


def _stages(entry: Entry, packs: Sequence[Pack]) -> tuple[str, ...]:
    """How far an intruder got, by the rules that read this source; context left out."""
    source = "iis" if entry.source.startswith(_REQUESTS) else entry.source
    found = {
        rule.meaning.stage
        for pack in packs
        for rule in pack.sigma
        if rule.meaning is not None
        and rule.meaning.stage is not Stage.NONE
        and source in _sources(rule)
    }
    return tuple(str(stage) for stage in sorted(found, key=lambda stage: stage.rank))


def _sources(rule: SigmaFile) -> frozenset[str]:
    names = rule.document.get("logsource")
    if not isinstance(names, dict):
        return frozenset()
    source = find(names.get("product"), names.get("category"), names.get("service"))
    return frozenset() if source is None else frozenset(s.source for s in source.selections)
