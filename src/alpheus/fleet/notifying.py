"""Batches of notices as units of the ledger: each handed over by one driver at a time.

What became of each notice is taken down by notify, before its last byte and after (ADR 21); so a
batch that is killed goes on with what is still due, and nothing of it is sent twice. It is done in
the driver's own process: a mail server is waited for, nothing is computed, and who ends it ends
it after the notice in flight.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator

from sqlalchemy import func, select

from alpheus.cases.database import Database
from alpheus.cases.schema import notice_standings, notices
from alpheus.engine import Engine, Outcome
from alpheus.engine.base import Note
from alpheus.errors import RefusedError, UsageError
from alpheus.fleet import planned
from alpheus.fleet.model import Recipe, Result, Sent, Unit, UnitKind
from alpheus.fleet.planned import Planned
from alpheus.notify.model import Channel, Status
from alpheus.notify.send import SendError, Sending, Step, send_mail
from alpheus.notify.service import Notices
from alpheus.notify.signing import Sign
from alpheus.notify.transport import Transport

LANE = "notify"
"""One batch at a time, on all machines: so the rates of the settings hold."""
RECIPE = Recipe(UnitKind.NOTIFY, Sent(Channel.EMAIL.value), "alpheus.notify/1")
"""What is sent was approved as it is (words, templates, settings): nothing else counts."""

_PIECE = 0.5


def open_batches(database: Database, wanted: Collection[int] = ()) -> dict[int, int]:
    """Register batches of which mail is due, or those of them that are wanted; how much of each.

    One that was done, or parked, waits again where something of it is due again; one that was not
    asked for now waits no more. Raises UsageError while another than those wanted is under way.
    """
    if wanted and not planned.alone(database, RECIPE, [f"{number}" for number in wanted]):
        raise UsageError("another batch is under way; name none, or wait until it has ended")
    due = {number: count for number, count in _due(database).items()
           if not wanted or number in wanted}  # fmt: skip
    units = [Planned(f"{number}", f"{number}", f"batch {number}") for number in due]
    planned.add(database, RECIPE, LANE, units)
    planned.again(database, RECIPE, [one.content for one in units])
    planned.bound(database, LANE, 1)
    return due


def _due(database: Database) -> dict[int, int]:
    s = notice_standings.c
    query = (
        select(s.batch, func.count())
        .join_from(notice_standings, notices, notices.c.id == s.notice)
        .where(s.status == Status.APPROVED.value, notices.c.channel == Channel.EMAIL.value)
        .group_by(s.batch)
        .order_by(s.batch)
    )
    with database.read() as connection:
        return dict(connection.execute(query).all())


class SendingEngine(Engine[Unit, Result]):
    """Hands batches over, one after the other; `done` counts what came of all of them.

    It ends with KeyboardInterrupt after `stop` was set, and with SendError where the mail server
    cannot be used, or wants no mail of us: then no other batch is begun.
    """

    def __init__(
        self,
        notices: Notices,
        transport: Callable[[], Transport],
        sign: Sign,
        *,
        who: str,
        stop: threading.Event,
        tell: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self._notices, self._transport, self._sign = notices, transport, sign
        self._who, self._stop, self._tell = who, stop, tell
        self.done = Sending()

    @property
    def room(self) -> int:
        """One, as the lane has."""
        return 1

    def run(
        self, units: Iterable[Unit], on_note: Note | None = None
    ) -> Iterator[Outcome[Unit, Result]]:
        """See `Engine`."""
        for unit in units:
            note = on_note or (lambda *_: None)
            try:
                done = self._sent(unit, note)
            except RefusedError as error:  # it is not what was approved: a person has to look
                yield Outcome(unit, Result(refused=str(error)))
                continue
            if self._stop.is_set():
                raise KeyboardInterrupt
            if done.put_off:  # for their reasons, not ours: others wait for nothing
                yield Outcome(unit, Result(refused=done.stopped))
                continue
            if done.stopped:
                raise SendError(done.stopped)
            yield Outcome(unit, Result())

    def _sent(self, unit: Unit, note: Note) -> Sending:
        def tell(step: Step) -> None:
            self._tell(step)
            note(unit.name, 0)

        def wait(seconds: float) -> None:
            """In pieces, so that the ledger hears of this driver meanwhile."""
            left = seconds
            while left > 0 and not self._stop.wait(min(left, _PIECE)):
                left -= _PIECE
                note(unit.name, 0)

        done = send_mail(
            self._notices, self._transport(), self._sign, batch=int(unit.place), who=self._who,
            tell=tell, stop=self._stop, wait=wait,
        )  # fmt: skip
        self.done.handed_over += done.handed_over
        self.done.refused += done.refused
        self.done.left += done.left
        return done
