"""The audit log: who did what and when, and whether the log holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Stream

from alpheus.report.csv_output import cell
from alpheus.web.access import audit
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.rendering import AnyRequest, page

_ADMIN = {PERMISSION: Permission.ADMINISTER}
_SIZE = 100
_COLUMNS = ("id", "time", "who", "action", "object", "detail", "previous", "hash")


@get("/audit", opt=_ADMIN, sync_to_thread=True)
def audit_page(request: AnyRequest) -> Response[Any]:
    """The newest entries; `who`, `action` and `before` bound them, `check` checks all of it."""
    asked = {name: request.query_params.get(name, "") for name in ("who", "action")}
    if request.query_params.get("format") == "csv":
        return _file(request, asked)
    before = request.query_params.get("before", "")
    database = request.app.state.database
    with database.read() as connection:
        found = audit.entries(
            connection, before=int(before) if _is_number(before) else 0, size=_SIZE + 1, **asked
        )
        people, actions = audit.words(connection)
        shown = found[:_SIZE]
        holds = None if any(asked.values()) else audit.hold(connection, shown)
    more = urlencode({**_said(asked), "before": shown[-1].id}) if len(found) > _SIZE else ""
    checked = audit.verify(database) if request.query_params.get("check") else None
    return page(
        request, "audit.html", entries=shown, people=people, actions=actions, asked=asked,
        more=more, holds=holds, checked=checked, before=before,
        file=urlencode({**_said(asked), "format": "csv"}),
    )  # fmt: skip


def _file(request: AnyRequest, asked: dict[str, str]) -> Response[Any]:
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    lines = _lines(request.app.state.database, asked)
    return Stream(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _lines(database: Any, asked: dict[str, str]) -> Iterator[bytes]:  # noqa: ANN401 - a Database
    """The log as CSV, oldest first, with its hashes."""
    yield _line(_COLUMNS)
    with database.read() as connection:
        for row in audit.rows(connection):
            if all(not value or row[name] == value for name, value in asked.items()):
                yield _line([cell(row[name]) for name in _COLUMNS])


def _line(values: Any) -> bytes:  # noqa: ANN401 - texts
    stream = io.StringIO()
    csv.writer(stream).writerow(values)
    return stream.getvalue().encode()


def _said(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


ROUTES = (audit_page,)
