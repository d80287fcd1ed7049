"""What a container gives to the package that walks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from alpheus.evidence.budget import Budget


class Far(Protocol):
    """An object in a store, which is read in few requests if it is told what will be read."""

    def plan(self, extents: Iterable[tuple[int, int, bool]]) -> None:
        """Be told beginning and end of what will be read, in that order, and if for certain."""

    def keep_from(self, start: int) -> None:
        """Keep everything from a place on, which is looked up again and again."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a container.

    `name` is as the container writes it. `open` gives a new stream of the content each time, or,
    if `forward` is set, may be called only once and before the next member is asked for.
    `path` is a real file that holds exactly the content. `seekable` opens a seekable stream.
    `mark` is what the container says of the content, such as its place and checksum.
    `far` is set where the content is an object in a store.
    """

    name: str
    open: Callable[[], BinaryIO]
    size: int | None = None
    modified: datetime | None = None
    forward: bool = False
    path: Path | None = None
    seekable: Callable[[], BinaryIO] | None = None
    mark: str = ""
    far: Far | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Something a container cannot give. `name` is empty if it concerns the container itself."""

    name: str
    reason: str
    offset: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """Where a container is read from.

    `open` gives a stream from the start, forward only if `seekable` is None. `path` is a real file.
    `beside` tells whether the files that belong to it (segments of an image) may lie next to it.
    `far` is set where every read is a request to a store: it wants to know what is read.
    """

    name: str
    open: Callable[[], BinaryIO]
    seekable: Callable[[], BinaryIO] | None = None
    path: Path | None = None
    modified: datetime | None = None
    beside: bool = False
    far: Far | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a container may use and must respect."""

    budget: Budget
    passwords: tuple[str, ...] = field(default=())


class Container(Protocol):
    """A reader of one kind of container. Making one checks that it can be opened at all."""

    volume: bool
    """Whether the members are the tree of a volume; archives in it are evidence."""

    single: bool
    """Whether it is one compressed file, which belongs to the package around it."""

    def members(self) -> Iterator[Member | Loss]:
        """Every member once, in the order of the container. May raise; that ends the container."""


Wanted = Callable[[str, int], bool]
"""Asked once about every item of a container, in order, with its name and size (0 if unknown)."""


@runtime_checkable
class Parted(Protocol):
    """A container that can leave out members without the cost of making them."""

    apart: bool
    """Whether what is left out need not be read either."""

    def part(self, wanted: Wanted) -> Iterator[Member | Loss]:
        """The items that are wanted. May raise, as `members` may."""


@runtime_checkable
class Listing(Protocol):
    """A container that names its folders by themselves."""

    def folders(self) -> Iterator[str]:
        """Every folder that could be read, those without a file too; after `members` ended."""


@runtime_checkable
class Expecting(Protocol):
    """A container that may lie in a store, and tells it ahead what will be read."""

    def expect(self, wanted: Callable[[str, int], bool | None]) -> None:
        """`wanted` says of a name and size whether it is read; None: some of it at least."""


def everything(name: str, size: int) -> bool:  # noqa: ARG001 - Wanted
    """Wants every item."""
    return True
