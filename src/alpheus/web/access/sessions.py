"""Sessions of browsers, and tokens of programs.

What the other side holds is a random secret; its digest is kept. A session ends after a while
without use, and after a day in any case; a token on its day. A token never allows more than its
account does, nor more than the scope that it was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from alpheus.cases.console_schema import sessions, tokens
from alpheus.cases.database import Database
from alpheus.cases.observations import iso
from alpheus.errors import RefusedError
from alpheus.web.access import audit
from alpheus.web.access.accounts import person_of
from alpheus.web.access.passwords import digest_of, new_secret
from alpheus.web.access.roles import Grant, Permission, Person, Role

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=24)
LONGEST_TOKEN = timedelta(days=366)
MARK = "alpheus_"
"""What tokens begin with, so that scanners for lost secrets know them."""

_TOUCH = timedelta(minutes=1)
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds. `secret` is known only as it is made."""

    person: Person
    csrf: str
    secret: str = ""


class Sessions:
    """The sessions and tokens of one database. `clock` gives the time, for tests."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock
        self.changed: Callable[[], None] = lambda: None
        """Called after something was taken away, so that what is remembered is forgotten."""

    def begin(self, account: int) -> Session:
        """A session of an account. Raises RefusedError where that is disabled."""
        with self._database.write() as connection:
            person = person_of(connection, account)
            if person is None:
                raise RefusedError(f"there is no account {account}, or it is disabled")
            return self._begin(connection, person)

    def begin_for(self, organisation: str, notice: str, name: str) -> Session:
        """A session of an organisation that showed the code of a notice."""
        with self._database.write() as connection:
            person = _constituent(organisation, notice, name)
            audit.note(connection, time=iso(self._clock()), who=name,
                       action="signed in by code", object_=notice)  # fmt: skip
            return self._begin(connection, person, organisation)

    def find(self, secret: str) -> Session | None:
        """The session of a browser's secret, if it holds."""
        now, s = self._clock(), sessions.c
        digest = digest_of(secret)
        with self._database.read() as connection:
            found = connection.execute(
                select(sessions).where(s.digest == digest, s.expires > iso(now))
            ).first()
            if found is None or found.used < iso(now - IDLE):
                return None
            if found.account:
                person = person_of(connection, found.account)
            else:
                person = _constituent(found.organisation, found.notice, f"notice {found.notice}")
        if person is None:
            return None
        if found.used < iso(now - _TOUCH):
            with self._database.write() as connection:
                connection.execute(update(sessions).where(s.digest == digest).values(used=iso(now)))
        return Session(person, found.csrf)

    def end(self, secret: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest_of(secret)))
        self.changed()

    def clear(self) -> int:
        """Forget sessions that are over; how many."""
        now, s = self._clock(), sessions.c
        with self._database.write() as connection:
            over = (s.expires <= iso(now)) | (s.used < iso(now - IDLE))
            return connection.execute(delete(sessions).where(over)).rowcount

    def make_token(self, person: Person, name: str, scope: frozenset[Permission], days: int) -> str:
        """A token for programs; its text is shown once. Raises RefusedError."""
        if not person.account:
            raise RefusedError(f"there is no account {person.account}")
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise RefusedError(f"a token has a name of 1 to {_LONGEST_NAME} characters")
        if not timedelta(0) < timedelta(days=days) <= LONGEST_TOKEN:
            raise RefusedError(f"a token holds 1 to {LONGEST_TOKEN.days} days")
        refused = [one for one in scope if not person.may(one)]
        if refused or not scope:
            raise RefusedError("a token allows some of what its account allows, and nothing else")
        secret, now = f"{MARK}{new_secret()}", self._clock()
        with self._database.write() as connection:
            connection.execute(
                insert(tokens).values(
                    digest=digest_of(secret),
                    account=person.account,
                    name=name.strip(),
                    scope=" ".join(sorted(scope)),
                    made=iso(now),
                    expires=iso(now + timedelta(days=days)),
                )
            )
            audit.note(connection, time=iso(now), who=person.name, action="token made",
                       object_=name.strip(), scope=" ".join(sorted(scope)))  # fmt: skip
        return secret

    def number_of(self, secret: str) -> int:
        """The number of a token, to revoke it by; 0 where there is none."""
        query = select(tokens.c.id).where(tokens.c.digest == digest_of(secret))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar() or 0)

    def find_token(self, secret: str) -> tuple[Person, frozenset[Permission]] | None:
        """Whose token it is, and what it is for; None for none that holds."""
        if not secret.startswith(MARK):
            return None
        now, t = self._clock(), tokens.c
        with self._database.read() as connection:
            found = connection.execute(
                select(tokens).where(
                    t.digest == digest_of(secret), t.expires > iso(now), t.revoked == ""
                )
            ).first()
            person = person_of(connection, found.account) if found else None
        if found is None or person is None:
            return None
        if found.used < iso(now - _TOUCH):
            with self._database.write() as connection:
                connection.execute(update(tokens).where(t.id == found.id).values(used=iso(now)))
        scope = frozenset(Permission(one) for one in found.scope.split())
        return replace(person, token=found.name), scope

    def tokens_of(self, account: int) -> list[dict[str, object]]:
        """The tokens of an account, the newest first, without their texts."""
        t = tokens.c
        names = ("id", "name", "scope", "made", "expires", "used", "revoked")
        query = (
            select(*(t[name] for name in names))
            .where(t.account == account).order_by(t.id.desc())
        )  # fmt: skip
        with self._database.read() as connection:
            return [row._asdict() for row in connection.execute(query)]

    def revoke_token(self, account: int, number: int, *, who: str) -> None:
        """Let a token hold no more. Raises RefusedError where the account has none such."""
        t, now = tokens.c, iso(self._clock())
        with self._database.write() as connection:
            name = connection.execute(
                select(t.name).where(t.id == number, t.account == account)
            ).scalar()
            if name is None:
                raise RefusedError(f"there is no token {number}")
            connection.execute(
                update(tokens).where(t.id == number, t.revoked == "").values(revoked=now)
            )
            audit.note(connection, time=now, who=who, action="token revoked", object_=str(name))
        self.changed()

    def _begin(self, connection: Connection, person: Person, organisation: str = "") -> Session:
        now, secret, csrf = self._clock(), new_secret(), new_secret()
        connection.execute(
            insert(sessions).values(
                digest=digest_of(secret),
                account=person.account,
                notice=person.notice,
                organisation=organisation,
                csrf=csrf,
                made=iso(now),
                used=iso(now),
                expires=iso(now + LONGEST),
            )
        )
        return Session(person, csrf, secret)


def _constituent(organisation: str, notice: str, name: str) -> Person:
    """Where no organisation is known, the grant is for the servers of the notice, never for all."""
    grant = Grant(Role.CONSTITUENT, organisation or f"notice:{notice}")
    return Person(0, name, (grant,), notice=notice)
