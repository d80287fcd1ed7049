"""`alpheus case add|assign|note|close|reopen`: what people know of servers and do to them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, end_instant, instant
from alpheus.cli.case_common import (
    Below,
    add_command,
    add_due_to,
    add_filters_to,
    add_person_to,
    add_working_out_to,
    filters_of,
    open_place,
    service,
    tell,
    who_does_it,
    work_out,
)
from alpheus.cli.output import say

if TYPE_CHECKING:
    from alpheus.cases.service import Cases
    from alpheus.cases.service_listing import Filters
    from alpheus.cases.service_many import Many

ENDINGS = ("done", "gone", "accepted", "outside")
KINDS = ("note", "notified", "acknowledged", "started", "asked-help", "mitigated", "cleaned",
         "verified", "cleared", "decoy", "counted", "reported-to-authority")  # fmt: skip
VERDICTS = ("compromised", "suspicious", "attempted", "no-evidence")
REFUSED = 2
"""The exit status where something was not allowed."""

LISTED = 10
"""Servers of a preview that are shown, and refusals that are told one by one times two."""


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare what is done to servers."""
    assign = add_command(below, "assign", _assign, "say who takes care of servers")
    _servers(assign)
    assign.add_argument("to_whom", metavar="NAME", help="who takes care of them")
    _add_reason_to(assign, required=False)
    _add_note(below)
    close = add_command(below, "close", _close, "close the cases of servers")
    _servers(close)
    _add_reason_to(close)
    ending = close.add_mutually_exclusive_group(required=True)
    ending.add_argument("--as", dest="ending", choices=ENDINGS, help="how it ended")
    ending.add_argument(
        "--false-positive-until", type=end_instant, default=None, metavar="DAY",
        help="it is none; looked at again after this day",
    )  # fmt: skip
    reopen = add_command(below, "reopen", _reopen, "open closed cases again")
    _servers(reopen)
    _add_reason_to(reopen)


def _add_note(below: Below[argparse.ArgumentParser]) -> None:
    note = add_command(below, "note", _note, "take down something about servers, or how far it is")
    _servers(note)
    _add_reason_to(note)
    note.add_argument(
        "--as", dest="kind", default="note", metavar="KIND", choices=KINDS,
        help=f"{', '.join(KINDS[:-1])}, or {KINDS[-1]} (default: note)",
    )  # fmt: skip
    note.add_argument(
        "--to", default="", metavar="LAW:STEP",
        help="which report was made, as show tells it, such as NIS2:early-warning",
    )  # fmt: skip


