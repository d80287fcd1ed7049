"""What one person can ask of lists and do to many servers at once; bounded by what they may.

What is changed or taken away is taken down in the log of the console.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from alpheus.cases.acts import ActKind
from alpheus.cases.organisations import (
    MOST,
    Organisation,
    OrganisationFilters,
    OrganisationPage,
)
from alpheus.cases.schema import notice_standings, notices
from alpheus.cases.service import Cases
from alpheus.cases.service_acts import Asked
from alpheus.cases.service_history import Deed
from alpheus.cases.service_listing import Filters, Page
from alpheus.cases.service_many import Foreseen, Many
from alpheus.cases.service_queue import Queue
from alpheus.directory.owner_model import Ownership
from alpheus.errors import RefusedError
from alpheus.notify import listing, store
from alpheus.notify.listing import Brief, Wanted
from alpheus.web import assigning
from alpheus.web.access import audit
from alpheus.web.access.roles import Permission, Person

FOUND = 10
"""What a search shows of each kind."""

MOST_AT_ONCE = 5_000
"""Servers that something is done to by one request, so that it is answered in time."""

_EMPTY = Queue([], "", 0, {})
_LONGEST = 500
_NOTICES = 20


@dataclass(frozen=True, slots=True)
class Owner:
    """An organisation with why it owns its servers, and what was told and done."""

    organisation: Organisation
    ownership: Ownership
    servers: Queue
    notices: tuple[Brief, ...]
    more_notices: bool
    answers: dict[int, tuple[str, str]]
    deeds: list[Deed]


class ListsDesk:
    """The services about lists, for one person."""

    def __init__(self, cases: Cases, person: Person) -> None:
        self._cases = cases
        self.person = person

    # asking

    def queue(
        self, filters: Filters, *, sort: str = "priority", after: str = "", size: int = 50
    ) -> Queue:
        """A page of the servers that may be seen, with what can be chosen. Raises UsageError."""
        bounded = self.bounded(filters, Permission.SEE)
        if bounded is None:
            return _EMPTY
        return self._cases.queue(bounded, sort=sort, after=after, size=size)

    def portions(self, filters: Filters, *, sort: str, said: str) -> Iterator[list[dict[str, Any]]]:
        """All servers that fit and may be taken away; `said` is what was asked for, for the log."""
        bounded = self.bounded(filters, Permission.EXPORT)
        found = iter(()) if bounded is None else self._cases.portions(bounded, sort=sort)
        self._took("servers", said)
        return found

    def page(self, filters: Filters, *, size: int) -> Page:
        """The first servers that fit and may be seen. Raises UsageError."""
        bounded = self.bounded(filters, Permission.SEE)
        return Page([], "") if bounded is None else self._cases.page(bounded, size=size)

    def rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The rows of some servers, in their order, without those that may not be seen."""
        may = self.person.may
        return [row for row in self._cases.rows(numbers)
                if may(Permission.SEE, str(row["organisation"]))]  # fmt: skip

    def organisations(
        self, filters: OrganisationFilters, *, sort: str, after: str = "", size: int = 50
    ) -> OrganisationPage:
        """A page of the organisations that may be seen. Raises UsageError."""
        bounded = self._bounded_organisations(filters, Permission.SEE)
        if bounded is None:
            return OrganisationPage([], "")
        return self._cases.organisations(bounded, sort=sort, after=after, size=size)

    def organisation_portions(
        self, filters: OrganisationFilters, *, sort: str, said: str
    ) -> Iterator[list[Organisation]]:
        """All organisations that fit and may be taken away, each once."""
        bounded = self._bounded_organisations(filters, Permission.EXPORT)
        first = self._cases.organisations(bounded, sort=sort, size=MOST) if bounded else None
        self._took("organisations", said)
        if first is None or bounded is None:
            return iter(())
        return self._organisation_portions(first, bounded, sort)

    def _organisation_portions(
        self, page: OrganisationPage, filters: OrganisationFilters, sort: str
    ) -> Iterator[list[Organisation]]:
        seen: set[str] = set()
        while True:
            yield [one for one in page.organisations if one.key not in seen]
            seen.update(one.key for one in page.organisations)
            if not page.next:
                return
            page = self._cases.organisations(filters, sort=sort, after=page.next, size=MOST)

    def owner(self, key: str, *, size: int = 50) -> Owner:
        """All that is known of an organisation. Raises RefusedError where none is to be seen."""
        if not self.person.may(Permission.SEE, key):
            raise RefusedError("there is no such organisation")
        found = self._cases.organisation(key)
        servers = self.queue(Filters(organisation=(key,)), size=size)
        most = self._most_told(servers)
        told, more, answers = self._notices(key)
        return Owner(found, most, servers, told, more, answers, self._cases.deeds(key))

    def _most_told(self, servers: Queue) -> Ownership:
        """Who owns the most urgent server, with the reasons; the console tells of one of them."""
        if not servers.servers:
            return Ownership()
        return self._cases.ownership(int(servers.servers[0]["id"]))

    def _notices(self, key: str) -> tuple[tuple[Brief, ...], bool, dict[int, tuple[str, str]]]:
        with self._cases.database.read() as connection:
            page = listing.page(
                connection, Wanted(organisation=(key,)), (),
                within=self.person.scope(Permission.SEE), size=_NOTICES,
            )  # fmt: skip
            numbers = [one.id for one in page.notices]
            return page.notices, bool(page.next), listing.answers_in(connection, numbers)

    def notice(self, text: str) -> tuple[str, str, str] | None:
        """The notice whose reference somebody wrote: reference, owner, status; None for none."""
        with self._cases.database.read() as connection:
            found = store.by_reference(connection, text)
            if found is None or not listing.is_visible(
                connection, found.id, self.person.scope(Permission.SEE)
            ):
                return None
            query = select(notice_standings.c.status).join(
                notices, notices.c.id == notice_standings.c.notice
            )
            status = connection.execute(query.where(notices.c.id == found.id)).scalar()
            return found.reference, found.owner, str(status or "")

    def deeds_saying(self, text: str) -> list[Deed]:
        """Of the newest things done, those that say all words of a text."""
        return self._cases.deeds_saying(text, self.person.scope(Permission.SEE), size=FOUND)

    def entries_saying(self, text: str) -> list[audit.Entry]:
        """Of the newest entries of the log, those that say all words; for who may look at it."""
        if not self.person.may(Permission.ADMINISTER):
            return []
        with self._cases.database.read() as connection:
            return audit.saying(connection, text.lower().split(), of=_LOOKED_THROUGH, size=FOUND)

    # doing

    def foreseen(self, filters: Filters, servers: Sequence[int] | None, asked: Asked) -> Foreseen:
        """What would happen to those that one may work on. Raises RefusedError, UsageError."""
        bounded = self.bounded(filters, Permission.WORK)
        if bounded is None:
            return Foreseen((), (), tuple(servers or ()), "")
        found = self._cases.foreseen(bounded, servers, asked._replace(who=self.person.name))
        if len(found.allowed) > MOST_AT_ONCE:
            raise RefusedError(f"more than {MOST_AT_ONCE:,} servers at once; do it in parts")
        if asked.kind is ActKind.ASSIGNED:
            owners = {str(row["organisation"]) for row in self._cases.rows(found.allowed)}
            assigning.check(self._cases.database, asked.kind, asked.to, owners)
        return found

    def act_as_shown(
        self, filters: Filters, servers: Sequence[int] | None, asked: Asked, *, code: str, said: str
    ) -> Many:
        """Do what was foreseen with this code; taken down in the same transaction. RefusedError."""
        bounded = self.bounded(filters, Permission.WORK)
        if bounded is None:
            raise RefusedError("there is no server that fits")
        self.foreseen(filters, servers, asked)
        count = code.partition("-")[0]
        detail = {"why": asked.why, "to": asked.to, "until": asked.until, "which": said}
        cases = self._cases.noting(
            lambda connection: audit.note(
                connection, time=self._cases.now, who=self.person.name,
                action=f"servers: {asked.kind}", object_=f"{count} servers",
                **{name: value[:_LONGEST] for name, value in detail.items() if value},
            )
        )  # fmt: skip
        return cases.act_as_shown(bounded, servers, asked._replace(who=self.person.name), code=code)

    def bounded(self, filters: Filters, permission: Permission) -> Filters | None:
        """The filters within what one may; None where nothing is left."""
        scope = self.person.scope(permission)
        if scope is None:
            return filters
        asked = frozenset(filters.organisation)
        left = scope & asked if asked else scope
        return replace(filters, organisation=tuple(sorted(left))) if left else None

    # inside

    def _bounded_organisations(
        self, filters: OrganisationFilters, permission: Permission
    ) -> OrganisationFilters | None:
        scope = self.person.scope(permission)
        if scope is None:
            return filters
        return replace(filters, key=tuple(sorted(scope))) if scope else None

    def _took(self, what: str, said: str) -> None:
        with self._cases.database.write() as connection:
            detail = {"filters": said[:_LONGEST]} if said else {}
            audit.note(connection, time=self._cases.now, who=self.person.name,
                       action="taken away as CSV", object_=what, **detail)  # fmt: skip


_LOOKED_THROUGH = 2_000
