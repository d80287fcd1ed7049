"""Strands of invented fleets with known hands, made without any evidence."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from alpheus.cases.strands import Strand, Trait, TraitKind
from alpheus.fleet.hands import Clusters, Seen

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
KIT_CARRIERS = ("/ecp/y.js", "/ecp/program.js", "/owa/auth/x.js")
KIT_PAGES = ("shell.aspx", "supp0rt.aspx", "discover.aspx", "help.aspx")
"""What comes with tools that anybody may have."""
PUBLIC = ("python-requests/2.25.1", "Mozilla/5.0 (Windows NT 10.0)", "curl/7.64")


def trait(kind: str, value: str) -> Trait:
    """One trait; its label is its value."""
    return Trait(TraitKind(kind), value, value)


def seen(number: int, *traits: Trait, server: str = "", first: str = "", place: int = 1) -> Seen:
    """A strand of a server of its own, unless that is named."""
    begun = first or "2021-03-01T02:00:00Z"
    strand = Strand(begun, begun, tuple(sorted(traits)), (2,))
    return Seen(number, place, server or f"srv{number:05d}", strand)


def word(rng: Random, length: int = 8) -> str:
    """Letters and digits by chance."""
    return "".join(rng.choices(_LETTERS, k=length))


def address(rng: Random) -> str:
    """Any address."""
    return f"{rng.choice((45, 62, 93, 185))}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"  # noqa: E501


@dataclass(frozen=True, slots=True)
class Habits:
    """How a hand goes about it. `key` is '' for one that takes another each time."""

    ways: tuple[str, ...]
    carrier: str
    page: str
    key: str
    agent: str
    structure: str


def habits(rng: Random, *, keeps_key: bool, shared: tuple[str, ...] = ()) -> Habits:
    """Those of one hand. Structures, programs, and some names and ways are everybody's."""
    ways = (*(address(rng) for _ in range(rng.randint(1, 5))), *shared)
    carrier = rng.choice(KIT_CARRIERS) if rng.random() < 0.4 else f"/ecp/{word(rng, 6)}.js"
    page = rng.choice(KIT_PAGES) if rng.random() < 0.4 else f"{word(rng)}.aspx"
    return Habits(ways, carrier, page, word(rng, 10) if keeps_key else "", rng.choice(PUBLIC),
                  f"f-{rng.randrange(4)}")  # fmt: skip


def intrusion(rng: Random, number: int, who: Habits, *, server: str = "", place: int = 1) -> Seen:
    """What a hand leaves on a server, as much of it as logs happen to keep."""
    ways = {rng.choice(who.ways), rng.choice(who.ways)}
    traits = [trait("agent", who.agent), trait("request", "a]@{host}:444/ecp/x?{secret}")]
    traits += [trait("address", one) for one in ways]
    traits += [trait("network", one.rpartition(".")[0]) for one in ways]
    if rng.random() < 0.8:
        traits.append(trait("page-name", who.page))
    if rng.random() < 0.7:
        traits += [trait("secret", who.key or word(rng, 10)), trait("structure", who.structure)]
    if rng.random() < 0.7:
        traits.append(trait("carrier", who.carrier))
    if rng.random() < 0.6:
        traits += [trait("command", "whoami"), trait("commands", "whoami; hostname; ipconfig")]
    day = rng.randint(1, 28)
    return seen(number, *traits, server=server, first=f"2021-03-{day:02d}T02:00:00Z", place=place)


def stranger(rng: Random, number: int, *, server: str = "", place: int = 1) -> Seen:
    """Somebody who came once, by the same hole, with a program that everybody has."""
    return intrusion(rng, number, habits(rng, keeps_key=True), server=server, place=place)


def fleet(
    seed: int, servers: int, hands: int = 6, shared_ways: int = 2
) -> tuple[list[Seen], dict[tuple[int, int], int]]:
    """Strands, and by observation and number the hand; strangers have one below 0 each.

    Two hands go through the same ways; every tenth server was visited by two hands.
    """
    rng = Random(seed)
    ways = tuple(address(rng) for _ in range(shared_ways))
    several = [
        habits(rng, keeps_key=at % 3 != 2, shared=ways if at < 2 else ()) for at in range(hands)
    ]
    found: list[Seen] = []
    truth: dict[tuple[int, int], int] = {}
    for number in range(1, servers + 1):
        server = f"srv{number:05d}"
        for place in range(1, 3 if number % 10 == 0 else 2):
            who = rng.randrange(hands + hands // 2 + 1)
            if who < hands and truth.get((number, 1)) != who:
                found.append(intrusion(rng, number, several[who], server=server, place=place))
                truth[number, place] = who
            else:
                found.append(stranger(rng, number, server=server, place=place))
                truth[number, place] = -number * 10 - place
    return found, truth


def pairs(found: Clusters, truth: dict[tuple[int, int], int]) -> tuple[float, float]:
    """Precision and recall of pairs of strands that are said to be of one hand."""
    said: dict[tuple[int, int], int] = {}
    for number, hand in enumerate(found.hands):
        for at in hand.members:
            one = found.strands[at]
            said[one.observation, one.number] = number
    right = wrong = missed = 0
    keys = sorted(truth)
    for at, one in enumerate(keys):
        for other in keys[at + 1 :]:
            same = truth[one] == truth[other]
            told = said.get(one, -1) == said.get(other, -2)
            right += same and told
            wrong += told and not same
            missed += same and not told
    precision = right / (right + wrong) if right + wrong else 1.0
    return precision, right / (right + missed) if right + missed else 1.0
