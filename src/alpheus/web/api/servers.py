"""The queue of servers: who comes first and why, with filters, a page at a time or as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.cases.observations import iso
from alpheus.cases.service_listing import SHOWN, Filters
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.web import reason_words
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import (
    CSV,
    After,
    Format,
    Name,
    Size,
    Time,
    clean,
    file,
    is_csv,
    json,
    rows_of,
    said,
    shaped,
)
from alpheus.web.csv_output import demand
from alpheus.web.desk import Desk
from alpheus.web.rendering import AnyRequest, look_of
from alpheus.web.words import Words as Language

MOST_VALUES = 50
_TAGS = ["servers"]

Values = Annotated[
    Sequence[Name],
    QueryParameter(
        max_items=MOST_VALUES,
        description="One of these; give it several times. An empty one: where it is unknown.",
    ),
]
Patches = Annotated[
    Sequence[Patch], QueryParameter(max_items=10, description="One of these states.")
]
Compromises = Annotated[
    Sequence[Compromise], QueryParameter(max_items=12, description="One of these states.")
]
Works = Annotated[Sequence[Work], QueryParameter(max_items=10, description="One of these states.")]
Networks = Annotated[
    Sequence[Name],
    QueryParameter(
        max_items=MOST_VALUES,
        description="Numbers of networks (`AS64500`, `64500`) or networks (`192.0.2.0/24`).",
    ),
]
Words = Annotated[
    str,
    QueryParameter(
        max_length=200, description="Words that names, keys or addresses begin with, all of them."
    ),
]
Sort = Annotated[
    Literal["priority", "last-seen", "name", "due"],
    QueryParameter(description="By `due`, those alone of which a law asks something."),
]
Overdue = Annotated[bool, QueryParameter(description="Those whose deadline by law has passed.")]


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Filters in a body, as the parameters of the list. Of several values of a field, one fits."""

    patch: Annotated[list[Patch], msgspec.Meta(max_length=10)] = []
    compromise: Annotated[list[Compromise], msgspec.Meta(max_length=12)] = []
    work: Annotated[list[Work], msgspec.Meta(max_length=10)] = []
    sector: Annotated[list[Name], msgspec.Meta(max_length=MOST_VALUES)] = []
    region: Annotated[list[Name], msgspec.Meta(max_length=MOST_VALUES)] = []
    network: Annotated[list[Name], msgspec.Meta(max_length=MOST_VALUES)] = []
    product: Annotated[list[Name], msgspec.Meta(max_length=MOST_VALUES)] = []
    build: Annotated[list[Name], msgspec.Meta(max_length=MOST_VALUES)] = []
    organisation: Annotated[list[Name], msgspec.Meta(max_length=MOST_VALUES)] = []
    assignee: Annotated[list[Name], msgspec.Meta(max_length=MOST_VALUES)] = []
    q: Name = ""

    @property
    def filters(self) -> Filters:
        """What services are asked for."""
        fields: dict[str, Any] = {
            name: tuple(map(clean, values))
            for name, values in msgspec.structs.asdict(self).items() if name != "q"
        }  # fmt: skip
        return Filters(**fields, text=clean(self.q))

    @property
    def said(self) -> str:
        """What was asked for, for the log."""
        return msgspec.json.encode(
            {name: value for name, value in msgspec.structs.asdict(self).items() if value}
        ).decode()


class ServerRow(msgspec.Struct, frozen=True):
    """A server in a list."""

    id: Annotated[int, said("Its number: that of its lowest observation.", examples=[7])]
    name: str
    address: str
    organisation: Annotated[str, said("The key of its owner; '' where that is unknown.")]
    sector: str
    region: Annotated[str, said("Country and region, such as `US-TX`.")]
    network: Annotated[str, said("The number of its autonomous system.")]
    product: str
    build: str
    patch: Annotated[str, said("Whether the flaw is open.", examples=["vulnerable"])]
    patch_since: Time
    compromise: Annotated[str, said("Whether somebody broke in.", examples=["no-evidence"])]
    compromise_since: Time
    work: Annotated[str, said("Where work on it stands.", examples=["new"])]
    work_since: Time
    assignee: Annotated[str, said("Who looks after it; '' for nobody.")]
    until: Annotated[Time, said("When a false positive is looked at again.")]
    first_seen: Time
    last_seen: Time
    due: Annotated[Time, said("When a law asks for something next.")]
    priority: Annotated[int, said("Who comes first: the higher, the sooner.")]
    observations: int
    service: Annotated[bool, said("Not counted by itself: a service as a whole, or a decoy.")]
    owner: Annotated[str, said("Its owner's name.")] = ""
    reasons: Annotated[list[str], said("Why it comes first, in words.")] = []


class ChoiceOf(msgspec.Struct, frozen=True):
    """A value that can be chosen; `servers` is how many fit then, none where nobody counted."""

    value: str
    servers: int | None


class ServerPage(msgspec.Struct, frozen=True):
    """A page of servers."""

    servers: list[ServerRow]
    next: Annotated[str, said("The key of the page after; '' on the last.")]
    total: Annotated[int | None, said("How many fit; none where nobody counted.")]
    choices: Annotated[
        dict[str, list[ChoiceOf]], said("What can be chosen, by the names of filters.")
    ]


@get("/servers", opt={PERMISSION: Permission.SEE, CSV: True}, tags=_TAGS, sync_to_thread=True)
def servers(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    *,
    patch: Patches = (),
    compromise: Compromises = (),
    work: Works = (),
    sector: Values = (),
    region: Values = (),
    network: Networks = (),
    product: Values = (),
    build: Values = (),
    organisation: Values = (),
    assignee: Values = (),
    q: Words = "",
    overdue: Overdue = False,
    sort: Sort = "priority",
    after: After = "",
    size: Size = 50,
    form: Format = "json",
) -> Response[ServerPage]:
    """Servers that one may see, the most urgent first.

    Filters of several fields are all to fit. Ask for the page after with `after`.
    """
    chosen = Chosen(
        list(patch), list(compromise), list(work), list(sector), list(region), list(network),
        list(product), list(build), list(organisation), list(assignee), q,
    )  # fmt: skip
    filters = chosen.filters
    if overdue:
        sort = "due"
        now = iso(request.app.state.clock())
        filters = replace(filters, due_before=now)
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        portions = desk.lists.portions(filters, sort=sort, said=chosen.said)
        return file(request, SHOWN, portions, "servers")
    found = desk.lists.queue(filters, sort=sort, after=after, size=size)
    rows = server_rows(found.servers, look_of(request).words)
    choices = {name: shaped(values, list[ChoiceOf]) for name, values in found.choices.items()}
    return json(ServerPage(rows, found.next, found.total, choices))


def server_rows(rows: list[dict[str, Any]], words: Language) -> list[ServerRow]:
    """Rows of a queue, with their reasons in words."""
    for row in rows:
        row["service"] = bool(row["service"])
        row["reasons"] = reason_words.said(row["reasons"], words)
    return rows_of(rows, ServerRow)


ROUTES: tuple[ControllerRouterHandler, ...] = (servers,)
