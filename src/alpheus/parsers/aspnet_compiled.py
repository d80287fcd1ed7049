"""What ASP.NET leaves of a page that it compiled, in `Temporary ASP.NET Files`.

A page may be deleted; `<page>.<hash>.compiled` still names its virtual path and its assembly, and
the assembly's own name may show the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Event, TimeBasis
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.encoding import decode_head
from alpheus.parsers.evtx_chunks import read_fully
from alpheus.parsers.losses import Losses, Record, with_losses
from alpheus.parsers.xml_elements import flaw, strict_tags, tolerant_tags

_SIZE_LIMIT = 1 << 20
_PRESERVE = re.compile(r"<preserve[\s/>]")
_ASSEMBLY = re.compile(r"(?:^|[/\\])(App_Web_[^/\\]+)\.dll$", re.IGNORECASE)
_PAGE = re.compile(
    r"App_Web_(.+\.(?:aspx|ashx|asmx|ascx|asax|svc|master))\.[0-9a-f]{6,8}", re.IGNORECASE
)
_NAMELESS = "compiled page that names no virtual path"


class CompiledPages:
    """Reads preserved compilations; the time is the file's last change, where it is known.

    Of an assembly only the name is read, and `VirtualPath` is then a name without a folder.
    """

    source = "aspnet-compiled"

    def recognise(self, head: bytes, path: str) -> bool:
        """A `<preserve>` element, or an assembly of ASP.NET by its name."""
        if head.startswith(b"MZ"):
            return _ASSEMBLY.search(path) is not None
        text = decode_head(head[:4096])
        return text.lstrip("\ufeff \t\r\n").startswith("<") and _PRESERVE.search(text) is not None

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:  # noqa: ARG002 - times are UTC
        """At most one event."""
        losses = Losses(file)
        assembly = _ASSEMBLY.search(file.path)
        if assembly is not None:
            return _of_assembly(file, assembly[1])
        return with_losses(file, losses, _parse(file, losses))


def _of_assembly(file: EvidenceFile, name: str) -> Iterator[Record]:
    page = _PAGE.match(name)
    if page is not None:
        yield _event(file, {"VirtualPath": page[1], "Assembly": name}, None)


def _parse(file: EvidenceFile, losses: Losses) -> Iterator[Record]:
    with file.open() as stream:
        text = decode_head(read_fully(stream, _SIZE_LIMIT)).lstrip("\ufeff")
    wrong = flaw(text)
    if wrong is not None:
        losses.add(wrong.reason, wrong.offset)
    fields: dict[str, str] = {}
    line = None
    depends: list[str] = []
    for tag in strict_tags(text) if wrong is None else tolerant_tags(text):
        if tag.name == "preserve" and not tag.end:
            names = {"VirtualPath": "virtualPath", "Assembly": "assembly", "Type": "type"}
            given = {name: tag.attributes.get(theirs, "") for name, theirs in names.items()}
            fields.update({name: value for name, value in given.items() if value})
            line = tag.line
        elif tag.name == "filedep" and not tag.end:
            depends.append(tag.attributes.get("name", ""))
    if "VirtualPath" not in fields:
        losses.add(_NAMELESS, 0)
        return
    yield _event(file, fields, line, tuple(depends[:100]))


def _event(
    file: EvidenceFile, fields: dict[str, str], line: int | None, depends: tuple[str, ...] = ()
) -> Event:
    text = " ".join(f"{name}={value}" for name, value in fields.items())[:4000]
    citation = Citation(file.evidence, file.path, line=line, text=text)
    all_fields: dict[str, str | tuple[str, ...]] = {**fields}
    if depends:
        all_fields["FileDependencies"] = depends
    return Event("aspnet-compiled", file.modified, TimeBasis.UTC, None, all_fields, citation)
