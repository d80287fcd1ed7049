"""`alpheus case`: one record per server, from the first sighting to clean."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, end_instant, instant, path
from alpheus.cli.output import say

if TYPE_CHECKING:
    from alpheus.cases.database import Database
    from alpheus.cases.service import Cases

FORMATS = ("table", "jsonl", "csv")
ENDINGS = ("done", "gone", "accepted", "outside")
DEFAULT = "alpheus-cases.db"
_FILTERS = ("patch", "compromise", "work", "sector", "region", "network", "product", "build",
            "organisation", "assignee")  # fmt: skip


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "case",
        help="keep one record per server, from the first sighting to clean",
        description="Keep what probes, lists and assessments say of servers: one record per "
        "server, its patch state and whether it is compromised, who does what, and who comes "
        "first.",
    )
    below = parser.add_subparsers(dest="case", metavar="COMMAND", required=True)
    _add_import(below)
    _add_list(below)
    show = _add(below, "show", _show, "show all that is known of a server, and why it is one")
    _server(show)
    show.add_argument(
        "--format", choices=("text", "json"), default="text", help="how (default: text)"
    )
    _add_acts(below)
    rebuild = _add(below, "rebuild", _rebuild, "work out every server anew from what is kept")
    rebuild.add_argument(
        "--cve", default=None, metavar="CVE",
        help="the flaw that patch states are of, from now on (default: CVE-2021-26855)",
    )  # fmt: skip
    _add_purge(below)


def _add(
    below: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = below.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.add_argument(
        "--database", metavar="PLACE",
        default=os.environ.get("ALPHEUS_DATABASE", "") or DEFAULT,
        help="a file, or postgresql://user@host/name (default: ALPHEUS_DATABASE, or "
        f"{DEFAULT} in this folder)",
    )  # fmt: skip
    parser.set_defaults(run=run)
    return parser


def _server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("server", type=bound, metavar="SERVER", help="the number of a server")


def _person(parser: argparse.ArgumentParser, *, why: bool = True) -> None:
    parser.add_argument("--who", default="", metavar="NAME", help="who does it (default: you)")
    if why:
        parser.add_argument("--why", required=True, metavar="TEXT", help="why")


def _add_import(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "import", _import, "take in results of probes, lists and assessments")
    parser.add_argument(
        "files", nargs="+", type=path, metavar="FILE",
        help="JSON lines of alpheus probe or alpheus import, the JSON of alpheus triage, or a "
        "list that alpheus import reads; the same file twice changes nothing",
    )  # fmt: skip
    parser.add_argument(
        "--later", action="store_true", help="leave it to alpheus case rebuild to work out servers"
    )
    _person(parser, why=False)


def _add_list(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "list", _list, "list servers, the most urgent first")
    for name in _FILTERS:
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="VALUE",
            help=f"of this {name} (repeatable)",
        )  # fmt: skip
    parser.add_argument(
        "--text", default="", metavar="WORDS", help="whose names or addresses begin with these"
    )
    parser.add_argument(
        "--sort", choices=("priority", "last-seen", "name"), default="priority",
        help="in which order (default: priority)",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=bound, default=None, metavar="N",
        help="not more than N (default: 50 as a table, else all)",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="table", help="how (default: table)")


def _add_acts(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    merge = _add(below, "merge", _merge, "make several servers one")
    merge.add_argument("servers", nargs="+", type=bound, metavar="SERVER", help="their numbers")
    _person(merge)
    split = _add(below, "split", _split, "make some observations of a server one of their own")
    _server(split)
    split.add_argument(
        "observations", nargs="+", type=bound, metavar="OBSERVATION",
        help="numbers of observations, as show tells them",
    )  # fmt: skip
    _person(split)
    assign = _add(below, "assign", _assign, "say who takes care of a server")
    _server(assign)
    assign.add_argument("assignee", metavar="NAME", help="who takes care of it")
    _person(assign, why=False)
    note = _add(below, "note", _note, "take down something about a server, or how far it is")
    _server(note)
    _person(note)
    note.add_argument(
        "--as", dest="kind", default="note", metavar="KIND",
        choices=("note", "notified", "acknowledged", "started", "asked-help", "mitigated",
                 "cleaned", "verified", "cleared", "reported-to-authority"),
        help="note, notified, acknowledged, started, asked-help, mitigated, cleaned, verified, "
        "cleared, or reported-to-authority (default: note)",
    )  # fmt: skip
    note.add_argument("--evidence", default="", metavar="TEXT", help="what shows it")
    note.add_argument("--to", default="", metavar="LAW:STEP", help="which report was made")
    note.add_argument(
        "--when", type=instant, default=None, metavar="TIME", help="when it was (default: now)"
    )
    close = _add(below, "close", _close, "close the case of a server")
    _server(close)
    _person(close)
    ending = close.add_mutually_exclusive_group(required=True)
    ending.add_argument("--as", dest="ending", choices=ENDINGS, help="how it ended")
    ending.add_argument(
        "--false-positive-until", type=end_instant, default=None, metavar="DAY",
        help="it is none; looked at again after this day",
    )  # fmt: skip
    reopen = _add(below, "reopen", _reopen, "open a closed case again")
    _server(reopen)
    _person(reopen)


def _add_purge(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(below, "purge", _purge, "forget old observations, or servers whole")
    parser.add_argument(
        "--before", type=instant, default=None, metavar="DAY", help="what was seen before this day"
    )
    parser.add_argument(
        "--server", type=bound, action="append", default=[], metavar="SERVER",
        help="this server with all that is known of it (repeatable)",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="really; it cannot be taken back")


def _open(options: argparse.Namespace, *, create: bool = False) -> Database:
    from alpheus.cases.database import open_database  # noqa: PLC0415 - keeps --help fast

    database = open_database(options.database, create=create)
    for note in database.notes:
        say(note)
    return database


def _cases(database: Database) -> Cases:
    from alpheus.cases.service import Cases  # noqa: PLC0415 - keeps --help fast

    cases = Cases(database)
    waiting = cases.waiting()
    if waiting:
        say(f"{waiting:,} observations are not in yet; run: alpheus case rebuild")
    return cases


def _who(options: argparse.Namespace) -> str:
    return options.who.strip() or getpass.getuser()


def _import(options: argparse.Namespace) -> int:
    """Import all; 3 if one could not be read at all."""
    from alpheus.cases.observations_import import import_file  # noqa: PLC0415 - keeps --help fast
    from alpheus.errors import EvidenceError  # noqa: PLC0415 - as above

    status = added = 0
    with _open(options, create=True) as database:
        for file in options.files:
            try:
                done = import_file(database, file, _who(options))
            except EvidenceError as error:
                say(error)
                status = error.exit_status
                continue
            added += done.added
            if done.before:
                say(f"{file}: is in already")
                continue
            resumed = f", {done.resumed:,} by an earlier run" if done.resumed else ""
            say(f"{file}: {done.added:,} new, {done.known:,} known, {done.lost:,} not{resumed}")
            for line, reason in done.losses[:20]:
                say(f"{file}: line {line:,}: {reason}")
        if not options.later:
            _work_out(database, None)
    return status


def _rebuild(options: argparse.Namespace) -> int:
    with _open(options) as database:
        _work_out(database, options.cve)
    return 0


def _work_out(database: Database, cve: str | None) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - keeps --help fast

    from alpheus.cases.rebuild import rebuild  # noqa: PLC0415 - as above

    done = rebuild(database, now=datetime.now(UTC), watched=cve)
    say(f"{done.observations:,} observations are {done.servers:,} servers, "
        f"{done.pools:,} services with several of them")  # fmt: skip
    for conflict in done.conflicts:
        say(conflict)
    if done.again:
        say("somebody decided something meanwhile; run: alpheus case rebuild")


def _list(options: argparse.Namespace) -> int:
    from alpheus.cases.service_listing import Filters  # noqa: PLC0415 - keeps --help fast
    from alpheus.cli.case_output import write_servers  # noqa: PLC0415 - as above

    filters = Filters(
        text=options.text, **{name: tuple(getattr(options, name)) for name in _FILTERS}
    )
    limit = options.limit or (50 if options.format == "table" else None)
    with _open(options) as database:
        servers = _cases(database).every(filters, sort=options.sort)
        write_servers(servers, options.format, limit)
    return 0


def _show(options: argparse.Namespace) -> int:
    from alpheus.cli.case_output import write_case  # noqa: PLC0415 - keeps --help fast

    with _open(options) as database:
        write_case(_cases(database).show(options.server), options.format)
    return 0


def _do(options: argparse.Namespace, kind: str, **more: str) -> int:
    from alpheus.cases.acts import ActKind  # noqa: PLC0415 - keeps --help fast

    with _open(options) as database:
        row = _cases(database).act(options.server, ActKind(kind), who=_who(options), **more)
    _tell(row)
    return 0


def _tell(row: dict[str, object]) -> None:
    say(f"server {row['id']} {row['name']}: {row['patch']}, {row['compromise']}, {row['work']}, "
        f"priority {row['priority']}")  # fmt: skip


def _merge(options: argparse.Namespace) -> int:
    with _open(options) as database:
        _tell(_cases(database).merge(options.servers, who=_who(options), why=options.why))
    return 0


def _split(options: argparse.Namespace) -> int:
    with _open(options) as database:
        for row in _cases(database).split(
            options.server, options.observations, who=_who(options), why=options.why
        ):
            _tell(row)
    return 0


def _assign(options: argparse.Namespace) -> int:
    return _do(options, "assigned", to=options.assignee)


def _note(options: argparse.Namespace) -> int:
    from alpheus.cases.observations import iso  # noqa: PLC0415 - keeps --help fast

    when = iso(options.when) if options.when else ""
    return _do(options, options.kind, why=options.why, evidence=options.evidence, to=options.to,
               when=when)  # fmt: skip


def _close(options: argparse.Namespace) -> int:
    from alpheus.cases.observations import iso  # noqa: PLC0415 - keeps --help fast

    if options.ending:
        return _do(options, "closed", why=options.why, to=options.ending)
    return _do(options, "false-positive", why=options.why, until=iso(options.false_positive_until))


def _reopen(options: argparse.Namespace) -> int:
    return _do(options, "reopened", why=options.why)


def _purge(options: argparse.Namespace) -> int:
    from alpheus.cases.observations import iso  # noqa: PLC0415 - keeps --help fast
    from alpheus.cases.purge import purge  # noqa: PLC0415 - as above
    from alpheus.errors import UsageError  # noqa: PLC0415 - as above

    if options.before is None and not options.server:
        raise UsageError("say what to forget: --before DAY, or --server SERVER")
    if not options.yes:
        raise UsageError("what is forgotten does not come back; add --yes if that is meant")
    before = iso(options.before) if options.before else ""
    with _open(options) as database:
        done = purge(database, before=before, servers=options.server)
        say(f"{done.observations:,} observations and {done.acts:,} entries are forgotten")
        _work_out(database, None)
    return 0
