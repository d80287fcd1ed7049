"""`alpheus case merge|split|apart|revoke`: what people decide about what one server is."""

from __future__ import annotations

import argparse

from alpheus.cli.arguments import bound
from alpheus.cli.case_common import (
    Below,
    add_command,
    add_person_to,
    add_server_to,
    open_place,
    service,
    tell,
    who_does_it,
)
from alpheus.cli.output import say


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    merge = add_command(below, "merge", _merge, "make several servers one")
    merge.add_argument("servers", nargs="+", type=bound, metavar="SERVER", help="their numbers")
    add_person_to(merge)
    split = add_command(
        below, "split", _split, "make some observations of a server one of their own"
    )
    add_server_to(split)
    split.add_argument(
        "observations", nargs="+", type=bound, metavar="OBSERVATION",
        help="numbers of observations, as show tells them",
    )  # fmt: skip
    add_person_to(split)
    apart = add_command(
        below, "apart", _apart, "keep servers apart, whatever is seen of them later"
    )
    apart.add_argument("servers", nargs="+", type=bound, metavar="SERVER", help="their numbers")
    add_person_to(apart)
    revoke = add_command(
        below, "revoke", _revoke, "take back a merge, a split, or that servers are kept apart",
        " All is as it would be without that decision.",
    )  # fmt: skip
    revoke.add_argument(
        "decision", type=bound, metavar="DECISION",
        help="the number of the decision, as show tells it",
    )  # fmt: skip
    add_person_to(revoke)


def _merge(options: argparse.Namespace) -> int:
    with open_place(options) as database:
        cases = service(database)
        row = cases.merge(options.servers, who=who_does_it(options), why=options.why)
        _told([row], again=cases.again())
    return 0


def _split(options: argparse.Namespace) -> int:
    with open_place(options) as database:
        cases = service(database)
        rows = cases.split(
            options.server, options.observations, who=who_does_it(options), why=options.why
        )
        _told(rows, again=cases.again())
    return 0


def _apart(options: argparse.Namespace) -> int:
    with open_place(options) as database:
        cases = service(database)
        rows = cases.keep_apart(options.servers, who=who_does_it(options), why=options.why)
        _told(rows, again=cases.again())
    return 0


def _revoke(options: argparse.Namespace) -> int:
    with open_place(options) as database:
        cases = service(database)
        rows = cases.revoke(options.decision, who=who_does_it(options), why=options.why)
        _told(rows, again=cases.again())
    return 0


def _told(rows: list[dict[str, object]], *, again: bool) -> None:
    for row in rows:
        tell(row)
    if again:
        say("it is taken down, and takes all observations to be carried out: alpheus case rebuild")
