"""A fleet: servers that several hands broke into through the same hole, one package each.

Hands share the exploit, programs that anybody has, and sometimes a way out to the internet. What
they do not share is what a hand is told by: its key, its addresses, its names. Some take a new key
for every server; some servers were visited by somebody who came once, and one by two hands.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from alpheus.errors import OutputError, UsageError
from alpheus.lab import names
from alpheus.lab.attack import Attacker, make_attacker
from alpheus.lab.generate import write_plan
from alpheus.lab.plan import Plan, draft
from alpheus.lab.scenarios.quiet import quiet_truth
from alpheus.lab.scenarios.shells import Break, break_in
from alpheus.lab.server import Server
from alpheus.model import Stage, Verdict

TRUTH = "fleet-truth.json"
PACKAGES = "packages"
_START, _END = datetime(2021, 2, 26, tzinfo=UTC), datetime(2021, 3, 5, tzinfo=UTC)
_IIS_ALONE = frozenset({"iis1", "iis2"})


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody with habits. `key` is that of every page, or '' for a new one each time.

    `ways`: addresses; of each break-in, one breaks in and one comes to use the page.
    """

    name: str
    ways: tuple[str, ...]
    tool: str
    carrier: str
    key: str
    page: str


@dataclass(frozen=True, slots=True)
class Intrusion:
    """What is true: who was on which server. `hand` is '' for somebody who came once."""

    package: str
    server: str
    hand: str
    page: str


@dataclass(frozen=True, slots=True)
class FleetTruth:
    """What is true of a fleet."""

    seed: int
    packages: Path
    hands: tuple[str, ...]
    intrusions: tuple[Intrusion, ...]


def make_hand(rng: Random, name: str, *, shared: Sequence[str] = (), own_key: bool = True) -> Hand:
    """A hand with habits of its own; `shared` are ways that others take as well."""
    tool = make_attacker(rng).tool
    ways = tuple(names.public_address(rng) for _ in range(rng.randint(2, 3)))
    return Hand(
        name, (*ways, *shared), tool, f"/ecp/{names.letters(rng, 5, 7)}.js",
        names.letters(rng, 8, 10) if own_key else "",
        f"{names.letters(rng, 7, 9)}.aspx",
    )  # fmt: skip


def generate_fleet(out: Path, servers: int, *, seed: int = 1, size: int = 150_000) -> FleetTruth:
    """Write `out/packages/NAME/` for each server, and `out/fleet-truth.json` beside them.

    Of ten servers, three are of a hand that keeps its key, two of another, two of one that makes a
    new key for each, two of strangers, and one was left alone; the first is of two hands.

    Raises UsageError where something is there already, OutputError where nothing can be written.
    """
    packages = out / PACKAGES
    if packages.exists():
        raise UsageError(f"{packages} exists already; name another folder")
    rng = Random(f"{seed}:fleet")  # noqa: S311 - a simulation, no secret
    way = names.public_address(rng)
    hands = (
        make_hand(rng, "alder", shared=(way,)), make_hand(rng, "birch", shared=(way,)),
        make_hand(rng, "cedar", own_key=False),
    )  # fmt: skip
    found: list[Intrusion] = []
    for number in range(servers):
        place = f"p{number:05d}"
        plan, there = _server(rng, seed, number, place, hands)
        write_plan(plan, packages / place, size, Random(f"{seed}:{number}"))  # noqa: S311 - as above
        found += there
    truth = FleetTruth(seed, packages, tuple(one.name for one in hands), tuple(found))
    _save(out / TRUTH, truth)
    return truth


def _server(
    rng: Random, seed: int, number: int, place: str, hands: Sequence[Hand]
) -> tuple[Plan, list[Intrusion]]:
    turn = number % 10
    if turn == 9:
        server = draft(seed, place).server
        return _bounded(Plan(server, quiet_truth(server, Verdict.NO_EVIDENCE))), []
    alder, birch, cedar = hands
    of = (alder, alder, birch, cedar, None, alder, birch, cedar, None)[turn]
    here = [of] if number else [alder, birch]
    server = draft(seed, place).server
    breaks = [_break(rng, seed, f"{place}-{at}", server, one) for at, one in enumerate(here)]
    plan = breaks[0].plan(Stage.OPERATED)
    for other in breaks[1:]:
        also = other.plan(Stage.OPERATED)
        plan.entries = [*plan.entries, *also.entries]
        plan.files += also.files
        plan.truth = replace(plan.truth, shells=(*plan.truth.shells, *also.truth.shells))
    if number > 20 and rng.random() < 0.15:
        plan.collected = _IIS_ALONE
    told = [
        Intrusion(place, server.name, "" if one is None else one.name,
                  each.shell.url.rpartition("/")[2])
        for one, each in zip(here, breaks, strict=True)
    ]  # fmt: skip
    return _bounded(plan), told


def _break(rng: Random, seed: int, name: str, server: Server, hand: Hand | None) -> Break:
    if hand is None:
        intrusion = break_in(seed, name, server=server)
    else:
        first, second = rng.choice(hand.ways), rng.choice(hand.ways)
        attacker = Attacker((first, second), hand.tool, hand.carrier, names.letters(rng, 44, 44))
        intrusion = break_in(
            seed, name, server=server, attacker=attacker, key=hand.key, page=hand.page
        )
    intrusion.operate()
    return intrusion


def _bounded(plan: Plan) -> Plan:
    plan.start, plan.end = _START, _END
    return plan


def _save(path: Path, truth: FleetTruth) -> None:
    said = {
        "seed": truth.seed, "hands": list(truth.hands),
        "intrusions": [
            {"package": one.package, "server": one.server, "hand": one.hand, "page": one.page}
            for one in truth.intrusions
        ],
    }  # fmt: skip
    try:
        path.write_text(json.dumps(said, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
