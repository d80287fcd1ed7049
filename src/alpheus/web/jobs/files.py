"""Lists that leave as a file: UTF-8 with CRLF; no spreadsheet takes a cell for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from litestar.response import Stream

from alpheus.report.csv_output import cell

_AT_ONCE = 500


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Stream:
    """A file to be kept, made as it is fetched."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Stream(_lines(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    stream = io.StringIO()
    write = csv.writer(stream).writerow
    write(columns)
    for number, row in enumerate(rows, start=1):
        write([cell(value) for value in row])
        if number % _AT_ONCE == 0:
            yield stream.getvalue().encode()
            stream.seek(0)
            stream.truncate()
    yield stream.getvalue().encode()
