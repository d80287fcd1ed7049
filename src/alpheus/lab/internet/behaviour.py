"""Which server stands at an address: decided by address, seed and mix alone."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from alpheus.lab.internet import later
from alpheus.lab.internet.builds import RELEASES, Release
from alpheus.lab.internet.kinds import KINDS, Kind
from alpheus.lab.internet.mix import BLACK_HOLE, EVERY_KIND_FIRST, Mix

_WORDS = (
    "alder", "amber", "bison", "brook", "cedar", "cobalt", "delta", "dune", "elm", "ember",
    "falcon", "fern", "garnet", "grove", "harbor", "heron", "iris", "ivory", "juniper", "kestrel",
    "lake", "larch", "maple", "marsh", "north", "oak", "onyx", "otter", "pine", "quartz", "raven",
    "reed", "sable", "sorrel", "tern", "thistle", "umber", "vale", "willow", "yarrow",
)  # fmt: skip
_ROLES = ("EX", "MAIL", "EXCH", "CAS", "MBX", "SRV")

TURN_FIRST = int(ipaddress.IPv4Address(EVERY_KIND_FIRST))
FIRST_FACTOR = 0x9E3779B1
SECOND_FACTOR = 0x85EBCA6B
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The server at one address.

    `releases` and `servers` (short names, upper case) go together: one each for every member.
    `organisation` numbers the owner, whose domain and certificate it has.
    """

    address: str
    kind: Kind
    releases: tuple[Release, ...]
    servers: tuple[str, ...]
    organisation: int

    @property
    def domain(self) -> str:
        """The owner's domain on the Internet."""
        return domain_of(self.organisation)

    @property
    def names(self) -> tuple[str, ...]:
        """The host names of its certificate."""
        return f"mail.{self.domain}", f"autodiscover.{self.domain}"


def domain_of(organisation: int) -> str:
    """An organisation's domain; made up, under the name that RFC 2606 keeps for examples."""
    first, second = divmod(organisation, len(_WORDS))
    more = f"{first}" if first else ""
    return f"{_WORDS[second]}{more}.example"


def filter_seed(seed: int) -> int:
    """The 32 bits of a seed that choose the addresses which never accept."""
    return int.from_bytes(hashlib.blake2b(f"filter {seed}".encode(), digest_size=4).digest())


def is_black_hole(number: int, seed: int, mix: Mix) -> bool:
    """Whether the IPv4 address of that number never accepts.

    The arithmetic is that of 32 bits and of `packet_filter.py`, which does the same to packets.
    """
    if mix.in_turn:
        place = ((number - TURN_FIRST) & _WORD) % len(mix.turn)
        return mix.turn[place].name == BLACK_HOLE
    if not mix.black_holes:
        return False
    mixed = ((number ^ filter_seed(seed)) * FIRST_FACTOR) & _WORD
    mixed = ((mixed ^ mixed >> 15) * SECOND_FACTOR) & _WORD
    return (mixed ^ mixed >> 13) < int(mix.black_holes * 2**32)


@lru_cache(maxsize=4096)
def behaviour_of(address: str, seed: int, mix: Mix) -> Behaviour:
    """The server at a loopback address; the same for the same arguments, on any machine."""
    digest = hashlib.blake2b(f"{seed} {mix.name} {address}".encode(), digest_size=32).digest()
    dice = [int.from_bytes(digest[at : at + 4]) for at in range(0, 32, 4)]
    number = int.from_bytes(bytes(map(int, address.split(".")))) if ":" not in address else None
    organisation = dice[0] % mix.organisations
    if mix.in_turn:
        place = 0 if number is None else (number - TURN_FIRST) % len(mix.turn)
        kind = mix.turn[place]
        organisation = place
    elif number is not None and is_black_hole(number, seed, mix):
        kind = KINDS[BLACK_HOLE]
    else:
        kind = mix.kind_shares.draw(dice[1] / 2**32)
    if kind.drawn:
        releases: tuple[Release, ...] = (mix.release_shares.draw(dice[2] / 2**32),)
    else:
        releases = tuple(RELEASES[build] for build in kind.builds)
    if mix.day and kind.name != BLACK_HOLE:
        kind, releases = later.on_day(mix, seed, address, kind, releases)
    return Behaviour(address, kind, releases, _servers(dice, len(releases)), organisation)


def _servers(dice: list[int], count: int) -> tuple[str, ...]:
    word = _WORDS[dice[3] % len(_WORDS)].upper()
    role = _ROLES[dice[4] % len(_ROLES)]
    first = dice[5] % 8 + 1
    return tuple(f"{word}-{role}{first + more:02d}" for more in range(count))


def address_of(kind: str, mix: Mix, *, turn: int = 0) -> str:
    """Where a kind stands in the mix that has every kind; `turn` counts its repetitions.

    Raises KeyError if there is no such kind.
    """
    places = {one.name: place for place, one in enumerate(mix.turn)}
    number = TURN_FIRST + turn * len(mix.turn) + places[kind]
    return str(ipaddress.IPv4Address(number))
