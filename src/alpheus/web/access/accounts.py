"""Accounts: made, invited, let in, locked out, disabled.

Whoever fails to sign in too often is locked out for a while that doubles each time, up to an hour;
the right password does not help until then, but in a browser that has signed in before
(`devices`): nobody locks a colleague out of their work. A new link ends a lock-out as well. An
unknown name and a wrong password look alike, and take as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from alpheus.cases.console_schema import accounts, grants, invitations, sessions, tokens
from alpheus.cases.database import Database
from alpheus.cases.observations import iso
from alpheus.errors import RefusedError
from alpheus.web.access import audit
from alpheus.web.access.devices import Devices
from alpheus.web.access.passwords import digest_of, hash_password, is_password, new_secret
from alpheus.web.access.roles import Grant, Person, Role

INVITED_FOR = timedelta(days=3)
TRIES = 5
"""Failures before the first lock-out."""

FIRST = "first start"
"""Who made the first account: whoever started the program."""

PROVIDER = "provider of identities"
"""Who gave roles that a provider vouches for."""

_FIRST_LOCK = timedelta(minutes=1)
_LONGEST_LOCK = timedelta(hours=1)
_LONGEST_NAME = 80
_LONGEST_SUBJECT = 255


class Accounts:
    """The accounts of one database. `clock` gives the time, for tests.

    `changed` is called after something of an account has changed that is remembered elsewhere.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed
        self._devices = Devices(database, clock)

    def are_there(self) -> bool:
        """Whether there is any account."""
        with self._database.read() as connection:
            return bool(connection.execute(select(func.count()).select_from(accounts)).scalar())

    def first_invitation(self) -> str:
        """The secret of a link for the first administrator; '' where somebody could sign in ever.

        Each call makes a new one, and the one before holds no more.
        """
        a = accounts.c
        with self._database.read() as connection:
            if connection.execute(
                select(a.id).where((a.password != "") | (a.oidc_subject != "")).limit(1)
            ).first():
                return ""
            found = connection.execute(
                select(a.id).join(grants, grants.c.account == a.id)
                .where(grants.c.role == Role.ADMIN.value, grants.c.organisation == "",
                       a.disabled == "").order_by(a.id).limit(1)
            ).first()  # fmt: skip
        if found is not None:
            return self.invite(int(found.id), who=FIRST)
        return self.make("admin", [Grant(Role.ADMIN)], who=FIRST)

    def make(self, name: str, given: Sequence[Grant], *, who: str) -> str:
        """Make an account; gives the secret of a link by which its owner sets a password.

        Raises RefusedError where the name is taken or none.
        """
        with self._change() as connection:
            return self._invite(connection, self._made(connection, name, given, who))

    def take_up(
        self, name: str, password: str, organisation: Callable[[Connection], str], *, who: str
    ) -> int:
        """Make an account of an organisation with its password at once; gives its number.

        `organisation` tells which, and takes down in the same transaction what lets it be made.
        Raises RefusedError, also that of `organisation`; then nothing is made.
        """
        kept = hash_password(password)
        with self._change() as connection:
            given = [Grant(Role.CONSTITUENT, organisation(connection))]
            account = self._made(connection, name, given, who)
            self._set_password(connection, account, kept, "password set")
            return account

    def _made(self, connection: Connection, name: str, given: Sequence[Grant], who: str) -> int:
        name, now = name.strip(), self.now()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise RefusedError(f"a name has 1 to {_LONGEST_NAME} characters that can be seen")
        if connection.execute(select(accounts.c.id).where(accounts.c.name == name)).first():
            raise RefusedError(f"there is an account '{name}' already")
        made = insert(accounts).values(name=name, made=now).returning(accounts.c.id)
        account = int(connection.execute(made).scalar_one())
        self._grant(connection, account, given, who)
        audit.note(connection, time=now, who=who, action="account made", object_=name,
                   roles=_written(given))  # fmt: skip
        return account

    def invite(self, account: int, *, who: str) -> str:
        """A new link for an account; earlier ones hold no more. Raises RefusedError."""
        with self._change() as connection:
            name = _name(connection, account)
            connection.execute(delete(invitations).where(invitations.c.account == account))
            audit.note(connection, time=iso(self._clock()), who=who, action="account invited",
                       object_=name)  # fmt: skip
            return self._invite(connection, account)

    def check_invitation(self, secret: str) -> None:
        """Whether a link holds still. Raises RefusedError."""
        with self._database.read() as connection:
            _invited(connection, secret, self.now())

    def accept(self, secret: str, password: str) -> int:
        """Set the password by a link, once; gives the account. Raises RefusedError."""
        kept = hash_password(password)
        now = iso(self._clock())
        i = invitations.c
        with self._change() as connection:
            account = _invited(connection, secret, now)
            connection.execute(update(invitations).where(i.account == account).values(used=now))
            self._set_password(connection, account, kept, "password set by a link")
            return account

    def change_password(self, account: int, old: str, new: str) -> None:
        """Change it; all sessions of the account end. Raises RefusedError."""
        kept = hash_password(new)
        with self._change() as connection:
            found = connection.execute(
                select(accounts.c.password).where(accounts.c.id == account)
            ).scalar()
            if found is None:
                raise RefusedError(f"there is no account {account}")
            if not is_password(old, found):
                raise RefusedError("the old password is another one")
            self._set_password(connection, account, kept, "password changed")

    def sign_in(self, name: str, password: str, mark: str = "") -> int | None:
        """The account, or None where name and password do not fit, or it is locked or disabled.

        `mark` is that of the browser (`mark_of`): one that has signed in before may try while the
        account is locked for others, and locks it for nobody. Raises RefusedError where too many
        try at once.
        """
        a = accounts.c
        with self._database.read() as connection:
            found = connection.execute(select(accounts).where(a.name == name.strip())).first()
        right = is_password(password, found.password if found else "")  # slow, outside transactions
        known = found is not None and self._devices.may_try(mark, found.id, found.password)
        with self._database.write() as connection:
            # Once more: others may have tried meanwhile. An unknown name costs as much as a known.
            found = connection.execute(
                select(accounts).where(a.id == (found.id if found else 0))
            ).first()
            if found is None:
                self._note(connection, "", "sign-in refused", why="name")
                return None
            locked = found.locked_until > self.now() and not known
            if right and not locked and not found.disabled:
                connection.execute(
                    update(accounts).where(a.id == found.id).values(failures=0, locked_until="")
                )
                self._note(connection, found.name, "signed in")
                return int(found.id)
            if not (locked or known or right):
                failures = found.failures + 1
                connection.execute(
                    update(accounts).where(a.id == found.id).values(
                        failures=failures, locked_until=_locked_until(failures, self._clock()))
                )  # fmt: skip
            self._note(connection, found.name, "sign-in refused",
                       why="locked" if locked else "disabled" if right else "password")  # fmt: skip
        return None

    def sign_in_known(self, subject: str, name: str, given: Sequence[Grant] | None) -> int:
        """The account of somebody whom a provider of identities knows.

        With `given`, the provider says what they may: their account is made where there is none,
        and its roles are these. Without, an administrator has bound it. Raises RefusedError.
        """
        if given is not None and not given:
            raise RefusedError("your organisation has given you no role here")
        a = accounts.c
        with self._change() as connection:
            found = connection.execute(
                select(a.id, a.name, a.disabled).where(a.oidc_subject == subject)
            ).first()
            if found is None and given is None:
                raise RefusedError(
                    f"no account is bound to you yet; tell an administrator your subject: {subject}"
                )
            if found is not None and found.disabled:
                raise RefusedError("your account is disabled; ask an administrator")
            account = found.id if found else self._make_known(connection, subject, name)
            if given is not None:
                self._give_known(connection, account, given)
            self._note(connection, _name(connection, account), "signed in by a provider")
            return int(account)

    def _make_known(self, connection: Connection, subject: str, name: str) -> int:
        a = accounts.c
        shown = "".join(one for one in name if one.isprintable()).strip()[: _LONGEST_NAME - 20]
        wanted = shown or "somebody"
        if connection.execute(select(a.id).where(a.name == wanted)).first():
            wanted = f"{wanted} ({digest_of(subject).hex()[:12]})"
        made = insert(accounts).values(name=wanted, made=self.now(), oidc_subject=subject)
        self._note(connection, PROVIDER, "account made", name=wanted)
        return int(connection.execute(made.returning(a.id)).scalar_one())

    def _give_known(self, connection: Connection, account: int, given: Sequence[Grant]) -> None:
        person = person_of(connection, account)
        if person is None or set(person.grants) == set(given):
            return
        connection.execute(delete(grants).where(grants.c.account == account))
        self._grant(connection, account, given, PROVIDER)
        _keep_an_admin(connection)
        self._note(connection, PROVIDER, "roles changed", account=person.name,
                   roles=_written(given))  # fmt: skip

    def mark_of(self, account: int) -> str:
        """A mark for a browser in which this account has just signed in."""
        with self._database.read() as connection:
            kept = connection.execute(
                select(accounts.c.password).where(accounts.c.id == account)
            ).scalar()
        return self._devices.mark(account, kept or "")

    def _note(self, connection: Connection, who: str, action: str, **detail: str) -> None:
        audit.note(connection, time=self.now(), who=who, action=action, **detail)

    def person(self, account: int) -> Person | None:
        """The person that an account is; None where it is disabled or gone."""
        with self._database.read() as connection:
            return person_of(connection, account)

    def every(self) -> list[dict[str, object]]:
        """All accounts by name, with their grants."""
        with self._database.read() as connection:
            return _described(connection)

    def one(self, account: int) -> dict[str, object]:
        """An account as in `every`. Raises RefusedError where there is none."""
        with self._database.read() as connection:
            found = _described(connection, account)
        if not found:
            raise RefusedError(f"there is no account {account}")
        return found[0]

    def now(self) -> str:
        """The time, as accounts and tokens are measured by it."""
        return iso(self._clock())

    def bind(self, account: int, subject: str, *, who: str) -> None:
        """Let in by an account whom a provider of identities calls so; '' for nobody.

        Raises RefusedError where that is another account's.
        """
        subject = subject.strip()
        if len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
            raise RefusedError("a subject is what a provider of identities calls somebody")
        a = accounts.c
        with self._change() as connection:
            name = _name(connection, account)
            other = select(a.name).where(a.oidc_subject == subject, a.id != account)
            if subject and (taken := connection.execute(other).scalar()):
                raise RefusedError(f"this subject is that of the account '{taken}'")
            connection.execute(update(accounts).where(a.id == account).values(oidc_subject=subject))
            audit.note(connection, time=self.now(), who=who, action="account bound",
                       object_=name, subject=subject)  # fmt: skip

    def regrant(self, account: int, given: Sequence[Grant], *, who: str) -> None:
        """Give an account these grants in place of those it has. Raises RefusedError."""
        with self._change() as connection:
            name = _name(connection, account)
            connection.execute(delete(grants).where(grants.c.account == account))
            self._grant(connection, account, given, who)
            _keep_an_admin(connection)
            audit.note(connection, time=iso(self._clock()), who=who, action="roles changed",
                       object_=name, roles=_written(given))  # fmt: skip

    def disable(self, account: int, *, who: str) -> None:
        """Let it in no more; its sessions and tokens end. Raises RefusedError."""
        now = iso(self._clock())
        with self._change() as connection:
            name = _name(connection, account)
            connection.execute(
                update(accounts).where(accounts.c.id == account).values(disabled=now)
            )
            connection.execute(delete(sessions).where(sessions.c.account == account))
            connection.execute(
                update(tokens).where(tokens.c.account == account, tokens.c.revoked == "")
                .values(revoked=now)
            )  # fmt: skip
            _keep_an_admin(connection)
            audit.note(connection, time=now, who=who, action="account disabled", object_=name)

    def enable(self, account: int, *, who: str) -> None:
        """Let it in again, unlocked. Raises RefusedError."""
        with self._change() as connection:
            name = _name(connection, account)
            connection.execute(
                update(accounts).where(accounts.c.id == account)
                .values(disabled="", failures=0, locked_until="")
            )  # fmt: skip
            audit.note(connection, time=iso(self._clock()), who=who, action="account enabled",
                       object_=name)  # fmt: skip

    def prefer(self, account: int, *, language: str, theme: str) -> None:
        """Keep how somebody likes to see the console."""
        with self._change() as connection:
            connection.execute(
                update(accounts).where(accounts.c.id == account)
                .values(language=language, theme=theme)
            )  # fmt: skip

    def looked(self, account: int) -> str:
        """When the campaign was last looked at by this account; it is now looked at."""
        with self._database.write() as connection:
            before = connection.execute(
                select(accounts.c.looked).where(accounts.c.id == account)
            ).scalar()
            connection.execute(
                update(accounts).where(accounts.c.id == account).values(looked=iso(self._clock()))
            )
        return before or ""

    @contextmanager
    def _change(self) -> Iterator[Connection]:
        """A transaction that changes what others may remember."""
        with self._database.write() as connection:
            yield connection
        self._changed()

    def _grant(
        self, connection: Connection, account: int, given: Sequence[Grant], who: str
    ) -> None:
        for one in dict.fromkeys(given):
            if one.role is Role.CONSTITUENT and not one.organisation:
                raise RefusedError("a constituent belongs to an organisation; name it")
            connection.execute(
                insert(grants).values(account=account, role=one.role.value,
                                      organisation=one.organisation, made=iso(self._clock()),
                                      who=who)
            )  # fmt: skip

    def _invite(self, connection: Connection, account: int) -> str:
        now, secret = self._clock(), new_secret()
        connection.execute(
            insert(invitations).values(
                digest=digest_of(secret),
                account=account,
                made=iso(now),
                expires=iso(now + INVITED_FOR),
            )
        )
        return secret

    def _set_password(self, connection: Connection, account: int, kept: str, action: str) -> None:
        connection.execute(
            update(accounts).where(accounts.c.id == account)
            .values(password=kept, failures=0, locked_until="")
        )  # fmt: skip
        connection.execute(delete(sessions).where(sessions.c.account == account))
        audit.note(connection, time=iso(self._clock()), who=_name(connection, account),
                   action=action)  # fmt: skip


