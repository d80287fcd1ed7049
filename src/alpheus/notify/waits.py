"""For how long an answer to notices is waited for, kept with them for whoever counts later.

It stands in the settings of whoever plans notices; the last plan's is kept in the database.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, insert, select, update

from alpheus.cases.schema import meta
from alpheus.notify.model import Rung
from alpheus.notify.settings import WAIT_DAYS

_KEY = "notify-wait-days"


class Waits(msgspec.Struct, frozen=True):
    """Days by rung. `planned`: they are those of a plan, and not the usual ones."""

    days: dict[Rung, int]
    planned: bool = False

    def of(self, rung: str) -> int:
        """Days of a rung; those of the first one for what was told without a notice."""
        return self.days[Rung(rung or Rung.CONTACT)]


USUAL = Waits(dict(WAIT_DAYS))


def keep(connection: Connection, days: Mapping[Rung, int]) -> None:
    """Keep those of the settings by which notices are planned."""
    text = msgspec.json.encode(dict(days)).decode()
    done = connection.execute(update(meta).where(meta.c.key == _KEY).values(value=text))
    if not done.rowcount:
        connection.execute(insert(meta).values(key=_KEY, value=text))


def kept(connection: Connection) -> Waits:
    """Those of the last plan; the usual ones where nothing was planned."""
    text = connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar()
    if not text:
        return USUAL
    return Waits({**WAIT_DAYS, **msgspec.json.decode(text, type=dict[Rung, int])}, planned=True)
