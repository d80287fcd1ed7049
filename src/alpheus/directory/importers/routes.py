"""Which network announces a prefix, and what networks are called.

Routes are lines `192.0.2.0/24<tab>64500`, as pyasn writes them, or a table with `network` and
`autonomous_system_number`, as MaxMind's. Names are lines `64500 EXAMPLE-NET, DE`, a JSON object of
numbers and names, or a table with `asn` and `name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from alpheus.directory.importers import cells
from alpheus.directory.importers.model import Context, Entry
from alpheus.directory.model import Organisation, Route
from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import records
from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.rows import Rows, column_names, text_lines

_NAME_LINE = re.compile(r"(?:AS)?(\d{1,10})[\s,;|]+(\S.*)", re.IGNORECASE)
_COUNTRY_TAIL = re.compile(r"(.+?),\s*([A-Z]{2})")
_NUMBERS = ("autonomous_system_number", "asn", "as_number", "as", "origin")
_NAMES = ("autonomous_system_organization", "as_name", "name", "organization", "organisation",
          "description", "holder")  # fmt: skip
_NETWORKS = ("network", "prefix", "cidr")
_COUNTRIES = ("country", "country_code", "cc")


def read_routes(source: Source, _context: Context) -> Iterator[Entry]:
    """One route for each line; lines of remarks are none."""
    row = 0
    for line in text_lines(source):
        if line is not None and (not line.strip() or line.lstrip()[0] in ";#"):
            continue
        row += 1
        parts = line.split() if line is not None else []
        network = cells.network(parts[0]) if len(parts) >= 2 else ""
        number = cells.number(parts[1].strip("{}").partition(",")[0]) if network else 0
        yield Route(network, number) if number else Loss(row, "no prefix and number of a network")
    yield from source.losses


def read_route_table(source: Source, context: Context) -> Iterator[Entry]:
    """A route for each row, and the name of each network once."""
    rows = Rows(source)
    columns = column_names(rows.first())
    rows.width = len(columns)
    at = {role: next((columns.index(n) for n in names if n in columns), -1)
          for role, names in (("network", _NETWORKS), ("number", _NUMBERS), ("name", _NAMES),
                              ("country", _COUNTRIES))}  # fmt: skip
    named: set[int] = set()
    for item in rows:
        if isinstance(item, Loss):
            yield item
            continue
        row = rows.line
        content = [*item, ""]
        number = cells.number(content[at["number"]])
        if at["network"] >= 0:
            network = cells.network(content[at["network"]])
            if not network:
                yield Loss(row, "no network")
                continue
            if number:
                yield Route(network, number)
        if not number:
            yield Loss(row, "no number of a network")
            continue
        name = cells.text(content[at["name"]])
        if name and number not in named:
            named.add(number)
            yield _holder(number, name, cells.country(content[at["country"]]), source, context)


def read_names(source: Source, context: Context) -> Iterator[Entry]:
    """A record for each network that has a name."""
    if source.head.lstrip()[:1] == b"{":
        yield from _names_of_objects(source, context)
        return
    row = 0
    for line in text_lines(source):
        if line is not None and (not line.strip() or line.lstrip()[0] in ";#"):
            continue
        row += 1
        match = _NAME_LINE.fullmatch(line.strip()[: 2 * cells.LONGEST]) if line else None
        number = cells.number(match[1]) if match else 0
        if match is None or not number:
            yield Loss(row, "no number and name of a network")
        else:
            yield _holder(number, match[2], "", source, context)
    yield from source.losses


def _names_of_objects(source: Source, context: Context) -> Iterator[Entry]:
    row = 0
    for item in records(source):
        if isinstance(item, Loss):
            yield item
            continue
        for key, value in item[1].items():
            row += 1
            number, name = cells.number(key), cells.text(fields.text_of(value))
            if number and name:
                yield _holder(number, name, "", source, context)
            else:
                yield Loss(row, "no number and name of a network")


def _holder(number: int, name: str, country: str, source: Source, context: Context) -> Organisation:
    tail = _COUNTRY_TAIL.fullmatch(name)
    if tail:
        name, country = tail[1], country or tail[2]
    return Organisation(
        cells.text(name), context.kind, source.name, country=country, as_number=number
    )
