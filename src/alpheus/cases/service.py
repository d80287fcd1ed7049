"""What can be asked of cases and done to them: for the command line, and for a console as it is.

Every call is a transaction. Times are ISO 8601 in UTC. Servers go by the number of their lowest
observation; the number of a server that was merged into another, or of any of its observations,
leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from alpheus.cases import (
    organisations,
    service_acts,
    service_decisions,
    service_history,
    service_listing,
    service_many,
    service_queue,
    service_server,
    service_statistics,
)
from alpheus.cases.acts import ActKind
from alpheus.cases.assessments import Assessed, Kept
from alpheus.cases.cleaning import Cleaning
from alpheus.cases.database import Database
from alpheus.cases.derived_store import Standing, current, read_current, standing
from alpheus.cases.expiry import Expiry
from alpheus.cases.observations import iso
from alpheus.cases.organisations import Organisation, OrganisationFilters, OrganisationPage
from alpheus.cases.schema import Derived, observations
from alpheus.cases.service_acts import Asked
from alpheus.cases.service_history import Deed
from alpheus.cases.service_listing import Filters, Page, Wanted
from alpheus.cases.service_many import Foreseen, Many, Matching
from alpheus.cases.service_queue import Queue
from alpheus.cases.service_server import Identity, Look, Observed
from alpheus.cases.service_show import Case, show
from alpheus.cases.service_statistics import Day, Line
from alpheus.directory.owner_model import Ownership
from alpheus.errors import RefusedError

_Answer = TypeVar("_Answer")


class Cases:
    """The service over one database. `clock` gives the time, for tests."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.database = database
        self._clock = clock
        self._note: Callable[[Connection], None] | None = None
        self._expire = Expiry(database)

    @property
    def now(self) -> str:
        """The time, as it is taken down."""
        return iso(self._clock())

    @property
    def cleaning(self) -> Cleaning:
        """Plans of servers, how far they are, and what later evidence shows."""
        return Cleaning(self._read, self._write, lambda: self.now)

    def noting(self, note: Callable[[Connection], None]) -> Cases:
        """The same, but that whatever changes something also does this, in its transaction."""
        made = Cases(self.database, self._clock)
        made._note = note
        return made

    def page(
        self,
        filters: Filters | None = None,
        *,
        sort: str = "priority",
        after: str = "",
        size: int = 50,
    ) -> Page:
        """A page of servers; `after` is the `next` of the page before. Raises UsageError."""
        wanted = Wanted(filters or Filters(), sort, after, size)
        return self._read(
            lambda connection, tables, _: service_listing.page(connection, tables, wanted)
        )

    def queue(
        self,
        filters: Filters | None = None,
        *,
        sort: str = "priority",
        after: str = "",
        size: int = 50,
    ) -> Queue:
        """A page of servers with why they come first, and what can be chosen. Raises UsageError."""
        wanted = Wanted(filters or Filters(), sort, after, size)
        return self._read(
            lambda connection, tables, _: service_queue.queue(connection, tables, wanted)
        )

    def portions(
        self, filters: Filters | None = None, *, sort: str = "priority", size: int = 500
    ) -> Iterator[list[dict[str, Any]]]:
        """All servers that fit as of one moment, each as it is when it is read.

        However slowly they are taken, no transaction waits for it. Raises UsageError at once.
        """
        asked = filters or Filters()
        numbers = self._read(
            lambda connection, tables, _: service_listing.numbers(
                connection, tables, asked, sort=sort
            )
        )
        return (self.rows(numbers[begin : begin + size]) for begin in range(0, len(numbers), size))

    def rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The rows of servers by their own numbers, in this order, without those that are gone."""
        return self._read(
            lambda connection, tables, _: service_listing.rows_of(connection, tables, numbers)
        )

    def every(
        self, filters: Filters | None = None, *, sort: str = "priority"
    ) -> Iterator[dict[str, Any]]:
        """All servers that fit, as of one moment."""
        self._expire(self.now)
        with self.database.read() as connection:
            tables, _ = current(connection, self.database.place)
            yield from service_listing.every(connection, tables, filters or Filters(), sort=sort)

    def show(self, server: int) -> Case:
        """All that is known of a server. Raises RefusedError where there is none."""
        now = iso(self._clock())
        return self._read(
            lambda connection, tables, found: show(connection, tables, found, server, now=now)
        )

    def look(self, server: int, *, assessment: int = 0) -> Look:
        """A server at a glance; its newest assessment, or the one of an observation. RefusedError.

        Reads little even of a server of which very much is known, unlike `show`.
        """
        now = iso(self._clock())
        return self._read(
            lambda connection, tables, found: service_server.look(
                connection, tables, found, server, assessment=assessment, now=now
            )
        )

    def assessment(
        self, server: int, observation: int = 0
    ) -> tuple[tuple[Assessed, ...], Kept | None, int]:
        """Assessments of a server, by its own number; and one whole, the newest for 0.

        The last is the observation that it is, 0 for none.
        """
        return self._read(
            lambda connection, tables, _: service_server.assessment_of(
                connection, tables, server, observation
            )
        )

    def row(self, server: int) -> dict[str, Any]:
        """The row of the server that a number leads to. Raises RefusedError."""
        return self._read(
            lambda connection, tables, _: service_server.row_of(connection, tables, server)
        )

    def rows_behind(self, numbers: Collection[int]) -> list[dict[str, Any]]:
        """The rows of the servers that observations are of; unknown numbers are left out."""
        return self._read(
            lambda connection, tables, _: service_server.rows_behind(connection, tables, numbers)
        )

    def observed(self, server: int, *, after: str = "", size: int = 50) -> Observed:
        """A page of what was seen of a server, by its own number. Raises UsageError."""
        return self._read(
            lambda connection, tables, _: service_server.observed(
                connection, tables, server, after=after, size=size
            )
        )

    def every_observed(self, server: int) -> Iterator[dict[str, Any]]:
        """All that was seen of a server, by its own number, however slowly it is taken."""
        after = ""
        while True:
            page = self.observed(server, after=after, size=1_000)
            yield from page.rows
            after = page.next
            if not after:
                return

    def members(self, server: int) -> list[int]:
        """The numbers of a server's observations."""
        return self._read(
            lambda connection, tables, _: service_server.members_of(connection, tables, server)
        )

    def files_of(self, server: int) -> list[dict[str, Any]]:
        """The files that observations of a server came from, the newest import first."""
        return self._read(
            lambda connection, tables, _: service_server.files_of(connection, tables, server)
        )

    def identity(self, server: int) -> Identity:
        """Why observations are one server, by its own number, and what was decided about that."""
        return self._read(
            lambda connection, tables, _: service_server.identity(connection, tables, server)
        )

    def ownership(self, server: int) -> Ownership:
        """Whose a server is, with all reasons. Raises RefusedError where there is none."""
        return self._read(
            lambda connection, tables, _: organisations.ownership(
                connection, tables, service_acts.find(connection, tables, server)
            )
        )

    def organisation(self, key: str) -> Organisation:
        """An organisation with the contacts of all its servers. Raises RefusedError."""
        return self._read(lambda connection, tables, _: organisations.one(connection, tables, key))

    def organisations(
        self,
        filters: OrganisationFilters | None = None,
        *,
        sort: str = "priority",
        after: str = "",
        size: int = 50,
    ) -> OrganisationPage:
        """A page of organisations by `priority`, `name` or `servers`. Raises UsageError.

        `after` is the `next` of the page before.
        """
        asked = filters or OrganisationFilters()
        return self._read(
            lambda connection, tables, _: organisations.page(
                connection, tables, asked, sort=sort, after=after, size=size
            )
        )

    def by_organisation(
        self, filters: Filters | None = None
    ) -> Iterator[tuple[Organisation, list[dict[str, Any]]]]:
        """Organisations with those of their servers that fit, the most urgent first.

        A server has the fields of `SHOWN`, its `detail` and its `ownership`, which tells the
        provider of its own network. Counts are those of the whole organisation, contacts those of
        the servers that fit. A server of unknown owner comes alone, with an organisation whose key
        is '' and with the contacts that its network gives. All is as of one moment.
        """
        self._expire(self.now)
        with self.database.read() as connection:
            tables, _ = current(connection, self.database.place)
            yield from organisations.each(connection, tables, filters or Filters())

    def statistics(self, by: str = "", *, most: int = 200) -> list[Line]:
        """Counts by `sector`, `region`, `network` or `product`; one line of all for ''.

        Of many values, the `most` that have most servers are told.

        Each has the raw number of observations and that of servers. Raises UsageError.
        """
        return self._read(
            lambda connection, tables, _: service_statistics.lines(connection, tables, by, most)
        )

    def days(self, first: str = "", last: str = "", *, by: str = "", value: str = "") -> list[Day]:
        """How many servers came into which state on which day, from `first` to `last`.

        Of all, or of one value of a sector, region or network. Raises UsageError.
        """
        return self._read(
            lambda connection, tables, _: service_statistics.days(
                connection, tables, first, last, by=by, value=value
            )
        )

    def act(
        self,
        server: int,
        kind: ActKind,
        *,
        who: str,
        why: str = "",
        evidence: str = "",
        to: str = "",
        until: str = "",
        when: str = "",
    ) -> dict[str, Any]:
        """Do something to a server; gives its row. Raises RefusedError with what is in the way."""
        now = iso(self._clock())
        asked = service_acts.Asked(kind, who, why, evidence, to, until, when or now, now)
        with self._write() as (connection, tables, found):
            return service_acts.do(connection, tables, found, server, asked=asked, now=now)

    def deeds(self, organisation: str, *, size: int = 50) -> list[Deed]:
        """What was done to servers of an organisation, the newest first."""
        return self._read(
            lambda connection, tables, _: service_history.deeds(
                connection, tables, organisation, size=size
            )
        )

    def deeds_saying(
        self, text: str, organisations: Collection[str] | None, *, size: int = 20
    ) -> list[Deed]:
        """Of the newest things done, those that say all words of a text, the newest first.

        They were done to servers of some organisations, or of any for None.
        """
        return self._read(
            lambda connection, tables, _: service_history.deeds_saying(
                connection, tables, text, organisations, size=size
            )
        )

    def matching(self, filters: Filters) -> Matching:
        """The servers that fit, with a code that stands for exactly these; see `act_many`.

        Raises RefusedError where they are more than `service_many.MOST`, UsageError.
        """
        return self._read(
            lambda connection, tables, _: service_many.matching(connection, tables, filters)
        )

    def act_many(
        self,
        servers: Sequence[int] | Filters,
        kind: ActKind,
        *,
        who: str,
        why: str = "",
        evidence: str = "",
        to: str = "",
        until: str = "",
        when: str = "",
        code: str = "",
    ) -> Many:
        """Do something to many servers, in one transaction: to all that allow it.

        Those that do not are told with the reason, and nothing has happened to them. Servers come
        by their numbers, or as filters with the `code` of those that `matching` showed; if these
        are not the same any more, nothing happens to any. Raises RefusedError.
        """
        now = iso(self._clock())
        asked = service_acts.Asked(kind, who, why, evidence, to, until, when or now, now)
        with self._write() as (connection, tables, found):
            if isinstance(servers, Filters):
                fitting = service_many.matching(connection, tables, servers)
                if fitting.code != code:
                    raise RefusedError(
                        f"{len(fitting.servers):,} servers fit now, and not the same as were "
                        f"shown; nothing was done: look at them again"
                    )
                servers = fitting.servers
            return service_many.act_on_many(connection, tables, found, servers, asked=asked)

    def foreseen(self, filters: Filters, servers: Sequence[int] | None, asked: Asked) -> Foreseen:
        """What doing something would do to all servers that fit, or to those of some that fit.

        `asked` says what; its `now` is not looked at, and its `when` may be ''. Nothing is changed.
        Raises RefusedError where they are too many or `asked` lacks something, UsageError.
        """
        said = self._said(asked)
        return self._read(
            lambda connection, tables, _: service_many.foreseen(
                connection, tables, filters, servers, asked=said
            )
        )

    def act_as_shown(
        self,
        filters: Filters,
        servers: Sequence[int] | None,
        asked: Asked,
        *,
        code: str,
    ) -> Many:
        """Do what `foreseen` showed with this code, in one transaction.

        Nothing happens to any where other servers would allow it now. Raises RefusedError.
        """
        said = self._said(asked)
        with self._write() as (connection, tables, found):
            return service_many.act_as_shown(
                connection, tables, found, filters, servers, asked=said, code=code
            )

    def merge(self, servers: Sequence[int], *, who: str, why: str) -> dict[str, Any]:
        """Make several servers one; gives its row. Raises RefusedError."""
        asked = self._decision(ActKind.MERGED, who, why)
        with self._write() as (connection, tables, found):
            return service_decisions.merge(connection, tables, found, servers, asked=asked)

    def split(
        self, server: int, members: Sequence[int], *, who: str, why: str
    ) -> list[dict[str, Any]]:
        """Make some observations of a server one of their own; gives both rows. RefusedError."""
        asked = self._decision(ActKind.SPLIT, who, why)
        with self._write() as (connection, tables, found):
            return service_decisions.split(
                connection, tables, found, server, apart=members, asked=asked
            )

    def keep_apart(self, servers: Sequence[int], *, who: str, why: str) -> list[dict[str, Any]]:
        """Say that servers are never one, whatever is seen; gives their rows. RefusedError."""
        asked = self._decision(ActKind.KEPT_APART, who, why)
        with self._write() as (connection, tables, found):
            return service_decisions.keep_apart(connection, tables, found, servers, asked=asked)

    def revoke(self, decision: int, *, who: str, why: str) -> list[dict[str, Any]]:
        """Take back a merge, a split or what was kept apart, by the number of that decision.

        Gives the rows of all servers that it concerns; `again` says where that takes a rebuild.
        Raises RefusedError.
        """
        asked = self._decision(ActKind.REVOKED, who, why)
        with self._write() as (connection, tables, found):
            return service_decisions.revoke(connection, tables, found, decision, asked=asked)

    def again(self) -> bool:
        """Whether a decision waits for a rebuild, because it cannot be carried out without one."""
        with self.database.read() as connection:
            return standing(connection).again

    def waiting(self) -> int:
        """Observations that came since servers were last worked out; a rebuild takes them in."""
        with self.database.read() as connection:
            newest = connection.execute(select(func.max(observations.c.id))).scalar() or 0
            return newest - standing(connection).observation

    def _said(self, asked: Asked) -> Asked:
        now = iso(self._clock())
        return asked._replace(now=now, when=asked.when or now)

    def _decision(self, kind: ActKind, who: str, why: str) -> service_acts.Asked:
        now = iso(self._clock())
        return service_acts.Asked(kind, who, why, when=now, now=now)

    def _read(self, ask: Callable[[Connection, Derived, Standing], _Answer]) -> _Answer:
        self._expire(self.now)
        return read_current(self.database, ask)

    @contextmanager
    def _write(self) -> Iterator[tuple[Connection, Derived, Standing]]:
        self._expire(self.now)
        with self.database.write() as connection:
            tables, found = current(connection, self.database.place)
            yield connection, tables, found
            if self._note is not None:
                self._note(connection)
