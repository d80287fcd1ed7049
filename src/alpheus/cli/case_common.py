"""What commands over a database of cases have in common."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, command_of, filter_of, instant
from alpheus.cli.output import say
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from alpheus.cases.database import Database
    from alpheus.cases.rebuild import Rebuilt
    from alpheus.cases.service import Cases
    from alpheus.cases.service_listing import Filters

DEFAULT = "alpheus-cases.db"
FILTERS = ("patch", "compromise", "work", "sector", "region", "network", "product", "build",
           "organisation", "assignee")  # fmt: skip

Below = argparse._SubParsersAction  # noqa: SLF001 - argparse has no other name for it


def add_command(
    below: Below[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    more: str = "",
) -> argparse.ArgumentParser:
    """A command below another, with the database that it is about."""
    parser = command_of(below, name, run, text, more)
    add_database_to(parser)
    return parser


def add_database_to(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Where the cases are kept."""
    parser.add_argument(
        "--database", metavar="PLACE",
        default=os.environ.get("ALPHEUS_DATABASE", "") or DEFAULT,
        help=f"a file, or postgresql://user@host/name{more} (default: ALPHEUS_DATABASE, or "
        f"{DEFAULT} in this folder)",
    )  # fmt: skip


def add_person_to(parser: argparse.ArgumentParser, *, why: bool = True) -> None:
    """Who does it, and why."""
    parser.add_argument("--who", default=None, metavar="NAME", help="who does it (default: you)")
    if why:
        parser.add_argument("--why", required=True, metavar="TEXT", help="why")


def add_server_to(parser: argparse.ArgumentParser) -> None:
    """One server by its number."""
    parser.add_argument("server", type=bound, metavar="SERVER", help="the number of a server")


def add_working_out_to(parser: argparse.ArgumentParser) -> None:
    """When and by what servers are worked out."""
    parser.add_argument(
        "--later", action="store_true", help="leave it to alpheus case rebuild to work out servers"
    )
    add_directory_to(parser)


def add_directory_to(parser: argparse.ArgumentParser) -> None:
    """By what owners are found."""
    parser.add_argument(
        "--directory", default=None, metavar="FILE",
        help="the directory by which owners are found, from now on; - for none (default: "
        "ALPHEUS_DIRECTORY, or that of the last time)",
    )  # fmt: skip


def add_filters_to(parser: argparse.ArgumentParser) -> None:
    """Which servers."""
    for name in FILTERS:
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="VALUE", type=filter_of(name),
            help=f"of this {name} (repeatable)",
        )  # fmt: skip
    parser.add_argument(
        "--text", default="", metavar="WORDS", help="whose names or addresses begin with these"
    )


def add_due_to(parser: argparse.ArgumentParser) -> None:
    """By what a law asks for."""
    due = parser.add_mutually_exclusive_group()
    due.add_argument(
        "--overdue", action="store_true",
        help="of which a law asks for something that should have been done by now",
    )  # fmt: skip
    due.add_argument(
        "--due-before", type=instant, default=None, metavar="TIME",
        help="of which a law asks for something before this time",
    )  # fmt: skip


def filters_of(options: argparse.Namespace) -> Filters:
    """What was asked for."""
    from datetime import UTC, datetime  # noqa: PLC0415 - keeps --help fast

    from alpheus.cases.observations import iso  # noqa: PLC0415 - as above
    from alpheus.cases.service_listing import Filters  # noqa: PLC0415 - as above

    overdue, before = getattr(options, "overdue", False), getattr(options, "due_before", None)
    due = datetime.now(UTC) if overdue else before
    return Filters(
        text=options.text, due_before=iso(due) if due else "",
        **{name: tuple(getattr(options, name)) for name in FILTERS},
    )  # fmt: skip


def open_place(options: argparse.Namespace, *, create: bool = False) -> Database:
    """The database that was named."""
    from alpheus.cases.database import open_database  # noqa: PLC0415 - keeps --help fast

    database = open_database(options.database, create=create)
    for note in database.notes:
        say(note)
    return database


def service(database: Database) -> Cases:
    """The cases in it; what is not in them yet is said."""
    from alpheus.cases.service import Cases  # noqa: PLC0415 - keeps --help fast

    cases = Cases(database)
    waiting = cases.waiting()
    if waiting:
        are = "observation is" if waiting == 1 else "observations are"
        say(f"{waiting:,} {are} not in yet; run: alpheus case rebuild")
    if cases.again():
        say("a decision is not carried out yet; run: alpheus case rebuild")
    return cases


def who_does_it(options: argparse.Namespace) -> str:
    """The name given, or that of the account. Raises UsageError for an empty one."""
    if options.who is None:
        return getpass.getuser()
    if not options.who.strip():
        raise UsageError("--who is empty: name who does it, or leave it out for your account")
    return str(options.who.strip())


def work_out(
    database: Database,
    *,
    cve: str | None = None,
    directory: str | None = None,
    as_of: datetime | None = None,
) -> None:
    """Work out every server anew, as of now or a time, and say what came of it."""
    from datetime import UTC, datetime  # noqa: PLC0415 - keeps --help fast

    from alpheus.cases.rebuild import rebuild  # noqa: PLC0415 - as above

    now = as_of or datetime.now(UTC)
    done = rebuild(database, now=now, watched=cve, directory=directory)
    say(said_of(done))
    for conflict in done.conflicts:
        say(conflict)
    if done.again:
        say("somebody decided something meanwhile; run: alpheus case rebuild")


def said_of(done: Rebuilt) -> str:
    """What a rebuild came to, in a sentence."""
    are = "observation is" if done.observations == 1 else "observations are"
    servers = f"{done.counted:,} server{'' if done.counted == 1 else 's'}"
    found = servers if done.systems == done.counted else (
        f"{done.systems:,} system{'' if done.systems == 1 else 's'} ({servers}; "
        f"{done.pools:,} service{'' if done.pools == 1 else 's'})"
    )  # fmt: skip
    return f"{done.observations:,} {are} {found}"


def tell(row: dict[str, object]) -> None:
    """One server in a line."""
    say(f"server {row['id']} {row['name']}: {row['patch']}, {row['compromise']}, {row['work']}, "
        f"priority {row['priority']}")  # fmt: skip
