"""Evidence: what a responder hands in, opened safely and read-only."""

from __future__ import annotations

import stat
from pathlib import Path

from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError, LimitError
from alpheus.evidence.base import EvidenceFile, Limits, OpenOptions, Package
from alpheus.evidence.place import Place
from alpheus.store.address import Address

__all__ = ["EvidenceFile", "Limits", "OpenOptions", "Package", "Place", "open_package"]


def open_package(place: Place, evidence_id: str, options: OpenOptions) -> Package:
    """Open a folder, a file, an archive or a disk image; its content says which it is.

    Raises EvidenceNotFoundError, EvidencePasswordError, EvidenceFormatError or, for what lies in a
    store, StoreError and UsageError; each with one line that names the place and the remedy.
    Nothing is written but private temporary files.
    """
    from alpheus.evidence.containers.folder import FolderContainer  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.origin import PathOrigin  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.package import ContainerPackage  # noqa: PLC0415 - opened on demand

    if isinstance(place, Address):
        return _open_far(place, evidence_id, options)
    path = place
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            next(path.iterdir(), None)
            folder = FolderContainer(path.resolve())
            return ContainerPackage(PathOrigin(path), evidence_id, options, folder)
        if not stat.S_ISREG(mode):
            raise EvidenceFormatError(
                f"{path}: neither a file nor a folder; hand in an image or a copy of it"
            )
        return _open_file(path, evidence_id, options)
    except FileNotFoundError as error:
        raise EvidenceNotFoundError(f"{path}: nothing is there; check the path") from error
    except LimitError as error:
        raise EvidenceFormatError(f"{path}: {error}") from error
    except OSError as error:
        if isinstance(error, EvidenceError):
            raise
        raise EvidenceFormatError(
            f"{path}: not readable ({(error.strerror or str(error)).lower()}); check permissions"
        ) from error


def _open_file(path: Path, evidence_id: str, options: OpenOptions) -> Package:
    from alpheus.evidence.budget import Budget  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.containers import open_container  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.containers.folder import FileContainer, open_regular  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.file import HEAD_BYTES  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.magic import kind_of, why_none  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.members import Access, Source  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.origin import PathOrigin  # noqa: PLC0415 - opened on demand
    from alpheus.evidence.package import ContainerPackage  # noqa: PLC0415 - opened on demand

    real = path.resolve()
    with open_regular(real) as stream:
        head = stream.read(HEAD_BYTES)
    kind = kind_of(head)
    if reason := why_none(path.name, head):
        raise EvidenceFormatError(f"{path}: {reason}")
    if kind is None:
        return ContainerPackage(PathOrigin(path), evidence_id, options, FileContainer(real))
    source = Source(
        path.name, lambda: open_regular(real), lambda: open_regular(real), real, beside=True
    )
    access = Access(Budget(options.limits), options.passwords)
    container = open_container(kind, source, access)
    return ContainerPackage(PathOrigin(path), evidence_id, options, container)


def _open_far(address: Address, evidence_id: str, options: OpenOptions) -> Package:
    from alpheus.evidence.far import open_far  # noqa: PLC0415 - opened on demand

    try:
        return open_far(address, evidence_id, options)
    except EvidenceError:
        raise
    except (LimitError, OSError) as error:
        raise EvidenceFormatError(f"{address}: {error}") from error
