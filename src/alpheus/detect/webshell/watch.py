"""Notes what a page does that matters, and how bad it is given what reaches it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from alpheus.detect.webshell.nodes import Call, Name, Node, Program
from alpheus.detect.webshell.sinks import NATIVE, Sink, sinks
from alpheus.detect.webshell.values import NOTHING, Source, Value, joined

BOUND = "method:"
"""Before `type.member` in the types of a value: it is that method, found by its name."""

_PAGE_NAME = re.compile(
    r"\.(?:aspx?|ashx|asmx|asax|ascx|svc|soap|asa|cer|cdx|php|jspx?|cshtml)\Z", re.IGNORECASE
)
_SETTINGS_NAME = re.compile(r"(?:\A|[\\/])web\.config\Z", re.IGNORECASE)
_PROGRAM_NAME = re.compile(r"\.(?:exe|dll|vbs|vbe|bat|cmd|ps1|hta|wsf|scr|com)\Z", re.IGNORECASE)
_SECRET = re.compile(r"pass|pwd|kennwort|senha|contrase", re.IGNORECASE)
_SHELLS = (
    "cmd", "powershell", "pwsh", "wscript", "cscript", "mshta", "rundll", "regsvr", "bash",
    "certutil", "whoami",
)  # fmt: skip
_NET = re.compile(r"\bnet1?\b")
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

_COPIES = re.compile("copy|move")
_WRITES = frozenset({"write", "writeline", "writetext", "copyto", "writeallbytes"})
WRITERS = frozenset({
    "streamwriter", "filestream", "createtext", "binarywriter", "createtextfile", "opentextfile",
    "textstream", "openwrite", "appendtext", "openastextstream", "opentextfilewriter",
})  # fmt: skip
"""What writes into a file that was named when it was made."""

_ONLY_PLAIN = frozenset({
    "shell", "execute", "executeglobal", "socket", "createobject", "getobject", "logonuser",
})  # fmt: skip
_TEXT_FILES = frozenset({
    "createtextfile", "opentextfile", "scripting.filesystemobject.createtextfile",
    "scripting.filesystemobject.opentextfile", "savetofile", "adodb.stream.savetofile",
})  # fmt: skip
_SETTINGS = 34
_PLACED = Sink("plant", 88, says="writes what the visitor sends where the visitor says")
_DROPPED = Sink("drop", 86, 78, 78, None, "writes a file that the server runs")
_PROGRAM = Sink("drop", 74, 52, 52, None, "writes a program")
_STOLEN = Sink("steal", 80, says="keeps what visitors type as their password")
_MOVED = Sink("change", 60, says="copies or moves what the visitor names where the visitor says")
_RULES = Sink("drop", 80, says="writes the settings of a folder as the visitor sends them")
_SENT = Sink("load", 88, says="loads an assembly that the visitor has sent")
_UNPACKED = Sink("unpack", 38, says="unpacks an archive that the visitor has sent")
_OF_FILES = {"load": _SENT, "unpack": _UNPACKED}
_CHECKED = Sink("evaluate", 30, says="reads data as code, after a test that it is data")
_CHOSEN = Sink("evaluate", 30, says="calls what the visitor names, after a test of the name")
_BOUND_BY_NAME = Sink("reflect", 72, 72, says="makes a delegate of what is named by text")
_HANDED = Sink("handover", 84, says="hands the request to an object that it made of a name")
_READING = frozenset({"opentextfile", "scripting.filesystemobject.opentextfile"})
_STREAMS = frozenset({"filestream", "file.open"})
_CHANNELS = frozenset({"fileopen", "filesystem.fileopen"})
_PRINTS = frozenset({
    "print", "printline", "write", "writeline", "fileput", "fileputobject",
})  # fmt: skip
"""What Visual Basic writes with into a file that was opened by a number."""

_DOCUMENTS = frozenset({"xmldocument.save", "xdocument.save", "xelement.save"})
_GRAVE = frozenset({"run", "load", "evaluate", "compile"})
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
        self._channel = NOTHING
        self._sent: set[str] = set()

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
        if member in _PRINTS and len(arguments) > 1 and self._channel is not NOTHING:
            self.put("write", self._channel, joined(arguments[1:]), node)
        for kind in of.types:
            if f"{kind}.{member}" in known:
                self.sink(f"{kind}.{member}", arguments, node, of=of)
                return
        if member in known and not assigned and (not of.types or member not in _ONLY_PLAIN):
            self.sink(member, arguments, node, of=of)

    def knows(self, of: Value, member: str) -> bool:
        """Whether a member is known by the type that it surely belongs to."""
        return any(f"{kind}.{member}" in self._sinks for kind in of.types)

    def sink(
        self,
        call: str,
        arguments: Sequence[Value],
        node: Node,
        *,
        of: Value = NOTHING,
        name: str = "",
    ) -> None:
        """A call that is surely one of these sinks."""
        for sink in self._sinks[call]:
            self._reached(sink, call, arguments, node, of, name or call)

    def _reached(  # noqa: PLR0917 - all of a call
        self,
        sink: Sink,
        call: str,
        arguments: Sequence[Value],
        node: Node,
        of: Value,
        name: str,
    ) -> None:
        chosen = [of, *arguments] if sink.argument is None else arguments[sink.argument :][:1]
        if not chosen or (sink.kind == "write" and _only_reads(call, arguments)):
            return
        if sink.kind == "read" and call in _READING and not _only_reads(call, arguments):
            return
        value = chosen[0] if len(chosen) == 1 else joined(chosen)
        given = value.tainted and sink.given > 0
        points = sink.always
        if given:
            points = sink.given
        elif sink.computed and any(one.computed or one.steps for one in chosen):
            points = sink.computed
        if sink.kind == "evaluate" and call not in _EVALUATED:
            for text in [one.text for one in arguments if one.text]:
                self._on_text(text, node)
        points = _sharper(sink, value, [of, *arguments], points, call=call, given=given)
        if sink.kind in {"read", "list", "change"} and any(one.rooted for one in chosen):
            points, given = points // 3, False
        if sink.kind == "write":
            rest = [one for place, one in enumerate(arguments) if place != sink.argument]
            points = self._written(call, node, value, [of, *rest], points)
        else:
            self._received(sink.kind, name, arguments, node)
        if points:
            self.note(sink, node.line, name, points, value, given=given)

    def methods(self, types: frozenset[str], member: str) -> frozenset[str]:
        """`Type.Method` without a call refers to a method, which may be called later."""
        names = {f"{kind}.{member}" for kind in types}
        return frozenset(f"{BOUND}{name}" for name in names if name in self._sinks)

    def bound(self, types: frozenset[str], arguments: Sequence[Value], node: Node) -> None:
        """`method.Invoke(object, arguments)` of methods that were found by their names."""
        for kind in sorted(types):
            if not kind.startswith(BOUND):
                continue
            call = kind.removeprefix(BOUND)
            calls = [call] if call in self._sinks else []
            if call.endswith(".*"):  # any method of the type
                calls = [one for one in self._sinks if one.startswith(call[:-1])]
            for one in calls:
                self.sink(one, arguments[1:] or arguments, node)

    def native(self, name: str, library: str, arguments: Sequence[Value], node: Node) -> None:
        """A function of Windows that the page has declared is called."""
        given = joined(arguments)
        if given.tainted:
            points = 90 if name in NATIVE else 74
            says = f"calls {name} of {library} directly"
            self.note(Sink("native", points, says=says), node.line, name, points, given, given=True)

    def handed(self, of: Value, node: Node) -> None:
        """`made.Equals(this)`: how a payload is given the request."""
        self.note(_HANDED, node.line, "equals", _HANDED.given, of, given=of.tainted)

    def checked(self, text: Value, node: Node) -> None:
        """A text is evaluated that was tested before: everybody's reader of JSON."""
        if text.tainted:
            self.note(_CHECKED, node.line, "eval", _CHECKED.given, text, given=True)

    def chosen(self, call: str, text: Value, node: Node) -> None:
        """A function is called by its name, which was tested before."""
        self.note(_CHOSEN, node.line, call, _CHOSEN.given, text, given=True)

    def delegated(self, types: frozenset[str], node: Node) -> None:
        """`CreateDelegate` of what is found by its name: what is called then is not seen."""
        for call in sorted(kind.removeprefix(BOUND) for kind in types if kind.startswith(BOUND)):
            if any(sink.kind in _GRAVE for sink in self._sinks.get(call, ())):
                points = _BOUND_BY_NAME.given
                self.note(_BOUND_BY_NAME, node.line, call, points, NOTHING, given=False)

    def put(self, member: str, writer: Value, content: Value, node: Node) -> None:
        """Something is written with a writer, whose value is where it writes to."""
        if member not in _WRITES or not content.tainted:
            return
        if writer.tainted and not writer.rooted:
            self.note(_PLACED, node.line, member, 88, joined((writer, content)), given=True)
        elif _PAGE_NAME.search(writer.tail) and not content.mixed:
            self.note(_DROPPED, node.line, member, _DROPPED.given, content, given=True)
        elif _SETTINGS_NAME.search(writer.tail) and _is_sent(content):
            self.note(_RULES, node.line, member, _RULES.given, content, given=True)

    def _written(
        self, call: str, node: Node, path: Value, rest: Sequence[Value], points: int
    ) -> int:
        """A page of the server, and content of the visitor, are worse than any other file."""
        content = joined(rest)
        self._dropped(call, node, path, content)
        if call in _CHANNELS:
            self._channel = replace(path, tail=path.ending)
        elif content.tainted or call.endswith("saveas"):
            self._sent |= {_place([path], node)} - {""}
        if "append" in call and any(_SECRET.search(one.text) for one in content.sources):
            self.note(_STOLEN, node.line, call, _STOLEN.given, content, given=True)
        if _COPIES.search(call):
            self._moved(call, node, path, rest)
            return 0  # counted as a change
        if not path.tainted:
            return points
        if path.rooted:
            return 14 if path.has("filename") else 26
        if "saveas" in call:
            return points if all(one.text.endswith("FileName") for one in path.sources) else 78
        if content.tainted:
            self.note(_PLACED, node.line, call, 88, joined((path, content)), given=True)
        return points

    def _moved(self, call: str, node: Node, path: Value, rest: Sequence[Value]) -> None:
        """A visitor names both ends, and neither stays in a folder of the server's choice."""
        others = [one for one in rest if one.sources and one.sources != path.sources]
        if path.tainted and not path.rooted and any(not one.rooted for one in others):
            both = joined((path, *others))
            self.note(_MOVED, node.line, call, _MOVED.given, both, given=True)

    def _received(self, kind: str, name: str, arguments: Sequence[Value], node: Node) -> None:
        """A file is loaded or unpacked that the visitor's data was written to."""
        worst = _OF_FILES.get(kind)
        if worst is not None and _place(arguments, node) in self._sent:
            self.note(worst, node.line, name, worst.given, joined(arguments), given=False)

    def _dropped(self, call: str, node: Node, path: Value, content: Value) -> None:
        """A page or a program that the page puts on the server."""
        for name, dropped in ((_PAGE_NAME, _DROPPED), (_PROGRAM_NAME, _PROGRAM)):
            if name.search(path.ending):
                worth = dropped.always
                if content.tainted and not content.mixed:
                    worth = dropped.given
                elif "fetched" in content.steps:
                    worth = dropped.given  # whatever another server sends
                elif _COPIES.search(call):
                    worth = min(worth, 58)  # what it holds is not known
                elif content.mixed or call in _TEXT_FILES:
                    worth = _SETTINGS  # pages that write a page of settings are many
                self.note(dropped, node.line, call, worth, path, given=path.tainted)

        if _SETTINGS_NAME.search(path.ending) and _is_sent(content) and call not in _DOCUMENTS:
            self.note(_RULES, node.line, call, _RULES.given, content, given=True)

    def note(
        self, sink: Sink, line: int, call: str, points: int, value: Value, *, given: bool
    ) -> None:
        """Keep a sign, unless a worse one stands in its place."""
        key = (sink.kind, line, call)
        before = self.seen.signs.get(key)
        if before is None or before.points < points:
            self.seen.signs[key] = Sign(sink.kind, line, call, points, sink.says, value, given)