def _add_reason_to(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Who, why, when, and what shows it: the same of whatever is done."""
    add_person_to(parser, why=False)
    parser.add_argument("--why", required=required, default="", metavar="TEXT", help="why")
    parser.add_argument("--evidence", default="", metavar="TEXT", help="what shows it")
    parser.add_argument(
        "--when", type=instant, default=None, metavar="TIME", help="when it was (default: now)"
    )


def _servers(parser: argparse.ArgumentParser) -> None:
    """By their numbers, or all that fit what is asked as with `list`."""
    parser.add_argument(
        "servers", nargs="*", type=bound, metavar="SERVER", help="the numbers of servers"
    )
    group = parser.add_argument_group(
        "many at once",
        "instead of numbers: all servers that fit, after a look at how many they are",
    )
    group.add_argument("--all-matching", action="store_true", help="all that fit the following")
    group.add_argument(
        "--yes", default="", metavar="CODE",
        help="do it, to those that the preview showed with this code and to no others",
    )  # fmt: skip
    add_filters_to(parser)
    add_due_to(parser)


def add_entry_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare what is entered by hand."""
    parser = add_command(
        below, "add", _add, "enter what somebody knows of a server",
        " It counts as an observation like others, with who entered and who told it; the same "
        "entry twice changes nothing.",
    )  # fmt: skip
    for name, metavar, text in (
        ("address", "ADDRESS", "its address"),
        ("computer", "NAME", "what the machine calls itself"),
        ("ad-domain", "DOMAIN", "its domain in Active Directory"),
        ("certificate", "SHA256", "the fingerprint of its certificate"),
        ("url", "URL", "where it answers"),
        ("product", "NAME", "what runs there"),
        ("build", "BUILD", "its build, such as 15.1.2176.9"),
        ("told-by", "WHO", "by whose word"),
        ("note", "TEXT", "what else there is to say"),
        ("country", "CC", "its owner's country in two letters"),
        ("sector", "SECTOR", "its owner's sector"),
    ):
        parser.add_argument(f"--{name}", default="", metavar=metavar, help=text)
    parser.add_argument("--port", type=bound, default=443, metavar="N", help="(default: 443)")
    parser.add_argument(
        "--name", action="append", default=[], metavar="HOST",
        help="a name that leads to it (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--verdict", choices=VERDICTS, default="",
        help="whether somebody broke in, as WHO tells; nothing becomes clean by it",
    )  # fmt: skip
    parser.add_argument(
        "--seen", type=instant, default=None, metavar="TIME", help="when that was (default: now)"
    )
    add_working_out_to(parser)
    add_person_to(parser, why=False)


def _add(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime  # noqa: PLC0415 - keeps --help fast

    from alpheus.cases.hand import Entry, enter  # noqa: PLC0415 - as above
    from alpheus.cases.observations import RowError, iso  # noqa: PLC0415 - as above
    from alpheus.errors import UsageError  # noqa: PLC0415 - as above

    entry = Entry(
        options.address, options.port, tuple(options.name), options.computer, options.ad_domain,
        options.certificate, options.url, options.product, options.build, options.verdict,
        options.told_by, iso(options.seen) if options.seen else "", options.note,
        options.country.upper(), options.sector,
    )  # fmt: skip
    with open_place(options, create=True) as database:
        try:
            done = enter(database, entry, who_does_it(options), now=datetime.now(UTC))
        except RowError as error:
            raise UsageError(str(error)) from error
        if not done.new:
            say(f"that is in already, as observation {done.observation}")
        if options.later:
            return 0
        if done.new:
            work_out(database, directory=options.directory)
        tell(service(database).show(done.observation).server)
    return 0


def _assign(options: argparse.Namespace) -> int:
    return _do(options, "assigned", to=options.to_whom)


def _note(options: argparse.Namespace) -> int:
    return _do(options, options.kind, to=options.to)


def _close(options: argparse.Namespace) -> int:
    from alpheus.cases.observations import iso  # noqa: PLC0415 - keeps --help fast

    if options.ending:
        return _do(options, "closed", to=options.ending)
    return _do(options, "false-positive", until=iso(options.false_positive_until))


def _reopen(options: argparse.Namespace) -> int:
    return _do(options, "reopened")


def _do(options: argparse.Namespace, kind: str, **more: str) -> int:
    from alpheus.cases.acts import ActKind  # noqa: PLC0415 - keeps --help fast
    from alpheus.cases.observations import iso  # noqa: PLC0415 - as above
    from alpheus.errors import UsageError  # noqa: PLC0415 - as above

    filters = filters_of(options)
    if bool(options.servers) == options.all_matching:
        raise UsageError("name servers by their numbers, or ask for some and add --all-matching")
    if not options.all_matching and (filters != type(filters)() or options.yes):
        raise UsageError("with numbers of servers nothing else is asked; or use --all-matching")
    more |= {"who": who_does_it(options), "why": options.why, "evidence": options.evidence,
             "when": iso(options.when) if options.when else ""}  # fmt: skip
    with open_place(options) as database:
        cases = service(database)
        if len(options.servers) == 1:
            tell(cases.act(options.servers[0], ActKind(kind), **more))
            return 0
        if options.all_matching and not options.yes:
            _preview(cases, filters, kind)
            return 0
        asked = filters if options.all_matching else options.servers
        done = cases.act_many(asked, ActKind(kind), code=options.yes, **more)
    return _told(done, kind)


def _preview(cases: Cases, filters: Filters, kind: str) -> None:
    """How many it would be, and the first of them."""
    from alpheus.cli.case_output import write_servers  # noqa: PLC0415 - only then

    found = cases.matching(filters)
    if not found.servers:
        say("no server fits; nothing to do")
        return
    sort = "due" if filters.due_before else "priority"
    write_servers(cases.every(filters, sort=sort), "table", LISTED, sort)
    fit = _servers_said(len(found.servers)) + (" fits" if len(found.servers) == 1 else " fit")
    say(f"{fit}, and nothing has been done; {kind} is done to these and to no others by: "
        f"--yes {found.code}")  # fmt: skip


def _told(done: Many, kind: str) -> int:
    say(f"{kind}: {_servers_said(len(done.done))}; {len(done.refused):,} not")
    for _, reason in done.refused[: 2 * LISTED]:
        say(reason)
    if len(done.refused) > 2 * LISTED:
        say(f"and {len(done.refused) - 2 * LISTED:,} more")
    return REFUSED if done.refused else 0


def _servers_said(number: int) -> str:
    return f"{number:,} server{'' if number == 1 else 's'}"
