"""`alpheus case organisations`: who owns the servers, and who of them comes first."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from alpheus.cli.arguments import bound
from alpheus.cli.case_common import Below, add_command, open_place, service
from alpheus.cli.output import console, standard_output

if TYPE_CHECKING:
    from alpheus.cases.organisations import Organisation, OrganisationFilters
    from alpheus.cases.service import Cases

FORMATS = ("table", "jsonl", "csv")
SORTS = ("priority", "name", "servers")
_FILTERS = ("sector", "region", "country")
_NARROW = ("key", "priority", "servers", "open", "compromised")
_WIDTHS = ((100, "name"), (115, "region"), (135, "sector"))
"""Columns that are there from a width on; where there is none for names, they stand below keys."""

_TEXTS = ("key", "name", "region", "sector")
_CELLS = ("key", "name", "domain", "country", "region", "city", "sector", "confidence", "provider",
          "servers", "beside", "open", "compromised", "priority")  # fmt: skip
_AT_ONCE = 500


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    listing = add_command(
        below, "organisations", _list, "list who owns the servers, the most urgent first"
    )
    for name in _FILTERS:
        listing.add_argument(
            f"--{name}", action="append", default=[], metavar="VALUE",
            help=f"of this {name} (repeatable)",
        )  # fmt: skip
    listing.add_argument("--text", default="", metavar="WORDS", help="with words that begin so")
    listing.add_argument("--open", action="store_true", help="with something left to be done")
    listing.add_argument(
        "--sort", choices=SORTS, default="priority", help="in which order (default: priority)"
    )
    listing.add_argument(
        "--limit", type=bound, default=None, metavar="N",
        help="not more than N (default: 50 as a table, else all)",
    )  # fmt: skip
    listing.add_argument("--format", choices=FORMATS, default="table", help="how (default: table)")
    shown = add_command(
        below, "organisation", _show, "show an organisation, how it is reached, and its servers"
    )
    shown.add_argument("key", metavar="KEY", help="its key, as organisations tells it")
    shown.add_argument(
        "--format", choices=("text", "json"), default="text", help="how (default: text)"
    )


def _list(options: argparse.Namespace) -> int:
    from alpheus.cases.organisations import OrganisationFilters  # noqa: PLC0415 - keeps --help fast

    filters = OrganisationFilters(
        text=options.text, open_only=options.open,
        **{name: tuple(getattr(options, name)) for name in _FILTERS},
    )  # fmt: skip
    limit = options.limit or (50 if options.format == "table" else None)
    with open_place(options) as database:
        found = _every(service(database), filters, options.sort, limit)
        if options.format == "table":
            _write_table(found, limit or 0)
            return 0
        with standard_output(exact=True) as stream:
            write = _write_json if options.format == "jsonl" else _write_csv
            write(islice(found, limit), stream)
    return 0


def _every(
    cases: Cases, filters: OrganisationFilters, sort: str, limit: int | None
) -> Iterator[Organisation]:
    """Page after page, and one more than the limit."""
    after = ""
    size = min(limit + 1, _AT_ONCE) if limit else _AT_ONCE
    while True:
        page = cases.organisations(filters, sort=sort, after=after, size=size)
        yield from page.organisations
        after = page.next
        if not after:
            return


def _write_json(found: Iterator[Organisation], stream: TextIO) -> None:
    import msgspec  # noqa: PLC0415 - keeps --help fast

    from alpheus.cli.case_output import harmless  # noqa: PLC0415 - as above

    stream.writelines(harmless(msgspec.json.encode(one).decode()) + "\n" for one in found)


def _write_csv(found: Iterator[Organisation], stream: TextIO) -> None:
    from alpheus.report.csv_output import cell  # noqa: PLC0415 - keeps --help fast

    writer = csv.writer(stream)
    writer.writerow((*_CELLS, "emails", "phones"))
    for one in found:
        emails = dict.fromkeys(contact.email for contact in one.contacts if contact.email)
        phones = dict.fromkeys(contact.phone for contact in one.contacts if contact.phone)
        values = (*(getattr(one, name) for name in _CELLS), "; ".join(emails), "; ".join(phones))
        writer.writerow([cell(value) for value in values])


def _write_table(found: Iterator[Organisation], limit: int) -> None:
    from rich.table import Table  # noqa: PLC0415 - only for people
    from rich.text import Text  # noqa: PLC0415 - as above

    from alpheus.report.visible import visible  # noqa: PLC0415 - as above

    out = console()
    names = [*_NARROW[:1], *(name for least, name in _WIDTHS if out.width >= least), *_NARROW[1:]]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in names:
        number = name not in _TEXTS
        table.add_column(
            "prio" if name == "priority" else name, overflow="fold", no_wrap=number,
            justify="right" if number else "left",
        )  # fmt: skip
    shown = list(islice(found, limit + 1))
    for one in shown[:limit]:
        said = {name: visible(str(getattr(one, name))) for name in {*names, "name"}}
        if said["name"] == said["key"]:
            said["name"] = ""
        elif said["name"] and "name" not in names:
            said["key"] += f"\n  {said['name']}"
        table.add_row(*(Text(said[name]) for name in names))
    out.print(table)
    if len(shown) > limit:
        out.print(f"the first {limit:,}; more with --limit, all with --format jsonl or csv")


def _show(options: argparse.Namespace) -> int:
    import msgspec  # noqa: PLC0415 - keeps --help fast

    from alpheus.cases.service_listing import Filters  # noqa: PLC0415 - as above
    from alpheus.cli.case_output import harmless  # noqa: PLC0415 - as above
    from alpheus.report.visible import visible  # noqa: PLC0415 - as above

    with open_place(options) as database:
        cases = service(database)
        found = cases.organisation(options.key)
        servers = list(cases.every(Filters(organisation=(options.key,))))
    with standard_output(exact=options.format == "json") as stream:
        if options.format == "json":
            whole = msgspec.json.encode({"organisation": found, "servers": servers})
            stream.write(harmless(msgspec.json.format(whole).decode()) + "\n")
            return 0
        for line in _lines(found, servers):
            stream.write(visible(line) + "\n")
    return 0


def _lines(found: Organisation, servers: list[dict[str, object]]) -> Iterator[str]:
    from alpheus.cli.case_owner import contact_lines  # noqa: PLC0415 - keeps --help fast

    yield f"organisation {found.key}  {found.name}"
    for name in _CELLS[2:]:
        if name not in {"servers", "beside"} and (value := getattr(found, name)):
            yield f"  {name:<18}{value}"
    verb = "counts" if found.beside == 1 else "count"
    more = f", and {found.beside:,} listed that {verb} by no server" if found.beside else ""
    yield f"  {'servers':<18}{found.servers:,}{more}"
    yield "contacts"
    for line in contact_lines(found.contacts):
        yield f"  {line}"
    yield "servers"
    for one in servers:
        yield (f"  {one['id']}  {one['name']}  {one['patch']}, {one['compromise']}, "
               f"{one['work']}  priority {one['priority']}"
               f"{', not counted by itself' if one['service'] else ''}")  # fmt: skip
