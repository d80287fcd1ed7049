"""What servers were told, by which way, and what became of it.

Where notices are kept, a telling is one of them that went out; where none are, it is the entry that
somebody made in the case (`alpheus case note --as notified`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from alpheus.campaign.among import among
from alpheus.cases.schema import (
    Derived,
    notice_events,
    notice_servers,
    notice_standings,
    notices,
)
from alpheus.notify.model import Status

BY_HAND = "by hand"
"""The channel of what people wrote down without a notice."""

_WENT_OUT = frozenset({
    Status.UNCERTAIN, Status.SENT, Status.DELAYED, Status.DELIVERED, Status.FAILED,
    Status.ACKNOWLEDGED,
})  # fmt: skip


class Telling(NamedTuple):
    """A server was told. `time` is the hand-over, ISO 8601 UTC; `address` is where it went.

    `rung`, `channel` and `status` are those of `notify.model`, '' for what was told by hand.
    """

    time: str
    rung: str
    channel: str
    status: str
    address: str = ""


class Tellings:
    """Reads them, for some servers at a time."""

    def __init__(self, connection: Connection, tables: Derived) -> None:
        self._connection = connection
        self._members = tables.members
        query = select(notice_standings.c.notice).limit(1)
        self.kept = connection.execute(query).first() is not None
        """Whether any notice is kept at all."""
        self._left_out = _left_out(connection) if self.kept else frozenset()

    def of(self, numbers: Sequence[int]) -> Mapping[int, list[Telling]]:
        """Tellings by server, the earliest first; those that never went out are left out.

        Of servers by their sorted numbers, and perhaps of others between them.
        """
        if not self.kept:
            return {}
        n, s, m, ns = notices.c, notice_standings.c, self._members.c, notice_servers.c
        query = (
            select(m.server, s.handed_over, s.rung, s.channel, s.status, n.address, n.id, ns.anchor)
            .select_from(
                self._members.join(notice_servers, ns.anchor == m.observation)
                .join(notice_standings, s.notice == ns.notice)
                .join(notices, n.id == ns.notice)
            )
            .where(s.status.in_([*_WENT_OUT]))
            .order_by(m.server, s.handed_over, n.id)
        )
        found: dict[int, list[Telling]] = {}
        for which in among(m.server, numbers):
            for server, *telling, notice, anchor in self._connection.execute(query.where(which)):
                if (notice, anchor) not in self._left_out:
                    found.setdefault(server, []).append(Telling(*telling))
        return found


def _left_out(connection: Connection) -> frozenset[tuple[int, int]]:
    """Notices and the servers that they did not tell of in the end."""
    e = notice_events.c
    query = select(e.notice, e.left_out).where(e.left_out != "")
    return frozenset(
        (notice, int(anchor))
        for notice, anchors in connection.execute(query) for anchor in anchors.split()
    )  # fmt: skip


def by_hand(times: Iterable[str]) -> list[Telling]:
    """What people wrote down, where no notice says more."""
    return [Telling(time, "", BY_HAND, "") for time in times]
