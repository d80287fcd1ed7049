"""What code means that is written as everybody writes it."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.detect.webshell.nodes import Binary, Call, Const, Function
from alpheus.detect.webshell.values import Value

OWN = ("this", "me", "mybase", "base")
"""How code calls the object that it belongs to."""

FROM_DATABASE = frozenset({
    "execute", "executereader", "executescalar", "executenonquery", "executexmlreader", "fill",
    "executereaderasync", "executescalarasync",
})  # fmt: skip
"""What answers with rows, which are not what was asked."""

_COMMON = frozenset({
    "write", "read", "open", "close", "add", "get", "set", "tostring", "execute", "load", "start",
    "run", "create", "invoke", "send", "equals",
})  # fmt: skip


def reads_data(node: Call) -> bool:
    """`eval("(" + text + ")")`: how scripts read data before they could do it otherwise."""
    first = node.arguments[0]
    while isinstance(first, Binary):
        first = first.left
    return isinstance(first, Const) and str(first.value).lstrip().startswith("(")


def calls_by_name(node: Call) -> bool:
    """`Execute "call do_" & name`: what follows can only end a name of the page's own."""
    first = node.arguments[0] if node.arguments else None
    if not isinstance(first, Binary) or first.mark != "&" or not isinstance(first.left, Const):
        return False
    text = str(first.left.value)
    named = len(text) > 3 and (text[-1].isalnum() or text[-1] == "_")
    return named and "request" not in text.lower()


def may_be_own(local: Function, low: str, of: Value, arguments: Sequence[Value]) -> bool:
    """Whether `of.name(arguments)` may be a function of the page."""
    if not of.types or of.has(*OWN):
        return True
    return of.constant is None and low not in _COMMON and len(local.parameters) == len(arguments)
