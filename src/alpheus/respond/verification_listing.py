"""What new evidence holds of folders: what was read in them, what is named though it is empty.

A folder was *read* where a file that lies in it was. One that is empty shows that it is only where
the collection names it by itself: a folder on disk or in an image, an entry of its own in an
archive. What merely lies above a file says nothing of what else lay there. A collection that brings
neither a page nor a configuration of the web server shows no empty folder: it did not ask for what
would have been in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from alpheus.detect.page_needles import PAGE_EXTENSIONS
from alpheus.errors import EvidenceError
from alpheus.evidence import open_package
from alpheus.evidence.address import on_volume, windows_path
from alpheus.evidence.base import EvidenceFile, OpenOptions
from alpheus.evidence.place import each_once
from alpheus.model import Event, Skipped
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.iis_configuration import IisConfiguration
from alpheus.parsers.mft import names_in_use

SERVED_BY = "/windows/system32/inetsrv/config/applicationhost.config"
"""Where IIS keeps which folder is served at which path."""

TABLES = frozenset({"$mft", "mft"})
"""Names of the master file table of a volume."""

_IS_LOG = re.compile(
    r"\A(?!.*/(?:wwwroot|aspnet_client|clientaccess|frontend)/)"
    r".*/(?:logfiles|logging|winevt)/.*\.(?:log|evtx)\Z"
)
_SHORT = ("\\\\?\\", "\\??\\")


class Served(NamedTuple):
    """A folder of the server's disk, as `place_of` writes it, and where IIS serves it."""

    site: str
    path: str
    folder: str


class Copy(NamedTuple):
    """A file that has the very bytes of one that was found."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Table:
    """A volume's own list of its files: names in use by folder, and when it was last changed."""

    names: Mapping[str, Collection[str]]
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One package, `evidence` as the triage calls it. Folders are as `place_of` writes them.

    `held` are those in which a file was read, with the names of pages among these; `empty` those
    that the package names and that have no file anywhere below. `owner` is the server after which
    a folder above these volumes is called, '' where none is. `newest` is the latest time that a
    file of the package has, and `written` that of the package itself: it was made no earlier.
    `times` are the latest of each folder's own collection, where a package holds several of one
    volume: `monday.zip/C/…` and `friday.zip/C/…`.
    """

    evidence: str
    held: Mapping[str, Collection[str]] = field(default_factory=dict)
    empty: Collection[str] = ()
    served: tuple[Served, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    copies: tuple[Copy, ...] = ()
    owner: str = ""
    newest: datetime | None = None
    written: datetime | None = None
    times: Mapping[str, datetime] = field(default_factory=dict)

    def made(self, since: str, folder: str = "") -> str:
        """Up to when it shows what lay in a folder, ISO 8601 UTC; '' where nothing tells.

        By its newest file; where no file is of after `since`, by the time of the package itself.
        """
        inside = [time for held, time in self.times.items()
                  if folder and f"{held}/".startswith(f"{folder}/")]  # fmt: skip
        newest = as_text(max(inside, default=self.newest))
        return newest if newest > since else as_text(self.written)


def as_text(time: datetime | None) -> str:
    """ISO 8601 in UTC, to the second; '' for none."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time is not None else ""


def place_of(path: str) -> str:
    """Where a file lies, for comparing: `c:/inetpub/wwwroot/x.aspx`."""
    place = on_volume(path)
    if place is None:
        return windows_path(path)
    return f"{place[0]}:{'/'.join(('', *place[1]))}".lower()


def folder_of(place: str) -> str:
    """The folder of a place."""
    return place.rpartition("/")[0]


def above(folder: str) -> Iterator[str]:
    """All folders above one, the nearest first."""
    while folder := folder_of(folder):
        yield folder


def is_page(name: str) -> bool:
    """Whether the web server runs a file of this name."""
    return name.rpartition(".")[2].lower() in PAGE_EXTENSIONS


