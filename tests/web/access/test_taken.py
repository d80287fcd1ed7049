"""What is taken away as a file is taken down."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.taken import AS_CSV, AWAY, REFUSED, action_of
from console import Client, made, signed_in
from server_filling import filled


def _log(database: Database) -> list[audit.Entry]:
    with database.read() as connection:
        return audit.entries(connection)


@pytest.mark.parametrize(
    ("route", "status", "headers", "action"),
    [
        ("/audit", 200, {b"content-disposition": b"attachment", b"content-type": b"text/csv"},
         AS_CSV),
        ("/jobs/{number}/reports/{name}", 200, {b"content-disposition": b'attachment; x="y"'},
         AWAY),
        ("/servers", 200, {b"content-disposition": b"attachment"}, ""),
        ("/audit", 404, {b"content-disposition": b"attachment"}, ""),
        ("/audit", 200, {b"content-disposition": b"inline"}, ""),
        ("/servers/{number}/secrets", 200, {}, ""),
        ("/servers/{number}/secrets", 403, {}, REFUSED),
        ("", 404, {}, ""),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_head(
    route: str, status: int, headers: dict[bytes, bytes], action: str
) -> None:
    """Whatever route it comes from; those that take it down themselves do it once."""
    scope: dict[str, Any] = {"path_template": route}
    assert action_of(status, headers, scope) == action


def test_a_file_is_taken_down_with_who_and_which(
    client: Client, app: Litestar, database: Database
) -> None:
    """The log itself as well; a page is no file."""
    signed_in(client, app, made(app, "mia"))
    before = len(_log(database))
    client.get("/audit")
    assert len(_log(database)) == before
    assert client.get("/audit?who=mia&format=csv").status_code == 200
    (entry, *_) = _log(database)
    assert (entry.who, entry.action, entry.object) == ("mia", AS_CSV, "/audit")
    assert entry.detail == {"filters": "who=mia&format=csv"}
    assert audit.verify(database).fault == ""


def test_a_look_at_secrets_that_was_refused_is_taken_down(
    client: Client, app: Litestar, database: Database
) -> None:
    """By role, or for want of a reason."""
    filled(database)
    form = signed_in(client, app, made(app, "vic", Grant(Role.VIEWER)))
    assert client.get("/servers/1/secrets").status_code == 403
    form = signed_in(client, app, made(app, "ann", Grant(Role.ANALYST)))
    assert client.post("/servers/1/secrets", data={**form, "why": ""}).status_code == 422
    refused = [(one.who, one.object) for one in _log(database) if one.action == REFUSED]
    assert refused == [("ann", "/servers/1/secrets"), ("vic", "/servers/1/secrets")]
