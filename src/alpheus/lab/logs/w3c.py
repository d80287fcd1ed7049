"""IIS W3C extended logs: one file per site and day, in UTC, blanks in values written as `+`."""

from __future__ import annotations

from datetime import datetime

from alpheus.lab.request import Request
from alpheus.lab.server import Server
from alpheus.lab.text import slot

FIELDS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
    "cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
)


def header(opened: datetime) -> str:
    """The block that IIS writes when it opens a file or is restarted."""
    return (
        "#Software: Microsoft Internet Information Services 10.0\r\n"
        "#Version: 1.0\r\n"
        f"#Date: {opened:%Y-%m-%d %H:%M:%S}\r\n"
        f"#Fields: {FIELDS}\r\n"
    )


def front_end_line(request: Request, server: Server) -> str:
    """The row of site 1, or of site 2 for a request that went straight to its port."""
    query = request.query
    if request.protocol and request.port == 443:
        query += f"&CorrelationID=<empty>;&cafeReqId={slot('rid')};"
    elif request.port != 443 and not query:
        query = f"&request_id={slot('act')}"
    own = request.client if request.client == "::1" else server.address
    values = (own, request.method, request.stem, query, str(request.port), request.user)
    return _line(request, values, request.client, request.status, request.milliseconds)


def back_end_line(request: Request, server: Server) -> str | None:
    """The row of site 2 for what the front end passed on; None if it passed nothing on."""
    back = request.back_end
    if back is None:
        return None
    query = f"{back.query}&ActID={slot('act')}" if back.query else f"&ActID={slot('act')}"
    values = (server.address, back.method, back.stem, query, "444", back.user)
    return _line(request, values, back.client, back.status, max(1, request.milliseconds - 3))


def _line(
    request: Request, values: tuple[str, ...], client: str, status: int, milliseconds: int
) -> str:
    substatus = "1" if status == 401 else "0"
    win32 = {401: "1326", 404: "2"}.get(status, "0")
    fields = (
        *values,
        client,
        request.user_agent,
        request.referer,
        str(status),
        substatus,
        win32,
        str(milliseconds),
    )
    return slot("w3c") + " " + " ".join(value.replace(" ", "+") or "-" for value in fields)
