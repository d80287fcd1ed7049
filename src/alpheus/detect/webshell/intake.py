"""Where a page takes in a visitor's data: the request, its members, and controls of the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from alpheus.detect.webshell import sources
from alpheus.detect.webshell.nodes import Call, Member, Name, Node
from alpheus.detect.webshell.values import NOTHING, Source, Value, joined

_CODE_TEXT = 100
_NAME_TEXT = 60
_CONTROLS = (
    "control", "textbox", "fileupload", "htmlinputfile", "htmlinputtext", "dropdownlist",
    "htmltextarea", "hiddenfield", "htmlinputhidden", "listbox", "findcontrol", "postedfile",
    "httppostedfile",
)  # fmt: skip
_OWN = ("this", "me", "mybase", "base")


def is_request(value: Value) -> bool:
    """Whether a value is the request itself."""
    return not value.sources and value.has("request", *sources.REQUEST_TYPES)


def mapped(arguments: Sequence[Value]) -> Value:
    """`Server.MapPath(path)`: a place below the site; anywhere in it if the path is a visitor's."""
    constant = arguments[0].constant if arguments else None
    tail = arguments[0].ending[-64:] if arguments else ""
    found = joined(arguments, constant=constant)
    free = found.tainted and not found.mixed and not _names_uploads(found)
    rooted = not free or any(one.rooted for one in arguments)
    return replace(found, rooted=rooted, types=frozenset(), tail=tail)


def _names_uploads(value: Value) -> bool:
    """Whether it is the name that an uploaded file has already."""
    return all(source.text.lower().endswith("filename") for source in value.sources)


def spelt(node: Node) -> str:
    """How an expression reads, in short."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Member):
        return f"{spelt(node.of)}.{node.name}"
    if isinstance(node, Call):
        return f"{spelt(node.what)}(…)"
    return "…"


def _ended(text: str) -> str:
    """A text that was cut, with its last quotes closed."""
    return f'{text}"' if text.count('"') % 2 else text


def quoted(name: object) -> str:
    """A name in quotes that surely end: by them a report knows what it must not show."""
    return '"' + str(name).replace('"', "'")[:_NAME_TEXT] + '"'


class Intake:
    """Makes values of what comes from outside, and keeps where they came in."""

    def __init__(self, controls: Collection[str], kept: dict[str, Source]) -> None:
        self._controls = frozenset(controls)
        self._kept = kept

    def name(self, low: str) -> Value:
        """A name that is no variable of the page."""
        if low in sources.REQUEST_NAMES:
            return Value(types=frozenset({"request"}))
        if low in self._controls:
            return Value(types=frozenset({"control"}))
        return Value(types=frozenset({low}))

    def member(self, of: Value, low: str, node: Member) -> Value | None:
        """A member that a visitor fills, or the request; None if it is neither."""
        if is_request(of):
            return self._of_request(low, node)
        if low in self._controls and of.has(*_OWN, "page"):
            return Value(types=frozenset({"control"}))
        if low in sources.REQUEST_NAMES and (
            not of.types or of.has(*sources.CONTEXT_TYPES, *_OWN, "current")
        ):
            return Value(types=frozenset({"request"}))
        if low == "filename" and of.sources:
            source = self._source(node, f"{of.sources[0].text}.FileName")
            return Value(sources=(source,), types=frozenset({low}))
        if low in sources.CONTROL_MEMBERS and self._is_control(of, node):
            source = self._source(node, f"control({quoted(spelt(node.of))}).{node.name}")
            return Value(sources=(source,), types=frozenset({low}))
        return None

    def requested(self, node: Call, arguments: Sequence[Value]) -> Value:
        """`Request("name")`."""
        name = arguments[0].text if arguments else None
        source = self._source(node, f"Request({quoted(name)})" if name else "Request(…)")
        return Value(sources=(source,), types=frozenset({"requestdata"}))

    def of_call(self, low: str, node: Call, what: Member, arguments: Sequence[Value]) -> Value:
        """`Request.Member("name")`."""
        if low == "mappath":
            return mapped(arguments)
        if low == "servervariables":
            return self.variable(node, arguments)
        if low in sources.HARMLESS_REQUEST_MEMBERS:
            return NOTHING
        name = arguments[0].text if arguments else None
        text = f"Request.{what.name}({quoted(name)})" if name else f"Request.{what.name}(…)"
        return Value(sources=(self._source(node, text),), types=frozenset({"requestdata", low}))

    def variable(self, node: Call, arguments: Sequence[Value]) -> Value:
        """`Request.ServerVariables("name")`, of which a visitor chooses few."""
        name = arguments[0].text if arguments else None
        if name is not None and name.lower() in sources.HARMLESS_VARIABLES:
            return NOTHING
        text = f"Request.ServerVariables({quoted(name)})" if name else "Request.ServerVariables(…)"
        return Value(sources=(self._source(node, text),))

    def element(self, of: Value, node: Call, name: str) -> Value:
        """`Request.Form["name"]`."""
        source = self._source(node, f"{of.sources[0].text}[{quoted(name)}]")
        return replace(of, constant=None, sources=(source,))

    def _of_request(self, low: str, node: Member) -> Value:
        if low in sources.HARMLESS_REQUEST_MEMBERS:
            return Value(types=frozenset({low}))
        if low not in sources.REQUEST_MEMBERS:
            return Value(types=frozenset({low}))
        kinds = frozenset({"requestdata", low})
        if low == "servervariables":
            return Value(types=kinds)
        return Value(sources=(self._source(node, f"Request.{node.name}"),), types=kinds)

    def _is_control(self, of: Value, node: Member) -> bool:
        if of.has(*_CONTROLS):
            return True
        return isinstance(node.of, Name) and node.of.name.lower() in self._controls

    def _source(self, node: Node, text: str) -> Source:
        source = Source(node.line, text if len(text) <= _CODE_TEXT else _ended(text[:_CODE_TEXT]))
        self._kept.setdefault(source.text, source)
        return source
