"""Organisations, and search over everything."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.cases.organisations import Organisation, OrganisationFilters
from alpheus.cases.server_rows import places_of
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.web import listing
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import (
    CSV,
    After,
    Format,
    Size,
    Time,
    clean,
    file,
    is_csv,
    json,
    said,
    shaped,
)
from alpheus.web.api.people import EntryOf
from alpheus.web.api.servers import ServerRow, Values, Words, server_rows
from alpheus.web.csv_output import demand
from alpheus.web.desk import Desk
from alpheus.web.lists_desk import FOUND
from alpheus.web.pages.organisations import COLUMNS, row_of
from alpheus.web.rendering import AnyRequest, look_of

_SEE = {PERMISSION: Permission.SEE}
_TAGS = ["organisations"]

Key = Annotated[
    str,
    PathParameter(
        min_length=1, max_length=400,
        description="Its key; one that no path holds as `~` and its base64 (as in `links.self`).",
    ),
]  # fmt: skip
Sort = Annotated[
    Literal["priority", "name", "servers"], QueryParameter(description="In which order.")
]
OpenOnly = Annotated[
    bool, QueryParameter(name="open", description="Those alone that have something to be done.")
]
Looked = Annotated[
    str, QueryParameter(min_length=1, max_length=200, description="What is looked for.")
]


class ContactOf(msgspec.Struct, frozen=True):
    """A way to reach somebody."""

    kind: str
    email: str
    phone: str
    name: str
    source: str
    warning: Annotated[str, said("Why it may not be enough.")]


class OrganisationRow(msgspec.Struct, frozen=True):
    """Who owns servers, with the ways to reach it, the best first."""

    key: str
    name: str
    domain: str
    country: str
    region: str
    city: str
    sector: str
    confidence: str
    provider: Annotated[str, said("Who carries its network.")]
    contacts: list[ContactOf]
    servers: int
    open: Annotated[int, said("Servers with something to do.")]
    compromised: int
    priority: Annotated[int, said("That of its most urgent server.")]
    beside: Annotated[int, said("In its list and not counted: services as a whole, decoys.")]


class OrganisationPage(msgspec.Struct, frozen=True):
    """A page of organisations."""

    organisations: list[OrganisationRow]
    next: str


class HintOf(msgspec.Struct, frozen=True):
    """What speaks for an owner."""

    evidence: str
    value: str
    owner: str
    weight: int
    reason: str


class DeedOf(msgspec.Struct, frozen=True):
    """Something that was done to a server."""

    id: int
    server: int
    name: str
    organisation: str
    time: Time
    who: str
    kind: str
    why: str
    evidence: str
    to: str
    until: Time


class NoticeBrief(msgspec.Struct, frozen=True):
    """A notice in a few words."""

    reference: str
    owner: str
    status: str


class OrganisationWhole(msgspec.Struct, frozen=True):
    """An organisation with its most urgent servers, and what was told and done."""

    organisation: OrganisationRow
    owner: Annotated[str, said("Whose its most urgent server is.")]
    hints: Annotated[list[HintOf], said("Why that is so.")]
    servers: list[ServerRow]
    more_servers: Annotated[bool, said("Ask for `/servers?organisation=` then.")]
    notices: list[NoticeBrief]
    more_notices: bool
    deeds: list[DeedOf]


class Found(msgspec.Struct, frozen=True):
    """What fits, a few of each kind."""

    servers: list[ServerRow]
    more_servers: bool
    organisations: list[OrganisationRow]
    more_organisations: bool
    notice: NoticeBrief | None
    deeds: list[DeedOf]
    entries: Annotated[list[EntryOf], said("Of the log, for those who may look at it.")]


@get("/organisations", opt={**_SEE, CSV: True}, tags=_TAGS, sync_to_thread=True)
def organisations(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    *,
    sector: Values = (),
    region: Values = (),
    country: Values = (),
    q: Words = "",
    open_only: OpenOnly = False,
    sort: Sort = "priority",
    after: After = "",
    size: Size = 50,
    form: Format = "json",
) -> Response[OrganisationPage]:
    """Organisations that one may see, the most urgent first."""
    exact = {
        name: tuple(map(clean, values))
        for name, values in (("sector", sector), ("region", region), ("country", country))
    }
    filters = OrganisationFilters(**exact, text=clean(q), open_only=open_only)
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        asked = request.url.query
        portions = desk.lists.organisation_portions(filters, sort=sort, said=asked)
        rows = ((row_of(one) for one in some) for some in portions)
        return file(request, COLUMNS, rows, "organisations")
    found = desk.lists.organisations(filters, sort=sort, after=after, size=size)
    return json(OrganisationPage(_organisations(found.organisations), found.next))


@get("/organisations/{key:str}", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def organisation(
    request: AnyRequest, desk: NamedDependency[Desk], key: Key
) -> Response[OrganisationWhole]:
    """One of them."""
    found = desk.lists.owner(listing.organisation_in(key))
    notices = [NoticeBrief(one.reference, one.owner, one.status) for one in found.notices]
    return json(
        OrganisationWhole(
            _organisations([found.organisation])[0], found.ownership.owner,
            shaped(found.ownership.hints, list[HintOf]),
            server_rows(found.servers.servers, look_of(request).words), bool(found.servers.next),
            notices, found.more_notices, shaped(found.deeds, list[DeedOf]),
        )
    )  # fmt: skip


@get("/search", opt=_SEE, tags=["search"], sync_to_thread=True)
def search(request: AnyRequest, desk: NamedDependency[Desk], q: Looked) -> Response[Found]:
    """Servers, organisations, notices, what was written, and the log: a few of each."""
    text = " ".join(clean(q).split())
    if not text:
        raise RefusedError("say what is looked for")
    servers = desk.lists.page(_filters(text), size=FOUND)
    rows = [{**one, "owner": "", "reasons": ()} for one in servers.servers]
    others = desk.lists.organisations(OrganisationFilters(text=text), sort="priority", size=FOUND)
    notice = desk.lists.notice(text)
    return json(
        Found(
            server_rows(rows, look_of(request).words), bool(servers.next),
            _organisations(others.organisations), bool(others.next),
            NoticeBrief(*notice) if notice else None,
            shaped(desk.lists.deeds_saying(text), list[DeedOf]),
            shaped(desk.lists.entries_saying(text), list[EntryOf]),
        )
    )  # fmt: skip


def _filters(text: str) -> Filters:
    """A network, or words."""
    is_network = "/" in text and places_of(text) is not None
    bare = text.upper().removeprefix("AS")
    is_system = bare != text.upper() and bare.isascii() and bare.isdigit() and len(bare) <= 10
    return Filters(network=(text,)) if is_network or is_system else Filters(text=text)


def _organisations(found: Any) -> list[OrganisationRow]:  # noqa: ANN401 - a list of Organisation
    every: list[Organisation] = list(found)
    return shaped(every, list[OrganisationRow])


ROUTES: tuple[ControllerRouterHandler, ...] = (organisations, organisation, search)
