"""Packages in a store: found in its list, and known by what tells one from another.

An object is not read whole to be known: its ETag and size, and of its content the beginning and
the end, which of a zip archive is its directory with the checksums of all members (ADR 32). So the
same package under two keys is one, where the store gives both the same ETag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from threading import local

from alpheus.errors import EvidenceError, StoreError
from alpheus.evidence.far import FarObject
from alpheus.evidence.identity import PrefixIdentity, object_identity
from alpheus.evidence.magic import ewf_segment, kind_of, why_none
from alpheus.fleet.model import Package
from alpheus.store.address import WEB, Address
from alpheus.store.model import Stat, Store
from alpheus.store.opening import open_store

_AT_ONCE = 8
_LONGEST = 400

Open = Callable[[Address], Store]


@dataclass(frozen=True, slots=True)
class Stored:
    """What may be a package: an object, or with no `stat` all below a name.

    `said` is what the store says of all of it; it changes when content does.
    """

    address: Address
    name: str
    said: str
    size: int
    stat: Stat | None = None

    @property
    def place(self) -> str:
        """The address as it is kept; it leads there again."""
        return str(self.address)


def find_stored(address: Address, opened: Open = open_store) -> Iterator[Stored]:
    """What lies directly below a prefix, in the order of keys, one in memory at a time.

    Hidden names are passed over. Raises UsageError, StoreError.
    """
    store, prefix = opened(address), address.folder().key
    if address.scheme in WEB:
        yield from _single(store, address)
        return
    folder: _Folder | None = None
    before = b""
    for stat in store.list(prefix):
        name, slash, _ = stat.key[len(prefix) :].partition("/")
        if not name and not slash:
            continue  # the mark of the prefix itself
        if slash and folder is not None and folder.name == name:
            folder.add(stat)
            continue
        if folder is not None:
            yield folder.end()
            folder = None
        group = f"{name}{slash}".encode("utf-8", "surrogateescape")
        if group <= before:
            raise StoreError(f"{address}: the store does not list keys in their order")
        before = group
        if name.startswith("."):
            continue
        if slash:
            folder = _Folder(address.below(f"{prefix}{name}/"), name)
            folder.add(stat)
        else:
            yield Stored(address.below(stat.key), name, stat.mark, stat.size, stat)
    if folder is not None:
        yield folder.end()


def _single(store: Store, address: Address) -> Iterator[Stored]:
    stat = store.look(address.key)
    if stat is not None:
        yield Stored(address, address.name, stat.mark, stat.size, stat)


class _Folder:
    """A name below which there are objects: one package."""

    def __init__(self, address: Address, name: str) -> None:
        self.name = name
        self._address = address
        self._identity = PrefixIdentity(address.key)
        self.add = self._identity.add

    def end(self) -> Stored:
        """All of it."""
        return Stored(self._address, self.name, self._identity.end(), self._identity.size)


class Knowing:
    """Tells what packages are, a few at once, each thread with a connection of its own."""

    def __init__(self, opened: Open = open_store) -> None:
        self._opened = opened
        self._own = local()

    def all(self, found: Sequence[Stored]) -> list[Package | str | None]:
        """Of each the package, why it could not be known, or None for what is no package."""
        if len(found) < 2:
            return [self._one(one) for one in found]
        with ThreadPoolExecutor(min(_AT_ONCE, len(found))) as pool:
            return list(pool.map(self._one, found))

    def _one(self, one: Stored) -> Package | str | None:
        if not one.place.isprintable() or not one.name or str(one.address) != _exact(one.address):
            return f"{one.place}: a key that is no plain text; rename it"[:_LONGEST]
        if one.stat is None:
            return Package(one.place, one.name, one.said, one.size, one.said)
        try:
            content = content_of(self._store(one.address), one.stat, one.place)
        except EvidenceError as error:
            return str(error)
        if content is None:
            return None
        return Package(one.place, one.name, content, one.size, one.said)

    def _store(self, address: Address) -> Store:
        key = f"{address.scheme}://{address.host}"
        stores: dict[str, Store] = self._own.__dict__.setdefault("stores", {})
        if key not in stores:
            stores[key] = self._opened(address)
        return stores[key]


def _exact(address: Address) -> str:
    return f"{address.scheme}://{address.host}/{address.key}"


def content_of(store: Store, stat: Stat, place: str) -> str | None:
    """What stands for the content of an object; None if it is no package. Raises StoreError."""
    found = FarObject(store, stat, place)
    head = found.head()
    is_none = kind_of(head) is None and not why_none(found.name, head)
    if is_none or (ewf_segment(head) or 1) > 1:
        return None
    return object_identity(found.open, stat, place)


def in_parts(found: Iterator[Stored], most: int) -> Iterator[list[Stored]]:
    """So many at a time."""
    while part := list(islice(found, most)):
        yield part
