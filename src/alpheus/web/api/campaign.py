"""The campaign: where all servers stand, day by day, by sector and the like, and who is left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import PathParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.campaign import tables
from alpheus.campaign.breakdown import Counts
from alpheus.campaign.series import Point, Series
from alpheus.errors import RefusedError
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import CSV, Format, is_csv, json, said, shaped
from alpheus.web.campaign_view import CampaignDesk, CampaignOf
from alpheus.web.csv_output import demand
from alpheus.web.rendering import AnyRequest
from alpheus.web.working_out import work_out

_SEE = {PERMISSION: Permission.SEE}
_LIST = {**_SEE, CSV: True}
_TAGS = ["campaign"]

By = Annotated[
    Literal["sector", "region", "network", "product", "build"],
    PathParameter(description="What servers are counted by."),
]
_DAY = r"^(\d{4}-\d{2}-\d{2})?$"
Since = Annotated[
    str, QueryParameter(name="from", pattern=_DAY, max_length=10, description="The first day.")
]
Until = Annotated[
    str, QueryParameter(name="to", pattern=_DAY, max_length=10, description="The last day.")
]
States = dict[str, int]


class SystemsOf(msgspec.Struct, frozen=True):
    """Systems of one value: a service once with all its members, or a server that is of none."""

    systems: Annotated[int, said("How many there are.")]
    left: Annotated[int, said("Those of which a server is left.")]
    open_flaw: int
    open_intrusion: int
    victims: Annotated[int, said("Those of which somebody broke into a server.")]


class CountOf(msgspec.Struct, frozen=True):
    """Servers of one value, '' where it is unknown or all are counted."""

    value: str
    servers: Annotated[int, said("How many there are.")]
    left: Annotated[int, said("Those with a flaw or an intrusion open, and no end of the case.")]
    open_flaw: int
    open_intrusion: int
    victims: Annotated[int, said("Those that somebody broke into, cleaned or not.")]
    observations: int
    patch: Annotated[States, said("How many are in which patch state.")]
    compromise: Annotated[States, said("How many are in which state of compromise.")]
    work: Annotated[States, said("How many are in which state of work.")]
    systems: Annotated[SystemsOf, said("The same, with a service counted once.")]


class CountsBy(msgspec.Struct, frozen=True):
    """Servers by a dimension, those with most first."""

    by: str
    values: Annotated[int, said("How many values there are; the largest are listed.")]
    lines: list[CountOf]


class Interval(msgspec.Struct, frozen=True):
    """An estimate, and what it may be as well."""

    value: float
    low: float
    high: float


class ProjectionOf(msgspec.Struct, frozen=True):
    """By which day half of those left may be done, if it goes on so; or why nobody can say."""

    earliest: str
    middle: str
    latest: str
    why_not: str


class PaceOf(msgspec.Struct, frozen=True):
    """How fast the number of those left falls, and whether it has stopped."""

    trend: Annotated[str, said("`none`, `too-early`, `falling`, `rising`, `stopped`, …")]
    window: Annotated[int, said("Days that are looked at.")]
    left: int
    peak: int
    peak_day: str
    since: str
    per_day: Interval | None
    fastest: float
    fastest_day: str
    half_life: Annotated[Interval | None, said("Days; none where it does not fall.")]
    seen: Annotated[float, said("The share of those left that was seen in the last 14 days.")]
    projection: ProjectionOf


class AlertsOf(msgspec.Struct, frozen=True):
    """What must not be overlooked: how many servers, notices and deadlines."""

    regressed: int
    regressed_lately: int
    re_infected: int
    re_infected_lately: int
    silent: int
    uncertain: Annotated[int, said("Notices of which nobody knows whether they went out.")]
    overdue_notices: int
    overdue_clocks: Annotated[int, said("Servers whose deadline by law has passed.")]
    waiting: Annotated[int, said("Observations that are not in the servers yet.")]


class CampaignNow(msgspec.Struct, frozen=True):
    """Where the servers that one may see stand."""

    as_of: Annotated[str, said("When servers were worked out (ISO 8601 UTC); '' for never.")]
    end: Annotated[str, said("The last day of which anything is known.")]
    everywhere: Annotated[bool, said("Whether it is about all organisations.")]
    waiting: Annotated[int, said("Observations that came in since.")]
    total: CountOf | None
    pace: PaceOf | None
    alerts: AlertsOf | None


class DayOf(msgspec.Struct, frozen=True):
    """The end of a day."""

    day: str
    known: int
    left: Annotated[int, said("Servers with something to do.")]
    done: Annotated[int, said("Servers that had something to do, and have no more.")]
    silent: Annotated[int, said("Those left that have not been seen for two weeks.")]
    patch: States
    compromise: States
    work: States
    entered: Annotated[States, said("Servers that came into a state on that day.")]


class Days(msgspec.Struct, frozen=True):
    """Days without a gap."""

    days: list[DayOf]


class LeftFor(msgspec.Struct, frozen=True):
    """How many are left for a reason."""

    reason: str
    servers: int
    organisations: int


class GroupLeft(msgspec.Struct, frozen=True):
    """A group that is left more often than others."""

    kind: str
    value: str
    left: int
    ever: Annotated[int, said("Those of it that ever had something to do.")]
    share: Interval
    times: Annotated[Interval, said("How many times as often as others.")]


class WayOf(msgspec.Struct, frozen=True):
    """What became of those told in one way; `status` is '' for all of it together."""

    rung: str
    channel: str
    status: str
    told: int
    early: Annotated[int, said("Those of them that are too young to count.")]
    fixed: int
    share: Interval


class WhoIsLeft(msgspec.Struct, frozen=True):
    """Who is left, and why."""

    made: Annotated[str, said("When it was worked out; '' for never.")]
    current: Annotated[bool, said("Whether it is of the servers as they are worked out now.")]
    at_work: Annotated[bool, said("Whether it is being worked out.")]
    left: int = 0
    ever: int = 0
    organisations: int = 0
    reasons: list[LeftFor] = []
    groups: list[GroupLeft] = []
    ways: list[WayOf] = []


class Begun(msgspec.Struct, frozen=True):
    """Whether it was begun; if not, it is being done already."""

    begun: bool


@get("/campaign", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def campaign(request: AnyRequest) -> Response[CampaignNow]:
    """Where it stands.

    Counts, the pace of the decline, and what must not be overlooked, of the servers that the
    account may see. Before servers were worked out, `as_of` is empty and there are no counts.
    """
    mine = _mine(request)
    as_of, waiting = mine.waiting()
    if not as_of:
        return json(CampaignNow("", "", mine.is_whole, waiting, None, None, None))
    whole = mine.whole()
    return json(
        CampaignNow(
            as_of, whole.series.end, mine.is_whole, waiting,
            shaped(whole.total, CountOf) if whole.total else None,
            shaped(whole.pace, PaceOf), shaped(mine.alerts(whole), AlertsOf),
        )
    )  # fmt: skip


@get("/campaign/days", opt=_LIST, tags=_TAGS, sync_to_thread=True)
def campaign_days(
    request: AnyRequest,
    since: Since = "",
    until: Until = "",
    form: Format = "json",
) -> Response[Days]:
    """Every day, from the first to the last of which anything is known."""
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        series = _mine(request, Permission.EXPORT).whole().series
        kept = tuple(_between(series, since, until))
        return _csv("days", msgspec.structs.replace(series, points=kept))
    return json(Days(shaped(_between(_mine(request).whole().series, since, until), list[DayOf])))


@get("/campaign/by/{by:str}", opt=_LIST, tags=_TAGS, sync_to_thread=True)
def campaign_by(request: AnyRequest, by: By, form: Format = "json") -> Response[CountsBy]:
    """Servers by sector, region, network, product or build."""
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        return _csv(by, _mine(request, Permission.EXPORT).counts(by))
    mine = _mine(request)
    return json(shaped(mine.kept_counts(mine.whole(), by), CountsBy))


@get("/campaign/remaining", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def campaign_remaining(request: AnyRequest) -> Response[WhoIsLeft]:
    """Who is left and why, as it was worked out last."""
    mine = _mine(request)
    whole = mine.whole()
    at_work = mine.is_whole and mine.is_at_work()
    made = whole.prepared
    if made is None:
        return json(WhoIsLeft("", current=False, at_work=at_work))
    left = made.remaining
    return json(
        WhoIsLeft(
            made.made, whole.is_current, at_work, left.left, left.ever, left.organisations,
            shaped(left.reasons, list[LeftFor]), shaped(left.groups, list[GroupLeft]),
            shaped(made.channels.ways, list[WayOf]),
        )
    )  # fmt: skip


@post("/campaign/remaining", opt={PERMISSION: Permission.WORK}, tags=_TAGS, status_code=202,
      sync_to_thread=True)  # fmt: skip
def campaign_work_out(request: AnyRequest) -> Response[Begun]:
    """Have it worked out anew who is left and why. For those with a role everywhere."""
    if not request.user.may(Permission.WORK, ""):
        raise PermissionDeniedException("your account does not allow that")
    desk: CampaignDesk = request.app.state.campaign
    began = work_out(desk.database, desk.clock(), request.app.state.start_working_out)
    return json(Begun(began), 202)


def _mine(request: AnyRequest, permission: Permission = Permission.SEE) -> CampaignOf:
    desk: CampaignDesk = request.app.state.campaign
    return desk.of(request.user, permission)


def _between(series: Series, since: str, until: str) -> list[Point]:
    for day in (since, until):
        if day and not _is_day(day):
            raise RefusedError("write a day as 2021-03-12")
    if since and until and since > until:
        raise RefusedError("the first day is after the last")
    return [one for one in series.points
            if one.day >= since and (not until or one.day <= until)]  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _csv(name: str, what: Series | Counts) -> Response[Any]:
    stream = StringIO(newline="")
    if isinstance(what, Counts):
        tables.write_counts(what, stream)
    else:
        tables.write_series(what, stream)
    headers: Mapping[str, str] = {
        "content-disposition": f'attachment; filename="alpheus-{name}.csv"'
    }
    return Response(stream.getvalue().encode(), media_type="text/csv", headers=headers)


ROUTES: tuple[ControllerRouterHandler, ...] = (
    campaign, campaign_days, campaign_by, campaign_remaining, campaign_work_out,
)  # fmt: skip
