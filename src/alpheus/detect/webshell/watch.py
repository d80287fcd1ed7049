"""Notes what a page does that matters, and how bad it is given what reaches it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from alpheus.detect.webshell.nodes import Node, Program
from alpheus.detect.webshell.sinks import NATIVE, Sink, sinks
from alpheus.detect.webshell.values import NOTHING, Source, Value, joined

BOUND = "method:"
"""Before `type.member` in the types of a value: it is that method, found by its name."""

_PAGE_NAME = re.compile(
    r"\.(?:aspx?|ashx|asmx|asax|ascx|svc|soap|asa|cer|cdx|php|jspx?|cshtml)\Z", re.IGNORECASE
)
_PROGRAM_NAME = re.compile(r"\.(?:exe|dll|vbs|vbe|bat|cmd|ps1|hta|wsf|scr|com)\Z", re.IGNORECASE)
_SECRET = re.compile(r"pass|pwd|kennwort|senha|contrase", re.IGNORECASE)
_HOST = re.compile(r"(?:iis|winnt)://", re.IGNORECASE)
_MANAGEMENT = re.compile(r"winmgmts", re.IGNORECASE)
_BYTES = frozenset({
    "readallbytes", "downloaddata", "toarray", "getbytes", "frombase64string", "byte[]",
    "transformfinalblock", "decompress", "readbytes", "getbuffer", "binaryread",
})  # fmt: skip
FETCHED = frozenset({
    "responsetext", "responsebody", "responsestream", "downloadstring", "downloaddata", "openread",
    "getresponsestream", "getstringasync", "getbytearrayasync",
})  # fmt: skip
"""What another server has sent."""

_WRITES = frozenset({"write", "writeline", "writetext", "copyto", "writeallbytes"})
WRITERS = frozenset({
    "streamwriter", "filestream", "createtext", "binarywriter", "createtextfile", "opentextfile",
    "textstream", "openwrite", "appendtext", "openastextstream",
})  # fmt: skip
"""What writes into a file that was named when it was made."""

_ONLY_PLAIN = frozenset({
    "shell", "execute", "executeglobal", "socket", "createobject", "getobject", "logonuser",
})  # fmt: skip
_PLACED = Sink("plant", 88, says="writes what the visitor sends where the visitor says")
_DROPPED = Sink("drop", 86, 78, 78, None, "writes a file that the server runs")
_PROGRAM = Sink("drop", 74, 52, 52, None, "writes a program")
_STOLEN = Sink("steal", 80, says="keeps what visitors type as their password")
_HANDED = Sink("handover", 84, says="hands the request to an object that it made of a name")
_EVALUATED = frozenset({"js.eval", "vbs.eval"})


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that a page does: the sink, what reaches it, and its points.

    `given`: a visitor's data reaches it.
    """

    kind: str
    line: int
    call: str
    points: int
    says: str
    value: Value
    given: bool = False


@dataclass(slots=True)
class Seen:
    """What was seen of a page's code.

    `decrypted` is the line where something is decrypted, or 0. `sources` are by their text, `texts`
    are the constants with their lines. `cut`: the page is too long to be followed to its end.
    """

    signs: dict[tuple[str, int, str], Sign] = field(default_factory=dict)
    decrypted: int = 0
    sources: dict[str, Source] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    cut: bool = False