def _described(connection: Connection, account: int = 0) -> list[dict[str, object]]:
    """Accounts by name, without anything of a password; one of them, or all for 0."""
    a, g = accounts.c, grants.c
    query = select(a.id, a.name, a.made, a.disabled, a.locked_until, a.oidc_subject,
                   (a.password != "").label("has_password")).order_by(a.name)  # fmt: skip
    given = select(g.account, g.role, g.organisation).order_by(g.id)
    if account:
        query, given = query.where(a.id == account), given.where(g.account == account)
    by_account: dict[int, list[Grant]] = {}
    for one in connection.execute(given):
        by_account.setdefault(one.account, []).append(Grant(Role(one.role), one.organisation))
    return [
        {**row._asdict(), "has_password": bool(row.has_password),
         "grants": tuple(by_account.get(row.id, ()))}
        for row in connection.execute(query)
    ]  # fmt: skip


def person_of(connection: Connection, account: int) -> Person | None:
    """The person that an account is; None where it is disabled or gone."""
    a, g = accounts.c, grants.c
    found = connection.execute(
        select(a.name, a.language, a.theme).where(a.id == account, a.disabled == "")
    ).first()
    if found is None:
        return None
    given = connection.execute(
        select(g.role, g.organisation).where(g.account == account).order_by(g.id)
    )
    return Person(
        account, found.name, tuple(Grant(Role(one.role), one.organisation) for one in given),
        found.language, found.theme,
    )  # fmt: skip


