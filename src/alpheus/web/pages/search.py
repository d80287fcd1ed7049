"""Search over everything: servers, organisations, notices, what was written, and the log."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency

from alpheus.cases.organisations import OrganisationFilters
from alpheus.cases.server_rows import places_of
from alpheus.cases.service_history import LOOKED_THROUGH
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.desk import Desk
from alpheus.web.lists_desk import FOUND
from alpheus.web.rendering import AnyRequest, page

LONGEST = 200
"""Characters of what is looked for."""

_SYSTEM = re.compile(r"AS\d{1,10}", re.IGNORECASE)
_NUMBER = re.compile(r"#?(\d{1,18})")


@get("/search", opt={PERMISSION: Permission.SEE}, sync_to_thread=True)
def search(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[Any]:
    """What fits, in groups, a few of each."""
    asked = str(request.query_params.get("q", "")).replace("\0", "\ufffd")
    text = " ".join(asked.split())[:LONGEST]
    if not text:
        return page(request, "lists/search.html", text="", groups=0)
    filters, more = _servers(text)
    servers = desk.lists.page(filters, size=FOUND)
    named = _by_number(desk, text)
    found = [row for row in servers.servers if row["id"] not in {one["id"] for one in named}]
    organisations = desk.lists.organisations(
        OrganisationFilters(text=text), sort="priority", size=FOUND
    )
    deeds, entries = desk.lists.deeds_saying(text), desk.lists.entries_saying(text)
    notice = desk.lists.notice(text)
    groups = sum(map(bool, (named or found, organisations.organisations, deeds, entries, notice)))
    return page(
        request, "lists/search.html", text=text, groups=groups, servers=[*named, *found],
        all_servers=f"/servers?{urlencode(more)}" if servers.next else "",
        organisations=organisations.organisations,
        all_organisations=f"/organisations?{urlencode([('q', text)])}"
        if organisations.next else "",
        notice=notice, deeds=deeds, entries=entries, looked_through=LOOKED_THROUGH,
    )  # fmt: skip


def _servers(text: str) -> tuple[Filters, list[tuple[str, str]]]:
    """What is asked of servers, and the address of all of them: a network, or words."""
    is_network = "/" in text and places_of(text) is not None
    if is_network or _SYSTEM.fullmatch(text):
        return Filters(network=(text,)), [("network", text)]
    return Filters(text=text), [("q", text)]


def _by_number(desk: Desk, text: str) -> list[dict[str, Any]]:
    """The server that a number leads to."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return []
    try:
        return [desk.server(int(found[1])).row]
    except RefusedError:
        return []


ROUTES = (search,)
