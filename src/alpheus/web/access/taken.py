"""What is taken away as a file, and who was refused a look at secrets, is taken down in the log.

That is done as the answer begins, in one place for every route: a file is known by its
`Content-Disposition`. Where it cannot be taken down, nothing is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from litestar.concurrency import sync_to_thread

from alpheus.cases.database import Database
from alpheus.cases.observations import iso
from alpheus.web.access import audit
from alpheus.web.access.roles import NOBODY, Person

if TYPE_CHECKING:
    from litestar.types import Message, Scope

AS_CSV, AWAY, REFUSED = "taken away as CSV", "taken away", "look at secrets refused"
BY_THEMSELVES = frozenset(
    {"/servers", "/organisations", "/api/v1/servers", "/api/v1/organisations"}
)
"""Routes whose service takes it down (`ListsDesk`)."""

_LONGEST = 500
_REFUSALS = frozenset({403, 404, 422})


async def take_down(message: Message, scope: Scope) -> None:
    """Called with every message of an answer; writes where the answer is such a one."""
    if message["type"] != "http.response.start":
        return
    person: Person = scope.get("user") or NOBODY
    action = action_of(message["status"], dict(message["headers"]), scope)
    if action and person is not NOBODY:
        state = scope["litestar_app"].state
        await sync_to_thread(_note, state.database, iso(state.clock()), person, action, scope)


def action_of(status: int, headers: dict[bytes, bytes], scope: Any) -> str:  # noqa: ANN401
    """What is to be taken down of an answer; '' for nothing. `scope` is that of ASGI."""
    route = str(scope.get("path_template") or "")
    if route.endswith("/secrets") and status in _REFUSALS:
        return REFUSED
    is_file = headers.get(b"content-disposition", b"").startswith(b"attachment")
    if status >= 300 or not is_file or route in BY_THEMSELVES:
        return ""
    return AS_CSV if headers.get(b"content-type", b"").startswith(b"text/csv") else AWAY


def _note(
    database: Database,
    time: str,
    person: Person,
    action: str,
    scope: Any,  # noqa: ANN401 - of ASGI
) -> None:
    query = unquote_plus(scope.get("query_string", b"").decode("latin-1"))
    detail = {"filters": query[:_LONGEST], "token": person.token}
    said = {name: value for name, value in detail.items() if value}
    with database.write() as connection:
        audit.note(connection, time=time, who=person.name, action=action,
                   object_=str(scope["path"])[:_LONGEST], **said)  # fmt: skip
