"""Shell families of a fleet: pages of one structure on several servers, read again where they lie.

What is known of pages is their hashes and names; their bytes are read again from the packages, and
only those that have the hash which was judged. A package that is gone leaves its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.database import Database
from alpheus.cases.schema import observations
from alpheus.cases.strands import Trait, TraitKind
from alpheus.detect.webshell.judge import structure_of
from alpheus.errors import EvidenceError, UsageError
from alpheus.evidence import OpenOptions, open_package
from alpheus.evidence.place import place_of
from alpheus.fleet.hand_weights import Weights
from alpheus.fleet.hands import LEAST, Seen
from alpheus.fleet.hands_told import read_strands
from alpheus.fleet.report import Victim, batched, judged_servers
from alpheus.model import Skipped
from alpheus.sharing.family_rules import ShellFamily

MOST_PACKAGES = 40
"""Packages of a family that are opened for its pages, those it came to first first."""
LARGEST = 1 << 20
"""Bytes of a page that is read."""


class _Body(msgspec.Struct):
    name: str = ""
    aliases: tuple[str, ...] = ()


o = observations.c
_read = msgspec.json.Decoder(_Body).decode


@dataclass(slots=True)
class _Members:
    """Strands with pages of one structure, or with one page."""

    seen: list[Seen] = field(default_factory=list)
    hashes: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A family, and packages whose pages could not be read again, with why."""

    family: ShellFamily
    unread: tuple[str, ...]


def families(
    database: Database, *, least: int = 2, passwords: Sequence[str] = ()
) -> Iterator[Found]:
    """Each family on so many servers, the largest first. Raises DatabaseError."""
    with database.read() as connection:
        victims = {one.observation: one for one in judged_servers(connection)}
        grouped = _grouped(connection, victims)
        called = _names_of(connection, (one.observation for each in grouped.values()
                                        for one in each.seen))  # fmt: skip
    wanted = [
        (name, members) for name, members in grouped.items()
        if len({one.who for one in members.seen}) >= least
    ]  # fmt: skip
    wanted.sort(key=lambda one: (-len(one[1].seen), one[0]))
    for name, members in wanted:
        yield _family(name, members, (victims, called), OpenOptions(passwords=tuple(passwords)))


def _grouped(connection: Connection, victims: Mapping[int, Victim]) -> dict[str, _Members]:
    """By structure; pages of which no structure is known, by themselves."""
    found: dict[str, _Members] = {}
    names = {number: (one.name, one.full) for number, one in victims.items()}
    for seen in sorted(read_strands(connection, names), key=lambda one: one.strand.first or "~"):
        of_kind = {
            kind: [one.value for one in seen.strand.traits if one.kind is kind]
            for kind in (TraitKind.PAGE, TraitKind.STRUCTURE)
        }
        for name in of_kind[TraitKind.STRUCTURE] or [
            f"page-{one[:12]}" for one in of_kind[TraitKind.PAGE]
        ]:
            members = found.setdefault(name, _Members())
            members.seen.append(seen)
            if len(of_kind[TraitKind.STRUCTURE]) == 1 or name.startswith("page-"):
                members.hashes.update(
                    dict.fromkeys(one for one in of_kind[TraitKind.PAGE]
                                  if not name.startswith("page-") or one.startswith(name[5:]))
                )  # fmt: skip
    return found


def _family(
    name: str,
    members: _Members,
    known: tuple[Mapping[int, Victim], Mapping[int, list[str]]],
    options: OpenOptions,
) -> Found:
    victims, called = known
    pages: dict[str, bytes] = {}
    unread: list[str] = []
    places = dict.fromkeys(victims[one.observation].package for one in members.seen)
    wanted = {
        trait.value for one in members.seen for trait in one.strand.traits
        if trait.kind is TraitKind.PAGE
    }  # fmt: skip
    names = _names(members.seen)
    for place in list(places)[:MOST_PACKAGES]:
        try:
            pages |= {
                digest: content
                for digest, content in _pages(place, names, wanted - set(pages), options)
                if name.startswith("page-") or structure_of(content, "page.aspx") == name
            }
        except (EvidenceError, UsageError) as error:
            unread.append(f"{place}: {error}")
    if len(places) > MOST_PACKAGES:
        unread.append(f"{len(places) - MOST_PACKAGES:,} more packages were not opened")
    hidden = {part for one in members.seen for part in _called(called[one.observation])}
    strands = [one.strand for one in members.seen]
    return Found(
        ShellFamily(
            name, len({one.who for one in members.seen}),
            min((one.first for one in strands if one.first), default=""),
            max((one.last for one in strands), default=""),
            tuple(sorted({*members.hashes, *pages})), tuple(sorted(names)),
            tuple(pages[one] for one in sorted(pages)), tuple(sorted(hidden)),
            tuple(_agents(members.seen)),
        ),
        tuple(unread),
    )  # fmt: skip


def _names(several: Iterable[Seen]) -> set[str]:
    return {
        trait.value for one in several for trait in one.strand.traits
        if trait.kind is TraitKind.PAGE_NAME
    }  # fmt: skip


def _agents(several: Sequence[Seen]) -> Iterator[str]:
    """Programs that half of its servers saw, and that hardly anybody else has."""
    weights = Weights()
    counted: dict[Trait, set[str]] = {}
    for one in several:
        for trait in one.strand.traits:
            if trait.kind is TraitKind.AGENT and weights.bits(trait) > LEAST:
                counted.setdefault(trait, set()).add(one.who)
    half = len({one.who for one in several}) / 2
    yield from sorted(trait.value for trait, who in counted.items() if len(who) >= max(2, half))


def _called(names: Iterable[str]) -> Iterator[str]:
    """What would name a victim: its names, and the parts of these."""
    for name in names:
        yield name
        yield from (part for part in name.replace("-", ".").split(".") if len(part) > 3)


def _names_of(connection: Connection, several: Iterable[int]) -> dict[int, list[str]]:
    """What servers are called in their assessments."""
    found = {}
    for part in batched(sorted(set(several))):
        query = select(o.id, o.body).where(o.id.in_(part))
        for number, body in connection.execute(query):
            said = _read(body)
            found[number] = [said.name, *said.aliases]
    return found


def _pages(
    place: str, names: set[str], wanted: set[str], options: OpenOptions
) -> Iterator[tuple[str, bytes]]:
    """Pages of a package that are called so and have one of these hashes."""
    if not wanted:
        return
    package = open_package(place_of(place), "E1", options)
    for file in package.files():
        if isinstance(file, Skipped) or file.path.rpartition("/")[2].lower() not in names:
            continue
        with file.open() as stream:
            content = stream.read(LARGEST + 1)
        digest = hashlib.sha256(content).hexdigest()
        if digest in wanted:
            yield digest, content
