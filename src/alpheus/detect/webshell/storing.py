"""What is put into objects and files, and comes out of them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpheus.detect.webshell.intake import Intake, is_request
from alpheus.detect.webshell.nodes import Call, Function, Member
from alpheus.detect.webshell.scope import Scope
from alpheus.detect.webshell.values import Value, joined
from alpheus.detect.webshell.watch import WRITERS, Watch

_FILLS = frozenset({
    "write", "append", "add", "writeline", "insert", "push", "copyto", "read", "appendformat",
    "addscript", "loadxml", "appendline", "writetext",
})  # fmt: skip
_READS = frozenset({"read", "copyto", "readasync", "copytoasync"})
_COPIES = frozenset({"copyto", "copytoasync"})


@dataclass(frozen=True, slots=True)
class Storing:
    """Keeps what calls of methods put into what they are called on."""

    scope: Scope
    watch: Watch
    intake: Intake

    def fill(
        self, low: str, of: Value, arguments: Sequence[Value], node: Call, function: Function
    ) -> None:
        """`stream.Write(data)`, `document.load(Request)`, `request.InputStream.CopyTo(stream)`."""
        what = node.what
        if low == "load" and arguments and is_request(arguments[0]) and isinstance(what, Member):
            self.scope.soil(what.of, self.intake.requested(node, []), function)
        elif low in _COPIES and arguments and arguments[0].has(*WRITERS):
            self.watch.put("copyto", arguments[0], of, node)
        elif low in _READS and of.sources and node.arguments:
            self.scope.soil(node.arguments[0], of, function)
        if of.has(*WRITERS):
            # What is written does not change where.
            self.watch.put(low, of, joined(arguments), node)
        elif low in _FILLS and isinstance(what, Member):
            self.scope.soil(what.of, joined(arguments), function)