def _invited(connection: Connection, secret: str, now: str) -> int:
    """The account that a link is for. Raises RefusedError where it holds no more."""
    i = invitations.c
    found: int | None = connection.execute(
        select(i.account).where(i.digest == digest_of(secret), i.used == "", i.expires > now)
    ).scalar()
    if found is None:
        raise RefusedError("this link has been used, or is too old; ask for a new one")
    return found


def _name(connection: Connection, account: int) -> str:
    found = connection.execute(select(accounts.c.name).where(accounts.c.id == account)).scalar()
    if found is None:
        raise RefusedError(f"there is no account {account}")
    return str(found)


def _keep_an_admin(connection: Connection) -> None:
    """Whoever takes away the last administrator locks everybody out."""
    a, g = accounts.c, grants.c
    left = connection.execute(
        select(a.id).join(grants, g.account == a.id)
        .where(a.disabled == "", g.role == Role.ADMIN.value, g.organisation == "").limit(1)
    ).first()  # fmt: skip
    if left is None:
        raise RefusedError("this is the last administrator; make another one first")


def _locked_until(failures: int, now: datetime) -> str:
    if failures < TRIES:
        return ""
    return iso(now + min(_FIRST_LOCK * 2 ** min(failures - TRIES, 16), _LONGEST_LOCK))


def _written(given: Sequence[Grant]) -> str:
    return ", ".join(f"{one.role.value} of {one.organisation or 'all'}" for one in given)
