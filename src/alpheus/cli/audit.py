"""`alpheus audit`: what was done at the console, and whether the log of it holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alpheus.cli.arguments import add_output_to, bound
from alpheus.cli.case_common import add_command, open_place
from alpheus.cli.output import say, standard_output

if TYPE_CHECKING:
    from alpheus.cases.database import Database

BROKEN = 1
"""Exit status where the log does not hold."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "audit",
        help="what was done at the console, and whether the log of it holds",
        description="Every entry of the console's log is bound to the one before, so that what was "
        "changed, left out, moved or put in shows.",
    )
    below = parser.add_subparsers(dest="audit", metavar="COMMAND", required=True)
    verify = add_command(
        below, "verify", _verify, "check every entry; name the first that does not hold"
    )
    verify.epilog = f"Exit status: 0 the log holds; {BROKEN} it does not."
    verify.add_argument(
        "--head", default="", metavar="HASH",
        help="a head noted earlier: that it is still in the log shows that no end was cut off",
    )  # fmt: skip
    listed = add_command(below, "list", _list, "print the newest entries")
    listed.add_argument("--who", default="", metavar="NAME", help="of this person")
    listed.add_argument("--action", default="", metavar="TEXT", help="of this action")
    listed.add_argument(
        "--most", type=bound, default=50, metavar="N", help="how many (default: 50)"
    )
    export = add_command(
        below, "export", _export, "write the whole log with its hashes, as JSON lines"
    )
    add_output_to(export)


def _verify(options: argparse.Namespace) -> int:
    from alpheus.web.access import audit  # noqa: PLC0415 - keeps --help fast

    with open_place(options) as database:
        found = audit.verify(database, head=options.head.strip().lower())
    with standard_output(exact=False) as stream:
        if found.fault:
            stream.write(f"the log does not hold: {found.fault}\n")
            stream.write(f"{found.entries:,} entries before it hold; head {found.head}\n")
            return BROKEN
        stream.write(f"the log holds: {found.entries:,} entries, head {found.head}\n")
    return 0


def _list(options: argparse.Namespace) -> int:
    from alpheus.report.visible import visible  # noqa: PLC0415 - keeps --help fast
    from alpheus.web.access import audit  # noqa: PLC0415 - as above

    with open_place(options) as database, database.read() as connection:
        found = audit.entries(connection, size=options.most, who=options.who, action=options.action)
    with standard_output(exact=False) as stream:
        for one in found:
            detail = ", ".join(f"{name}: {value}" for name, value in one.detail.items())
            line = "  ".join((str(one.id), one.time, one.who, one.action, one.object, detail))
            stream.write(f"{visible(line.rstrip())}\n")
    return 0


def _export(options: argparse.Namespace) -> int:
    from alpheus.report.files import write_files  # noqa: PLC0415 - keeps --help fast

    output: Path | None = options.output
    with open_place(options) as database:
        if output is None:
            with standard_output(exact=True) as stream:
                _write(database, stream)
        else:
            write_files(output.parent, {output.name: lambda stream: _write(database, stream)})
            say(f"written: {output}")
    return 0


def _write(database: Database, stream: TextIO) -> None:
    import msgspec  # noqa: PLC0415 - keeps --help fast

    from alpheus.web.access import audit  # noqa: PLC0415 - as above

    with database.read() as connection:
        stream.writelines(
            msgspec.json.encode(row).decode() + "\n" for row in audit.rows(connection)
        )