class Watch:
    """Looks at every call and assignment. `on_text` is told constant texts that are run as code."""

    def __init__(self, on_text: Callable[[str, Node], object]) -> None:
        self._sinks = sinks()
        self._on_text = on_text
        self.seen = Seen()

    def check(
        self,
        member: str,
        of: Value,
        arguments: Sequence[Value],
        node: Node,
        *,
        assigned: bool = False,
    ) -> None:
        """A call of a member, or its assignment, by its name in lower case."""
        known = self._sinks
        for kind in of.types:
            if f"{kind}.{member}" in known:
                self.sink(f"{kind}.{member}", arguments, node, of=of)
                return
        if member in known and not assigned and (not of.types or member not in _ONLY_PLAIN):
            self.sink(member, arguments, node, of=of)

    def sink(
        self,
        call: str,
        arguments: Sequence[Value],
        node: Node,
        *,
        of: Value = NOTHING,
        name: str = "",
    ) -> None:
        """A call that is surely this sink."""
        sink = self._sinks[call]
        chosen = [of, *arguments] if sink.argument is None else arguments[sink.argument :][:1]
        if not chosen:
            return
        value = chosen[0] if len(chosen) == 1 else joined(chosen)
        rooted = any(one.rooted for one in chosen)
        given = value.tainted and sink.given > 0
        points = sink.always
        if given:
            points = sink.given
        elif sink.computed and any(one.computed or one.steps for one in chosen):
            points = sink.computed
        if sink.kind == "evaluate" and call not in _EVALUATED:
            for text in [one.text for one in arguments if one.text]:
                self._on_text(text, node)
        points = _sharper(sink, value, chosen, points, given=given)
        if sink.kind in {"read", "list", "change"} and rooted:
            points, given = points // 3, False
        if sink.kind == "write":
            rest = [one for place, one in enumerate(arguments) if place != sink.argument]
            content = joined([of, *rest])
            points = self._written(call, node, value, content, points)
        if points:
            self.note(sink, node.line, name or call, points, value, given=given)

    def bound(self, types: frozenset[str], arguments: Sequence[Value], node: Node) -> None:
        """`method.Invoke(object, arguments)` of methods that were found by their names."""
        for kind in sorted(types):
            call = kind.removeprefix(BOUND)
            if kind.startswith(BOUND) and call in self._sinks:
                self.sink(call, arguments[1:] or arguments, node)

    def handed(self, of: Value, node: Node) -> None:
        """`made.Equals(this)`: how a payload is given the request."""
        self.note(_HANDED, node.line, "equals", _HANDED.given, of, given=of.tainted)

    def put(self, member: str, writer: Value, content: Value, node: Node) -> None:
        """Something is written with a writer, whose value is where it writes to."""
        if member in _WRITES and writer.tainted and content.tainted and not writer.rooted:
            self.note(_PLACED, node.line, member, 88, joined((writer, content)), given=True)

    def _written(self, call: str, node: Node, path: Value, content: Value, points: int) -> int:
        """A page of the server, and content of the visitor, are worse than any other file."""
        for name, dropped in ((_PAGE_NAME, _DROPPED), (_PROGRAM_NAME, _PROGRAM)):
            if name.search(path.ending):
                worth = dropped.given if content.tainted else dropped.always
                self.note(dropped, node.line, call, worth, path, given=path.tainted)
        if "append" in call and any(_SECRET.search(one.text) for one in content.sources):
            self.note(_STOLEN, node.line, call, _STOLEN.given, content, given=True)
        if not path.tainted:
            return points
        if path.rooted:
            return 14 if path.has("filename") else 26
        if "saveas" in call:
            return points if all(one.text.endswith("FileName") for one in path.sources) else 78
        if content.tainted:
            self.note(_PLACED, node.line, call, 88, joined((path, content)), given=True)
        return points

    def note(
        self, sink: Sink, line: int, call: str, points: int, value: Value, *, given: bool
    ) -> None:
        """Keep a sign, unless a worse one stands in its place."""
        key = (sink.kind, line, call)
        before = self.seen.signs.get(key)
        if before is None or before.points < points:
            self.seen.signs[key] = Sign(sink.kind, line, call, points, sink.says, value, given)


def imported_signs(program: Program) -> list[Sign]:
    """Functions of Windows that the page declares and has no use for."""
    return [
        Sign("native", line, name, 62, f"calls {name} of {library} directly", NOTHING)
        for name, (library, line) in program.imported.items()
        if name in NATIVE or name.removesuffix("ex") in NATIVE
    ]


def _is_program(value: Value) -> bool:
    """Whether it begins as a program for Windows does, plain or as base64."""
    constant = value.constant
    return constant[:2] == b"MZ" if isinstance(constant, bytes) else value.ending[:4] == "TVqQ"


def _sharper(  # noqa: PLR0911 - one for each kind
    sink: Sink, value: Value, chosen: Sequence[Value], points: int, *, given: bool
) -> int:
    """What a sink is worth once it is known what reaches it."""
    match sink.kind:
        case "reflect" if given and value.steps:
            return 92
        case "query" if given:
            return 10 if value.mixed else 58
        case "evaluate" | "load" if not given and {"fetched", "assembled"} & set(value.steps):
            return 90
        case "load" if not given and (value.types & _BYTES or value.steps):
            return 80 if _is_program(value) else 76
        case "directory" if any(_HOST.match(one.text or "") for one in chosen):
            return 74
        case "component" if any(_MANAGEMENT.match(one.text or "") for one in chosen):
            return 60
    return points
