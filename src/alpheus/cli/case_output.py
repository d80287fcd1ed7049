"""Servers and cases for people and for programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TextIO

import msgspec

from alpheus.cases.service_listing import SHOWN
from alpheus.cases.service_show import Case
from alpheus.cli.output import console, standard_output
from alpheus.report.visible import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("id", "priority", "name", "organisation", "sector", "patch", "compromise", "work",
            "build", "last_seen")  # fmt: skip


def write_servers(servers: Iterable[dict[str, Any]], form: str, limit: int | None) -> None:
    """Write servers as `table`, `jsonl` or `csv`, up to `limit`."""
    if form == "table":
        _write_table(servers, limit or 0)
        return
    with standard_output(exact=True) as stream:
        for line in (_json if form == "jsonl" else _csv)(islice(servers, limit), stream):
            stream.write(line)


def _json(servers: Iterable[dict[str, Any]], _: TextIO) -> Iterator[str]:
    for one in servers:
        yield msgspec.json.encode(one).decode() + "\n"


def _csv(servers: Iterable[dict[str, Any]], stream: TextIO) -> Iterator[str]:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    writer = csv.writer(stream)
    writer.writerow(SHOWN)
    for one in servers:
        writer.writerow([_cell(one[name]) for name in SHOWN])
    yield ""


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_table(servers: Iterable[dict[str, Any]], limit: int) -> None:
    from rich.table import Table  # noqa: PLC0415 - only for people
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name.replace("_", " "), overflow="fold")
    shown = list(islice(servers, limit + 1))
    for one in shown[:limit]:
        table.add_row(*(Text(visible(str(one[name]))) for name in _COLUMNS))
    out = console()
    out.print(table)
    if len(shown) > limit:
        out.print(f"the first {limit:,}; more with --limit, all with --format jsonl or csv")


def write_case(case: Case, form: str) -> None:
    """Write all that is known of a server as `text` or `json`."""
    with standard_output(exact=form == "json") as stream:
        if form == "json":
            stream.write(msgspec.json.format(msgspec.json.encode(case)).decode() + "\n")
            return
        for line in _lines(case):
            stream.write(visible(line) + "\n")


def _lines(case: Case) -> Iterator[str]:
    row, detail = case.server, case.detail
    yield f"server {row['id']}  {row['name']}"
    for name in SHOWN[2:]:
        if row[name] not in {"", 0}:
            yield f"  {name.replace('_', ' '):<18}{row[name]}"
    for kind, values in detail.keys.items():
        yield f"  {kind:<18}{' '.join(values)}"
    for reason in detail.reasons:
        yield f"  {reason.points:+4d}  {reason.text}"
    yield "why it is one server"
    for line in case.identity.splitlines():
        yield f"  {line}"
    yield from _history(case)


def _history(case: Case) -> Iterator[str]:
    yield "history"
    for change in case.changes:
        yield (f"  {change.time}  {change.axis}: {change.before} -> {change.after}, "
               f"{change.who}: {change.why} ({change.evidence})")  # fmt: skip
    for act in case.acts:
        yield f"  {act.time}  {act.who}: {act.kind} {act.to} {act.why} {act.evidence}".rstrip()
    if case.clocks:
        yield "clocks"
    for clock in case.clocks:
        yield f"  {clock.due}  {clock.law} {clock.title}: {clock.standing} {clock.met}".rstrip()
    yield "observations"
    for one in case.sources:
        found = f"{one['status']}{one['verdict']}  {one['build']}  {one['file']}:{one['line']}"
        place = f"{one['address']}:{one['port']}"
        yield f"  {one['id']}  {one['seen']}  {one['source']}  {place}  {found}"
