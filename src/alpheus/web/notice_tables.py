"""Notices, and those whom nobody could reach, as CSV for a spreadsheet.

UTF-8 with a mark, comma, every cell quoted, CRLF; formulas are made harmless.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from litestar.response import Stream

from alpheus.notify.listing import Brief
from alpheus.report.csv_output import cell

NOTICE_COLUMNS = (
    "reference", "batch", "organisation", "owner", "rung", "channel", "address", "name", "status",
    "situation", "reduced", "servers", "made", "handed_over", "answered",
)  # fmt: skip
UNREACHED_COLUMNS = ("organisation", "owner", "server", "servers", "reason", "why")

_AT_ONCE = 500


def notices_csv(notices: Iterable[Brief]) -> Stream:
    """Notices as a file."""
    rows = (
        (one.reference, one.batch, one.organisation, one.owner, one.recipient.rung,
         one.recipient.channel, one.recipient.address, one.recipient.name, one.status,
         one.situation, "yes" if one.reduced else "no", one.servers, one.made, one.handed_over,
         one.answered)
        for one in notices
    )  # fmt: skip
    return _file("notices.csv", NOTICE_COLUMNS, rows)


def unreached_csv(rows: Iterable[Mapping[str, Any]]) -> Stream:
    """Those whom nobody could reach, as a file."""
    names = ("organisation", "owner", "anchor", "servers", "reason", "why")
    return _file("unreached.csv", UNREACHED_COLUMNS,
                 ([row[name] for name in names] for row in rows))  # fmt: skip


def _file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Stream:
    return Stream(
        _written(columns, rows), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    yield stream.getvalue().encode("utf-8-sig")
    stream.seek(0)
    stream.truncate()
    for number, row in enumerate(rows, 1):
        writer.writerow([cell(value) for value in row])
        if number % _AT_ONCE == 0:
            yield stream.getvalue().encode()
            stream.seek(0)
            stream.truncate()
    yield stream.getvalue().encode()
