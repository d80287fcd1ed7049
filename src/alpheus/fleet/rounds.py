"""A probe cut into shards, in the ledger: what is begun, gone on with, or begun anew.

A scope has one round at a time, and so have targets, so that what an owner signed for is not asked
for twice at once.
The shards of a round are fixed when it begins: their number, whom names lead to, and the folder.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from msgspec import structs

from alpheus.errors import UsageError
from alpheus.exposure.named import denied_addresses
from alpheus.exposure.names import Resolver
from alpheus.exposure.scope import Scope
from alpheus.exposure.shards import MOST_NETWORKS, networks_of
from alpheus.exposure.space import LookedUp, Space, keep, look_up, looked_up, read_kept
from alpheus.exposure.target_list import TargetList
from alpheus.fleet import planned
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Asked, Recipe, UnitKind
from alpheus.fleet.planned import Planned, Standing

SHARD = 10_000
"""Endpoints of a shard, unless the operator wants another number of shards."""
MOST_SHARDS = 100_000
NAMES = "names.json"
KNOWLEDGE = "alpheus.probe-run/1"
"""What is asked does not depend on packs: conclusions are made again from answers (ADR 20)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator asks for. `shards` 0: as many as fit. `anew`: whatever was before.

    Below `folder` each round has a folder of its own.
    """

    scope: Scope
    targets: TargetList
    folder: Path
    looks: int = 2
    shards: int = 0
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """A round that can be gone on with. `left` units of an earlier one were left alone."""

    recipe: Recipe
    lane: str
    folder: Path
    space: Space
    shards: int
    new: int
    left: int
    before: Standing | None


def lane_of(scope: Scope) -> str:
    """The lane in which all shards of a scope are."""
    return f"probe-{scope.signed[:12]}"


def open_round(ledger: Ledger, wanted: Wanted, resolver: Resolver) -> Round:
    """Register the shards of a round, or find those of the one to go on with. Raises UsageError.

    Of machines that begin at once, the first to register a round has begun it for all.
    """
    lane, digest = lane_of(wanted.scope), wanted.targets.digest
    asked = Asked(wanted.scope.signed, digest, "", wanted.looks, wanted.shards, "")
    there = list(_rounds(ledger))
    every = [one for one in there if _concerns(one[0], asked)]
    mine = [(one, how) for one, how in every if _same(one, asked)]
    before = None if wanted.anew or not mine else mine[-1]
    for one, how in every:
        if how.left and (before is None or one != before[0]):
            _may_leave(one, how, wanted)
    name = before[0].round if before else secrets.token_hex(4)
    folder = wanted.folder / _called(name)
    names, space = _names(folder, wanted, resolver)
    _may_go_on(before, wanted, names, folder)
    shards = before[0].shards if before else _shards(space, wanted)
    left = planned.leave(ledger.database, [how for _, how in every]) if wanted.anew else 0
    asked = structs.replace(asked, names=names.digest, shards=shards, round=name)
    recipe = Recipe(UnitKind.PROBE, asked, KNOWLEDGE)
    units = [
        Planned(f"{number} of {shards}", f"{number}/{shards}",
                f"probe {name} ({number} of {shards})") for number in range(1, shards + 1)
    ]  # fmt: skip
    known = {how.parameters for _, how in there}
    new = planned.begin(ledger.database, recipe, lane, units, known)
    if new is None:
        if before is None:
            _forget(folder)
        begun = any(
            how.parameters not in known and _concerns(one, asked) for one, how in _rounds(ledger)
        )
        again = replace(wanted, anew=wanted.anew and not begun)
        found = open_round(ledger, again, resolver)
        return replace(found, left=found.left + left)
    return Round(recipe, lane, folder, space, shards, new, left, before[1] if before else None)


def _forget(folder: Path) -> None:
    """Where names led for a round that nobody has begun."""
    with suppress(OSError):
        (folder / NAMES).unlink()
        folder.rmdir()


def _rounds(ledger: Ledger) -> Iterator[tuple[Asked, Standing]]:
    """All that there were, of whatever scope."""
    for one in planned.standing(ledger.database, UnitKind.PROBE):
        yield msgspec.json.decode(one.parameters, type=Asked), one


def _concerns(one: Asked, other: Asked) -> bool:
    return one.scope == other.scope or one.targets == other.targets


def _same(one: Asked, other: Asked) -> bool:
    return (one.scope, one.targets, one.looks) == (other.scope, other.targets, other.looks)


def _may_leave(one: Asked, how: Standing, wanted: Wanted) -> None:
    """Whether what is left of a round that has the same scope, or the same targets, may be left."""
    same, now = one.scope == wanted.scope.signed, wanted.scope
    left = f"{how.left:,} of {how.units:,} shards are left of {_called(one.round)}"
    if how.states.get("running"):
        raise UsageError(f"{left}, which has the same {'scope' if same else 'targets'}, and some "
                         "are under way; wait until it has ended")  # fmt: skip
    if wanted.anew:
        return
    if same:
        raise UsageError(f"{left}, which is of this scope with other targets or --looks; go on "
                         "with it as it was begun, or leave it: --anew")  # fmt: skip
    raise UsageError(
        f"{left}, which asks these targets by a scope file that was as {one.scope[:12]}… when it "
        f"was begun, and {now.name} is {now.signed[:12]}…. It goes on only by the file as it was "
        "(and the lists of whom it allows): put that back. Or begin anew, which leaves these "
        "shards and asks all again: --anew. Whom to leave out can be added at any time to a list "
        "that 'opt_out' or 'deny_file' names"
    )


def _called(name: str) -> str:
    """The folder of a round."""
    return f"probes-{name}"


def _may_go_on(
    before: tuple[Asked, Standing] | None, wanted: Wanted, names: LookedUp, folder: Path
) -> None:
    """Whether it is the same round still."""
    if before is None:
        return
    asked, _ = before
    if wanted.shards and wanted.shards != asked.shards:
        raise UsageError(f"this round was cut into {asked.shards:,} shards; leave out --shards, or "
                         "begin anew: --anew")  # fmt: skip
    if names.digest != asked.names:
        raise UsageError(f"{folder}: names lead elsewhere than when this round was begun; name the "
                         f"folder that this one was in when it was begun (-o FOLDER), or begin "
                         "anew: --anew")  # fmt: skip


def _names(folder: Path, wanted: Wanted, resolver: Resolver) -> tuple[LookedUp, Space]:
    """Where names lead: as it was looked up when the round began, and now if they are denied."""
    known = read_kept(folder / NAMES)
    if known is None:
        known = looked_up(look_up(wanted.targets, wanted.scope, resolver))
        keep(folder / NAMES, known)
        return known, known.space(wanted.targets, wanted.scope)
    space = known.space(wanted.targets, wanted.scope)
    denied_at, unknown = denied_addresses(wanted.scope, resolver)  # who opted out since, too
    return known, replace(
        space, denied_at={**space.denied_at, **denied_at}, unknown_denials=unknown
    )


def _shards(space: Space, wanted: Wanted) -> int:
    networks = networks_of(space, wanted.scope.rates)
    if networks > MOST_NETWORKS:
        raise UsageError(f"{networks:,} networks are too many to be asked; name smaller ranges")
    many = wanted.shards or -(-space.total // SHARD)
    return max(min(many, networks, MOST_SHARDS), 1)
