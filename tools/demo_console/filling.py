"""What a console is shown with: notices that wait and that went out, and people of every role."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current, standing
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service_listing import Filters
from alpheus.errors import UsageError
from alpheus.notify.model import EventKind, Notice, Status
from alpheus.notify.own import organisation_of, why_shut
from alpheus.notify.service import Notices
from alpheus.notify.settings import Settings
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.roles import Grant, Role

END = datetime(2021, 4, 1, tzinfo=UTC)
PUBLIC_SERVICES = ("hospital", "local-government", "school", "university")
PLANNER, APPROVER = "sam", "lou"
STRONGEST = "kim"

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_GROUPS, _OF_A_GROUP = 4, 4


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. `code` is that of a notice, in place of name and password."""

    role: str
    may: str
    name: str = ""
    password: str = ""
    code: str = ""


def copy(source: Path, target: Path) -> None:
    """Copy a database whole, whoever uses it meanwhile. Raises UsageError where there is none."""
    if not source.is_file():
        raise UsageError(f"{source} is not there; make it by: make demo-campaign")
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
    target.chmod(0o600)


def work_out(database: Database, directory: Path) -> None:
    """Work servers out anew where another version did it, as of the end of the campaign.

    `directory` says who owns what, if it is there. Raises UsageError where nothing is known.
    """
    with database.read() as connection:
        if standing(connection).generation:
            return
    found = rebuild(database, now=END, directory=str(directory) if directory.is_file() else None)
    if not found.servers:
        raise UsageError("no server is known here; make it anew by: make demo-campaign")


def fill(database: Database, settings: Settings) -> tuple[Person, ...]:
    """Plan notices, let some of them go out as far as this database knows, and let people in.

    Nothing is sent. Public services are told on the last day of the campaign; all others wait for a
    second person.
    """
    notices = Notices(database, settings, lambda: END - timedelta(hours=14))
    first = notices.plan(Filters(sector=PUBLIC_SERVICES), who=PLANNER)
    if first.number:
        _approve(notices, first.number)
        _hand_over(notices, first.number)
    notices.plan(who=PLANNER)
    return (*_accounts(database), *_constituents(notices))


def _approve(notices: Notices, batch: int) -> None:
    if notices.batch(batch).waiting:
        shown = notices.approval(batch)
        notices.approve(batch, who=APPROVER, digest=shown.digest)


def _hand_over(notices: Notices, batch: int) -> None:
    """Take down that the mail server has them, as `alpheus notify send` does."""
    for one in list(notices.due(batch)):
        if notices.claim(one, who="simulation"):
            notices.record(one, EventKind.HANDED_OVER, who="simulation", detail="250 simulated")


def _accounts(database: Database) -> tuple[Person, ...]:
    accounts = Accounts(database, lambda: END)
    made = []
    for name, role, may in (
        (STRONGEST, Role.ADMIN, "everything; accounts, the log"),
        (APPROVER, Role.APPROVER, "approve what somebody else has planned"),
        (PLANNER, Role.ANALYST, "work on cases; planned the notices"),
        ("vic", Role.VIEWER, "look, and change nothing"),
    ):
        password = new_password()
        secret = accounts.make(name, (Grant(role),), who="make demo-console")
        accounts.accept(secret, password)
        made.append(Person(role.value, may, name, password))
    return tuple(made)


def _constituents(notices: Notices, most: int = 400) -> tuple[Person, ...]:
    """An organisation with several servers that its code lets see them, if there is one."""
    told = [one for one in notices.notices(status=Status.SENT) if organisation_of(one)]
    told.sort(key=lambda one: (-len(one.subjects), one.reference))
    for one in told[:most]:
        if _opens(notices, one):
            servers = len(one.subjects)
            may = f"{one.organisation}, {servers} server{'s'[: servers > 1]}"
            return (Person("constituent", may, code=notices.with_code(one).code),)
    return ()


def _opens(notices: Notices, notice: Notice) -> bool:
    """Whether its code lets somebody in."""
    with notices.database.read() as connection:
        tables, _ = current(connection, notices.database.place)
        return not why_shut(connection, tables, notice, now=notices.now)


def new_password() -> str:
    """A password that can be read out, of 77 random bits or so."""
    group = ("".join(secrets.choice(_LETTERS) for _ in range(_OF_A_GROUP)) for _ in range(_GROUPS))
    return "-".join(group)


def told(url: str, people: Sequence[Person]) -> Iterator[str]:
    """Where the console is and who can sign in, line by line."""
    rows = [("role", "name", "password", "may")]
    rows += [(one.role, one.name, one.password, one.may) for one in people if not one.code]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield f"The console: {url}"
    yield ""
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "   ".join(cells).rstrip()
    for one in people:
        if one.code:
            yield ""
            yield f"An organisation about itself ({one.may}):"
            yield f"{url}/code with the code {one.code}"
    yield ""
    yield "Nothing is sent. Ctrl-C ends it; what was done is kept until the next start."
