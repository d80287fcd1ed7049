"""The queue: who comes first and why, what can be chosen, and what is done to many at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from alpheus.cases.observations import iso
from alpheus.cases.service_listing import SHOWN, SORTS
from alpheus.errors import RefusedError, UsageError
from alpheus.web import bulk, csv_output, labels, listing, server_rows
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.bulk import Form
from alpheus.web.desk import Desk
from alpheus.web.listing import Address, Link
from alpheus.web.rendering import AnyRequest, look_of, page
from alpheus.web.words import Words

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_NAMES = {
    "patch": "Flaw", "compromise": "Intruder", "work": "Work", "sector": "Sector",
    "region": "Region", "network": "Network", "product": "Product", "build": "Build",
    "organisation": "Organisation", "assignee": "Assigned to", "q": "Search",
    "overdue": "Deadlines",
}  # fmt: skip
_SORTS = dict(
    zip(SORTS, ("Most urgent first", "Seen last first", "By name", "By deadline"), strict=True)
)
_PREVIEWED = 50
_NAMED = 5


def _form() -> Any:  # noqa: ANN401 - what Litestar takes
    return Body(media_type=RequestEncodingType.URL_ENCODED)


@get("/servers", opt=_SEE, sync_to_thread=True)
def servers(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[Any]:
    """The list, a page at a time; as CSV, all of it."""
    query = request.url.query
    try:
        address = listing.servers_at(query)
        more = listing.added(address, query)
    except UsageError as error:
        return _list(request, desk, Address(listing.SERVERS), problem=str(error))
    if more is not None:
        return Redirect(more.text(), status_code=303)
    if csv_output.is_asked(request):
        csv_output.demand(request, Permission.EXPORT)
        filters, sort = listing.filters_of(address, _now(request))
        portions = desk.lists.portions(filters, sort=sort, said=address.query)
        return csv_output.download(SHOWN, portions, "servers")
    return _list(request, desk, address, done=_done(request))


def _list(
    request: AnyRequest,
    desk: Desk,
    address: Address,
    *,
    problem: str = "",
    done: str = "",
    chosen: frozenset[int] = frozenset(),
) -> Response[Any]:
    words = look_of(request).words
    try:
        filters, sort = listing.filters_of(address, _now(request))
        found = desk.lists.queue(filters, sort=sort, after=address.after)
    except UsageError as error:
        problem, address = str(error), Address(listing.SERVERS)
        filters, sort = listing.filters_of(address, _now(request))
        found = desk.lists.queue(filters, sort=sort)
    return page(
        request, "lists/servers.html", status=422 if problem else 200, problem=problem, done=done,
        address=address, found=found, sort=sort, chosen=chosen,
        filters=_filters(address, found.choices, words),
        chips=listing.chips(address, partial(_value_in_words, words)),
        sorts=[(name, words.gettext(text)) for name, text in _SORTS.items()],
        names={name: words.gettext(text) for name, text in _NAMES.items()},
        added=listing.ADDED, deeds=bulk.DEEDS, plan_at=_plan_at(address),
        rows=server_rows.rows(found.servers, words, request.user, _now(request)),
    )  # fmt: skip


def _plan_at(address: Address) -> str:
    """Where notices about the servers that fit are planned; '' where that asks otherwise."""
    if address.one("overdue"):
        return ""
    asked = [("text" if name == "q" else name, value) for name, value in address.values]
    return f"/notices/plan?{urlencode(asked)}" if asked else "/notices/plan"


def _filters(address: Address, choices: Any, words: Words) -> dict[str, list[Link]]:  # noqa: ANN401
    """Filters as links, by their fields."""
    return {
        name: listing.links(address, name, found, partial(_value_in_words, words, name))
        for name, found in choices.items()
    }


def _value_in_words(words: Words, name: str, value: str) -> str:
    """A value of a filter; one that nobody foresaw as it is."""
    if name == "overdue":
        return words.gettext("overdue by law")
    if name == "assignee" and not value:
        return words.gettext("nobody")
    if not value:
        return words.gettext("unknown")
    if name == "network" and value.isdigit():
        return f"AS{value}"
    found = labels.label(name, value) if name in labels.tables() else None
    return words.gettext(found.text) if found else value


def _done(request: AnyRequest) -> str:
    """What was just done to many, by the address that it led to; it holds numbers alone."""
    told = request.query_params
    deed = bulk.BY_KIND.get(str(told.get("did", "")))
    number, left = str(told.get("done", "")), str(told.get("left", ""))
    if deed is None or not (number.isascii() and number.isdigit() and len(number) < 8):
        return ""
    words = look_of(request).words
    text = _counted(words, deed.done_one, deed.done_many, int(number))
    if left.isascii() and left.isdigit() and 0 < len(left) < 8 and int(left):
        one, many = "%(number)s did not allow it any more.", "%(number)s did not allow it any more."
        text += " " + _counted(words, one, many, int(left))
    return text


def _counted(words: Words, one: str, many: str, number: int) -> str:
    return words.ngettext(one, many, number).replace("%(number)s", words.number(number))


# what is done to many


@get("/servers/act", opt=_WORK, sync_to_thread=True)
def act_form(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[Any]:
    """What is to be done to the servers that were chosen: the first step."""
    pairs = listing.pairs_in(request.url.query)
    told = dict(pairs)
    chosen = [value for name, value in pairs if name == "server"]
    query = told.get("query", "")
    form = Form(
        kind=told.get("kind", ""), query=query, servers=" ".join(chosen),
        every="1" if told.get("which") == "every" else "",
    )  # fmt: skip
    try:
        numbers, deed = form.numbers, form.deed
    except UsageError as error:
        some = frozenset(
            int(one) for one in chosen if one.isascii() and one.isdigit() and len(one) < 19
        )
        return _list(request, desk, listing.servers_at(query), problem=str(error), chosen=some)
    if deed.kind.value == "assigned":
        form = replace(form, to=request.user.name)
    return _asking(request, form, count=None if numbers is None else len(numbers))


@post("/servers/act/preview", opt=_WORK, sync_to_thread=True)
def preview(
    request: AnyRequest, desk: NamedDependency[Desk], data: Annotated[Form, _form()]
) -> Response[Any]:
    """What would happen to how many, and who refuses it: the second step."""
    return _preview(request, desk, data)


def _preview(request: AnyRequest, desk: Desk, form: Form, *, problem: str = "") -> Response[Any]:
    try:
        filters, _ = listing.filters_of(form.address, _now(request))
        numbers, asked = form.numbers, form.asked
        found = desk.lists.foreseen(filters, numbers, asked)
    except (RefusedError, UsageError) as error:
        return _asking(request, form, problem=str(error))
    words = look_of(request).words
    deed = form.deed
    to = labels.CLOSING[asked.to].text if asked.to in labels.CLOSING else ""
    return page(
        request, "lists/preview.html", status=422 if problem else 200, problem=problem, form=form,
        deed=deed, found=found, carried={**bulk.values(form), "code": found.code},
        text=_counted(words, deed.one, deed.many, len(found.allowed)).replace("%(to)s", asked.to),
        ending=to, asked=asked, address=form.address,
        rows=desk.lists.rows(found.allowed[:_PREVIEWED]),
        refused_by=[(reason, len(those), desk.lists.rows(those[:_NAMED]))
                    for reason, those in found.refused],
    )  # fmt: skip


@post("/servers/act", opt=_WORK, sync_to_thread=True)
def act(
    request: AnyRequest, desk: NamedDependency[Desk], data: Annotated[Form, _form()]
) -> Response[Any]:
    """Do what was shown: the last step. If it would be something else by now, show it again."""
    try:
        address = data.address
        filters, _ = listing.filters_of(address, _now(request))
        done = desk.lists.act_as_shown(
            filters, data.numbers, data.asked, code=data.code, said=_which(data)
        )
    except (RefusedError, UsageError) as error:
        return _preview(request, desk, data, problem=str(error))
    counts = {"did": data.kind, "done": str(len(done.done)), "left": str(len(done.refused))}
    return Redirect(address.first.text(**counts), status_code=303)


def _asking(
    request: AnyRequest, form: Form, *, problem: str = "", count: int | None = None
) -> Response[Any]:
    return page(
        request, "lists/act.html", status=422 if problem else 200, problem=problem, form=form,
        deed=bulk.BY_KIND.get(form.kind), carried=bulk.values(form), count=count,
        address=_known_address(form), endings=bulk.ENDINGS, now=_now(request),
    )  # fmt: skip


def _known_address(form: Form) -> Address:
    try:
        return form.address
    except UsageError:
        return Address(listing.SERVERS)


def _which(form: Form) -> str:
    """Which servers were meant, for the log."""
    return f"all that fit: {form.query}" if form.every else f"chosen: {form.servers}"


def _now(request: AnyRequest) -> str:
    return iso(request.app.state.clock())


ROUTES = (servers, act_form, preview, act)
