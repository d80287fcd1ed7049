"""One list, from its bytes to records, with the count of what was lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from alpheus.directory.importers import registry, routes, table, universities
from alpheus.directory.importers.layouts import LAYOUTS, layout_of
from alpheus.directory.importers.model import Context, Reader
from alpheus.directory.model import Organisation, Route
from alpheus.errors import EvidenceFormatError
from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.reading import Tally
from alpheus.exposure.imports.rows import Rows, column_names

READERS: dict[str, Reader] = {
    **{layout.kind: table.read for layout in LAYOUTS},
    "universities": universities.read,
    "rpsl": registry.read_rpsl,
    "rdap": registry.read_rdap,
    "delegated": registry.read_delegated,
    "routes": routes.read_routes,
    "route-table": routes.read_route_table,
    "as-names": routes.read_names,
}
"""The readers, by kind."""

KINDS = tuple(READERS)

_OBJECT = re.compile(
    rb"^(?:inetnum|inet6num|organisation|role|person|route6?|aut-num|NetRange|as-block|domain|"
    rb"mntner):",
    re.MULTILINE | re.IGNORECASE,
)
_STATISTICS = re.compile(
    rb"^(?:\d(?:\.\d)?\|(?:ripencc|arin|apnic|lacnic|afrinic|nro|iana)\||"
    rb"(?:ripencc|arin|apnic|lacnic|afrinic|iana)\|[A-Z*]{0,2}\|(?:ipv4|ipv6|asn)\|)",
    re.MULTILINE,
)
_ROUTE = re.compile(rb"^[0-9a-f.:]+/\d{1,3}\s+\{?\d+", re.MULTILINE | re.IGNORECASE)
_AS_NAME = re.compile(rb"^(?:AS)?\d{1,10}\s+\S", re.MULTILINE | re.IGNORECASE)
_LOOKED_AT = 64 * 1024


class UnknownListError(EvidenceFormatError):
    """The content is none of the lists that can be read."""


def kind_of(source: Source) -> str:
    """The kind of a list, told by its content; '' where it is none."""
    head = source.head[:_LOOKED_AT]
    start = head.lstrip()[:1]
    if start in {b"{", b"["}:
        return _kind_of_json(head)
    if _STATISTICS.search(head):
        return "delegated"
    columns = column_names(Rows(source).first())
    layout = layout_of(columns)
    if layout is not None:
        return layout.kind
    names = set(columns)
    if {"network", "prefix"} & names and {"autonomous_system_number", "asn", "origin"} & names:
        return "route-table"
    for kind, pattern in (("rpsl", _OBJECT), ("routes", _ROUTE), ("as-names", _AS_NAME)):
        if pattern.search(head):
            return kind
    return ""


def _kind_of_json(head: bytes) -> str:
    if b'"domains"' in head and b'"name"' in head:
        return "universities"
    if b'"startAddress"' in head or b'"objectClassName"' in head:
        return "rdap"
    return "as-names" if re.match(rb'\s*\{\s*"(?:AS)?\d+"\s*:', head) else ""


class ImportedList:
    """A list to import. Raises EvidenceError where it cannot be read, UnknownListError.

    `context` is what the lists of one import tell each other.
    """

    def __init__(self, path: Path, kind: str = "", context: Context | None = None) -> None:
        self._source = Source(path)
        self._context = context or Context()
        self.tally = Tally()
        self.kind = kind or kind_of(self._source)
        if not self.kind:
            raise UnknownListError(
                f"{path}: none of the lists that can be read ({', '.join(KINDS)}); "
                "name it with --kind if it is one"
            )

    def entries(self, lost: Callable[[Loss], None] | None = None) -> Iterator[Organisation | Route]:
        """The records in the order of the list; `tally` grows with them.

        `lost` is called with every loss as it is met.
        """
        self._context.kind = self.kind
        for entry in READERS[self.kind](self._source, self._context):
            if isinstance(entry, Loss):
                self.tally.lose(entry)
                if lost is not None:
                    lost(entry)
            else:
                self.tally.imported += 1
                yield entry
