"""Packages into the ledger: hashed where they have changed, and ranked by who may be hurt most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from msgspec import structs
from sqlalchemy import Connection, func, select

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.errors import EvidenceError, NotWorkedOutError
from alpheus.evidence.magic import ENDS
from alpheus.fleet.content import Found, fingerprint, read_package
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import COMMON, Package, Recipe
from alpheus.fleet.stored import Knowing, find_stored, in_parts

_AT_ONCE = 200


@dataclass(slots=True)
class Registered:
    """What was registered: packages, their bytes, and how many units are `new`.

    `same`: packages whose content another has, too. `passed`: objects in a store that are none.
    `lost` are places of packages that could not be read, each with a sentence.
    """

    packages: int = 0
    bytes: int = 0
    new: int = 0
    same: int = 0
    passed: int = 0
    lost: dict[str, str] = field(default_factory=dict)


def register(
    ledger: Ledger,
    found: Found,
    recipe: Recipe,
    *,
    lane: str = COMMON,
    tell: Callable[[Registered], None] = lambda _: None,
) -> Registered:
    """Register packages, a few at a time; what is interrupted goes on where it was.

    What the file system says of a package as it did before is not read again.
    """
    done, contents = Registered(), set[bytes]()
    for packages in chain(_on_disk(ledger, found, done), _in_stores(ledger, found, done)):
        ranks = ranks_of(ledger.database, packages)
        done.new += ledger.register(packages, recipe, lane=lane, ranks=ranks)
        done.packages += len(packages)
        done.bytes += sum(one.bytes for one in packages)
        contents.update(bytes.fromhex(one.content)[:16] for one in packages)
        done.same = done.packages - len(contents)
        tell(done)
    ledger.park(done.lost, recipe, lane=lane)
    return done


def _on_disk(ledger: Ledger, found: Found, done: Registered) -> Iterator[list[Package]]:
    places = iter(found.places)
    while part := list(islice(places, _AT_ONCE)):
        known = ledger.known([str(place) for place, _ in part])
        yield list(_packages(part, known, done))


def _in_stores(ledger: Ledger, found: Found, done: Registered) -> Iterator[list[Package]]:
    """What the store says of a package as it did before is not looked at again."""
    knowing = Knowing()
    for address in found.addresses:
        for part in in_parts(find_stored(address), _AT_ONCE):
            known = ledger.known([one.place for one in part])
            same = [known.get(one.place) for one in part]
            fresh = [one for one, before in zip(part, same, strict=True)
                     if before is None or before.fingerprint != one.said]  # fmt: skip
            told = {one.place: said for one, said in zip(fresh, knowing.all(fresh), strict=True)}
            packages: list[Package] = []
            for one, before in zip(part, same, strict=True):
                said = told.get(one.place, before)
                if isinstance(said, Package):
                    packages.append(structs.replace(said, name=one.name))
                elif said is not None:
                    done.lost[one.place] = said
                else:
                    done.passed += 1
            yield packages


def _packages(
    part: Sequence[tuple[Path, str]], known: dict[str, Package], done: Registered
) -> Iterator[Package]:
    for place, name in part:
        said, before = fingerprint(place), known.get(str(place))
        if before is not None and before.fingerprint == said:
            yield Package(before.place, name, before.content, before.bytes, said)
            continue
        try:
            yield read_package(place, name, said)
        except EvidenceError as error:
            done.lost[str(place)] = str(error)


def ranks_of(database: Database, packages: Sequence[Package]) -> dict[str, int]:
    """The rank of each package that is called like a server in cases: the more urgent, the lower.

    None where servers were not worked out yet, or none is called so.
    """
    names = {one.place: bare(one.name) for one in packages}
    try:
        with database.read() as connection:
            urgent = _priorities(connection, database.place, sorted({*names.values()}))
    except NotWorkedOutError:
        return {}
    return {place: -urgent[name] for place, name in names.items() if name in urgent}


def bare(name: str) -> str:
    """The name of a package as that of a server: in lower case, without the ends of archives."""
    name = name.lower()
    while (cut := next((one for one in ENDS if name.endswith(one)), "")) and name != cut:
        name = name.removesuffix(cut)
    return name


def _priorities(connection: Connection, place: str, names: Sequence[str]) -> dict[str, int]:
    tables, _ = current(connection, place)
    words, servers = tables.words.c, tables.servers.c
    query = (
        select(words.word, func.max(servers.priority))
        .select_from(tables.words.join(tables.servers, servers.id == words.server))
        .where(words.word.in_(names))
        .group_by(words.word)
    )
    return dict(connection.execute(query).all())