def listings_of(
    evidence: Sequence[Path], wanted: Collection[str] = (), options: OpenOptions | None = None,
    servers: Collection[str] = (), copies: Mapping[tuple[str, str], str] | None = None,
) -> tuple[Listing, ...]:  # fmt: skip
    """Look through packages, in the order in which a triage numbers them.

    `wanted` are hashes (SHA-256) of files that were found: the same bytes under any name are told.
    `copies` are those files as the triage has listed them, by package and address; where nothing
    is known of that, each file is read for it, logs but for those that are served. `servers` are
    names, folded in case: what lies in a folder of such a name is told by itself.
    A package that cannot be opened is left out; the triage says so.
    """
    found = []
    for number, path in enumerate(each_once(evidence), 1):
        several = _Several(f"E{number}", frozenset(wanted), copies, frozenset(servers))
        try:
            package = open_package(path, several.evidence, options or OpenOptions())
            for file in package.files(listed=several.listed):
                several.of(file.path).take(file)
        except EvidenceError:
            continue
        found += several.end(_written(path))
    return tuple(found)


class _Several:
    """One package, of each of its servers by itself."""

    def __init__(
        self, evidence: str, wanted: Collection[str],
        copies: Mapping[tuple[str, str], str] | None, servers: Collection[str],
    ) -> None:  # fmt: skip
        self.evidence = evidence
        self._known = (wanted, copies)
        self._servers = servers
        self._parts = {"": _Looking(evidence, *self._known)}

    def listed(self, name: str) -> None:
        """A folder that the package names by itself."""
        self.of(f"{name}/x").listed(name)

    def of(self, path: str) -> _Looking:
        """What is seen of the server whose folder this lies in."""
        owner = self._owner(path) if self._servers else ""
        if owner not in self._parts:
            self._parts[owner] = _Looking(self.evidence, *self._known, owner)
        return self._parts[owner]

    def _owner(self, path: str) -> str:
        volume = on_volume(path)
        names = path.replace("\\", "/").casefold().split("/")
        above_it = names[: -len(volume[1])] if volume is not None else []
        return next((one for one in above_it if one in self._servers), "")

    def end(self, written: datetime | None) -> list[Listing]:
        """All that was seen in a package that has this time itself."""
        newest = max((one.newest for one in self._parts.values() if one.newest), default=None)
        return [replace(one.end(), newest=newest, written=written)
                for one in self._parts.values()]  # fmt: skip


