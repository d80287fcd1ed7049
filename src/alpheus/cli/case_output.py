"""Servers and cases for people and for programs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any, TextIO

import msgspec

from alpheus.cases.service_listing import SHOWN
from alpheus.cases.service_show import Case
from alpheus.cli.case_text import lines_of
from alpheus.cli.output import console, standard_output
from alpheus.report.csv_output import cell
from alpheus.report.visible import visible

_NARROW = ("id", "priority", "name", "patch", "compromise", "work")
_WIDTHS = ((100, "last_seen"), (120, "organisation"), (140, "sector"), (160, "build"),
           (180, "assignee"))  # fmt: skip
"""Columns that are there from a width on."""


def write_servers(
    servers: Iterable[dict[str, Any]], form: str, limit: int | None, sort: str = "priority"
) -> None:
    """Write servers as `table`, `jsonl` or `csv`, up to `limit`."""
    if form == "table":
        _write_table(servers, limit or 0, sort)
        return
    with standard_output(exact=True) as stream:
        for line in (_json if form == "jsonl" else _csv)(islice(servers, limit), stream):
            stream.write(line)


def _json(servers: Iterable[dict[str, Any]], _: TextIO) -> Iterator[str]:
    for one in servers:
        yield harmless(msgspec.json.encode(one).decode()) + "\n"


def harmless(text: str) -> str:
    """JSON in which no character moves a cursor, turns a line or hides; it says the same."""
    if visible(text) == text:
        return text
    return "".join(one if one == "\n" or visible(one) == one else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    """As JSON writes it in ASCII."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def _csv(servers: Iterable[dict[str, Any]], stream: TextIO) -> Iterator[str]:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    writer = csv.writer(stream)
    writer.writerow(SHOWN)
    for one in servers:
        writer.writerow([_cell(one[name]) for name in SHOWN])
    yield ""


def _cell(value: object) -> object:
    return cell(value) if isinstance(value, str) else value


def _write_table(servers: Iterable[dict[str, Any]], limit: int, sort: str) -> None:
    from rich.table import Table  # noqa: PLC0415 - only for people
    from rich.text import Text  # noqa: PLC0415 - as above

    out = console()
    shown = list(islice(servers, limit + 1))
    if not shown:
        out.print("no server fits")
        return
    names = _columns(out.width, sort)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in names:
        heading = {"priority": "prio", "name": "server"}.get(name, name.replace("_", " "))
        wide = name in {"name", "organisation"}
        right = name in {"id", "priority"}
        table.add_column(heading, overflow="fold", no_wrap=not wide, ratio=1 if wide else None,
                         justify="right" if right else "left")  # fmt: skip
    for one in shown[:limit]:
        table.add_row(*(Text(visible(_shown(one, name))) for name in names))
    out.print(table)
    if len(shown) > limit:
        out.print(f"the first {limit:,}; more with --limit, all with --format jsonl or csv")


def _columns(width: int, sort: str) -> list[str]:
    more = [name for least, name in _WIDTHS if width >= least]
    due = ["due"] if sort == "due" else []
    narrow = [name for name in _NARROW if not (due and width < 90 and name == "priority")]
    return [*narrow, *due, *more]


_Form = Callable[[str], str]
_FORMS: dict[str, _Form] = {
    "due": lambda text: text[:16].replace("T", " "),
    "last_seen": lambda text: text[:10],
}
"""Days and minutes are enough in a table."""


def _shown(row: dict[str, Any], name: str) -> str:
    text = str(row[name])
    return _FORMS[name](text) if name in _FORMS else text


def named(value: Any) -> Any:  # noqa: ANN401 - whatever a case is made of
    """The same with the names of all fields, which JSON would leave out for some."""
    if isinstance(value, dict):
        return {key: named(one) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return named(value._asdict())
    if isinstance(value, list | tuple):
        return [named(one) for one in value]
    if isinstance(value, msgspec.Struct):
        return {name: named(getattr(value, name)) for name in value.__struct_fields__}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: named(getattr(value, one.name)) for one in fields(value)}
    return value


def write_case(case: Case, form: str) -> None:
    """Write all that is known of a server as `text` or `json`."""
    with standard_output(exact=form == "json") as stream:
        if form == "json":
            text = msgspec.json.format(msgspec.json.encode(named(case))).decode()
            stream.write(harmless(text) + "\n")
            return
        for line in lines_of(case):
            stream.write(line + "\n")
