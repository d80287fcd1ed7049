"""Lists as CSV: in portions as they are read, each cell harmless, and taken down in the log.

UTF-8, comma, CRLF, a first line with names; times ISO 8601 in UTC. Text that a spreadsheet would
take for a formula begins with an apostrophe, and characters that do something are written out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import Any

from litestar import Response
from litestar.exceptions import PermissionDeniedException
from litestar.response import Stream

from alpheus.report.csv_output import cell
from alpheus.web.access.roles import Permission
from alpheus.web.rendering import AnyRequest

MEDIA_TYPE = "text/csv"
_AT_ONCE = 500


def is_asked(request: AnyRequest) -> bool:
    """Whether a list is asked for as CSV."""
    return request.query_params.get("format") == "csv"


def demand(request: AnyRequest, permission: Permission) -> None:
    """Refuse whom part of a page is not for, by account or by token. PermissionDeniedException."""
    token_scope: frozenset[Permission] | None = request.scope.get("state", {}).get("token_scope")
    if token_scope is not None and permission not in token_scope:
        raise PermissionDeniedException("this token is not for that")
    if not request.user.may(permission):
        raise PermissionDeniedException("your account does not allow that")


def download(
    columns: Sequence[str], parts: Iterable[Iterable[Mapping[str, Any]]], name: str
) -> Response[Any]:
    """A file of CSV, sent while it is read; `name` is ours, without its ending."""
    return Stream(
        lines(columns, parts), media_type=MEDIA_TYPE,
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )  # fmt: skip


def portions(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Rows in parts, each read when the one before is gone."""
    every = iter(rows)
    while part := list(islice(every, _AT_ONCE)):
        yield part


def lines(columns: Sequence[str], parts: Iterable[Iterable[Mapping[str, Any]]]) -> Iterator[str]:
    """The file, in as many parts as there are portions, and one with the names."""
    yield _written([columns])
    for rows in parts:
        yield _written([_cell(row[name]) for name in columns] for row in rows)


def _written(rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cell(value: object) -> object:
    return value if isinstance(value, int) else cell(value)