def _place(arguments: Sequence[Value], node: Node) -> str:
    """The file that a call names first: as a constant, or as a variable."""
    if arguments and arguments[0].text:
        return f"={arguments[0].text.lower()}"
    named = node.arguments[:1] if isinstance(node, Call) else []
    return named[0].name.lower() if named and isinstance(named[0], Name) else ""


def _is_sent(content: Value) -> bool:
    """Whether it is the visitor's as a whole, and not put into a text of the page's own."""
    return content.tainted and not content.mixed and not content.has("replace", "format")


def imported_signs(program: Program) -> list[Sign]:
    """Functions of Windows that the page declares and has no use for."""
    return [
        Sign("native", line, name, 62, f"calls {name} of {library} directly", NOTHING)
        for name, (library, line) in program.imported.items()
        if name in NATIVE or name.removesuffix("ex") in NATIVE
    ]


def _names_shell(text: str) -> bool:
    low = text.lower()
    return any(name in low for name in _SHELLS) or _NET.search(low) is not None


def _is_no_shell(call: str, value: Value) -> bool:
    """Whether what is set at a program's start is not what makes it a shell.

    Arguments without a command decide nothing: the program does. A program that lies in a folder of
    the server is one that was put there.
    """
    if call.endswith(".arguments"):
        return not _names_shell(value.ending)
    return value.rooted and bool(value.ending) and not _names_shell(value.ending)


