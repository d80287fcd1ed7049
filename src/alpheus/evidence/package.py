"""A package: walks a container and the archives inside it, within the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count

from alpheus.evidence.address import clean_address, in_volume
from alpheus.evidence.base import EvidenceFile, Known, OpenOptions, Share
from alpheus.evidence.budget import Budget
from alpheus.evidence.containers import open_container
from alpheus.evidence.file import MemberFile
from alpheus.evidence.magic import Kind, ewf_segment, is_broken, kind_of, why_none
from alpheus.evidence.members import (
    Access,
    Container,
    Expecting,
    Listing,
    Loss,
    Member,
    Parted,
    Wanted,
    everything,
)
from alpheus.evidence.nesting import belongs_to_sibling, nested_source
from alpheus.evidence.origin import PackageOrigin
from alpheus.evidence.sparing import LEAST, Left, is_left, is_read
from alpheus.evidence.spool import Spool
from alpheus.model import Evidence, Skipped

_STREAMS = (".gz", ".bz2", ".xz", ".zst", ".zstd")
"""Endings of what was compressed by itself."""

_ARCHIVES = (".zip", ".7z", ".tar", ".tgz", ".tar.gz")
_NOT_OPENED = (
    "the folder is called like a drive, whose archives are evidence and not opened; "
    "hand in the archive by itself if it is a collection"
)

_PACKED = (".gz", ".tgz", ".bz2", ".xz", ".zst", ".zstd", ".zip", ".7z")
_PACKED_RATIO = 8
"""Text logs shrink to about an eighth. This and the next only tell how to share the work."""

_OPENING = 1 << 17
"""A file costs as much to open and to recognise as so many bytes of it to read."""


def in_runs(weights: Sequence[int], of: int) -> bytes:
    """The part that each member is in: runs of neighbours, each about as heavy as the others."""
    whole, before, table = sum(weights), 0, bytearray()
    for weight in weights:
        table.append(min((before + weight // 2) * of // whole, of - 1))
        before += weight
    return bytes(table)


class _StopWalkError(Exception):
    """A bound of the whole package was reached; nothing more is read."""


class ContainerPackage:
    """Implements `Package`."""

    def __init__(
        self, origin: PackageOrigin, evidence_id: str, options: OpenOptions, container: Container
    ) -> None:
        self._origin = origin
        self._id = evidence_id
        self._options = options
        self._container = container
        self._bytes = 0
        self._sha256: str | None = None

    @property
    def fingerprint(self) -> str | None:
        """Of an archive, as it was when it was opened; None for a folder."""
        return self._origin.fingerprint

    def weights(self) -> list[int] | None:
        """What reading each member costs, in bytes; None if the package is best read in one."""
        container = self._container
        if not isinstance(container, Parted) or not container.apart:
            return None
        found: list[int] = []
        sparing = self._sparing

        def weigh(name: str, size: int) -> bool:
            packed = name.lower().endswith(_PACKED)
            if sparing and is_left(clean_address(name), size):
                size, packed = 0, False
            if len(found) < self._options.limits.files:
                found.append(size * (_PACKED_RATIO if packed else 1) + _OPENING)
            return False

        for _ in container.part(weigh):
            pass
        return found

    def deal(self) -> None:
        """Work out which members are in this part: runs of neighbours of about the same weight.

        Neighbours come from a store in one request.
        """
        share = self._options.share
        table = in_runs(self.weights() or [], share.of)
        self._options = replace(self._options, share=replace(share, table=table))

    @property
    def _sparing(self) -> bool:
        return self._origin.far and not self._options.whole

    def files(
        self,
        known: Known | None = None,
        spent: Callable[[int], None] | None = None,
        listed: Callable[[str], None] | None = None,
    ) -> Iterator[EvidenceFile | Skipped]:
        """Every file once, in the order of the container, and every loss."""
        self._bytes = 0
        budget = Budget(self._options.limits, spent)
        with Spool(self._options.limits.spool_bytes) as spool:
            access = Access(budget, self._options.passwords)
            walk = _Walk(
                self._id, access, spool, self._options.share, known,
                listed=listed, unsure=self._origin.unsure, sparing=self._sparing,
            )  # fmt: skip
            place = None if self._container.volume else self._origin.fingerprint
            volume = self._container.volume or self._origin.volume
            items = walk.container(self._container, "", "", depth=0, volume=volume, place=place)
            try:
                yield from items
            except _StopWalkError:
                pass
            finally:
                self._bytes = walk.bytes
                self._sha256 = walk.sha256
            if walk.left.files:
                yield walk.left.loss()

    def finish(self, sha256: str | None = None) -> Evidence:
        """The package's own record. Of an archive, the hash of the file that was handed in.

        Raises StoreLostError where its store was lost on the way, so that it was not read.
        """
        return self._origin.record(self._id, self._bytes, self._sha256, sha256)


class _Walk:
    """One pass over a package."""

    def __init__(
        self,
        evidence: str,
        access: Access,
        spool: Spool,
        share: Share,
        known: Known | None,
        *,
        listed: Callable[[str], None] | None = None,
        unsure: bool = False,
        sparing: bool = False,
    ) -> None:
        self._evidence = evidence
        self._access = access
        self._budget = access.budget
        self._spool = spool
        self._share = share
        self._known = known
        self._listed = listed
        self._unsure = unsure
        self._sparing = sparing
        self.left = Left(evidence)
        self.bytes = 0
        """Sizes of the files of the outermost container that were found."""

        self.sha256: str | None = None
        """Hash of the last file that is one on disk, if it was read to its end."""

    def container(
        self,
        container: Container,
        prefix: str,
        scope: str,
        *,
        depth: int,
        volume: bool,
        place: str | None,
    ) -> Iterator[EvidenceFile | Skipped]:
        """Everything in one container and in those inside it. Raises only _StopWalkError.

        `place` is the fingerprint of what the container is read from.
        """
        self._expect(container, prefix, self._share if not depth else Share())
        whole = enumerate(_without_errors(container.members()))
        for number, item in whole if depth else self._shared(container):
            if isinstance(item, Loss):
                yield self._loss(item, prefix)
                continue
            path = prefix + clean_address(item.name)
            if reason := self._budget.refusal():
                yield self._skip(path, f"{reason}; this file and all after it were not read")
                raise _StopWalkError
            self._budget.count_file()
            size = item.size
            if self._sparing and is_left(path, size):
                self.left.add(size)
                continue
            inside = volume or in_volume(path)
            file = MemberFile(
                self._evidence,
                path,
                scope,
                item,
                budget=self._budget,
                spool=self._spool,
                place=place and f"{place}/{number}",
                inside=inside,
                sparing=self._sparing and (size is None or size >= LEAST),
            )
            try:
                if self._known is not None and self._known(file):
                    yield file
                elif not inside:
                    yield from self._member(file, item, scope, depth=depth)
                elif path.lower().endswith(_STREAMS):
                    yield from self._stream(file, item, scope, depth=depth)
                else:
                    yield file
                if self._unsure and not depth and path.lower().endswith(_ARCHIVES):
                    yield self._skip(path, _NOT_OPENED)
            finally:
                self.sha256 = file.sha256 if item.path is not None else None
                if file.left:
                    self.left.add(size)
                file.release()
        self._list(container, prefix)

    def _list(self, container: Container, prefix: str) -> None:
        if self._listed is not None and isinstance(container, Listing):
            for name in _readable(container.folders()):
                if name.strip("./\\"):
                    self._listed(prefix + clean_address(name))

    def _expect(self, container: Container, prefix: str, share: Share) -> None:
        """Tell a container in a store what will be read of it in this part."""
        if not isinstance(container, Expecting):
            return
        number = count(0)

        def wanted(name: str, size: int) -> bool | None:
            if not share.holds(next(number)):
                return False
            return is_read(prefix + clean_address(name), size) if self._sparing else True

        container.expect(wanted)

    def _shared(self, container: Container) -> Iterator[tuple[int, Member | Loss]]:
        """The items of this share, with their numbers among all; counts the bytes of all."""
        number = -1

        def wanted(_name: str, size: int) -> bool:
            nonlocal number
            number += 1
            self.bytes += size
            return self._share.holds(number)

        if isinstance(container, Parted):
            for item in _without_errors(container.part(wanted), wanted):
                yield number, item
            return
        for item in _without_errors(container.members()):
            if wanted(item.name, (item.size or 0) if isinstance(item, Member) else 0):
                yield number, item

    def _member(
        self, file: MemberFile, member: Member, scope: str, *, depth: int
    ) -> Iterator[EvidenceFile | Skipped]:
        try:
            head = file.head()
        except Exception as error:
            yield self._skip(file.path, _words(error))
            return
        kind = kind_of(head)
        if kind is None:
            if not belongs_to_sibling(member.path):
                yield file
                if is_broken(file.path, head):
                    yield self._skip(file.path, why_none(file.path, head))
        elif depth >= self._budget.limits.depth:
            yield self._skip(
                file.path,
                f"{kind} nested deeper than {depth}; raise the limit `depth` to open it",
            )
        elif kind is not Kind.IMAGE or not belongs_to_sibling(member.path):
            yield from self._nested(file, member, kind, head, scope, depth=depth)

    def _stream(
        self, file: MemberFile, member: Member, scope: str, *, depth: int
    ) -> Iterator[EvidenceFile | Skipped]:
        """A file of a volume that was compressed by itself, as rotated logs are; no archive."""
        try:
            if kind_of(file.head()) is not Kind.COMPRESSED:
                yield file
                return
            source = nested_source(file, member, Kind.COMPRESSED)
            container = open_container(Kind.COMPRESSED, source, self._access)
        except Exception as error:
            yield self._skip(file.path, _words(error))
            return
        if not container.single or depth >= self._budget.limits.depth:
            yield file
            return
        yield from self.container(
            container, f"{file.path}/", scope, depth=depth + 1, volume=True, place=file.fingerprint
        )

    def _nested(
        self,
        file: MemberFile,
        member: Member,
        kind: Kind,
        head: bytes,
        scope: str,
        *,
        depth: int,
    ) -> Iterator[EvidenceFile | Skipped]:
        if (ewf_segment(head) or 1) > 1:
            yield self._skip(file.path, "segment of a disk image without its first segment")
            return
        try:
            source = nested_source(file, member, kind)
            container = open_container(kind, source, self._access)
        except Exception as error:  # libraries for foreign formats raise whatever they like
            yield self._skip(file.path, _words(error))
            return
        prefix = file.path + "/"
        inner = scope if container.single else prefix
        # An image may go on in files beside it, of which the fingerprint tells nothing.
        place = None if container.volume else file.fingerprint
        yield from self.container(
            container, prefix, inner, depth=depth + 1, volume=container.volume, place=place
        )

    def _loss(self, loss: Loss, prefix: str) -> Skipped:
        path = prefix + clean_address(loss.name) if loss.name else prefix.rstrip("/")
        return Skipped(self._evidence, path, loss.offset, loss.reason, loss.count)

    def _skip(self, path: str, reason: str) -> Skipped:
        return Skipped(self._evidence, path, None, reason)


def _readable(names: Iterator[str]) -> Iterator[str]:
    """Names until something goes wrong, which the members told of."""
    with suppress(Exception):
        yield from names


def _without_errors(
    items: Iterator[Member | Loss], wanted: Wanted = everything
) -> Iterator[Member | Loss]:
    """The items; whatever goes wrong while a container is walked becomes its last loss."""
    try:
        yield from items
    except Exception as error:
        if wanted("", 0):
            yield Loss("", f"the rest could not be read: {_words(error)}")


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split()) or type(error).__name__
