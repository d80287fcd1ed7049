"""One HTTP request as the simulated server sees it, before any log has written it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BackEnd:
    """What the front end asked of the back end (site 2, port 444)."""

    stem: str
    query: str
    user: str
    client: str
    status: int
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Request:
    r"""A request to the front end (site 1), or with `port` 444 or 445 straight to the back end.

    `protocol` is the folder of its HttpProxy log, or empty if IIS answered by itself.
    `query` has no `?`. `user` is `DOMAIN\name` or empty. `soap` is an EWS action: then the back
    end's EWS log has a row too. `errors` is localised text.
    """

    protocol: str
    method: str
    stem: str
    client: str
    user_agent: str
    query: str = ""
    host: str = ""
    user: str = ""
    status: int = 200
    backend_status: int | None = 200
    authentication: str = "FBA"
    action: str = ""
    anchor: str = ""
    hint: str = ""
    cookie: str = ""
    target: str = ""
    request_bytes: int = 0
    response_bytes: int = 0
    milliseconds: int = 12
    errors: str = ""
    generic: str = ""
    referer: str = ""
    port: int = 443
    soap: str = ""
    soap_user: str = ""
    back_end: BackEnd | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """Rows with holes that belong to one happening, each with the log it goes to."""

    lines: tuple[tuple[str, str], ...]
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happens at one time (UTC) and leaves rows in one or more logs."""

    time: datetime
    template: Template
