"""One server: its states, the story of the attack, what was seen, and what it is known from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.web import server_view
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import (
    CSV,
    LARGEST,
    After,
    Format,
    Number,
    Size,
    Time,
    dicts,
    file,
    is_csv,
    json,
    rows_of,
    said,
    shaped,
)
from alpheus.web.api.servers import ServerRow, server_rows
from alpheus.web.csv_output import demand
from alpheus.web.desk import Desk
from alpheus.web.pages.server import OBSERVATION_COLUMNS
from alpheus.web.rendering import AnyRequest, look_of

_SEE = {PERMISSION: Permission.SEE}
_TAGS = ["server"]
_AT_ONCE = 500
_MOST_EVENTS = 2_000

First = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="How many to leave out at the beginning.")
]
Place = Annotated[int, PathParameter(ge=0, le=LARGEST, description="Its place in the assessment.")]


class AddressOf(msgspec.Struct, frozen=True):
    """An address that it was seen at."""

    address: str
    ports: list[int]
    first_seen: Time
    last_seen: Time


class DeadlineOf(msgspec.Struct, frozen=True):
    """What a law asks for, and by when."""

    law: str
    step: str
    title: str
    begins: Time
    due: Time
    met: Time
    standing: Annotated[str, said("`due`, `overdue`, `met`, `met-late` or `waiting`.")]
    source: Annotated[str, said("Where the law says so.")]
    duty: Annotated[str, said("`yes`, `perhaps` or `no`.")]
    why: str


class FlawOf(msgspec.Struct, frozen=True):
    """The last word on a flaw."""

    cve: str
    state: str
    why: str
    source: str
    seen: Time
    build: str
    observation: int


class AssessedOn(msgspec.Struct, frozen=True):
    """An assessment that is there."""

    observation: int
    seen: Time
    verdict: str
    stage: str
    file: str
    sha256: str
    who: str
    imported: Time
    whole: Annotated[bool, said("Whether all of it is kept, with its records.")]


class ServerNow(msgspec.Struct, frozen=True):
    """A server as it stands."""

    headline: Annotated[str, said("What matters, in a sentence of the reader's language.")]
    server: ServerRow
    watched: Annotated[str, said("The flaw that its patch state is about.")]
    owner: str
    owner_why: str
    confidence: Annotated[str, said("How sure it is who owns it.")]
    keys: Annotated[dict[str, list[str]], said("By what it is known: names, certificates, …")]
    addresses: list[AddressOf]
    sources: Annotated[dict[str, int], said("How many observations each source gave.")]
    mitigated_by: str
    work_why: str
    deadlines: list[DeadlineOf]
    flaws: list[FlawOf]
    assessments: list[AssessedOn]


class ChangeOf(msgspec.Struct, frozen=True):
    """A change of a state."""

    axis: Annotated[str, said("`patch`, `compromise` or `work`.")]
    time: Time
    before: str
    after: str
    who: str
    why: str
    evidence: str


class ActOf(msgspec.Struct, frozen=True):
    """Something that somebody did."""

    id: int
    time: Time
    who: str
    kind: str
    why: str
    evidence: str
    to: str
    until: Time


class EventOf(msgspec.Struct, frozen=True):
    """A change, an act, or both where the act made the change."""

    time: Time
    change: ChangeOf | None
    act: ActOf | None


class History(msgspec.Struct, frozen=True):
    """What changed and what was done, the newest first."""

    events: list[EventOf]
    more: Annotated[int, said("How many older ones there are.")]


class PlaceOf(msgspec.Struct, frozen=True):
    """A line of a file, and who took it in."""

    file: str
    line: int
    imported: Time
    who: str


class SeenRow(msgspec.Struct, frozen=True):
    """An observation."""

    id: int
    seen: Time
    kind: str
    source: str
    address: str
    port: int | None
    status: str
    product: str
    build: str
    verdict: str
    stage: str
    flags: str
    file: str
    line: int | None
    sha256: str
    who: str
    imported: Time
    also: Annotated[list[PlaceOf], said("Where later files say the same, the newest first.")]


class SeenPage(msgspec.Struct, frozen=True):
    """What was seen of a server, the newest first."""

    observations: list[SeenRow]
    next: str


class DecisionOf(msgspec.Struct, frozen=True):
    """What somebody decided about what is one server."""

    id: int
    kind: Annotated[str, said("`merge`, `split`, `never-merge` or `revoke`.")]
    who: str
    when: Time
    why: str
    observations: list[int]
    revokes: Annotated[int, said("The decision that it takes back; 0 for none.")]
    taken_back: Annotated[int, said("The decision that took it back; 0 while it holds.")]


class IdentityOf(msgspec.Struct, frozen=True):
    """Why observations are one server."""

    lines: Annotated[list[str], said("The reasons, in sentences.")]
    read: Annotated[int, said("How many observations were asked for them.")]
    decisions: list[DecisionOf]


class FileOf(msgspec.Struct, frozen=True):
    """A file that it is known from."""

    id: int
    file: str
    sha256: str
    kind: str
    who: str
    started: Time
    finished: Time
    bytes: int
    observations: int
    first: Time
    last: Time


class Custody(msgspec.Struct, frozen=True):
    """The files that it is known from, and who took them in."""

    files: list[FileOf]


class NoticeEvent(msgspec.Struct, frozen=True):
    """What became of a notice."""

    time: Time
    who: str
    kind: str
    detail: str


class NoticeAbout(msgspec.Struct, frozen=True):
    """A notice about a server."""

    reference: str
    rung: str
    channel: str
    address: str
    made: Time
    status: str
    handed_over: Time
    answered: Time
    events: list[NoticeEvent]


class NoticesAbout(msgspec.Struct, frozen=True):
    """Who was told of a server, the newest first."""

    notices: list[NoticeAbout]


@get("/servers/{number:int}", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def server(request: AnyRequest, number: Number, desk: NamedDependency[Desk]) -> Response[ServerNow]:
    """A server as it stands.

    The number of any of its observations leads to it, and so does that of a server that was merged
    into it: `server.id` is its own.
    """
    look = desk.server(number).look()
    words, detail = look_of(request).words, look.detail
    (row,) = server_rows([{**look.row, "reasons": detail.reasons, "owner": detail.owner}], words)
    return json(
        ServerNow(
            headline=server_view.headline(look, words).text, server=row,
            watched=look.watched, owner=detail.owner, owner_why=detail.owner_why,
            confidence=detail.confidence,
            keys={kind: list(values) for kind, values in detail.keys.items()},
            addresses=[AddressOf(one.address, list(one.ports), one.first_seen, one.last_seen)
                       for one in detail.addresses],
            sources=detail.sources, mitigated_by=detail.mitigated_by, work_why=detail.work_why,
            deadlines=shaped(dicts(look.clocks), list[DeadlineOf]),
            flaws=[FlawOf(cve, one.state, one.why, one.source, one.seen, one.build,
                          one.observation) for cve, one in sorted(look.cves.items())],
            assessments=shaped(look.assessed, list[AssessedOn]),
        )
    )  # fmt: skip


@get("/servers/{number:int}/history", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def server_history(
    number: Number, desk: NamedDependency[Desk], size: Size = 50
) -> Response[History]:
    """What changed and what was done, the newest first."""
    events = server_view.history(desk.server(number).look())
    shown = [
        EventOf(
            one.time,
            shaped(one.change._asdict(), ChangeOf) if one.change else None,
            shaped(one.act._asdict(), ActOf) if one.act else None,
        )
        for one in events[:size]
    ]
    return json(History(shown, max(len(events) - size, 0)))


@get("/servers/{number:int}/observations", opt={**_SEE, CSV: True}, tags=_TAGS,
     sync_to_thread=True)  # fmt: skip
def server_observations(
    request: AnyRequest,
    number: Number,
    desk: NamedDependency[Desk],
    *,
    after: After = "",
    size: Size = 50,
    form: Format = "json",
) -> Response[SeenPage]:
    """What was seen of it, the newest first."""
    found = desk.server(number)
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        rows = _portions(found.every_observed())
        return file(request, OBSERVATION_COLUMNS, rows, f"alpheus-observations-{found.number}")
    seen = found.observed(after=after, size=size)
    places = [{**one, "also": [PlaceOf(*place) for place in one["also"]]} for one in seen.rows]
    return json(SeenPage(rows_of(places, SeenRow), seen.next))


@get("/servers/{number:int}/identity", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def server_identity(number: Number, desk: NamedDependency[Desk]) -> Response[IdentityOf]:
    """Why it is one server, and what people decided about that."""
    found = desk.server(number).identity()
    decisions = shaped(dicts(found.decisions), list[DecisionOf])
    return json(IdentityOf(list(found.lines), found.read, decisions))


@get("/servers/{number:int}/custody", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def server_custody(number: Number, desk: NamedDependency[Desk]) -> Response[Custody]:
    """Which files it is known from, with their hashes."""
    return json(Custody(rows_of(desk.server(number).files(), FileOf)))


@get("/servers/{number:int}/notices", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def server_notices(number: Number, desk: NamedDependency[Desk]) -> Response[NoticesAbout]:
    """Who was told of it, and what came back."""
    return json(NoticesAbout(shaped(desk.server(number).notices(), list[NoticeAbout])))


def _portions(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    every = iter(rows)
    while part := list(islice(every, _AT_ONCE)):
        yield part


ROUTES: tuple[ControllerRouterHandler, ...] = (
    server, server_history, server_observations, server_identity, server_custody, server_notices,
)  # fmt: skip
