"""What can be asked of notices and done with them: for the command line, and for a console.

Every call is a transaction. A sender goes through `due`, and for each notice calls `claim`, hands
it over, and calls `record` with what came of it. Who is killed in between leaves a notice whose
outcome is uncertain, and which is not sent again until a person has settled it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection

from alpheus.cases.database import Database
from alpheus.cases.observations import iso
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.notify import approve, codes, deeds, history, planning, store, waits
from alpheus.notify.at_work import is_at_work, name_of_process
from alpheus.notify.model import Event, EventKind, Notice, Rendered, Status
from alpheus.notify.records import Acknowledged, Approval, Batch, Omission, Summary
from alpheus.notify.settings import Settings
from alpheus.notify.status import NEVER_OUT, OPEN, impossible
from alpheus.notify.summary import summary
from alpheus.notify.tokens import Tokens

AT_WORK = timedelta(minutes=10)
"""So long after a sender began with a notice, it may still be at it."""

_PAGE = 100
_NO_CODE = "this is no code of ours; compare it with the notice, letter by letter"


class Notices:
    """The service over one database. `clock` gives the time, for tests."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.database = database
        self.settings = settings
        self.clock = clock

    @property
    def now(self) -> str:
        """The time, as it is taken down."""
        return iso(self.clock())

    # planning

    def plan(
        self,
        filters: Filters | None = None,
        *,
        who: str,
        dry_run: bool = False,
        omitted: Callable[[Omission], None] | None = None,
        drafted: Callable[[store.Draft], None] | None = None,
        within: Collection[str] | None = None,
        heard: Callable[[int], None] | None = None,
    ) -> Batch:
        """Work out who is to be told what next; whole or not at all.

        Planned notices whose servers were fixed meanwhile are withdrawn. `omitted` hears of every
        organisation that gets none, `drafted` of every notice, the most urgent first, `heard` now
        and then of how many organisations have been gone through. `within`: only notices about
        servers of these organisations alone are withdrawn; `filters` have to ask for these as well.
        Raises DatabaseError.
        """
        _named(who)
        if not dry_run:
            with self.database.write() as connection:
                waits.keep(connection, self.settings.wait_days)
        return planning.plan(
            self.database, self.settings, filters or Filters(), who=who, now=self.now,
            dry_run=dry_run, omitted=omitted, drafted=drafted, within=within, heard=heard,
        )  # fmt: skip

    # asking

    def batch(self, number: int) -> Batch:
        """A batch. Raises RefusedError where there is none."""
        with self.database.read() as connection:
            return store.batch_of(connection, number)

    def batches(self) -> list[Batch]:
        """All batches, the newest first."""
        with self.database.read() as connection:
            return list(store.every_batch(connection))

    def notices(self, batch: int = 0, *, status: Status | None = None) -> Iterator[Notice]:
        """Notices in the order in which they are sent; of all batches for 0. Without codes."""
        yield from (one for one, _ in self._pages(batch, () if status is None else (status,)))

    def standing(self, batch: int = 0) -> Iterator[tuple[Notice, Status]]:
        """Notices with where each stands, in the order in which they are sent."""
        yield from self._pages(batch, ())

    def notice(self, reference: str) -> Notice:
        """A notice by its reference, in any case, with its code. Raises RefusedError."""
        with self.database.read() as connection:
            found = store.by_reference(connection, reference)
            if found is None:
                raise RefusedError(f"there is no notice '{reference}'")
            return _with_code(store.secret(connection), found)

    def find(self, reference: str) -> Notice | None:
        """A notice by its reference in any case, such as a report of a mail server names it."""
        with self.database.read() as connection:
            return store.by_reference(connection, reference)

    def status_of(self, notice: Notice) -> Status:
        """Where a notice stands."""
        with self.database.read() as connection:
            return store.standing(connection, notice.id).status

    def events(self, notice: Notice) -> list[Event]:
        """What became of a notice, in the order in which it was taken down."""
        with self.database.read() as connection:
            return store.events_of(connection, notice.id)

    def with_code(self, notice: Notice) -> Notice:
        """A notice with its one-time code."""
        with self.database.read() as connection:
            return _with_code(store.secret(connection), notice)

    def tokens(self) -> Tokens:
        """What makes and proves the tokens of mail that comes back. Raises RefusedError."""
        with self.database.read() as connection:
            return Tokens(store.secret(connection).encode())

    def rendered(self, notice: Notice) -> Rendered:
        """A notice in words, as it was or will be sent: the same whenever it is asked for."""
        return self._render(notice if notice.code else self.with_code(notice))

    def status(self, within: Collection[str] | None = None) -> Summary:
        """Where all notices stand, or those about servers of some organisations alone."""
        with self.database.read() as connection:
            return summary(
                connection, now=self.now, wait_days=self.settings.wait_days, within=within
            )

    # approving

    def approval(self, batch: int, *, heard: Callable[[int], None] | None = None) -> Approval:
        """What an approval of a batch would bind to. Raises RefusedError.

        `heard` hears how many notices are done, now and then.
        """
        self.batch(batch)
        digests = []
        for _, digest in self._digests(batch):
            digests.append(digest)
            if heard is not None and len(digests) % _PAGE == 0:
                heard(len(digests))
        whole = approve.digest_of_all(digests)
        return Approval(batch, len(digests), whole, len(digests) > self.settings.bulk_above)

    def approve(self, batch: int, *, who: str, digest: str) -> int:
        """Approve what waits in a batch; how many notices. Raises RefusedError.

        `digest` is what `approval` gave, or its first twelve characters or more.
        """
        _named(who)
        planner = self.batch(batch).who
        digests = list(self._digests(batch))
        if not digests:
            raise RefusedError(f"nothing in batch {batch} waits for approval")
        approve.check_person(who, planner, len(digests), self.settings.bulk_above,
                             before=self._own_approved(who))  # fmt: skip
        approve.check_digest(digest, approve.digest_of_all(one for _, one in digests))
        with self.database.write() as connection:
            if [number for number, _ in digests] != store.numbers(connection, batch, OPEN):
                raise RefusedError("the batch has changed meanwhile; look at it again")
            store.append_many(connection, EventKind.APPROVED, digests, who=who, time=self.now)
        return len(digests)

    def _own_approved(self, who: str) -> int:
        """How many notices of their own planning somebody has approved within a day."""
        since = iso(self.clock() - timedelta(days=1))
        with self.database.read() as connection:
            found = store.approved_since(connection, since)
        return sum(number for planner, approver, number in found
                   if approve.is_own(who, planner) and approve.is_own(who, approver))  # fmt: skip

    def reject(self, batch: int, *, who: str, why: str, references: tuple[str, ...] = ()) -> int:
        """Say no to a batch, or to some of its notices; how many. Raises RefusedError."""
        _named(who)
        if not why.strip():
            raise RefusedError("say why: a rejection needs a reason")
        with self.database.write() as connection:
            store.batch_of(connection, batch)
            chosen = [(number, why) for number in _chosen(connection, batch, references)]
            store.append_many(connection, EventKind.REJECTED, chosen, who=who, time=self.now)
        return len(chosen)

    def awaited(self, batch: int) -> tuple[int, str]:
        """How many notices of a batch have not gone out, and what stands for all of `approval`.

        Where that is the same as before, so is the digest. Raises RefusedError.
        """
        self.batch(batch)
        with self.database.read() as connection:
            found = store.numbers(connection, batch, OPEN)
        said = (*map(str, found), self.settings.frame(), approve.templates(self.settings.templates))
        return len(found), approve.digest_of_all(said)

    def _digests(self, batch: int) -> Iterator[tuple[int, str]]:
        """Notices that have not gone out, with the digest of each as it would be sent now."""
        with self.database.read() as connection:
            found = store.page(connection, batch, OPEN, 0, 1)
            key = store.secret(connection) if found else ""
        for notice, _ in self._pages(batch, OPEN):
            yield notice.id, self._digest(_with_code(key, notice))

    def _digest(self, notice: Notice) -> str:
        return approve.digest_of(notice, self._render(notice), self.settings)

    # sending

    def due(self, batch: int = 0) -> Iterator[Notice]:
        """Approved notices that still hold, with their codes, the most urgent first.

        A server that was fixed since is left out; a notice of which none is left is withdrawn.
        Raises RefusedError where templates or settings have changed since the approval.
        """
        after = 0
        while True:
            with self.database.read() as connection:
                page = store.page(connection, batch, (Status.APPROVED,), after, _PAGE)
                key = store.secret(connection) if page else ""
            for notice, _ in page:
                found = self._due(_with_code(key, notice))
                if found is not None:
                    yield found
            if len(page) < _PAGE:
                return
            after = page[-1][0].id

    def _due(self, notice: Notice) -> Notice | None:
        """A notice as it is to be sent now; None where it has been withdrawn, or sent by others."""
        with self.database.read() as connection:
            if store.standing(connection, notice.id).status is not Status.APPROVED:
                return None
            approved = store.last_event(connection, notice.id, EventKind.APPROVED)
            so = deeds.still_so(connection, self.database.place, notice)
        if so is None:
            self._withdraw(notice)
            return None
        if approved is None or approved.detail != self._digest(notice):
            raise RefusedError(
                f"{notice.reference} would be sent otherwise than it was approved: templates or "
                f"settings have changed; show batch {notice.batch} again, and approve it"
            )
        return so

    def _withdraw(self, notice: Notice) -> None:
        with self.database.write() as connection:
            if store.standing(connection, notice.id).status in OPEN:
                store.append(connection, notice.id, EventKind.WITHDRAWN, who="alpheus",
                             time=self.now, detail=planning.OVER)  # fmt: skip

    def claim(self, notice: Notice, *, who: str) -> bool:
        """Take down that a notice of `due` is about to be handed over, before its last byte is.

        False: somebody else has it, or it does not hold any more; then it is not to be sent.
        """
        _named(who)
        with self.database.write() as connection:
            if store.standing(connection, notice.id).status is not Status.APPROVED:
                return False
            so = deeds.still_so(connection, self.database.place, notice)
            if so is None or len(so.subjects) != len(notice.subjects):
                return False
            told = {one.anchor for one in notice.subjects}
            whole = history.facts_in(connection, [notice.id])[notice.id]
            store.append(
                connection, notice.id, EventKind.HANDING_OVER, who=who, time=self.now,
                detail=name_of_process(), left_out=sorted(whole.keys() - told),
            )  # fmt: skip
        return True

    def record(self, notice: Notice, kind: EventKind, *, who: str, detail: str = "") -> Event:
        """Take down what became of a notice: after `claim`, by a report, by an answer.

        HANDED_OVER takes down on its servers that they were notified, ACKNOWLEDGED that they have
        been acknowledged. HANDING_OVER is `claim`'s. Raises RefusedError for what cannot be.
        """
        _named(who)
        if kind in {EventKind.PLANNED, EventKind.APPROVED, EventKind.HANDING_OVER}:
            raise RefusedError(f"{notice.reference}: '{kind}' is not taken down by hand")
        with self.database.write() as connection:
            return self._record(connection, notice, kind, who, detail)

    def _record(
        self, connection: Connection, notice: Notice, kind: EventKind, who: str, detail: str
    ) -> Event:
        before = store.standing(connection, notice.id).status
        reason = impossible(before, kind)
        if reason:
            raise RefusedError(f"{notice.reference}: {reason}")
        event, was, is_now = store.append(
            connection, notice.id, kind, who=who, time=self.now, detail=detail
        )
        deeds.take_down(
            connection,
            self.database.place,
            notice,
            event,
            was=was,
            now_is=is_now,
            who=who,
            now=self.now,
        )
        return event

    # answers

    def acknowledge(self, code: str, *, who: str) -> Acknowledged:
        """Take down that a recipient has a notice, by its code. Raises RefusedError."""
        _named(who)
        with self.database.write() as connection:
            key = store.secret(connection)
            if not codes.is_code(key, code):
                raise RefusedError(_NO_CODE)
            notice = store.by_reference(connection, codes.reference_in(code))
            if notice is None:
                raise RefusedError(_NO_CODE)
            status = store.standing(connection, notice.id).status
            if status in NEVER_OUT:
                raise RefusedError(f"{notice.reference} is {status}, and has not gone out")
            before = store.last_event(connection, notice.id, EventKind.ACKNOWLEDGED)
            if before is not None:
                return Acknowledged(notice, before.time, before.who, again=True)
            made = self._record(connection, notice, EventKind.ACKNOWLEDGED, who, "by its code")
            return Acknowledged(notice, made.time, who)

    def settle(self, notice: Notice, *, sent: bool, who: str, why: str) -> Status:
        """Say of an uncertain notice whether it went out. Raises RefusedError.

        One that did not is sent again by the next `alpheus notify send`.
        """
        _named(who)
        if not why.strip():
            raise RefusedError("say why: what shows whether it went out")
        kind = EventKind.HANDED_OVER if sent else EventKind.NOT_TAKEN
        with self.database.write() as connection:
            status = store.standing(connection, notice.id).status
            if status is not Status.UNCERTAIN:
                raise RefusedError(f"{notice.reference} is {status}; there is nothing to settle")
            self._not_at_work(connection, notice)
            self._record(connection, notice, kind, who, f"settled: {why}")
            return store.standing(connection, notice.id).status

    def is_being_handed_over(self, notice: Notice) -> bool:
        """Whether another run on this machine claimed it just now, and is there."""
        last = self.events(notice)[-1]
        age = self.clock() - datetime.fromisoformat(last.time)
        return abs(age) < AT_WORK and is_at_work(last)

    def _not_at_work(self, connection: Connection, notice: Notice) -> None:
        """Nobody says that a notice was not sent while a sender is just sending it."""
        last = store.events_of(connection, notice.id)[-1]
        if last.kind is not EventKind.HANDING_OVER:
            return
        age = self.clock() - datetime.fromisoformat(last.time)
        if abs(age) < AT_WORK:
            raise RefusedError(
                f"{notice.reference}: {last.who} began to send it at {last.time}, and may be at "
                f"it still; settle it after {iso(datetime.fromisoformat(last.time) + AT_WORK)}"
            )

    # inside

    def _pages(self, batch: int, statuses: Iterable[Status]) -> Iterator[tuple[Notice, Status]]:
        after, asked = 0, tuple(statuses)
        while True:
            with self.database.read() as connection:
                page = store.page(connection, batch, asked, after, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0].id

    def _render(self, notice: Notice) -> Rendered:
        from alpheus.notify.render import render  # noqa: PLC0415 - templates are slow to load

        return render(notice, self.settings, now=notice.made)


def _with_code(key: str, notice: Notice) -> Notice:
    return msgspec.structs.replace(notice, code=codes.code_of(key, notice.reference))


def _named(who: str) -> None:
    if not who.strip():
        raise RefusedError("say who does it")


def _chosen(connection: Connection, batch: int, references: Iterable[str]) -> list[int]:
    """The notices of a batch that are meant, of those that have not gone out."""
    found = []
    for reference in references:
        notice = store.by_reference(connection, reference)
        if notice is None or notice.batch != batch:
            raise RefusedError(f"batch {batch} has no notice '{reference}'")
        status = store.standing(connection, notice.id).status
        if status not in OPEN:
            raise RefusedError(f"{notice.reference} is {status} already")
        found.append(notice.id)
    if references:
        return list(dict.fromkeys(found))
    open_ = store.numbers(connection, batch, OPEN)
    if not open_:
        raise RefusedError(f"nothing in batch {batch} waits to be approved or sent")
    return open_
