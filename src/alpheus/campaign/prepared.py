"""Who is left and why, worked out ahead and kept, for pages that may not take seconds.

To say why servers are left, each is read: some seconds for some ten thousand. The answer is kept
beside the settings of the database, with what it was made of, until it is made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from alpheus.campaign.breakdown import Owners
from alpheus.campaign.channels import Channels
from alpheus.campaign.remaining import Remaining
from alpheus.campaign.service import Campaign
from alpheus.cases.database import Database
from alpheus.cases.derived_store import Standing, standing
from alpheus.cases.observations import iso
from alpheus.cases.schema import meta

KEY, AT_WORK = "campaign-analysis", "campaign-analysis-at-work"
FORM = "1"
LONGEST = timedelta(minutes=30)
"""Whoever has been at it for longer was killed."""


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """Who is left and why, as of `made` (ISO 8601 UTC).

    `observation` and `act` are the newest that are in it; `generation` and `as_of` are those of the
    servers it was made of.
    """

    form: str = FORM
    made: str
    generation: str
    as_of: str
    observation: int
    act: int
    end: str
    owners: Owners
    remaining: Remaining
    channels: Channels

    def is_of(self, found: Standing) -> bool:
        """Whether servers have not been worked out anew since; people may have acted."""
        mine = (self.generation, self.as_of, self.observation)
        return mine == (found.generation, found.as_of, found.observation)


class _Form(msgspec.Struct):
    form: str = ""


def prepare(
    database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Prepared:
    """Work it out and keep it; seconds. Raises DatabaseError where there are no servers yet."""
    campaign = Campaign(database)
    try:
        with database.read() as connection:
            found = standing(connection)
        end = campaign.series().end
        owners = campaign.owners()
        remaining, channels = campaign.analysis(end=end)
        made = Prepared(
            made=iso(clock()), generation=found.generation, as_of=found.as_of,
            observation=found.observation, act=found.act, end=end, owners=owners,
            remaining=remaining, channels=channels,
        )  # fmt: skip
        with database.write() as connection:
            _keep(connection, KEY, msgspec.json.encode(made).decode())
    finally:
        release(database)
    return made


def read(text: str) -> Prepared | None:
    """What was kept, from its text; None for none, or one of another program."""
    try:
        if not text or msgspec.json.decode(text, type=_Form).form != FORM:
            return None
        return msgspec.json.decode(text, type=Prepared)
    except (msgspec.DecodeError, UnicodeError):
        return None


def claim(database: Database, now: datetime) -> bool:
    """Say that one is at it; False where somebody else is."""
    with database.write() as connection:
        since = connection.execute(select(meta.c.value).where(meta.c.key == AT_WORK)).scalar()
        if since and since > iso(now - LONGEST):
            return False
        _keep(connection, AT_WORK, iso(now))
        return True


def release(database: Database) -> None:
    """Say that nobody is at it any more."""
    with database.write() as connection:
        connection.execute(delete(meta).where(meta.c.key == AT_WORK))


def _keep(connection: Connection, key: str, value: str) -> None:
    done = connection.execute(update(meta).where(meta.c.key == key).values(value=value))
    if not done.rowcount:
        connection.execute(insert(meta).values(key=key, value=value))
