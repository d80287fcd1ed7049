"""Notices for one person: the service of notices, bounded by what the person may.

A notice is there for whoever may see all organisations that it is about. The one-time code of a
notice is shown to nobody here: it proves that somebody holds the notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.notify import answers, listing, store
from alpheus.notify.answers import Answer
from alpheus.notify.listing import Brief, NoticePage, Wanted
from alpheus.notify.model import Event, EventKind, Notice, Rendered, Status
from alpheus.notify.records import Acknowledged, Approval, Batch, Line, Omission, Summary
from alpheus.notify.service import Notices
from alpheus.notify.settings import read_settings
from alpheus.notify.store import Draft
from alpheus.web.access import audit
from alpheus.web.access.roles import Permission, Person
from alpheus.web.approvals import Approvals, Underway
from alpheus.web.figures import Figures
from alpheus.web.settings import Settings

MOST_PLANNED = 2_000
"""Servers of a plan that somebody waits for in a browser."""
NEWEST = 6
"""Batches that the first page names."""
SHOWN = 100
"""Notices and organisations that a preview names."""
HIDDEN = "••••-••••-••••-••••"
"""What stands in a text for its one-time code."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Where all notices stand, the newest batches, and why whom nobody could reach."""

    summary: Summary
    batches: tuple[Batch, ...]
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class Office:
    """What all desks of notices share."""

    notices: Notices
    figures: Figures[Overview]
    approvals: Approvals


def office_of(
    database: Database, settings: Settings, clock: Callable[[], datetime]
) -> Office | None:
    """The service of notices; None where no settings of notices are named. Raises UsageError."""
    if settings.notify is None:
        return None
    notices = Notices(database, read_settings(settings.notify), clock)
    return office_over(notices)


def office_over(notices: Notices) -> Office:
    """What desks share, over a service of notices."""
    return Office(notices, Figures(lambda: _overview(notices)), Approvals())


def _overview(notices: Notices) -> Overview:
    with notices.database.read() as connection:
        batches = tuple(store.newest_batches(connection, NEWEST))
        reasons = listing.reasons_of(connection, None)
    return Overview(notices.status(), batches, reasons)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would come to: the batch, the first of its notices, and who gets none and why."""

    batch: Batch
    drafts: tuple[Draft, ...]
    omitted: tuple[Omission, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice with all that became of it; its texts are without the code.

    `is_mine` says whether the person may work on it.
    """

    notice: Notice
    status: Status
    events: tuple[Event, ...]
    rendered: Rendered
    is_mine: bool


