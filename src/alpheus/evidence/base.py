"""What a package of evidence offers to its readers. Nothing here ever writes into evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from alpheus.model import Evidence, Skipped


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep hostile input from filling memory, disk or time. All can be raised.

    A compression ratio alone never skips a file: a sparse `$J` exceeds 1000:1 honestly.
    """

    files: int = 2_000_000
    depth: int = 4
    total_bytes: int = 4 << 40
    file_bytes: int = 1 << 40
    spool_bytes: int = 64 << 30
    seconds: float = 24 * 3600.0


class EvidenceFile(Protocol):
    """One file inside a package.

    A package yields its files one after another; a file is usable until the next one is asked for.
    """

    @property
    def evidence(self) -> str:
        """Id of the package as it was handed in."""

    @property
    def path(self) -> str:
        """Address inside the package as handed in, with `/`; a nested archive is a folder in it."""

    @property
    def scope(self) -> str:
        """Address of the innermost package that holds the file: '' or 'inner.zip/'."""

    @property
    def size(self) -> int | None:
        """Bytes, where the container says so."""

    @property
    def modified(self) -> datetime | None:
        """Last modification in UTC, where the container says so."""

    @property
    def fingerprint(self) -> str | None:
        """Changes whenever the content may have changed; None where nothing tells.

        Made of what the file system says (device, number, size, times) of the file, or of the
        archive that holds it, then with its place and what the archive says of it. Not made of
        the content.
        """

    @property
    def sha256(self) -> str | None:
        """Hash of the whole content; None until it was read to its end."""

    @property
    def bytes_read(self) -> int:
        """How many bytes of content were read so far."""

    def leave(self, head: bytes) -> bool:
        """Called where nothing reads what begins so: whether the rest of it is left unread.

        So it is with large files in a store; what was left is told as a loss.
        """

    def open(self) -> BinaryIO:
        """Open for reading from the start; not seekable in general. Hashes what is read.

        Raises OSError, or LimitError when a bound is reached while reading.
        """

    def local(self) -> AbstractContextManager[Path]:
        """A seekable path to the content: the file itself in a folder, else a bounded copy.

        Raises LimitError when the copy would exceed `Limits.spool_bytes`.
        """


Known = Callable[[EvidenceFile], bool]
"""Whether a file is known from before."""


class Package(Protocol):
    """Something handed in: a folder, an archive, a disk image."""

    @property
    def fingerprint(self) -> str | None:
        """Of an archive, as `EvidenceFile.fingerprint`; None for a folder."""

    def files(
        self,
        known: Known | None = None,
        spent: Callable[[int], None] | None = None,
        listed: Callable[[str], None] | None = None,
    ) -> Iterator[EvidenceFile | Skipped]:
        """Every file once, in the order of the container, and every loss. Never raises for one.

        `spent` is told how many bytes of content were delivered so far, whenever some were;
        `listed` each folder that the package names by itself and that could be read, empty or not.

        A file for which `known` is true is given as it is, without looking whether it is an
        archive: say so only of fingerprints that were given as files before.
        """

    def finish(self, sha256: str | None = None) -> Evidence:
        """The package's own record, with the hash of an archive; call it after `files`.

        `sha256` is that hash, where it is known of the same fingerprint.
        """


@dataclass(frozen=True, slots=True)
class Share:
    """One of `of` parts of a package; `plan_shares` makes parts of like weight.

    All parts together are the package, and each member, with all that is inside it, is in exactly
    one. What a container says of itself as a whole is part of the first. `table` has a byte for
    every member, in order: the part that it is in; members beyond it are dealt out in turn.
    """

    index: int = 0
    of: int = 1
    table: bytes = field(default=b"", repr=False)

    def holds(self, number: int) -> bool:
        """Whether the member with this number, from 0, is in this part."""
        if number < len(self.table):
            return self.table[number] == self.index
        return number % self.of == self.index


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How packages are opened, and which part of one is read.

    `whole`: from a store, too, every file is read to its end, whatever it is. `patient`: a store
    that does not answer at all is waited for as long as one that did.
    """

    limits: Limits = field(default_factory=Limits)
    passwords: tuple[str, ...] = ()
    share: Share = field(default_factory=Share)
    whole: bool = False
    patient: bool = False
