"""Disk images through dfvfs: every file system of every partition, and its shadow copies.

Addresses are `p1/inetpub/…` for a partition (`p1` also for an image of one volume) and
`p1/vss1/…` for a shadow copy. A shadow copy gives the files that differ from the live volume in
size or time, and its `$MFT` and `$J`. Only metadata is walked; content is read when asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from alpheus.errors import EvidenceFormatError, LimitError
from alpheus.evidence.members import Access, Loss, Member, Source
from alpheus.evidence.reading import PullReader

if TYPE_CHECKING:
    from dfdatetime.interface import DateTimeValues  # type: ignore[import-untyped]
    from dfvfs.helpers.source_scanner import (
        SourceScanner,
        SourceScannerContext,
        SourceScanNode,
    )
    from dfvfs.path.path_spec import PathSpec
    from dfvfs.vfs.file_entry import FileEntry
    from dfvfs.vfs.file_system import FileSystem

_ALWAYS = frozenset({"$mft", "$usnjrnl"})
_STREAM_OWNERS = re.compile(
    r"\$usnjrnl\Z|.*\.(?:aspx|ashx|asmx|asax|ascx|asp|cer|cshtml|config|svc|soap|rem|dll|exe|ps1)\Z",
    re.IGNORECASE | re.DOTALL,
)
"""Files whose alternate data streams are given as well: the journal, and what a server runs."""

_NEVER = 1601
"""The year of a FILETIME of zero, which means that no time was set."""

_IGNORED_STREAMS = frozenset({"$Max", "Zone.Identifier"})


class ImageContainer:
    """A disk image. Needs the extra `alpheus[images]`."""

    volume = True
    single = False

    def __init__(self, source: Source, access: Access) -> None:
        try:
            import dfvfs.helpers.source_scanner as scanning  # noqa: PLC0415 - an extra, and heavy
        except ImportError as error:
            raise EvidenceFormatError(
                f"{source.name}: reading disk images needs an extra; pip install 'alpheus[images]'"
            ) from error
        if source.path is None:
            raise EvidenceFormatError(f"{source.name}: a disk image must be a file; unpack it")
        self._name = source.name
        self._budget = access.budget
        self._losses: list[Loss] = []
        self._folders: list[str] = []
        self._systems = self._find(
            scanning.SourceScanner(), scanning.SourceScannerContext(), source.path
        )
        if not self._systems:
            reasons = "; ".join(loss.reason for loss in self._losses) or "no file system found"
            raise EvidenceFormatError(
                f"{self._name}: {reasons}; hand in the files of the volume instead"
            )

    def folders(self) -> Iterator[str]:
        """Every folder; known once the members were walked."""
        return iter(self._folders)

    def members(self) -> Iterator[Member | Loss]:
        """Every file of every file system, live volumes before their shadow copies."""
        yield from self._losses
        self._folders = []
        for prefix, spec, live in self._systems:
            try:
                system = _System(prefix, spec, live)
                yield from system.members()
                self._folders += system.folders
            except Exception as error:
                yield Loss(prefix, f"the rest could not be read: {_words(error)}")

    def _find(
        self, scanner: SourceScanner, context: SourceScannerContext, path: Path
    ) -> list[_Found]:
        try:
            context.OpenSourcePath(str(path.absolute()))
            scanner.Scan(context)
            found: list[_Found] = []
            if (root := context.GetRootScanNode()) is not None:
                self._collect(scanner, context, root, found)
        except LimitError:
            raise
        except Exception as error:  # the libraries below raise whatever they like
            raise EvidenceFormatError(
                f"{self._name}: damaged or unsupported disk image ({_words(error)}); image again, "
                "or hand in all its segments"
            ) from error
        return sorted(found, key=lambda item: _natural(item[0]))

    def _collect(
        self,
        scanner: SourceScanner,
        context: SourceScannerContext,
        node: SourceScanNode,
        found: list[_Found],
    ) -> None:
        """Every file system below a node; a volume that is locked is a Loss."""
        self._budget.check_time()
        spec = node.path_spec
        prefix = _prefix(spec)
        if context.IsLockedScanNode(spec):
            reason = "encrypted volume (BitLocker or the like); decrypt it and hand it in"
            self._losses.append(Loss(prefix, reason))
        elif node.IsFileSystem():
            found.append((prefix, spec, None))
        elif spec.type_indicator == "VSHADOW" and not node.IsVolumeSystemRoot():
            self._collect_shadow(scanner, spec, found)
        for below in node.sub_nodes:
            self._collect(scanner, context, below, found)

    def _collect_shadow(self, scanner: SourceScanner, spec: PathSpec, found: list[_Found]) -> None:
        try:
            shadow = scanner.ScanForFileSystem(spec)
            live = scanner.ScanForFileSystem(spec.parent)
        except Exception as error:
            self._losses.append(Loss(_prefix(spec), f"shadow copy not readable: {_words(error)}"))
            return
        if shadow is not None:
            found.append((_prefix(spec), shadow, live))


_Found = tuple[str, "PathSpec", "PathSpec | None"]
"""Prefix of the address, file system, and for a shadow copy the live file system."""


class _System:
    """One file system while it is walked."""

    def __init__(self, prefix: str, spec: PathSpec, live: PathSpec | None) -> None:
        from dfvfs.resolver import resolver  # noqa: PLC0415 - an extra, and heavy

        self._prefix = prefix
        self.folders: list[str] = []
        """Those that were walked to their end."""

        self._root: FileEntry = resolver.Resolver.OpenFileEntry(spec)
        self._live: FileSystem | None = (
            None if live is None else resolver.Resolver.OpenFileSystem(live)
        )
        self._live_spec = live

    def members(self) -> Iterator[Member | Loss]:
        """Every file, depth first. Directories are listed one at a time."""
        waiting = [(self._prefix, iter(self._root.sub_file_entries))]
        while waiting:
            folder, entries = waiting[-1]
            try:
                entry = next(entries, None)
                if entry is None:
                    self.folders.append(folder)
            except Exception as error:
                yield Loss(folder, f"folder not readable: {_words(error)}")
                entry = None
            if entry is None:
                waiting.pop()
                continue
            name = f"{folder}/{entry.name}"
            try:
                yield from self._entry(entry, name)
                if entry.IsDirectory() and not entry.IsLink():
                    waiting.append((name, iter(entry.sub_file_entries)))
            except Exception as error:
                yield Loss(name, f"not readable: {_words(error)}")

    def _entry(self, entry: FileEntry, name: str) -> Iterator[Member | Loss]:
        """The content of a file and those of its named streams that matter.

        Junctions and links are passed over: their targets are read at their own places.
        """
        if entry.IsLink() or not (entry.IsFile() or entry.IsDirectory()):
            return
        if self._live is not None and self._unchanged(entry):
            return
        named = bool(_STREAM_OWNERS.match(entry.name))
        for stream in entry.data_streams:
            if not stream.name:
                if entry.IsFile():
                    yield _member(entry, name, "")
            elif named and stream.name not in _IGNORED_STREAMS:
                yield _member(entry, f"{name}:{stream.name}", stream.name)

    def _unchanged(self, entry: FileEntry) -> bool:
        """Whether the live volume has the same file under the same record number."""
        if entry.IsDirectory() or entry.name.lower() in _ALWAYS:
            return False
        from dfvfs.path import factory  # noqa: PLC0415 - an extra, and heavy

        assert self._live is not None
        assert self._live_spec is not None
        spec = entry.path_spec
        number = getattr(spec, "mft_entry", None)
        extra = {} if number is None else {"mft_entry": number}
        live_spec = factory.Factory.NewPathSpec(
            spec.type_indicator, location=spec.location, parent=self._live_spec.parent, **extra
        )
        try:
            live = self._live.GetFileEntryByPathSpec(live_spec)
        except Exception:
            return False
        return live is not None and _identity(live) == _identity(entry)


def _identity(entry: FileEntry) -> tuple[object, ...]:
    return (
        entry.name,
        entry.size,
        _modified(entry.modification_time),
        _modified(entry.creation_time),
        _modified(entry.change_time),
    )


def _member(entry: FileEntry, name: str, stream: str) -> Member:
    def opened() -> BinaryIO:
        content = entry.GetFileObject(data_stream_name=stream)
        if content is None:
            message = f"{name}: its content cannot be opened"
            raise OSError(message)
        position = 0

        def pull(wanted: int) -> bytes:
            nonlocal position
            content.seek(position)  # dfvfs shares one object between all who open the file
            data: bytes = content.read(wanted)
            position += len(data)
            return data

        return cast("BinaryIO", PullReader(name, pull))

    size: int | None = None if stream else entry.size
    return Member(name, opened, size, _modified(entry.modification_time))


def _modified(value: DateTimeValues | None) -> datetime | None:
    """A time of dfvfs in UTC; None where the file system keeps local time (FAT)."""
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value.CopyToDateTimeStringISO8601() or "")
    except ValueError:
        return None
    return None if time.tzinfo is None or time.year == _NEVER else time.astimezone(UTC)


def _prefix(spec: PathSpec) -> str:
    """`p1` or `p1/vss1`, from the partition and the shadow copy in a chain of specifications."""
    partition, shadow = "p1", ""
    current: PathSpec | None = spec
    while current is not None:
        location = str(getattr(current, "location", None) or "").strip("/\\")
        if current.type_indicator in {"TSK_PARTITION", "GPT"} and location:
            partition = location
        elif current.type_indicator == "VSHADOW" and location:
            shadow = f"/{location}"
        current = current.parent if current.HasParent() else None
    return partition + shadow


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(digits or 0), word) for word, digits in re.findall(r"(\D+)(\d*)", text))


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