class NoticeDesk:
    """The notices, for one person."""

    def __init__(self, office: Office, cases: Cases, person: Person) -> None:
        self._office = office
        self._notices = office.notices
        self._cases = cases
        self.person = person

    @property
    def bulk_above(self) -> int:
        """More notices than this are approved by a second person."""
        return self._notices.settings.bulk_above

    # asking

    def overview(self) -> Overview:
        """Where notices stand, with the newest batches; of all it may be some seconds old."""
        within = self._scope()
        if within is None:
            return self._office.figures.get()
        return Overview(self._notices.status(within), tuple(self.batches(NEWEST)), self.reasons())

    def summary(self) -> Summary:
        """Where notices stand."""
        within = self._scope()
        return (self._office.figures.get().summary if within is None
                else self._notices.status(within))  # fmt: skip

    def page(
        self, wanted: Wanted, *, lines: Sequence[Line] = (), after: str = "", size: int = 50
    ) -> NoticePage:
        """A page of notices; `lines` are those of `summary`, where that is at hand. UsageError."""
        within = self._scope()
        lines = lines or self.summary().lines
        with self._read() as connection:
            return listing.page(connection, wanted, lines, within=within, after=after, size=size)

    def every(self, wanted: Wanted) -> Iterator[Brief]:
        """All notices that fit and may be taken away in a file."""
        within, after = self._scope(Permission.EXPORT), ""
        lines = self.summary().lines
        while True:
            with self._read() as connection:
                found = listing.page(
                    connection, wanted, lines, within=within, after=after, size=listing.MOST
                )
            yield from found.notices
            after = found.next
            if not after:
                return

    def overdue(self) -> tuple[tuple[str, str], ...]:
        """Since when a notice of each rung has to be out to be overdue."""
        return listing.overdue_since(self._notices.now, self._notices.settings.wait_days)

    def where_answers_lie(self, page: NoticePage) -> dict[int, tuple[str, str]]:
        """When a person wrote back about notices of a page, and where that lies."""
        numbers = [one.id for one in page.notices if one.answered]
        with self._read() as connection:
            return listing.answers_in(connection, numbers)

    def unreached(
        self, reason: str = "", after: int = 0, size: int = 50
    ) -> tuple[list[dict[str, Any]], int]:
        """Whom the newest plan of all could not reach, and the key of the page after."""
        with self._read() as connection:
            return listing.unreached_of(
                connection, within=self._scope(), reason=reason, after=after, size=size
            )

    def every_unreached(self, reason: str = "") -> Iterator[dict[str, Any]]:
        """All of them, for a file."""
        within, after = self._scope(Permission.EXPORT), 0
        while True:
            with self._read() as connection:
                rows, after = listing.unreached_of(
                    connection, within=within, reason=reason, after=after, size=1_000
                )
            yield from rows
            if not after:
                return

    def reasons(self) -> dict[str, int]:
        """Why organisations could not be reached: how many by each reason."""
        with self._read() as connection:
            return listing.reasons_of(connection, self._scope())

    def batches(self, most: int = 20) -> list[Batch]:
        """The newest batches."""
        within = self._scope()
        with self._read() as connection:
            if within is None:
                return store.newest_batches(connection, most)
            numbers = listing.batches_in(connection, within, self.person.name)[:most]
            return [store.batch_of(connection, one) for one in numbers]

    def batch(self, number: int, permission: Permission = Permission.SEE) -> Batch:
        """A batch. Raises RefusedError where there is none to be seen."""
        within = self._scope(permission)
        with self._read() as connection:
            if not listing.is_batch_visible(connection, number, within, self.person.name):
                raise RefusedError(f"there is no batch {number}")
            return store.batch_of(connection, number)

    def sample(self, batch: Batch, most: int = 3) -> list[tuple[Notice, Rendered]]:
        """Some notices of a batch as they would be sent, of kinds that differ."""
        found: dict[tuple[str, ...], Notice] = {}
        with self._read() as connection:
            first = store.page(connection, batch.number, (), 0, SHOWN)
        for notice, _ in first:
            to = notice.recipient
            kind = (to.rung, to.channel, notice.situation, notice.language, str(notice.reduced))
            found.setdefault(kind, notice)
        return [(one, self._words(one)) for one in list(found.values())[:most]]

    def approval(self, batch: Batch) -> Approval | Underway | None:
        """What an approval of a batch binds to, or how far that is; None where nothing waits."""
        return self._office.approvals.of(self._notices, batch.number)

    def notice(self, reference: str, permission: Permission = Permission.SEE) -> Notice:
        """A notice. Raises RefusedError where there is none to be seen."""
        within = self._scope(permission)
        with self._read() as connection:
            found = store.by_reference(connection, reference)
            if found is None or not listing.is_visible(connection, found.id, within):
                raise RefusedError(f"there is no notice '{reference[:40]}'")
            return found

    def show(self, reference: str) -> Shown:
        """A notice with its words and all that became of it. Raises RefusedError."""
        notice = self.notice(reference)
        with self._read() as connection:
            status = store.standing(connection, notice.id).status
            events = store.events_of(connection, notice.id)
            within = self._scope(Permission.WORK)
            works = self.person.may(Permission.WORK) and listing.is_visible(
                connection, notice.id, within
            )
        return Shown(notice, status, tuple(events), self._words(notice), works)

    def status_of(self, reference: str) -> Status:
        """Where a notice stands. Raises RefusedError."""
        notice = self.notice(reference)
        with self._read() as connection:
            return store.standing(connection, notice.id).status

    def rendered(self, reference: str) -> Rendered:
        """The words of a notice, without its code. Raises RefusedError."""
        return self._words(self.notice(reference))

    def _words(self, notice: Notice) -> Rendered:
        whole = self._notices.with_code(notice)
        found = self._notices.rendered(whole)
        return msgspec.structs.replace(
            found, text=found.text.replace(whole.code, HIDDEN),
            html=found.html.replace(whole.code, HIDDEN),
        )  # fmt: skip

    # planning

    def preview(self, filters: Filters) -> Preview:
        """What a plan would come to; nothing is kept. Raises RefusedError, UsageError."""
        bounded, within = self._bounded(filters)
        drafts: list[Draft] = []
        omitted: list[Omission] = []
        batch = self._notices.plan(
            bounded, who=self.person.name, dry_run=True, within=within,
            drafted=lambda one: drafts.append(one) if len(drafts) < SHOWN else None,
            omitted=lambda one: omitted.append(one) if len(omitted) < SHOWN else None,
        )  # fmt: skip
        return Preview(batch, tuple(drafts), tuple(omitted))

    def plan(self, filters: Filters) -> Batch:
        """Keep a plan as a batch. Raises RefusedError, UsageError."""
        bounded, within = self._bounded(filters)
        batch = self._notices.plan(bounded, who=self.person.name, within=within)
        self._note("notices planned", f"batch {batch.number}", notices=str(batch.planned))
        return batch

    def is_large(self, filters: Filters) -> bool:
        """Whether so many servers fit that a plan is for a job. Raises RefusedError, UsageError."""
        bounded, _ = self.bounds(filters)
        page = self._cases.page(bounded, size=MOST_PLANNED // 2)
        return bool(page.next) and bool(
            self._cases.page(bounded, after=page.next, size=MOST_PLANNED // 2).next
        )

    def bounds(self, filters: Filters) -> tuple[Filters, frozenset[str] | None]:
        """The filters within what one may plan for, and those organisations; None for all.

        Raises RefusedError where nothing is left.
        """
        within = self._scope(Permission.WORK)
        if within is not None:
            asked = frozenset(filters.organisation)
            left = within & asked if asked else within
            if not left:
                raise RefusedError("no server fits that you may plan notices for")
            filters = replace(filters, organisation=tuple(sorted(left)))
        return filters, within

    def _bounded(self, filters: Filters) -> tuple[Filters, frozenset[str] | None]:
        if self.is_large(filters):
            raise RefusedError(
                f"more than {MOST_PLANNED:,} servers fit; narrow it down, or plan at the console "
                "or the command line: alpheus notify plan"
            )
        return self.bounds(filters)

    # deciding

    def approve(self, number: int, digest: str) -> int:
        """Approve a batch as it was shown; how many notices. Raises RefusedError."""
        self.batch(number, Permission.APPROVE)
        done = self._notices.approve(number, who=self.person.name, digest=digest)
        self._note("notices approved", f"batch {number}", notices=str(done), digest=digest[:16])
        return done

    def reject(self, number: int, why: str) -> int:
        """Say no to what waits in a batch; how many notices. Raises RefusedError."""
        self.batch(number, Permission.WORK)
        done = self._notices.reject(number, who=self.person.name, why=why)
        self._note("notices rejected", f"batch {number}", notices=str(done))
        return done

    @property
    def may_be_sent(self) -> bool:
        """Whether the settings name a mail server."""
        return bool(self._notices.settings.smtp.host)

    def demand_sendable(self, number: int) -> None:
        """Raises RefusedError where one may not have a batch sent, or nothing of it can be."""
        batch = self.batch(number, Permission.APPROVE)
        if not self.may_be_sent:
            raise RefusedError("the settings of notices name no mail server")
        if not batch.notices.get(Status.APPROVED.value):
            raise RefusedError(f"nothing of batch {number} is approved and waits to be sent")

    def settle(self, reference: str, *, sent: bool, why: str) -> Status:
        """Say of an uncertain notice whether it went out. Raises RefusedError."""
        notice = self.notice(reference, Permission.WORK)
        status = self._notices.settle(notice, sent=sent, who=self.person.name, why=why)
        self._note("notice settled", notice.reference, sent="yes" if sent else "no")
        return status

    def record(self, reference: str, kind: EventKind, why: str) -> Event:
        """Take down by word that a notice was acknowledged, or has failed. Raises RefusedError."""
        notice = self.notice(reference, Permission.WORK)
        if not why.strip():
            raise RefusedError("say why: what was said, and by whom")
        event = self._notices.record(notice, kind, who=self.person.name, detail=why.strip())
        self._note(f"notice {kind}", notice.reference)
        return event

    def acknowledge(self, code: str) -> Acknowledged:
        """Take a code down that somebody has told on the telephone. Raises RefusedError."""
        with self._read() as connection:
            notice = store.by_code(connection, code)
        within = self._scope(Permission.WORK)
        if notice is not None and within is not None:
            self.notice(notice.reference, Permission.WORK)
        done = self._notices.acknowledge(code, who=self.person.name)
        self._note("code taken down", done.notice.reference)
        return done

    # what owners say

    def answers(self, after: int = 0, size: int = 50) -> tuple[list[Answer], int]:
        """What owners have said that nobody has taken up yet."""
        with self._read() as connection:
            return answers.unread(connection, within=self._scope(), after=after, size=size)

    def unread(self) -> int:
        """How much of that there is."""
        with self._read() as connection:
            return answers.how_many_unread(connection, self._scope())

    def take_up(self, number: int) -> Answer:
        """Say that a person has taken an answer up. Raises RefusedError."""
        with self._notices.database.write() as connection:
            done = answers.take_up(
                connection, number, who=self.person.name, now=self._notices.now,
                within=self._scope(Permission.WORK),
            )  # fmt: skip
            audit.note(connection, time=self._notices.now, who=self.person.name,
                       action="answer taken up", object_=str(number))  # fmt: skip
        return done

    # inside

    def _scope(self, permission: Permission = Permission.SEE) -> frozenset[str] | None:
        return self.person.scope(permission)

    def _read(self) -> AbstractContextManager[Connection]:
        return self._notices.database.read()

    def _note(self, action: str, object_: str, **detail: str) -> None:
        """Who did it stands in the events of the notice as well, in the transaction of the deed."""
        self._office.figures.change()
        with self._notices.database.write() as connection:
            audit.note(connection, time=self._notices.now, who=self.person.name, action=action,
                       object_=object_, **detail)  # fmt: skip
