"""`alpheus case`: one record per server, from the first sighting to clean."""

from __future__ import annotations

import argparse

from alpheus.cli import case_acts, case_clean, case_decisions, case_organisations
from alpheus.cli.arguments import bound, instant, path
from alpheus.cli.case_common import (
    Below,
    add_command,
    add_directory_to,
    add_due_to,
    add_filters_to,
    add_person_to,
    add_server_to,
    add_working_out_to,
    filters_of,
    open_place,
    service,
    who_does_it,
    work_out,
)
from alpheus.cli.list_options import add_list_options_to, list_options_of
from alpheus.cli.output import say

FORMATS = ("table", "jsonl", "csv")
SORTS = ("priority", "last-seen", "name", "due")


def add_to(commands: Below[argparse.ArgumentParser]) -> None:
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
    case_acts.add_entry_to(below)
    _add_list(below)
    show = add_command(
        below, "show", _show, "show all that is known of a server, and why it is one"
    )
    add_server_to(show)
    show.add_argument(
        "--format", choices=("text", "json"), default="text", help="how (default: text)"
    )
    case_organisations.add_to(below)
    case_decisions.add_to(below)
    case_acts.add_to(below)
    case_clean.add_to(below)
    rebuild = add_command(
        below, "rebuild", _rebuild, "work out every server anew from what is kept"
    )
    rebuild.add_argument(
        "--cve", default=None, metavar="CVE",
        help="the flaw that patch states are of, from now on (default: CVE-2021-26855)",
    )  # fmt: skip
    rebuild.add_argument(
        "--as-of", type=instant, default=None, metavar="TIME",
        help="reckon priorities and deadlines as of this time; all observations count all the same "
        "(default: now)",
    )  # fmt: skip
    add_directory_to(rebuild)
    _add_purge(below)


def _add_import(below: Below[argparse.ArgumentParser]) -> None:
    parser = add_command(
        below, "import", _import, "take in results of probes, lists and assessments",
        " It ends with status 3 where a file could not be read at all, or every line of it was "
        "rejected; what can be read of the others is in.",
    )  # fmt: skip
    parser.add_argument(
        "files", nargs="+", type=path, metavar="FILE",
        help="JSON lines of alpheus probe or alpheus import (- for standard input), the JSON of "
        "alpheus triage, or a list that alpheus import reads; the same file twice changes nothing",
    )  # fmt: skip
    add_list_options_to(parser)
    add_working_out_to(parser)
    add_person_to(parser, why=False)


def _add_list(below: Below[argparse.ArgumentParser]) -> None:
    parser = add_command(below, "list", _list, "list servers, the most urgent first")
    add_filters_to(parser)
    add_due_to(parser)
    parser.add_argument(
        "--sort", choices=SORTS, default=None,
        help="in which order (default: priority, or due with --overdue and --due-before)",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=bound, default=None, metavar="N",
        help="not more than N (default: 50 as a table, else all)",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="table", help="how (default: table)")


def _add_purge(below: Below[argparse.ArgumentParser]) -> None:
    parser = add_command(below, "purge", _purge, "forget old observations, or servers whole")
    parser.add_argument(
        "--before", type=instant, default=None, metavar="DAY", help="what was seen before this day"
    )
    parser.add_argument(
        "--server", type=bound, action="append", default=[], metavar="SERVER",
        help="this server with all that is known of it (repeatable)",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="really; it cannot be taken back")


def _import(options: argparse.Namespace) -> int:
    """Import all; 3 if one could not be read at all."""
    from alpheus.cli.case_import import import_all  # noqa: PLC0415 - keeps --help fast

    with open_place(options, create=True) as database:
        given = list_options_of(options)
        status = import_all(database, options.files, who_does_it(options), given)
        if not options.later:
            work_out(database, directory=options.directory)
    return status


def _rebuild(options: argparse.Namespace) -> int:
    with open_place(options) as database:
        work_out(database, cve=options.cve, directory=options.directory, as_of=options.as_of)
    return 0


def _list(options: argparse.Namespace) -> int:
    from alpheus.cli.case_output import write_servers  # noqa: PLC0415 - keeps --help fast

    filters = filters_of(options)
    sort = options.sort or ("due" if filters.due_before else "priority")
    limit = options.limit or (50 if options.format == "table" else None)
    with open_place(options) as database:
        write_servers(service(database).every(filters, sort=sort), options.format, limit, sort)
    return 0


def _show(options: argparse.Namespace) -> int:
    from alpheus.cli.case_output import write_case  # noqa: PLC0415 - keeps --help fast

    with open_place(options) as database:
        write_case(service(database).show(options.server), options.format)
    return 0


def _purge(options: argparse.Namespace) -> int:
    from alpheus.cases.observations import iso  # noqa: PLC0415 - keeps --help fast
    from alpheus.cases.purge import purge  # noqa: PLC0415 - as above
    from alpheus.errors import UsageError  # noqa: PLC0415 - as above

    if options.before is None and not options.server:
        raise UsageError("say what to forget: --before DAY, or --server SERVER")
    if not options.yes:
        raise UsageError("what is forgotten does not come back; add --yes if that is meant")
    before = iso(options.before) if options.before else ""
    with open_place(options) as database:
        done = purge(database, before=before, servers=options.server)
        say(f"{done.observations:,} observations and {done.acts:,} entries are forgotten")
        work_out(database)
    return 0
