"""Evidence in a store: an object, or all objects below a prefix, read where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError, StoreError, StoreLostError
from alpheus.evidence.address import is_volume_name
from alpheus.evidence.base import OpenOptions, Share
from alpheus.evidence.budget import Budget
from alpheus.evidence.containers import open_container
from alpheus.evidence.containers.zip import ZipContainer
from alpheus.evidence.file import HEAD_BYTES
from alpheus.evidence.identity import PrefixIdentity, object_identity
from alpheus.evidence.magic import Kind, kind_of, why_none
from alpheus.evidence.members import Access, Container, Loss, Member, Source
from alpheus.evidence.package import ContainerPackage
from alpheus.evidence.reading import FullReader
from alpheus.evidence.spool import Spool
from alpheus.model import Evidence, StorePlace
from alpheus.store.address import WEB, Address, web_name
from alpheus.store.model import Stat, Store
from alpheus.store.opening import open_store
from alpheus.store.patience import Patience
from alpheus.store.windows import MOST, Windows


class FarStream(FullReader):
    """A stream over an object, which can be placed anywhere in it."""

    def __init__(self, name: str, windows: Windows) -> None:
        super().__init__(name)
        self._windows = windows
        self._position = 0

    def _fill(self, view: memoryview) -> int:
        count = self._windows.read_into(self._position, view)
        self._position += count
        return count

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a place, from the start, from here or from the end (0, 1, 2)."""
        base = (0, self._position, self._windows.stat.size)[whence]
        if base + offset < 0:
            message = "negative position"
            raise ValueError(message)
        self._position = base + offset
        self._failure = None
        return self._position

    def tell(self) -> int:
        """Position in the object."""
        return self._position


