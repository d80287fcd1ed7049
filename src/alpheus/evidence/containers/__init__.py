"""Readers of containers, one file each. They are imported only when one is opened."""

from __future__ import annotations

from alpheus.evidence.magic import Kind
from alpheus.evidence.members import Access, Container, Source


def open_container(kind: Kind, source: Source, access: Access) -> Container:
    """Open a container of a known kind.

    Raises EvidencePasswordError, EvidenceFormatError, LimitError or OSError.
    """
    match kind:
        case Kind.ZIP:
            from alpheus.evidence.containers.zip import ZipContainer  # noqa: PLC0415 - one reader at a time

            return ZipContainer(source, access)
        case Kind.TAR:
            from alpheus.evidence.containers.tar import TarContainer  # noqa: PLC0415 - one reader at a time

            return TarContainer(source, access)
        case Kind.COMPRESSED:
            from alpheus.evidence.containers.compressed import open_compressed  # noqa: PLC0415 - one reader at a time

            return open_compressed(source, access)
        case Kind.SEVEN_ZIP:
            from alpheus.evidence.containers.sevenzip import SevenZipContainer  # noqa: PLC0415 - one reader at a time

            return SevenZipContainer(source, access)
        case Kind.IMAGE:
            from alpheus.evidence.containers.image import ImageContainer  # noqa: PLC0415 - one reader at a time

            return ImageContainer(source, access)
