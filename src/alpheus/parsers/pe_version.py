"""The build of Exchange or SharePoint from the version resource of its programs.

Read are the few files whose version is that of the server; `ExSetup.exe` is the one by which
Microsoft tells the installed build of Exchange, also after a security update.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from alpheus.evidence.base import EvidenceFile
from alpheus.model import BuildWitness
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.losses import Losses, Record, with_losses

_WITNESSES = re.compile(
    r"(?:^|/)bin/(?:ExSetup\.exe|Microsoft\.Exchange\.(?:Diagnostics|Data)\.dll)$", re.IGNORECASE
)
_SHAREPOINT = re.compile(r"(?:^|/)isapi/Microsoft\.SharePoint\.dll$", re.IGNORECASE)
_FIXED_FILE_INFO = struct.pack("<II", 0xFEEF04BD, 0x00010000)
_BLOCK = 1 << 20
_SEARCHED = 256 << 20
_NO_VERSION = "program that tells the build without a version"


class ProgramVersion:
    """Gives one witness per program; a file's own times tell nothing of when it ran."""

    source = "file-version"

    def recognise(self, head: bytes, path: str) -> bool:
        """A program of one of the three names in a folder `bin`, or the one of SharePoint."""
        path = path.replace("\\", "/")
        named = _WITNESSES.search(path) or _SHAREPOINT.search(path)
        return head.startswith(b"MZ") and named is not None

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:  # noqa: ARG002 - there are no times
        """One witness, or a loss."""
        losses = Losses(file)
        return with_losses(file, losses, _parse(file, losses))


def _parse(file: EvidenceFile, losses: Losses) -> Iterator[Record]:
    build = file_version(file)
    if build is None:
        losses.add(_NO_VERSION, None)
    else:
        other = _SHAREPOINT.search(file.path.replace("\\", "/"))
        yield BuildWitness(
            "sharepoint-version" if other else "file-version", build, None, None, None
        )


def file_version(file: EvidenceFile) -> str | None:
    """The file version in VS_FIXEDFILEINFO, dotted, of the first 256 MiB; None if there is none."""
    rest = b""
    searched = 0
    with file.open() as stream:
        while searched < _SEARCHED and (block := stream.read(_BLOCK)):
            searched += len(block)
            rest += block
            found = rest.find(_FIXED_FILE_INFO)
            while found >= 0 and found + 16 <= len(rest):
                high, low = struct.unpack_from("<II", rest, found + 8)
                if high:
                    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
                found = rest.find(_FIXED_FILE_INFO, found + 1)
            rest = rest[-32:]
    return None