class FarObject:
    """One object as a source of content; implements `Far`."""

    def __init__(self, store: Store, stat: Stat, name: str, *, hashing: bool = False) -> None:
        self.name = name
        self.windows = Windows(store, stat, hashing=hashing)

    def open(self) -> BinaryIO:
        """A new stream from the start."""
        return cast("BinaryIO", FarStream(self.name, self.windows))

    def plan(self, extents: Iterable[tuple[int, int, bool]]) -> None:
        """What will be read, so that neighbours come in one request."""
        self.windows.plan(extents)

    def keep_from(self, start: int) -> None:
        """Keep the end, such as the directory of an archive."""
        self.windows.keep_from(start)

    def head(self) -> bytes:
        """The first bytes, and no more than these. Raises StoreError."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    def member(self, name: str) -> Member:
        """It, as a member of what holds it."""
        stat = self.windows.stat
        return Member(
            name, self.open, stat.size, stat.modified, seekable=self.open, mark=stat.mark, far=self
        )


class Nothing:
    """What of an object is left to the first part, where it cannot be read in parts."""

    volume = False
    single = False

    def members(self) -> Iterator[Member | Loss]:
        """None."""
        yield from ()


class ObjectContainer:
    """A single object that is no container: a package of one."""

    volume = False
    single = False

    def __init__(self, found: FarObject, name: str) -> None:
        self._found = found
        self._name = name

    def members(self) -> Iterator[Member | Loss]:
        """The object."""
        yield self._found.member(self._name)


class PrefixContainer:
    """All objects below a prefix, as a folder of one package, in the order of their keys.

    Each is read in the version that was listed.
    """

    volume = False
    single = False

    def __init__(self, store: Store, prefix: str, lost: list[StoreLostError]) -> None:
        self._store = store
        self._prefix = prefix
        self._lost = lost
        self.identity = ""
        """What stands for the content of all of them, once all were listed."""

    def members(self) -> Iterator[Member | Loss]:
        """The objects; marks of folders, which hold nothing, are none."""
        identity = PrefixIdentity(self._prefix)
        try:
            for stat in self._store.list(self._prefix):
                identity.add(stat)
                if stat.size or not stat.key.endswith("/"):
                    yield from self._object(stat)
        except StoreLostError as error:
            self._lost.append(error)
            raise
        self.identity = identity.end()

    def _object(self, stat: Stat) -> Iterator[Member]:
        name = stat.key[len(self._prefix) :]
        found = FarObject(self._store, stat, name)
        yield found.member(name)
        if found.windows.lost is not None:
            self._lost.append(found.windows.lost)


class ObjectOrigin:
    """Implements `PackageOrigin` for one object."""

    folder = False
    far = True
    volume = False
    unsure = False

    def __init__(self, address: Address, found: FarObject, rest: int, spool: Spool | None) -> None:
        stat = found.windows.stat
        self.name = _name(address)
        self.fingerprint: str | None = (
            f"store:{address}:{stat.mark}" if stat.mark[0] != ":" else None
        )
        self._address = address
        self._found = found
        self._identity = object_identity(found.open, stat, str(address))
        self._rest = rest
        self._spool = spool  # what was copied stays as long as this does

    def record(
        self, evidence_id: str, listed: int, walked: str | None, sha256: str | None
    ) -> Evidence:  # fmt: skip
        """Name, size and ETag; the hash where all of it was read. Raises StoreLostError."""
        del listed, walked
        windows = self._found.windows
        if windows.lost is not None:
            raise windows.lost
        try:
            sha256 = sha256 or windows.sha256(self._rest)
        except StoreError:
            sha256 = None
        stat = windows.stat
        place = StorePlace(str(self._address), stat.etag, stat.version, self._identity)
        return Evidence(evidence_id, self.name, sha256, windows.stat.size, place)


class PrefixOrigin:
    """Implements `PackageOrigin` for a prefix."""

    folder = True
    far = True
    fingerprint: str | None = None

    def __init__(
        self, address: Address, container: PrefixContainer, lost: list[StoreLostError]
    ) -> None:
        self.name = _name(address)
        self.volume = self.unsure = is_volume_name(self.name)
        self._address = address
        self._container = container
        self._lost = lost

    def record(
        self, evidence_id: str, listed: int, walked: str | None, sha256: str | None
    ) -> Evidence:  # fmt: skip
        """Name and size. Raises StoreLostError."""
        del walked, sha256
        if self._lost:
            raise self._lost[0]
        place = StorePlace(str(self._address), identity=self._container.identity)
        return Evidence(evidence_id, self.name, None, listed, place)


def open_far(
    address: Address, evidence_id: str, options: OpenOptions, patience: Patience | None = None
) -> ContainerPackage:
    """Open what an address leads to; it is a folder where it ends so, or where no object is.

    Raises EvidenceError, LimitError, and UsageError where the environment does not fit.
    """
    patience = patience or Patience()
    if options.patient:
        patience = replace(patience, first=patience.seconds)
    store = open_store(address, patience)
    stat = None if address.is_folder else store.look(address.key)
    if stat is None:
        return _prefix(store, address, evidence_id, options)
    if not stat.ranges:
        raise EvidenceFormatError(
            f"{address}: the server gives no parts of it; download it and hand in the file"
        )
    return _object(store, address, stat, evidence_id, options)


def _prefix(
    store: Store, address: Address, evidence_id: str, options: OpenOptions
) -> ContainerPackage:
    if address.scheme in WEB:
        raise EvidenceNotFoundError(f"{address}: nothing is there; check the address")
    folder = address.folder()
    if next(iter(store.list(folder.key)), None) is None:
        raise EvidenceNotFoundError(f"{address}: neither an object nor a prefix of any; check it")
    lost: list[StoreLostError] = []
    container = PrefixContainer(store, folder.key, lost)
    return ContainerPackage(PrefixOrigin(folder, container, lost), evidence_id, options, container)


def _object(
    store: Store, address: Address, stat: Stat, evidence_id: str, options: OpenOptions
) -> ContainerPackage:
    found = FarObject(store, stat, _name(address), hashing=True)
    head = found.head()
    kind = kind_of(head)
    if reason := why_none(found.name, head):
        raise EvidenceFormatError(f"{address}: {reason}")
    share = options.share
    spool: Spool | None = None
    if share.index and kind is not Kind.ZIP:
        container: Container = Nothing()
    elif kind is None:
        container = ObjectContainer(found, found.name)
    else:
        access = Access(Budget(options.limits), options.passwords)
        if kind is Kind.IMAGE:
            spool = Spool(options.limits.spool_bytes)
            source = _copied(found, spool)
        else:
            source = Source(found.name, found.open, found.open, modified=stat.modified, far=found)
        container = open_container(kind, source, access)
    if share.of > 1 and not (isinstance(container, ZipContainer) and container.apart):
        # All of it is the first part.
        container = Nothing() if share.index else container
        options = replace(options, share=Share())
    # Of an archive, and of what another part reads, nothing is read for its hash alone.
    rest = 0 if kind is Kind.ZIP or share.index else MOST
    origin = ObjectOrigin(address, found, rest, spool)
    package = ContainerPackage(origin, evidence_id, options, container)
    if options.share.of > 1 and not share.table:
        package.deal()
    return package


def _copied(found: FarObject, spool: Spool) -> Source:
    """A disk image is read all over: copied first, within the bound of temporary copies."""
    suffix = f".{found.name.rpartition('.')[2].lower()}" if "." in found.name else ""
    with found.open() as stream:
        copy = spool.keep(stream, suffix if suffix[1:].isalnum() else "")
    return Source(found.name, lambda: copy.open("rb"), lambda: copy.open("rb"), copy)


def _name(address: Address) -> str:
    return web_name(address) if address.scheme in WEB else address.name
