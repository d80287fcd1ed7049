"""`alpheus campaign probe`: very many servers asked in shards, each a unit of the ledger."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, path
from alpheus.cli.campaign_common import (
    NOT_ALL,
    add_later_to,
    ended_as_interrupted,
    interrupted,
    line_of_progress,
    recover,
    say_parked,
    work_out_unless_later,
)
from alpheus.cli.case_common import (
    Below,
    add_command,
    add_person_to,
    open_place,
    who_does_it,
)
from alpheus.cli.output import say
from alpheus.cli.probe import (
    add_asking_to,
    add_scope_to,
    check_open,
    limits_of,
    read_asked,
    resolver_of,
)
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from alpheus.cases.database import Database
    from alpheus.exposure.scope import Scope
    from alpheus.fleet.driver import Summary
    from alpheus.fleet.ledger import Ledger
    from alpheus.fleet.rounds import Round

_LOCAL = "local"
_MEMORY = 4 << 30


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = add_command(
        below, "probe", _probe,
        "ask very many servers inside a scope, in shards, and take what is found into the cases",
        " As alpheus probe does, cut into shards by whole networks; what a shard was answered goes "
        "into the cases with its end. The same command goes on where it was, however it ended, and "
        "asks nobody where nothing is left. Exit status: 3 where shards are parked.",
    )  # fmt: skip
    parser.add_argument(
        "targets", nargs="+", metavar="TARGET",
        help="host, address, network, range, URL, file of these, or - for standard input",
    )  # fmt: skip
    add_scope_to(parser, required=True)
    parser.add_argument(
        "--shards", type=bound, default=0, metavar="N",
        help="into how many it is cut (default: one for each 10,000 endpoints)",
    )  # fmt: skip
    parser.add_argument(
        "--at-once", type=bound, default=1, metavar="N",
        help="so many shards at a time, on all machines, each with its part of the rates of the "
        "scope (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--anew", action="store_true",
        help="ask all again, and leave what is left of an earlier time in this scope",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", type=path, default=Path(), metavar="FOLDER",
        help="where the folder is made that has the journals of all shards (default: this folder)",
    )  # fmt: skip
    add_asking_to(parser)
    add_person_to(parser, why=False)
    add_later_to(parser)
    parser.add_argument(
        "--engine", default=_LOCAL, metavar="WHERE",
        help="local alone: no worker of a cluster asks anybody (default: local)",
    )  # fmt: skip


def _probe(options: argparse.Namespace) -> int:
    from alpheus.fleet.ledger import Ledger  # noqa: PLC0415 - keeps --help fast
    from alpheus.fleet.planned import bound as bound_lane  # noqa: PLC0415 - as above
    from alpheus.fleet.rounds import Wanted, open_round  # noqa: PLC0415 - as above

    if options.engine != _LOCAL:
        raise UsageError(
            "shards of a probe are asked from this machine, whose address owners know; no worker "
            "of a cluster asks anybody: leave out --engine, or start the same command there"
        )
    asked = read_asked(options)
    if asked is None:
        return UsageError.exit_status
    scope, targets = asked
    check_open(scope, options.scope)
    with open_place(options, create=True) as database, database.drive(), ended_as_interrupted():
        ledger = Ledger(database)
        recover(ledger)
        wanted = Wanted(scope, targets, options.output, options.looks, options.shards, options.anew)
        found = open_round(ledger, wanted, resolver_of(options.nameserver))
        _say_opened(found)
        if ledger.left(found.recipe) == (0, 0):
            return _nothing_left(found)
        may = bound_lane(database, found.lane, options.at_once)
        if may != options.at_once:
            raise UsageError(f"shards of this scope are under way with 1/{may} of its rates each; "
                             f"use --at-once {may}, or wait until they have ended")  # fmt: skip
        try:
            summary = _drive(options, ledger, found, scope)
        except KeyboardInterrupt:
            return interrupted()
        return _ending(options, database, summary, found)


def _say_opened(found: Round) -> None:
    if found.left:
        are = "shard is" if found.left == 1 else "shards are"
        say(f"{found.left:,} {are} left of an earlier time, and not asked")
    if found.space.unknown_denials:
        say(f"{found.space.unknown_denials:,} denied names lead nowhere; their servers are told by"
            " their certificates alone")  # fmt: skip
    outside = sum(one.count for one in found.space.outside)
    if outside:
        targets = "target is" if outside == 1 else "targets are"
        say(f"{outside:,} {targets} not in the scope, and not asked ({found.space.outside[0].why})")
    nowhere = len({one.target for one in found.space.named.observations})
    if nowhere:
        names = "name leads" if nowhere == 1 else "names lead"
        say(f"{nowhere:,} {names} nowhere, or elsewhere too, where nobody is asked; each with its "
            "reason in the journal of the first shard")  # fmt: skip
    ends = "" if found.space.total == 1 else "s"
    cut = f"{found.space.total:,} endpoint{ends} in {_shards(found.shards)}"
    say(f"{'going on with' if found.before else 'writing to'} {found.folder}: {cut}")


def _shards(number: int) -> str:
    return f"{number:,} shard{'' if number == 1 else 's'}"


def _nothing_left(found: Round) -> int:
    parked = found.before.states.get("parked", 0) if found.before else 0
    if parked:
        say(f"{_shards(parked)} of it parked; see alpheus campaign status; again: campaign retry")
        return NOT_ALL
    ended = f" since {found.before.ended}" if found.before else ""
    say(f"all were asked{ended}; ask them again by --anew")
    return 0


def _drive(options: argparse.Namespace, ledger: Ledger, found: Round, scope: Scope) -> Summary:
    from alpheus.engine import Bounds, LocalEngine  # noqa: PLC0415 - keeps --help fast
    from alpheus.fleet.driver import Driver, Manner  # noqa: PLC0415 - as above
    from alpheus.fleet.probing import Probing, touch  # noqa: PLC0415 - as above

    probing = Probing(
        scope, found.space, found.folder, options.at_once, ledger.lease / 2,
        limits_of(options, options.at_once), options.looks,
    )  # fmt: skip
    of = sum(ledger.left(found.recipe))
    touch(found.folder)
    seats = min(options.at_once, of, os.cpu_count() or 1)
    engine = LocalEngine(probing, seats, probing, Bounds(_MEMORY))
    with line_of_progress() as show:
        manner = Manner(
            who_does_it(options), say=say, beaten=lambda: touch(found.folder), ahead=False,
            tell=lambda done, doing, _: show(f"{done.done + len(done.parked):,} of "
                                             f"{_shards(of)}  {doing[-60:]}"),
        )  # fmt: skip
        return Driver(ledger, engine, found.recipe, manner).run()


def _ending(options: argparse.Namespace, database: Database, summary: Summary, found: Round) -> int:
    from alpheus.fleet.ledger import Ledger  # noqa: PLC0415 - keeps --help fast

    say(f"{_shards(summary.done)} asked now; what was sent: {found.folder}")
    say_parked(summary)
    if summary.done:
        work_out_unless_later(options, database)
    return NOT_ALL if Ledger(database).parked(found.recipe) else 0
