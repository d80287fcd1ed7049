"""A package: walks a container and the archives inside it, within the limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from alpheus.evidence.address import clean_address, in_volume, is_volume_name
from alpheus.evidence.base import EvidenceFile, OpenOptions, Share
from alpheus.evidence.budget import Budget
from alpheus.evidence.containers import open_container
from alpheus.evidence.file import MemberFile
from alpheus.evidence.magic import Kind, ewf_segment, kind_of
from alpheus.evidence.members import Access, Container, Loss, Member
from alpheus.evidence.nesting import belongs_to_sibling, nested_source
from alpheus.evidence.spool import Spool
from alpheus.model import Evidence, Skipped

_BLOCK = 1 << 20


class _StopWalkError(Exception):
    """A bound of the whole package was reached; nothing more is read."""


class ContainerPackage:
    """Implements `Package`. `archive` is the file whose hash identifies it; None for a folder."""

    def __init__(
        self, path: Path, evidence_id: str, options: OpenOptions, container: Container
    ) -> None:
        self._path = path
        self._id = evidence_id
        self._name = path.name or path.resolve().name or str(path)
        self._options = options
        self._container = container
        self._bytes = 0
        self._volume = container.volume or (path.is_dir() and is_volume_name(path.name))

    def files(self) -> Iterator[EvidenceFile | Skipped]:
        """Every file once, in the order of the container, and every loss."""
        self._bytes = 0
        budget = Budget(self._options.limits)
        with Spool(self._options.limits.spool_bytes) as spool:
            access = Access(budget, self._options.passwords)
            walk = _Walk(self._id, access, spool, self._options.share)
            items = walk.container(self._container, "", "", depth=0, volume=self._volume)
            try:
                yield from items
            except _StopWalkError:
                return
            finally:
                self._bytes = walk.bytes

    def finish(self) -> Evidence:
        """The package's own record. Of an archive, the hash of the file that was handed in."""
        if self._path.is_dir():
            return Evidence(self._id, self._name, None, self._bytes)
        digest = hashlib.sha256()
        size = 0
        try:
            with self._path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
        except OSError:
            return Evidence(self._id, self._name, None, size)
        return Evidence(self._id, self._name, digest.hexdigest(), size)


class _Walk:
    """One pass over a package."""

    def __init__(self, evidence: str, access: Access, spool: Spool, share: Share) -> None:
        self._evidence = evidence
        self._access = access
        self._budget = access.budget
        self._spool = spool
        self._share = share
        self.bytes = 0
        """Sizes of the files of the outermost container that were found."""

    def container(
        self, container: Container, prefix: str, scope: str, *, depth: int, volume: bool
    ) -> Iterator[EvidenceFile | Skipped]:
        """Everything in one container and in those inside it. Raises only _StopWalkError."""
        for number, item in enumerate(_without_errors(container)):
            if not depth and not self._share.holds(number):
                self.bytes += (item.size or 0) if isinstance(item, Member) else 0
                continue
            if isinstance(item, Loss):
                yield self._loss(item, prefix)
                continue
            path = prefix + clean_address(item.name)
            if reason := self._budget.refusal():
                yield self._skip(path, f"{reason}; this file and all after it were not read")
                raise _StopWalkError
            self._budget.count_file()
            self.bytes += 0 if depth else item.size or 0
            file = MemberFile(
                self._evidence, path, scope, item, budget=self._budget, spool=self._spool
            )
            try:
                yield from self._member(file, item, scope, depth=depth, volume=volume)
            finally:
                file.release()

    def _member(
        self, file: MemberFile, member: Member, scope: str, *, depth: int, volume: bool
    ) -> Iterator[EvidenceFile | Skipped]:
        if volume or in_volume(file.path):
            yield file
            return
        try:
            head = file.head()
        except Exception as error:
            yield self._skip(file.path, _words(error))
            return
        kind = kind_of(head)
        if kind is None:
            if not belongs_to_sibling(member.path):
                yield file
        elif depth >= self._budget.limits.depth:
            yield self._skip(
                file.path,
                f"{kind} nested deeper than {depth}; raise the limit `depth` to open it",
            )
        elif kind is not Kind.IMAGE or not belongs_to_sibling(member.path):
            yield from self._nested(file, member, kind, head, scope, depth=depth)

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
        yield from self.container(
            container, prefix, inner, depth=depth + 1, volume=container.volume
        )

    def _loss(self, loss: Loss, prefix: str) -> Skipped:
        path = prefix + clean_address(loss.name) if loss.name else prefix.rstrip("/")
        return Skipped(self._evidence, path, loss.offset, loss.reason, loss.count)

    def _skip(self, path: str, reason: str) -> Skipped:
        return Skipped(self._evidence, path, None, reason)


def _without_errors(container: Container) -> Iterator[Member | Loss]:
    """The members; whatever goes wrong while the container is walked becomes its last loss."""
    try:
        yield from container.members()
    except Exception as error:
        yield Loss("", f"the rest could not be read: {_words(error)}")


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split()) or type(error).__name__
