"""What the campaign page tells, of the servers that somebody may see.

For those with a role everywhere it is what is kept ready, whatever the number of servers. For
others it is counted from the servers of their organisations. Both are kept in memory as long as
nothing has changed; the key of what is kept is in the database, so that several processes agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup
from sqlalchemy import ColumnElement, Connection, func, select

from alpheus.campaign import breakdown, prepared
from alpheus.campaign.breakdown import Count, Counts
from alpheus.campaign.pace import Pace, pace_of
from alpheus.campaign.prepared import Prepared
from alpheus.campaign.series import Point, Series
from alpheus.campaign.service import Campaign, Overview
from alpheus.cases.database import Database
from alpheus.cases.derived_store import Standing, current, standing
from alpheus.cases.observations import iso
from alpheus.cases.schema import meta, notice_servers, notice_standings, observations
from alpheus.cases.service_listing import Filters
from alpheus.cases.states import OPEN_COMPROMISE, OPEN_PATCH
from alpheus.errors import RefusedError
from alpheus.notify.model import Rung, Status
from alpheus.notify.news import later
from alpheus.notify.status import OUT
from alpheus.web.access.roles import Permission, Person
from alpheus.web.kept import Kept

MOST = 1_000
"""Up to so many are counted for an alert; more are told as more."""

AT_ONCE = 1_000
"""Of so few servers it is worked out while the page is made why they are left."""

DIMENSIONS = ("sector", "region", "network")
_SHOWN = {"sector": 60, "region": 1_000, "network": 12}
_KEPT = 48
_TRY_AGAIN = timedelta(minutes=10)
_TRIES = 2
"""A rebuild may come between; what was made of both is asked for once more."""
_TOLD = ("notified", "acknowledged", "in-progress", "needs-help")
_ENTERED = ("fixed", "regressed", "compromised", "reported", "re-infected", "acknowledged",
            "needs-help")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is told of some servers, as of one state of the database.

    `total` is None where there is no server. `prepared` says who is left and why, None where nobody
    has worked it out; `is_current`: no servers were worked out anew since then.
    """

    key: str
    standing: Standing
    total: Count | None
    series: Series
    pace: Pace
    by: Mapping[str, Counts]
    prepared: Prepared | None
    is_current: bool

    @property
    def last(self) -> Point | None:
        """The last day."""
        return self.series.points[-1] if self.series.points else None

    @property
    def ever(self) -> int:
        """Servers that ever had something to do."""
        return self.last.left + self.last.done if self.last else 0


@dataclass(frozen=True, slots=True)
class Alerts:
    """What must not be overlooked: servers, notices and clocks.

    `uncertain` and the overdue ones are `MOST` where they may be more.
    """

    regressed: int
    regressed_lately: int
    re_infected: int
    re_infected_lately: int
    silent: int
    uncertain: int
    overdue_notices: int
    overdue_clocks: int
    waiting: int
    again: bool


class Seen(msgspec.Struct, frozen=True):
    """What somebody saw when they marked the page as looked at.

    `entered` is how many servers had ever come into a state, `known` how many there were; `scope`
    are the organisations that were counted, '' for all.
    """

    time: str
    scope: str = ""
    known: int = 0
    entered: dict[str, int] = {}


