"""Makes a bundle, and the next state of one: packs and tables, signed.

A bundle is a repository of The Update Framework (theupdateframework.io), `metadata/` and
`targets/`, to be copied to a stick or put on any web server as it is. Files are added first and
metadata last, so a mirror that is copied in between gives the state before, or is refused.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import JSONSerializer

from alpheus.errors import BundleError, OutputError, UsageError
from alpheus.knowledge.packs import read_whole_pack
from alpheus.knowledge.tables import check_replacement
from alpheus.updates.model import FORMAT, INDEX, Index, IndexPack, IndexTable
from alpheus.updates.signing_keys import old_roots, signer
from alpheus.updates.unpacking import pack_archive

DAYS = 30
"""How long a bundle's word lasts if nothing else is said: so long an old one can be held out."""

ROOT_DAYS = 730
_Signed = TypeVar("_Signed", Root, Targets, Snapshot, Timestamp)
_ROLES = {"root": "root", "targets": "targets", "snapshot": "online", "timestamp": "online"}


@dataclass(frozen=True, slots=True)
class Published:
    """What was made. `fingerprint` (SHA-256, hex) is that of the first root, which users trust."""

    version: int
    packs: tuple[IndexPack, ...]
    tables: tuple[IndexTable, ...]
    root: Path
    fingerprint: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """Folders of packs and files of tables that a bundle is to hold, and nothing else."""

    packs: tuple[Path, ...] = ()
    tables: tuple[Path, ...] = ()


def publish(
    bundle: Path,
    contents: Contents,
    keys: Path,
    passphrase: str,
    *,
    days: int = DAYS,
    now: datetime | None = None,
) -> Published:
    """Make a bundle in a folder, or its next state.

    Raises KnowledgeError for a pack or table that is wrong, UsageError for keys that do not open,
    BundleError for a folder that holds another publisher's bundle, OutputError. What is refused
    leaves the folder as it was.
    """
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    publisher = _Publisher(bundle, keys, passphrase, moment)
    try:
        with _begun(bundle, bundle / "metadata", bundle / "targets"):
            return publisher.publish(contents, days)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{bundle}: {error.strerror or error}") from error


@contextmanager
def _begun(*folders: Path) -> Iterator[None]:
    """Makes folders, and takes them away again where nothing was put into them."""
    made = [folder for folder in folders if not folder.exists()]
    for folder in made:
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()


