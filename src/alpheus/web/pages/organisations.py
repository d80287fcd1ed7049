"""Organisations: who they are, why servers are theirs, how they are reached, what was done."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from alpheus.cases.organisations import SORTS, Organisation, OrganisationFilters
from alpheus.cases.service_queue import Choice
from alpheus.directory.sectors import sectors
from alpheus.errors import UsageError
from alpheus.web import csv_output, labels, listing, server_rows
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.desk import Desk
from alpheus.web.listing import Address
from alpheus.web.rendering import AnyRequest, look_of, page
from alpheus.web.words import Words

ORGANISATIONS = "/organisations"
FIELDS = ("sector", "region", "country")
COLUMNS = (
    "key", "name", "domain", "country", "region", "city", "sector", "confidence", "provider",
    "servers", "open", "compromised", "priority", "beside", "email", "phone", "contact",
)  # fmt: skip
"""Of a file; the last three are the best way to reach it."""

_SEE = {PERMISSION: Permission.SEE}
_SORTS = dict(zip(SORTS, ("Most urgent first", "By name", "Most servers first"), strict=True))
_NAMES = {"sector": "Sector", "region": "Region", "country": "Country", "q": "Search",
          "open": "To do"}  # fmt: skip


@get(ORGANISATIONS, opt=_SEE, sync_to_thread=True)
def organisations(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[Any]:
    """The list, a page at a time; as CSV, all of it."""
    problem = ""
    try:
        address = _address(request.url.query)
        if csv_output.is_asked(request):
            return _file(request, desk, address)
        found = desk.lists.organisations(
            _filters(address), sort=address.sort or SORTS[0], after=address.after
        )
    except UsageError as error:
        problem, address = str(error), Address(ORGANISATIONS)
        found = desk.lists.organisations(OrganisationFilters(), sort=SORTS[0])
    words = look_of(request).words
    said = partial(_in_words, words)
    return page(
        request, "lists/organisations.html", status=422 if problem else 200, problem=problem,
        address=address, found=found, sort=address.sort or SORTS[0],
        chips=listing.chips(address, said), links=_links(address, words),
        sorts=[(name, words.gettext(text)) for name, text in _SORTS.items()],
        names={name: words.gettext(text) for name, text in _NAMES.items()},
        servers_of=listing.servers_of,
    )  # fmt: skip


@get("/organisations/{key:str}", opt=_SEE, sync_to_thread=True)
def organisation(
    request: AnyRequest, desk: NamedDependency[Desk], key: FromPath[str]
) -> Response[Any]:
    """One of them."""
    found = desk.lists.owner(listing.organisation_in(key))
    words = look_of(request).words
    at = quote(found.organisation.key, safe="", errors="replace")
    return page(
        request, "lists/organisation.html", found=found, one=found.organisation,
        owned=found.ownership, servers_at=listing.servers_of(found.organisation.key),
        plan_at=f"/notices/plan?organisation={at}",
        may_plan=request.user.may(Permission.WORK, found.organisation.key),
        rows=server_rows.rows(found.servers.servers, words, request.user, ""),
    )  # fmt: skip


def _address(query: str) -> Address:
    found = listing.read(ORGANISATIONS, query, (*FIELDS, "q", "open"), SORTS)
    kept = tuple(
        pair
        for pair in found.values
        if pair[0] in FIELDS or (pair[0] == "q" and pair[1]) or pair == ("open", "1")
    )
    return replace(found, values=kept)  # fmt: skip


def _filters(address: Address) -> OrganisationFilters:
    exact = {name: address.of(name) for name in FIELDS}
    return OrganisationFilters(
        **exact, text=" ".join(address.of("q")), open_only=bool(address.one("open"))
    )


def _file(request: AnyRequest, desk: Desk, address: Address) -> Response[Any]:
    csv_output.demand(request, Permission.EXPORT)
    portions = desk.lists.organisation_portions(
        _filters(address), sort=address.sort or SORTS[0], said=address.query
    )
    rows = ((row_of(one) for one in some) for some in portions)
    return csv_output.download(COLUMNS, rows, "organisations")


def row_of(one: Organisation) -> dict[str, Any]:
    """An organisation as a row of the file, by `COLUMNS`."""
    best = next(iter(one.contacts), None)
    ways = {"email": best.email, "phone": best.phone, "contact": best.name} if best else {}
    return {**dict.fromkeys(COLUMNS[-3:], ""), **msgspec.structs.asdict(one), **ways}


def _links(address: Address, words: Words) -> dict[str, list[listing.Link]]:
    """Sectors to choose from, and whether something is left to be done."""
    every = [Choice(name) for name in sectors()]
    to_do = [Choice("1")]
    return {
        "sector": listing.links(address, "sector", every, partial(_in_words, words, "sector")),
        "open": listing.links(address, "open", to_do, partial(_in_words, words, "open")),
        **{name: listing.links(address, name, [Choice(one) for one in address.of(name)],
                               partial(_in_words, words, name)) for name in ("region", "country")},
    }  # fmt: skip


def _in_words(words: Words, name: str, value: str) -> str:
    if name == "open":
        return words.gettext("something is left to be done")
    if not value:
        return words.gettext("unknown")
    found = labels.label(name, value) if name in labels.tables() else None
    return words.gettext(found.text) if found else value


ROUTES = (organisations, organisation)