class CampaignDesk:
    """The campaign of one database, for whoever asks. `clock` gives the time, for tests."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        wait_days: Callable[[], Mapping[Rung, int]],
    ) -> None:
        self.database = database
        self.clock = clock
        self.campaign = Campaign(database)
        self.wait_days = wait_days
        self.wholes: Kept[Whole] = Kept(_KEPT)
        self.counts: Kept[Counts] = Kept(_KEPT)
        self.alerts: Kept[Alerts] = Kept(_KEPT)
        self.texts: Kept[Markup] = Kept(_KEPT)
        """Parts of pages, by what they were made of and their language."""
        self._tried: datetime | None = None

    def may_try(self) -> bool:
        """Whether to begin to work out why servers are left, unasked: not over and over."""
        now = self.clock()
        if self._tried is not None and now - self._tried < _TRY_AGAIN:
            return False
        self._tried = now
        return True

    def of(self, person: Person, permission: Permission = Permission.SEE) -> CampaignOf:
        """The campaign of what a person may see. Raises RefusedError for whom there is none."""
        scope = person.scope(permission)
        if scope is not None and not scope:
            raise RefusedError("there is no campaign for this account")
        return CampaignOf(self, None if scope is None else tuple(sorted(scope)))


class CampaignOf:
    """The campaign of all organisations (None), or of some."""

    def __init__(self, desk: CampaignDesk, scope: tuple[str, ...] | None) -> None:
        self._desk = desk
        self._scope = scope

    @property
    def filters(self) -> Filters:
        """What bounds all that is asked."""
        return Filters() if self._scope is None else Filters(organisation=self._scope)

    @property
    def is_whole(self) -> bool:
        """Whether it is that of all organisations."""
        return self._scope is None

    def waiting(self) -> tuple[str, int]:
        """When servers were worked out ('' for never), and how many observations came since."""
        with self._desk.database.read() as connection:
            found = standing(connection)
            return found.as_of if found.generation else "", _waiting(connection, found)

    def whole(self) -> Whole:
        """All of it. Raises DatabaseError where servers have not been worked out yet."""
        for _ in range(_TRIES):
            key, found, kept = self._key()
            make = partial(self._made, key, found, kept)
            whole = self._desk.wholes.get((self._scope, key), make)
            if self._key()[0] == key or not self.is_whole:
                break
        return whole

    def _key(self) -> tuple[str, Standing, str]:
        """What all of it is made of: where the tables stand, and what was worked out ahead."""
        query = select(meta.c.value).where(meta.c.key == prepared.KEY)
        with self._desk.database.read() as connection:
            _, found = current(connection, self._desk.database.place)
            kept = (connection.execute(query).scalar() or "") if self.is_whole else ""
        return f"{found} {hash(kept)}", found, kept

    def is_at_work(self) -> bool:
        """Whether somebody is working out why servers are left."""
        query = select(meta.c.value).where(meta.c.key == prepared.AT_WORK)
        with self._desk.database.read() as connection:
            since = connection.execute(query).scalar() or ""
        return bool(since) and since > iso(self._desk.clock() - prepared.LONGEST)

    def _made(self, key: str, found: Standing, kept: str) -> Whole:
        if not self.is_whole:
            return _of_overview(key, found, self._desk.campaign.overview(self.filters))
        campaign = self._desk.campaign
        total = campaign.counts().lines
        series = campaign.series()
        with self._desk.database.read() as connection:
            tables, _ = current(connection, self._desk.database.place)
            by = {
                name: breakdown.counts(connection, tables, name, _SHOWN[name])
                for name in DIMENSIONS
            }
        made = prepared.read(kept)
        last = series.points[-1] if series.points else None
        few = last is not None and last.left + last.done <= AT_ONCE
        if few and (made is None or not made.is_of(found) or made.act != found.act):
            made = self._prepared_now(found, series.end)
        return Whole(
            key, found, total[0] if total else None, series, pace_of(series), by, made,
            made is not None and made.is_of(found),
        )  # fmt: skip

    def _prepared_now(self, found: Standing, end: str) -> Prepared:
        remaining, channels = self._desk.campaign.analysis(end=end)
        return Prepared(
            made=iso(self._desk.clock()), generation=found.generation, as_of=found.as_of,
            observation=found.observation, act=found.act, end=end,
            owners=self._desk.campaign.owners(), remaining=remaining, channels=channels,
        )  # fmt: skip

    def alerts(self, whole: Whole) -> Alerts:
        """What must not be overlooked; as of this minute."""
        now = iso(self._desk.clock())
        return self._desk.alerts.get(
            (self._scope, whole.key, now[:16]), lambda: self._alerts(whole, now)
        )

    def _alerts(self, whole: Whole, now: str) -> Alerts:
        last, lately = whole.last, whole.series.points[-whole.pace.window :]
        with self._desk.database.read() as connection:
            return Alerts(
                regressed=last.patch.get("regressed", 0) if last else 0,
                regressed_lately=_entered(lately, "regressed"),
                re_infected=last.compromise.get("re-infected", 0) if last else 0,
                re_infected_lately=_entered(lately, "re-infected"),
                silent=last.silent if last else 0,
                uncertain=self._notices(
                    connection, [notice_standings.c.status == Status.UNCERTAIN.value]
                ),
                overdue_notices=self._overdue_notices(connection, now),
                overdue_clocks=self._overdue_clocks(connection, now),
                waiting=_waiting(connection, whole.standing) if self.is_whole else 0,
                again=whole.standing.again and self.is_whole,
            )

    def _overdue_notices(self, connection: Connection, now: str) -> int:
        s, found = notice_standings.c, 0
        out = [one.value for one in OUT]
        for rung, days in self._desk.wait_days().items():
            edge = later(now, -days)
            found += self._notices(
                connection,
                [s.status.in_(out), s.rung == rung.value, s.handed_over != "",
                 s.handed_over < edge, s.answered < edge],
            )  # fmt: skip
        return min(found, MOST)

    def _notices(self, connection: Connection, conditions: list[ColumnElement[bool]]) -> int:
        query = select(notice_standings.c.notice).where(*conditions)
        if self._scope is not None:
            n = notice_servers.c
            mine = select(n.notice).where(n.organisation.in_(self._scope))
            query = query.where(notice_standings.c.notice.in_(mine))
        some = query.limit(MOST).subquery()
        return int(connection.execute(select(func.count()).select_from(some)).scalar_one())

    def _overdue_clocks(self, connection: Connection, now: str) -> int:
        tables, _ = current(connection, self._desk.database.place)
        s = tables.servers.c
        query = select(s.id).where(s.due > "", s.due < now)
        if self._scope is not None:
            query = query.where(s.organisation.in_(self._scope))
        some = query.limit(MOST).subquery()
        return int(connection.execute(select(func.count()).select_from(some)).scalar_one())

    def counts(self, by: str) -> Counts:
        """A whole table. Raises UsageError for a dimension that there is not."""
        if self.is_whole:
            return self._desk.campaign.counts(by)
        return self._desk.campaign.counts(by, self.filters)

    def kept_counts(self, whole: Whole, by: str) -> Counts:
        """The same, as of what was read last."""
        return self._desk.counts.get((self._scope, whole.key, by), partial(self.counts, by))

    def overview(self) -> Overview:
        """All of it as the command line has it; who is left as it was worked out last.

        Raises RefusedError where that has not been worked out, and would take too long.
        """
        whole = self.whole()
        if not self.is_whole or (whole.prepared is None and whole.ever <= AT_ONCE):
            return self._desk.campaign.overview(self.filters)
        if whole.prepared is None:
            raise RefusedError("it has not been worked out yet why servers are left")
        campaign, made = self._desk.campaign, whole.prepared
        return Overview(
            as_of=whole.standing.as_of, end=whole.series.end, watched=whole.standing.watched,
            filters={}, total=campaign.counts(), owners=made.owners,
            counts={**whole.by, **{by: campaign.counts(by) for by in ("product", "build")}},
            series=whole.series, pace=whole.pace, remaining=made.remaining,
            channels=made.channels, notices=any(one.rung for one in made.channels.ways),
        )  # fmt: skip

    def seen(self, whole: Whole) -> Seen:
        """What somebody sees who looks now."""
        last = whole.last
        return Seen(
            iso(self._desk.clock()), _scope_text(self._scope), last.known if last else 0,
            {state: _entered(whole.series.points, state) for state in _ENTERED},
        )  # fmt: skip

    def seen_text(self, whole: Whole) -> str:
        """The same, to be kept with an account."""
        return msgspec.json.encode(self.seen(whole)).decode()

    def news(self, whole: Whole, before: Seen | None) -> dict[str, int] | None:
        """How many servers came, and came into a state, since; None where nobody can say."""
        if before is None or before.scope != _scope_text(self._scope):
            return None
        now = self.seen(whole)
        found = {"new": max(now.known - before.known, 0)}
        for state, count in now.entered.items():
            found[state] = max(count - before.entered.get(state, 0), 0)
        return {name: count for name, count in found.items() if count}


def read_seen(text: str) -> Seen | None:
    """What an account keeps of its last look; None for none."""
    try:
        return msgspec.json.decode(text, type=Seen) if text else None
    except (msgspec.DecodeError, UnicodeError):
        return None


def numbers_of(point: Point) -> dict[str, int]:
    """The lines of the burn-down on a day."""
    return {
        "flaw": sum(point.patch.get(state, 0) for state in OPEN_PATCH),
        "intrusion": sum(point.compromise.get(state, 0) for state in OPEN_COMPROMISE),
        "told": sum(point.work.get(state, 0) for state in _TOLD),
    }


def is_outdated(whole: Whole, now: datetime) -> bool:
    """Whether who is left should be worked out again: of other servers, or long ago."""
    if whole.prepared is None:
        return bool(whole.ever)
    if not whole.is_current:
        return True
    old = iso(now - timedelta(hours=12))
    return whole.prepared.act != whole.standing.act and whole.prepared.made < old


def wait_days_of(settings: Path | None) -> Callable[[], Mapping[Rung, int]]:
    """How long answers are waited for, by the settings of notices; as usual where there are none.

    They are read when they are first asked for.
    """

    @cache
    def wait_days() -> Mapping[Rung, int]:
        from alpheus.notify.settings import (  # noqa: PLC0415 - only where notices are
            WAIT_DAYS,
            read_settings,
        )

        return read_settings(settings).wait_days if settings else WAIT_DAYS

    return wait_days


def _of_overview(key: str, found: Standing, overview: Overview) -> Whole:
    lines = overview.total.lines
    made = Prepared(
        made=overview.as_of, generation=found.generation, as_of=found.as_of,
        observation=found.observation, act=found.act, end=overview.end, owners=overview.owners,
        remaining=overview.remaining, channels=overview.channels,
    )  # fmt: skip
    by = {name: overview.counts[name] for name in DIMENSIONS}
    return Whole(key, found, lines[0] if lines else None, overview.series, overview.pace, by,
                 made, is_current=True)  # fmt: skip


def _entered(points: Iterable[Point], state: str) -> int:
    return sum(point.entered.get(state, 0) for point in points)


def _waiting(connection: Connection, found: Standing) -> int:
    newest: Any = connection.execute(select(func.max(observations.c.id))).scalar()
    return max(int(newest or 0) - found.observation, 0)


def _scope_text(scope: tuple[str, ...] | None) -> str:
    return "" if scope is None else "\n".join(scope)