class _Publisher:
    def __init__(self, bundle: Path, keys: Path, passphrase: str, now: datetime) -> None:
        self._metadata = bundle / "metadata"
        self._targets = bundle / "targets"
        self._now = now
        self._signers = {role: signer(keys, key, passphrase) for role, key in _ROLES.items()}
        self._old_roots = old_roots(keys, passphrase)

    def publish(self, contents: Contents, days: int) -> Published:
        root, signers = self._root()
        with tempfile.TemporaryDirectory(prefix=".", dir=self._targets) as drafts:
            self._drafts = Path(drafts)
            index, targets = self._prepared(contents, days)
            self._lay_out(targets)
        if signers:
            self._write(root, f"{root.version}.root.json", signers)
        return self._signed(root, index, targets)

    def _prepared(self, contents: Contents, days: int) -> tuple[Index, Targets]:
        """Everything that the bundle is to hold, as drafts; here it is refused."""
        index = Index(FORMAT, self._packs(contents.packs), self._tables(contents.tables))
        version = self._last_version() + 1
        until = self._now + timedelta(days=days)
        targets = Targets(version, expires=until)
        made = [one.target for one in index.packs] + [one.target for one in index.tables]
        for path in made:
            targets.targets[path] = TargetFile.from_file(path, str(self._draft(path)))
        written = msgspec.json.format(msgspec.json.encode(index), indent=2) + b"\n"
        self._draft(INDEX).write_bytes(written)
        targets.targets[INDEX] = TargetFile.from_data(INDEX, written)
        return index, targets

    def _signed(self, root: Root, index: Index, targets: Targets) -> Published:
        version, until = targets.version, targets.expires
        signed = self._sign(targets, f"{version}.targets.json")
        meta = {"targets.json": MetaFile.from_data(version, signed, ["sha256"])}
        signed = self._sign(Snapshot(version, expires=until, meta=meta), f"{version}.snapshot.json")
        newest = MetaFile.from_data(version, signed, ["sha256"])
        self._sign(Timestamp(version, expires=until, snapshot_meta=newest), "timestamp.json")
        first = self._metadata / "1.root.json"
        digest = hashlib.sha256(first.read_bytes()).hexdigest()
        return Published(version, index.packs, index.tables, first, digest,
                         min(until, root.expires.replace(tzinfo=UTC)))  # fmt: skip

    def _root(self) -> tuple[Root, list[CryptoSigner]]:
        """The root in force: the last, or a new one where keys were renewed or its end is near.

        With a new one, who signs it.
        """
        wanted = self._new_root()
        last = max(self._root_versions(), default=0)
        if last:
            before = self._read_root(last)
            if before.keys == wanted.keys and before.expires.replace(tzinfo=UTC) > (
                self._now + timedelta(days=ROOT_DAYS // 6)
            ):
                return before, []
            wanted.version = last + 1
        signers = [self._signers["root"], *self._old_roots]
        if last and not any(one.public_key.keyid in before.roles["root"].keyids for one in signers):
            message = f"{self._metadata}: these keys are not those of the bundle's publisher"
            raise BundleError(message)
        return wanted, signers

    def _new_root(self) -> Root:
        root = Root(expires=self._now + timedelta(days=ROOT_DAYS), consistent_snapshot=True)
        for role, one in self._signers.items():
            root.add_key(one.public_key, role)
        return root

    def _root_versions(self) -> list[int]:
        names = [path.name.removesuffix(".root.json") for path in
                 self._metadata.glob("*.root.json")]  # fmt: skip
        return [int(name) for name in names if name.isdigit()]

    def _read_root(self, version: int) -> Root:
        path = self._metadata / f"{version}.root.json"
        try:
            signed = Metadata[Root].from_file(str(path)).signed
        except DeserializationError as error:
            raise BundleError(f"{path}: damaged; take the bundle's last good copy") from error
        if not isinstance(signed, Root):
            raise BundleError(f"{path}: not a root; take the bundle's last good copy")
        return signed

    def _last_version(self) -> int:
        """That of the newest targets, whether or not its timestamp was reached."""
        names = [path.name.removesuffix(".targets.json") for path in
                 self._metadata.glob("*.targets.json")]  # fmt: skip
        return max((int(name) for name in names if name.isdigit()), default=0)

    def _packs(self, folders: Iterable[Path]) -> tuple[IndexPack, ...]:
        made: dict[str, IndexPack] = {}
        for folder in folders:
            pack = read_whole_pack(folder.resolve())
            if pack.id in made:
                raise UsageError(f"{folder}: the pack {pack.id} was named already")
            target = f"packs/{pack.id}-{_fit(pack.version)}.zip"
            pack_archive(folder, self._draft(target))
            made[pack.id] = IndexPack(pack.id, pack.version, target)
        return tuple(made[name] for name in sorted(made))

    def _tables(self, files: Iterable[Path]) -> tuple[IndexTable, ...]:
        made: dict[str, IndexTable] = {}
        for file in files:
            if file.name in made:
                raise UsageError(f"{file}: a table {file.name} was named already")
            content = file.read_bytes()
            check_replacement(file.name, content)
            target = f"tables/{file.name}"
            self._draft(target).write_bytes(content)
            made[file.name] = IndexTable(file.name, target)
        return tuple(made[name] for name in sorted(made))

    def _draft(self, target: str) -> Path:
        """Where a target is made before its hash is part of its name."""
        path = self._drafts / target
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _lay_out(self, targets: Targets) -> None:
        for path, file in targets.targets.items():
            folder, slash, name = path.rpartition("/")
            digest = next(iter(file.hashes.values()))
            (self._targets / folder).mkdir(exist_ok=True)
            self._draft(path).replace(self._targets / f"{folder}{slash}{digest}.{name}")

    def _sign(self, signed: _Signed, name: str) -> bytes:
        return self._write(signed, name, [self._signers[signed.type]])

    def _write(self, signed: _Signed, name: str, signers: Iterable[CryptoSigner]) -> bytes:
        metadata = Metadata(signed)
        for one in signers:
            metadata.sign(one, append=True)
        content = metadata.to_bytes(JSONSerializer(compact=False))
        with tempfile.NamedTemporaryFile(dir=self._metadata, prefix=".", delete=False) as file:
            file.write(content)
        draft = Path(file.name)
        draft.chmod(0o644)
        draft.replace(self._metadata / name)
        return content


def _fit(version: str) -> str:
    """A version as part of a file's name."""
    return "".join(one if one.isalnum() or one in ".+-" else "_" for one in version)
