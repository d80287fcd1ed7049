r"""What to collect from a server: the table of `collect/sources.yaml`, and what packs add to it.

A path is `%PLACE%\folder\mask`: `*` and `?` stand within a name, `**` before the mask for any
folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from alpheus.errors import KnowledgeError

PLACE = re.compile(r"%([A-Za-z]+)%")
REFERENCE = re.compile(r"\{collect:([^{}]*)\}")
"""Stands in texts of a playbook for the paths of all entries of a source."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something usually lies; `variable` if Windows itself knows the name."""

    name: str
    path: str
    what: str
    variable: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to collect; what the fields mean stands at the top of `collect/sources.yaml`."""

    id: str
    title: str
    products: tuple[str, ...]
    source: str
    paths: tuple[str, ...]
    why: str
    size: str
    kept: str
    log: bool = True
    raw: bool = False
    triage: bool = True
    acquire: str = ""

    def fills(self, source: str) -> bool:
        """Whether its files become this source; `iis-site-*` is every site."""
        return bool(self.source) and fnmatchcase(source, self.source)


@dataclass(frozen=True, slots=True)
class Collection:
    """The entries in their order, and the places that their paths begin at."""

    entries: tuple[Entry, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)

    def join(self, other: Collection) -> Collection:
        """This table and another; raises KnowledgeError for an id that both have."""
        known = {one.id for one in self.entries}
        for entry in other.entries:
            if entry.id in known:
                raise KnowledgeError(f"two entries to collect are called {entry.id!r}; rename one")
        return Collection((*self.entries, *other.entries), {**self.places, **other.places})

    def of_source(self, source: str) -> tuple[Entry, ...]:
        """Entries that give a source; those made for it alone, if there are any."""
        exact = tuple(one for one in self.entries if one.source == source)
        return exact or tuple(one for one in self.entries if one.fills(source))

    def of_product(self, product: str) -> tuple[Entry, ...]:
        """Entries of a product and of every server; all for ''. Raises KnowledgeError."""
        known = self.products()
        if product and product not in known:
            message = f"nothing is known to collect of {product!r}; known are {', '.join(known)}"
            raise KnowledgeError(message)
        wanted = {product, "windows"}
        return tuple(one for one in self.entries if not product or wanted & set(one.products))

    def products(self) -> tuple[str, ...]:
        """Every product of an entry, in alphabetical order."""
        return tuple(sorted({product for one in self.entries for product in one.products}))

    def shown(self, path: str) -> str:
        r"""A path for people: with variables of Windows as they are, and other places put in."""
        found = PLACE.match(path)
        place = self.places[found.group(1)] if found else None
        if found is None or place is None or place.variable:
            return path
        return place.path + path[found.end() :]

    def resolved(self, path: str, places: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """A path with its place put in: as `places` has it, or where it usually lies."""
        found = PLACE.match(path)
        assert found is not None
        name = found.group(1)
        for root in places.get(name) or (self.places[name].path,):
            yield root.rstrip("\\") + path[found.end() :]

    def paths_of(self, source: str) -> str:
        """The paths of a source for a sentence; '' if nothing is known of it."""
        paths = (path for one in self.of_source(source) for path in one.paths)
        return ", ".join(self.shown(path) for path in paths)

    def expand(self, text: str) -> str:
        """Put the paths in for each `{collect:SOURCE}`. Raises KnowledgeError."""
        return REFERENCE.sub(lambda found: self._paths(found.group(1)), text)

    def _paths(self, source: str) -> str:
        paths = self.paths_of(source)
        if not paths:
            raise KnowledgeError(f"no entry to collect gives the source {source!r}")
        return paths


def unique(entries: Iterable[Entry]) -> str | None:
    """The first id that is given twice, if any."""
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            return entry.id
        seen.add(entry.id)
    return None
