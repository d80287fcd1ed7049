"""Installs a bundle: verified by The Update Framework, tried as knowledge, used all at once.

Older than what is installed, beyond its date, changed, cut off or too large: refused, with nothing
changed. The order of verification is that of the framework's specification (theupdateframework.io).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import Metadata, Timestamp
from tuf.ngclient import Updater, UpdaterConfig

from alpheus.errors import BundleError, KnowledgeError, UsageError
from alpheus.knowledge.installed import (
    PACKS,
    TABLES,
    Installed,
    InstalledPack,
    InstalledTable,
)
from alpheus.knowledge.packs import read_whole_pack
from alpheus.knowledge.tables import check_replacement
from alpheus.updates.fetching import Fetching, fetching_of
from alpheus.updates.generations import METADATA, Draft, drafting
from alpheus.updates.model import FORMAT, INDEX, Change, Index, IndexPack, IndexTable, Outcome
from alpheus.updates.refusals import refused
from alpheus.updates.trial import try_out
from alpheus.updates.trust import Publisher, trusted
from alpheus.updates.unpacking import unpack

LARGEST_TARGET = 1 << 27
_LARGEST_INDEX = 1 << 20
_CONFIG = UpdaterConfig(
    max_root_rotations=64, max_delegations=0, root_max_length=512_000,
    timestamp_max_length=16_384, snapshot_max_length=200_000, targets_max_length=2_000_000,
)  # fmt: skip


def install(source: str, place: Path, publisher: str = "") -> Outcome:
    """Install what a bundle holds, in the place of what this publisher's last one held.

    `source` is a folder or `https://…`; `place` the folder of installed knowledge. Raises
    BundleError for a bundle that is refused, UsageError where no publisher is trusted for it,
    OutputError where nothing can be written. Nothing is changed by any of them.
    """
    who = trusted(publisher, place)
    with drafting(place) as draft:
        return _install(source, who, draft)


def remove(names: Iterable[str], place: Path) -> Outcome:
    """Take packs or tables out of use; those of the same name that ship count again.

    Raises UsageError for one that is not installed.
    """
    wanted = set(names)
    with drafting(place) as draft:
        before = draft.before
        known = {one.id for one in before.packs} | {one.name for one in before.tables}
        if unknown := sorted(wanted - known):
            held = ", ".join(sorted(known)) or "nothing"
            raise UsageError(f"{unknown[0]!r} is not installed; installed: {held}")
        packs = tuple(one for one in before.packs if one.id not in wanted)
        tables = tuple(one for one in before.tables if one.name not in wanted)
        _carry(draft, packs, tables)
        _copy(before.folder / METADATA, draft.folder / METADATA)
        after = draft.take_into_use(Installed(packs, tables, _now()))
        return Outcome("", _changes(before, after), "", after.folder, draft.mended)


def _install(source: str, who: Publisher, draft: Draft) -> Outcome:
    before = draft.before
    if before.folder != Path():
        _copy(before.folder / METADATA, draft.folder / METADATA)
    own = draft.folder / METADATA / who.name
    own.mkdir(parents=True, exist_ok=True)
    fetching = fetching_of(source)
    try:
        bundle = _Bundle(source, who, own, fetching, draft.folder)
        packs, tables = bundle.take()
        until = _until(own)
    except (RepositoryError, DownloadError) as error:
        raise refused(source, fetching.last, error, who.name) from error
    others = tuple(one for one in before.packs if one.publisher != who.name)
    other_tables = tuple(one for one in before.tables if one.publisher != who.name)
    _unique(source, (*others, *packs), (*other_tables, *tables))
    _carry(draft, others, other_tables)
    content = Installed((*others, *packs), (*other_tables, *tables), _now())
    try_out(draft.folder, content, source)
    after = draft.take_into_use(content)
    return Outcome(who.name, _changes(before, after), until, after.folder, draft.mended)


class _Bundle:
    """A bundle being read; what it holds lands in the folder of a draft."""

    def __init__(
        self, source: str, who: Publisher, metadata: Path, fetching: Fetching, folder: Path
    ) -> None:
        self._source = source
        self._who = who
        self._folder = folder
        self._updater = Updater(
            str(metadata), f"{fetching.base}metadata/", None, f"{fetching.base}targets/",
            fetching, _CONFIG, bootstrap=who.root,
        )  # fmt: skip

    def take(self) -> tuple[tuple[InstalledPack, ...], tuple[InstalledTable, ...]]:
        self._updater.refresh()
        index = self._index()
        return (
            tuple(self._pack(one) for one in index.packs),
            tuple(self._table(one) for one in index.tables),
        )

    def _index(self) -> Index:
        path = self._download(INDEX, _LARGEST_INDEX)
        try:
            index = msgspec.json.decode(path.read_bytes(), type=Index)
        except ValueError as error:
            raise BundleError(f"{self._source}: {INDEX}: {error}") from error
        finally:
            path.unlink()
        if index.format != FORMAT:
            message = f"{self._source}: {INDEX}: of form {index.format}; use a newer Alpheus"
            raise BundleError(message)
        return index

    def _pack(self, one: IndexPack) -> InstalledPack:
        archive = self._download(one.target, LARGEST_TARGET)
        sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
        folder = self._folder / PACKS / one.id
        if folder.exists():
            raise BundleError(f"{self._source}: {INDEX}: the pack {one.id} is named twice")
        folder.parent.mkdir(exist_ok=True)
        folder.mkdir()
        unpack(archive, folder, f"{self._source}: {one.target}")
        archive.unlink()
        try:
            pack = read_whole_pack(folder)
        except KnowledgeError as error:
            said = str(error).replace(f"{folder}/", "")
            raise BundleError(f"{self._source}: {one.target}: {said}") from error
        if pack.version != one.version:
            message = f"it says version {pack.version}, the index says {one.version}"
            raise BundleError(f"{self._source}: {one.target}: {message}")
        return InstalledPack(one.id, one.version, self._who.name, sha256)

    def _table(self, one: IndexTable) -> InstalledTable:
        path = self._download(one.target, LARGEST_TARGET)
        content = path.read_bytes()
        path.unlink()
        try:
            check_replacement(one.name, content)
        except KnowledgeError as error:
            raise BundleError(f"{self._source}: {one.target}: {error}") from error
        folder = self._folder / TABLES
        folder.mkdir(exist_ok=True)
        (folder / one.name).write_bytes(content)
        return InstalledTable(one.name, self._who.name, hashlib.sha256(content).hexdigest())

    def _download(self, target: str, largest: int) -> Path:
        found = self._updater.get_targetinfo(target)
        if found is None:
            raise BundleError(f"{self._source}: {target}: the bundle does not sign for it")
        if found.length > largest:
            message = f"{self._source}: {target}: larger than {largest >> 20} MiB"
            raise BundleError(message)
        path = self._folder / "target"
        self._updater.download_target(found, str(path))
        return path


def _carry(draft: Draft, packs: Iterable[InstalledPack], tables: Iterable[InstalledTable]) -> None:
    """What stays installed is part of the next generation, too."""
    for pack in packs:
        _copy(draft.before.folder / PACKS / pack.id, draft.folder / PACKS / pack.id)
    for table in tables:
        (draft.folder / TABLES).mkdir(exist_ok=True)
        shutil.copyfile(
            draft.before.folder / TABLES / table.name, draft.folder / TABLES / table.name
        )


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)


def _unique(source: str, packs: Iterable[InstalledPack], tables: Iterable[InstalledTable]) -> None:
    seen: dict[str, str] = {}
    named = [(one.id, one.publisher) for one in packs]
    named += [(one.name, one.publisher) for one in tables]
    for name, publisher in named:
        if name in seen:
            message = (
                f"{source}: {name} is installed from {seen[name]} already; remove that first "
                f"(alpheus pack remove {name})"
            )
            raise BundleError(message)
        seen[name] = publisher


def _changes(before: Installed, after: Installed) -> tuple[Change, ...]:
    old, new = _versions(before), _versions(after)
    shown = {key: (old.get(key, ("", "")), new.get(key, ("", ""))) for key in old | new}
    return tuple(
        Change(kind, name, was[0], now[0])
        for (kind, name), (was, now) in sorted(shown.items())
        if was != now
    )


def _versions(held: Installed) -> dict[tuple[str, str], tuple[str, str]]:
    found = {("pack", one.id): (one.version, one.sha256) for one in held.packs}
    return found | {("table", one.name): (one.sha256[:12], one.sha256) for one in held.tables}


def _until(metadata: Path) -> str:
    timestamp = Metadata[Timestamp].from_file(str(metadata / "timestamp.json"))
    return timestamp.signed.expires.date().isoformat()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
