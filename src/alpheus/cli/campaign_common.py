"""What the commands have in common that work through units of a campaign run."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alpheus.cli.case_common import add_directory_to, work_out
from alpheus.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alpheus.cases.database import Database
    from alpheus.fleet.driver import Summary
    from alpheus.fleet.ledger import Ledger

NOT_ALL = 3
"""The exit status where something is parked, or could not be read."""
INTERRUPTED = 130
NAMED = 20
"""What is told one by one; of more, how many."""


def add_later_to(parser: argparse.ArgumentParser) -> None:
    """Whether servers are worked out at the end, and by which directory."""
    parser.add_argument(
        "--later", action="store_true", help="leave it to alpheus case rebuild to work out servers"
    )
    add_directory_to(parser)


def work_out_unless_later(options: argparse.Namespace, database: Database) -> None:
    """Work servers out, as was asked."""
    if not options.later:
        work_out(database, directory=options.directory)


def recover(ledger: Ledger) -> None:
    """Take up what drivers of this machine left that are there no more."""
    from alpheus.fleet.driver import is_gone  # noqa: PLC0415 - keeps --help fast

    if ledger.database.is_sqlite:  # of which there is one driver at a time
        ledger.recover(everything=True)
        return
    ledger.recover(of=[one for one in ledger.drivers() if is_gone(one)])


def interrupted() -> int:
    """Say what that means; gives the exit status."""
    say("stopped; what is finished is kept, and the same command goes on with the rest")
    return INTERRUPTED


def say_parked(summary: Summary) -> None:
    """Name what was left alone, and say what to do about it."""
    name_parked(summary)
    if summary.parked:
        say("parked units are left alone; more: alpheus campaign status; again: campaign retry")


def name_parked(summary: Summary) -> None:
    """Each with the reason."""
    for unit, reason in summary.parked[:NAMED]:
        say(f"parked: unit {unit.id}, {unit.name}: {reason}")


@contextmanager
def line_of_progress() -> Iterator[Callable[[str], None]]:
    """A line that changes, on a terminal; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.text import Text  # noqa: PLC0415 - as above

    with Console(stderr=True).status("") as status:

        def show(text: str) -> None:
            status.update(Text("".join(c if c.isprintable() else "?" for c in text)))

        yield show


@contextmanager
def ended_as_interrupted() -> Iterator[None]:
    """Whoever stops the service stops it as Ctrl-C does."""

    def interrupt(*_: Any) -> None:  # noqa: ANN401 - a signal and where it came
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