def _written(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None


class _Collection:
    """Folders of a volume that were collected together, and the latest time of a file in them."""

    def __init__(self) -> None:
        self.folders: set[str] = set()
        self.newest: datetime | None = None

    def take(self, folder: str, time: datetime | None) -> None:
        """A file that was read."""
        self.folders.add(folder)
        if time is not None and (self.newest is None or time > self.newest):
            self.newest = time


class _Looking:
    """One package while it is looked through."""

    def __init__(
        self, evidence: str, wanted: Collection[str],
        copies: Mapping[tuple[str, str], str] | None, owner: str = "",
    ) -> None:  # fmt: skip
        self.evidence = evidence
        self._owner = owner
        self._wanted = wanted if copies is None else ()
        self._known = copies or {}
        self._held: dict[str, set[str]] = {}
        self._lost: set[str] = set()
        self._listed: set[str] = set()
        self._served: list[Served] = []
        self._tables: dict[str, Table] = {}
        self._copies: list[Copy] = []
        self._is_of_web = False
        self.newest: datetime | None = None
        """The latest time that a file has, or a folder by the volume's own list."""
        self._collections: dict[str, dict[str, _Collection]] = {}
        """By volume, and by what stands before it in the address."""

    def listed(self, name: str) -> None:
        """A folder that the package names by itself."""
        self._listed.add(folder_of(place_of(f"{name}/x")))

    def take(self, file: EvidenceFile | Skipped) -> None:
        """A file, or a loss; one that cannot be read is a loss."""
        place = place_of(file.path)
        if isinstance(file, Skipped):
            self._lost.add(folder_of(place))
            return
        try:
            self._read(file, place)
        except Exception:  # whatever it is, this file was not read; the triage says why
            self._lost.add(folder_of(place))
            return
        self._note(file.modified)
        folder, _, name = place.rpartition("/")
        self._collect(file, folder)
        names = self._held.setdefault(folder, set())
        if is_page(name):
            names.add(name)
        self._is_of_web |= is_page(name) or place.endswith(("/web.config", SERVED_BY))

    def _collect(self, file: EvidenceFile, folder: str) -> None:
        volume = on_volume(file.path)
        if volume is None:
            return
        above_it = file.path.replace("\\", "/").split("/")[: -len(volume[1]) - 1]
        several = self._collections.setdefault(volume[0], {})
        several.setdefault("/".join(above_it), _Collection()).take(folder, file.modified)

    def _times(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for several in self._collections.values():
            dated = [(one.folders, one.newest) for one in several.values() if one.newest]
            for folders, newest in dated if len(several) > 1 else ():
                for folder in folders:
                    found[folder] = max(newest, found.get(folder, newest))
        return found

    def _note(self, time: datetime | None) -> None:
        if time is not None and (self.newest is None or time > self.newest):
            self.newest = time

    def _read(self, file: EvidenceFile, place: str) -> None:
        if place.endswith(SERVED_BY):
            letter = place.partition(":")[0]
            self._served += _served(file, "c:" if is_partition(letter) else f"{letter}:")
        elif place.rpartition("/")[2] in TABLES and (volume := on_volume(file.path)):
            with file.local() as path:
                table = Table(*names_in_use(path))
            self._tables[volume[0].lower()] = table
            self._note(table.newest)
        elif self._wanted and not _IS_LOG.search(place):
            with file.open() as stream:
                while stream.read(1 << 20):
                    pass
        if file.sha256 in self._wanted:
            self._copies.append(Copy(file.path, file.sha256 or ""))
        elif known := self._known.get((self.evidence, file.path)):
            self._copies.append(Copy(file.path, known))

    def end(self) -> Listing:
        """All that was seen."""
        taken = {*self._held, *self._lost}
        taken |= {higher for one in list(taken) for higher in above(one)}
        empty = self._listed - taken if self._is_of_web else set()
        return Listing(
            self.evidence, self._held, frozenset(empty), tuple(self._served), self._tables,
            tuple(self._copies), self._owner, times=self._times(),
        )  # fmt: skip


def is_partition(letter: str) -> bool:
    """Whether a volume is called after its place on a disk, since no letter of it is known."""
    return letter[:1] == "p" and letter[1:].isdigit()


def _served(file: EvidenceFile, drive: str) -> Iterator[Served]:
    for one in IisConfiguration().parse(file, ReadOptions()):
        if isinstance(one, Event) and one.fields.get("Element") == "virtual-directory":
            said = {
                name: str(one.fields.get(name, "")) for name in ("Site", "Path", "PhysicalPath")
            }
            if said["PhysicalPath"]:
                folder = _physical(said["PhysicalPath"], drive)
                yield Served(said["Site"], said["Path"].lower() or "/", folder)


def _physical(written: str, drive: str) -> str:
    text = written.lower()
    for name, value in (("%systemdrive%", drive), ("%systemroot%", f"{drive}\\windows"),
                        ("%windir%", f"{drive}\\windows")):  # fmt: skip
        text = text.replace(name, value)
    for start in _SHORT:
        text = text.removeprefix(start)
    kept: list[str] = []
    for part in text.replace("/", "\\").split("\\"):
        if part == "..":
            kept = kept[:1] + kept[1:-1]
        elif part not in {"", "."}:
            kept.append(part)
    return "/".join(kept)
