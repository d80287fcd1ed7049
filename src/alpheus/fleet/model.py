"""The nouns of the ledger: what a unit is, and what came of one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from alpheus.cases.observations_import import Document
from alpheus.cases.strands import Strand
from alpheus.cases.traces import Trace

MOST_STRIKES = 3
"""A unit that has ended its worker so often is parked."""
MOST_ATTEMPTS = 10
"""So is one that was begun so often and never ended, whoever was at fault."""
PART = 1 << 30
"""Bytes of a package, as it lies there, that are read in one; of larger ones in several parts."""
MOST_PARTS = 255
COMMON = "common"
"""The lane of what was not put into another."""


Sealed = bytes
"""What a part of a package said."""


class UnitKind(StrEnum):
    """What is done with a unit."""

    TRIAGE = "triage"
    """A package is read and judged, or judged by what its parts said."""
    PART = "part"
    """A part of a package is read."""
    PROBE = "probe"
    """A shard of a probe is asked."""
    NOTIFY = "notify"
    """The notices of a batch are handed over."""


class UnitState(StrEnum):
    """Where a unit stands."""

    HELD = "held"
    """Its parts are not read yet."""
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class Parameters(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an operator asked of a triage, as far as its result depends on it.

    `packs` are ids (none: all), `rules` absolute paths, `zone` that of logs in local time, `since`
    and `until` bound what may become a finding (ISO 8601 UTC). `results`: where assessments and
    timelines are written to as well, '' for nowhere. `whole`: see `OpenOptions`.
    """

    packs: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    zone: str = ""
    since: str = ""
    until: str = ""
    results: str = ""
    whole: bool = False


class Asked(msgspec.Struct, frozen=True):
    """What an operator asked of a probe, as far as its result depends on it.

    `scope`, `targets` and `names` are hashes: of the scope file with the lists of whom it allows,
    of whom is asked, and of where names lead. `shards` is into how many it is cut, `round` the name
    of this time that it is done.
    """

    scope: str
    targets: str
    names: str
    looks: int
    shards: int
    round: str


class Sent(msgspec.Struct, frozen=True):
    """By which way the notices of batches are handed over."""

    channel: str


class Recipe(msgspec.Struct, frozen=True):
    """How units are done: all that a result depends on beside content."""

    kind: UnitKind
    parameters: Parameters | Asked | Sent
    knowledge: str

    @property
    def digest(self) -> str:
        """What it is known by."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()

    def key(self, content: str) -> str:
        """The key of the unit that is some content done by this recipe."""
        return hashlib.sha256(f"{self.digest}\n{content}".encode()).hexdigest()


class Package(msgspec.Struct, frozen=True):
    """A package that was found: `content` is its hash, `bytes` its size as it lies there."""

    place: str
    name: str
    content: str
    bytes: int
    fingerprint: str = ""


def parts_of(package: Package, recipe: Recipe) -> int:
    """In how many parts a package is read.

    Whole where a timeline is wanted: who a row belongs to is known to nobody but who has read all
    of it.
    """
    results = isinstance(recipe.parameters, Parameters) and recipe.parameters.results
    if package.bytes <= PART or results:
        return 1
    return min(-(-package.bytes // PART), MOST_PARTS)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it was claimed; `token` is what tells this claim from any other.

    `avoid` are files that are left out, each with the reason; `content` is the hash of its package.
    It is `part` (from 0) of so many, or what to judge was `collected` from its parts.
    """

    id: int
    token: int
    place: str
    name: str
    bytes: int
    attempts: int
    strikes: int
    lane: str = COMMON
    avoid: tuple[tuple[str, str], ...] = ()
    content: str = ""
    kind: UnitKind = UnitKind.TRIAGE
    part: int = 0
    of: int = 1
    collected: tuple[Sealed, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What a unit gave: rows that are ready to be stored, and what finding them took.

    `document` is an assessment, or what a shard was answered; `traces` and `strands` come in the
    order of its rows. `refused`: it could not be opened at all, or not be ended, and why. `away`:
    its store could not be reached, and why, so that it is tried again. `part` is what a part of a
    package said, sealed. `cpu` is milliseconds.
    """

    document: Document | None = None
    traces: tuple[tuple[Trace, ...], ...] = ()
    strands: tuple[tuple[Strand, ...], ...] = ()
    verdict: str = ""
    read: int = 0
    cpu: int = 0
    refused: str = ""
    away: str = ""
    part: bytes | None = None


class Fault(StrEnum):
    """Why a unit was not finished."""

    STRIKE = "strike"
    """It ended its worker, or its worker failed at it."""
    OUTSIDE = "outside"
    """Its worker was ended from outside."""
    GIVEN_BACK = "given back"
    """Nobody is at fault: its driver stops, and the attempt does not count."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of an attempt: a result, or why there is none and the file that it was on."""

    unit: Unit
    result: Result | None = None
    fault: Fault | None = None
    reason: str = ""
    position: str = ""
    milliseconds: int = 0


@dataclass(slots=True)
class Settled:
    """What became of some ends. `late`: the unit was somebody else's by then, and nothing was kept.

    `parts` of packages are counted by themselves. `parked` are units with the reason.
    """

    done: int = 0
    parts: int = 0
    again: int = 0
    late: int = 0
    parked: list[tuple[Unit, str]] = field(default_factory=list)
