"""An organisation about itself: its own servers in plain words, and what it says of them.

Whoever came by the code of a notice sees the servers of the organisation that the notice was sent
to, or, where that is not known, those of the notice alone. Who was told of servers of others sees
what the notice said of them, and no more. Nothing of other organisations is here, no reasons of
identity, no words of analysts, and no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from alpheus.cases import cleaning, service_listing
from alpheus.cases.clean_progress import Mark
from alpheus.cases.cleaning import CleanUp
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.observations import iso
from alpheus.cases.schema import Derived
from alpheus.cases.service import Cases
from alpheus.cases.service_acts import find
from alpheus.cases.service_listing import Filters
from alpheus.cases.service_server import LARGEST
from alpheus.errors import RefusedError
from alpheus.notify import answers, own, store
from alpheus.notify.answers import Answer, AnswerKind
from alpheus.notify.facts import Server, server_of
from alpheus.notify.model import EventKind, Notice
from alpheus.notify.own import Plain, Told
from alpheus.notify.service import Notices
from alpheus.notify.subjects import rows_of
from alpheus.notify.wording import Language, shipped
from alpheus.web.access import audit
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.roles import Permission, Person
from alpheus.web.access.sessions import Session, Sessions

MOST = 200
"""Servers that a page names; the most urgent of more."""
NOT_TAKEN = "this code is not accepted here"
"""Of every code that lets nobody in, whatever the reason."""

_NOTICE = "notice:"


def let_in_by(code: str, notices: Notices, sessions: Sessions) -> tuple[Session, Notice]:
    """Acknowledge the notice of a code, once, and begin a session. Raises RefusedError.

    Why a code is not taken is told to the log alone, and only of real codes.
    """
    database = notices.database
    with database.read() as connection:
        notice = store.by_code(connection, code)
        if notice is None:
            raise RefusedError(NOT_TAKEN)
        tables, _ = current(connection, database.place)
        why = own.why_shut(connection, tables, notice, now=notices.now)
    who = name_of(notice.reference)
    if why:
        with database.write() as connection:
            audit.note(connection, time=notices.now, who=who, action="code refused",
                       object_=notice.reference, why=why)  # fmt: skip
        raise RefusedError(NOT_TAKEN)
    try:
        notices.acknowledge(code, who=who)
    except RefusedError:
        raise RefusedError(NOT_TAKEN) from None
    with database.write() as connection:
        store.append(connection, notice.id, EventKind.CODE_USED, who=who, time=notices.now)
    return sessions.begin_for(own.organisation_of(notice), notice.reference, who), notice


def name_of(reference: str) -> str:
    """Who somebody is that came by the code of a notice."""
    return f"notice {reference}"


class Given(NamedTuple):
    """Something that was said, and the name of the server that it is about; '' for the notice."""

    answer: Answer
    server: str


@dataclass(frozen=True, slots=True)
class OwnView:
    """What somebody sees of their own.

    `moved` are servers that they were told of, and that are somebody else's by now; `others` what a
    notice to pass on said. `more`: not all are named.
    """

    servers: tuple[Plain, ...]
    moved: tuple[Server, ...]
    others: tuple[Server, ...]
    given: tuple[Given, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class OwnServer:
    """One server; `seen` is what the notice said was seen of it, `clean` how it is cleaned."""

    plain: Plain
    seen: tuple[str, ...]
    given: tuple[Given, ...]
    clean: CleanUp


class Access(NamedTuple):
    """How often a code was used; `may_join`: an account may take its place."""

    uses: own.Uses
    may_join: bool


class OwnDesk:
    """One's own servers, for one person."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], person: Person, language: str
    ) -> None:
        self._database = database
        self._clock = clock
        self.person = person
        self._tag = language
        scope = (
            person.scope(Permission.OWN) or frozenset()
        )  # of all organisations none is one's own
        self.keys = tuple(sorted(one for one in scope if one and not one.startswith(_NOTICE)))

    @property
    def now(self) -> str:
        """The time, as it is taken down."""
        return iso(self._clock())

    def notice(self) -> Notice | None:
        """The notice by whose code somebody came; None for an account. Raises RefusedError.

        The code has to be one that lets somebody in still.
        """
        if not self.person.notice:
            return None
        with self._reading() as (connection, tables):
            return self._notice(connection, tables)

    def access(self) -> Access | None:
        """What is known of the code by which somebody came; None for an account."""
        with self._reading() as (connection, tables):
            notice = self._notice(connection, tables)
            if notice is None:
                return None
            uses = own.uses_of(connection, notice)
            return Access(uses, may_join=bool(own.organisation_of(notice)))

    def join(self, accounts: Accounts, name: str, password: str) -> int:
        """An account of the organisation in place of the code, which ends; gives its number.

        Raises RefusedError: only for the notice of an organisation, and once.
        """

        def end(connection: Connection) -> str:
            tables, _ = current(connection, self._database.place)
            notice = self._notice(connection, tables)
            organisation = own.organisation_of(notice) if notice is not None else ""
            if notice is None or not organisation:
                raise RefusedError("an account is made for you by whoever has written to you")
            store.append(connection, notice.id, EventKind.CODE_ENDED, who=self.person.name,
                         time=self.now, detail=name.strip())  # fmt: skip
            return organisation

        return accounts.take_up(name, password, end, who=self.person.name)

    def view(self) -> OwnView:
        """All of it. Raises RefusedError where the code lets nobody in any more."""
        with self._reading() as (connection, tables):
            notice = self._notice(connection, tables)
            if notice is not None and own.is_about_others(notice):
                told = own.told_in(connection, tables, notice)
                given = tuple(self._given(connection, []))
                return OwnView((), (), self._as_told(told), given, more=False)
            numbers, more = self._numbers(connection, tables)
            told = own.told_in(connection, tables, notice) if notice is not None else []
            moved = [one for one in told if not self._is_own(one)]
            if notice is not None:
                numbers = [*numbers, *(one.server for one in told if self._is_own(one))]
            plain = own.ordered(self._plain(connection, tables, numbers))
            given = tuple(self._given(connection, plain))
            return OwnView(tuple(plain), self._as_told(moved), (), given, more)

    def server(self, number: int) -> OwnServer:
        """One server. Raises RefusedError where there is none of one's own."""
        with self._reading() as (connection, tables):
            notice = self._notice(connection, tables)
            server = self._check(connection, tables, notice, number)
            plain = self._plain(connection, tables, [server])
            if not plain:
                raise RefusedError(f"there is no server {number}")
            seen: tuple[str, ...] = ()
            if notice is not None:
                told = own.told_in(connection, tables, notice)
                seen = next((one.evidence for one in self._as_told(
                    [each for each in told if each.server == server])), ())  # fmt: skip
            given = tuple(one for one in self._given(connection, plain)
                          if one.answer.anchor == server)  # fmt: skip
            return OwnServer(plain[0], seen, given, cleaning.look(connection, tables, server))

    def step_done(self, number: int, step: int, text: str, plan: str = "") -> CleanUp:
        """Take down that somebody says a step of the plan is done; a person of us confirms it.

        `plan` is the digest of the plan that was looked at. Raises RefusedError.
        """
        with self._reading() as (connection, tables):
            server = self._check(connection, tables, self._notice(connection, tables), number)

        def note(connection: Connection) -> None:
            audit.note(connection, time=self.now, who=self.person.name, action="owner: step done",
                       object_=f"server {server}", step=str(step))  # fmt: skip

        cases = Cases(self._database, self._clock).noting(note)
        return cases.cleaning.mark(
            server, [step], Mark.SAID, who=self.person.name, why=text, plan=plan
        ).clean

    def answer(self, number: int, kind: AnswerKind, text: str, day: str) -> Answer:
        """Take down what somebody says of a server, or of a notice about others for 0.

        Raises RefusedError.
        """
        with self._database.write() as connection:
            tables, _ = current(connection, self._database.place)
            notice = self._notice(connection, tables)
            about_others = notice is not None and own.is_about_others(notice)
            if about_others == bool(number) or (kind is AnswerKind.PASSED_ON) != about_others:
                raise RefusedError(f"there is no server {number}")
            server, organisation = 0, ""
            if number:
                server = self._check(connection, tables, notice, number)
                organisation = self._owner(connection, tables, server)
            said = Answer(0, "", self.person.name, self.person.notice, organisation, server, kind,
                          text, day)  # fmt: skip
            done = answers.give(connection, self._database.place, said, now=self.now)
            audit.note(connection, time=self.now, who=self.person.name, action=f"owner: {kind}",
                       object_=str(server or self.person.notice))  # fmt: skip
        return done

    def _notice(self, connection: Connection, tables: Derived) -> Notice | None:
        if not self.person.notice:
            return None
        found = store.by_reference(connection, self.person.notice)
        if found is None or own.why_shut(connection, tables, found, now=self.now):
            raise RefusedError(NOT_TAKEN)
        return found

    def _numbers(self, connection: Connection, tables: Derived) -> tuple[list[int], bool]:
        """Servers of one's organisations, without services whose members are known."""
        if not self.keys:
            return [], False
        wanted = service_listing.Wanted(Filters(organisation=self.keys), size=MOST)
        found = service_listing.page(connection, tables, wanted, shown=("id", "service"))
        members = [row for row in found.servers if not row["service"]] or found.servers
        return [int(row["id"]) for row in members], bool(found.next)

    def _is_own(self, told: Told) -> bool:
        """Whether a server of the notice is one's own now."""
        if self.keys:
            return told.is_theirs and told.subject.organisation in self.keys
        return told.is_theirs

    def _check(
        self, connection: Connection, tables: Derived, notice: Notice | None, number: int
    ) -> int:
        """The server that a number leads to, if it is one's own. Raises RefusedError."""
        refusal = RefusedError(f"there is no server {number}")
        if notice is not None and own.is_about_others(notice):
            raise refusal
        server = find(connection, tables, number if 0 < number <= LARGEST else 0)
        if self.keys:
            if self._owner(connection, tables, server) in self.keys:
                return server
        elif notice is not None:
            told = own.told_in(connection, tables, notice)
            if any(one.server == server and one.is_theirs for one in told):
                return server
        raise refusal

    def _owner(self, connection: Connection, tables: Derived, server: int) -> str:
        rows = service_listing.rows_of(connection, tables, [server], ("id", "organisation"))
        return str(rows[0]["organisation"]) if rows else ""

    def _plain(self, connection: Connection, tables: Derived, numbers: list[int]) -> list[Plain]:
        unique = list(dict.fromkeys(numbers))
        rows = rows_of(connection, tables, unique)
        return [own.plain(rows[one], self.language, today=self.now) for one in unique
                if one in rows]  # fmt: skip

    def _as_told(self, told: list[Told]) -> tuple[Server, ...]:
        return tuple(server_of(one.subject, self.language, self.now) for one in told)

    def _given(self, connection: Connection, plain: list[Plain]) -> Iterator[Given]:
        """What was said by this code, or by accounts of the organisation.

        A server that is not one's own any more has no name here: it may have another by now.
        """
        every = answers.given_by(
            connection, notice=self.person.notice, organisations=self.keys, who=self.person.name
        )
        names = {one.server: one.name for one in plain}
        return (Given(one, names.get(one.anchor, "")) for one in every)

    @property
    def language(self) -> Language:
        """The words of notices in the reader's language."""
        return shipped().language(self._tag)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Connection, Derived]]:
        with self._database.read() as connection:
            tables, _ = current(connection, self._database.place)
            yield connection, tables