def _is_harmless_program(chosen: Sequence[Value]) -> bool:
    """Whether a program is named that is neither a shell nor can be told to be one."""
    texts = [one.text for one in chosen if one.text]
    if not texts and all(one.constant is None for one in chosen[1:]):
        # What is started was named when it was made.
        return len(chosen) == 1 or any(one.has("processstartinfo") for one in chosen[1:])
    return bool(texts) and not any(map(_names_shell, texts))


def _only_reads(call: str, arguments: Sequence[Value]) -> bool:
    """Whether a file is opened in a mode that writes nothing; text files are, if none is given."""
    mode = arguments[1] if len(arguments) > 1 else None
    if call in _CHANNELS:
        return len(arguments) > 2 and arguments[2].has("input")
    if call in _READING:
        return mode is None or mode.constant == 1 or mode.has("forreading")
    return call in _STREAMS and mode is not None and mode.has("open")


def _is_program(value: Value) -> bool:
    """Whether it begins as a program for Windows does, plain or as base64."""
    constant = value.constant
    return constant[:2] == b"MZ" if isinstance(constant, bytes) else value.ending[:4] == "TVqQ"


def _sharper(  # noqa: C901, PLR0911 - one for each kind
    sink: Sink, value: Value, chosen: Sequence[Value], points: int, *, call: str, given: bool
) -> int:
    """What a sink is worth once it is known what reaches it."""
    match sink.kind:
        case "reflect" if given and value.steps:
            return 92
        case "reflect" if given and chosen[0].computed:
            return 84
        case "reflect" if given and chosen[0].tainted and any(one.tainted for one in chosen[1:]):
            return 88
        case "run" if not given and (_is_no_shell(call, value) or _is_harmless_program(chosen)):
            return min(points, _SETTINGS)
        case "query" if given:
            return 10 if value.mixed else 58
        case "evaluate" | "load" if not given and {"fetched", "assembled"} & set(value.steps):
            return 90
        case "load" if not given and (value.types & _BYTES or value.steps):
            return 80 if _is_program(value) else 76
        case "registry" if not given and any(one.text for one in chosen):
            return _SETTINGS  # one key, which the page names
        case "connect" if not given and any(one.text for one in chosen):
            return _SETTINGS  # one host, which the page names
        case "directory" if any(_HOST.match(one.text or "") for one in chosen):
            return 74
        case "component" if given and "assembled" in value.steps:
            return 90
        case "component" if any(_MANAGEMENT.match(one.text or "") for one in chosen):
            return 60
    return points
