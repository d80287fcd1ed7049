"""What code means that is written as everybody writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from alpheus.detect.webshell.nodes import (
    Assign,
    Binary,
    Call,
    Const,
    Function,
    Group,
    Member,
    Name,
    Node,
)
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

_DATA_SIGN = r"(?:\\[\[\]snrt\-\\/.]|[,:{}\[0-9.+\- ]|Eaeflnr-u)"
_DATA_ONLY = re.compile(rf"/(?:\^\[(?!\^){_DATA_SIGN}+\][*+]\$|\[\^{_DATA_SIGN}+\])/[gim]*\Z")
"""The signs that are left of JSON without its texts and numbers, as everybody's reader has them."""

_AT_START = frozenset({"application_start", "appinitialize"})


def reads_data(node: Call) -> bool:
    """`eval("(" + text + ")")`: how scripts read data before they could do it otherwise."""
    first = node.arguments[0]
    while isinstance(first, Binary):
        first = first.left
    return isinstance(first, Const) and str(first.value).lstrip().startswith("(")


def has_checked(node: Call, body: Sequence[Node]) -> bool:
    """Whether `eval("(" + text + ")")` stands behind the test whether the text is JSON."""
    first = node.arguments[0] if node.arguments else None
    if not isinstance(first, Binary) or not reads_data(node):
        return False
    names = {one.name for one in _parts(first) if isinstance(one, Name)}
    tests = (
        one
        for statement in body
        for one in _parts(statement)
        if isinstance(one, Call) and isinstance(one.what, Member) and one.what.name == "test"
    )
    return len(names) == 1 and any(
        isinstance(one.what, Member)
        and isinstance(one.what.of, Const)
        and _DATA_ONLY.match(str(one.what.of.value)) is not None
        and bool(one.arguments)
        and _innermost(one.arguments[0]) in names
        for one in tests
    )


def _parts(node: Node) -> Iterator[Node]:
    """A node and what stands beside it in a sum, a choice or an assignment."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, Binary):
            waiting += [one.left, one.right]
        elif isinstance(one, Group):
            waiting += one.items
        elif isinstance(one, Assign):
            waiting.append(one.value)


def _innermost(node: Node) -> str:
    """The name that a chain of calls begins with."""
    while not isinstance(node, Name):
        if isinstance(node, Call):
            node = node.what
        elif isinstance(node, Member):
            node = node.of
        else:
            return ""
    return node.name


def starts_up(low: str, function: Function) -> bool:
    """What applications do when they start, and what a page has no use for."""
    return low == "registervirtualpathprovider" and function.name in _AT_START


def may_be_own(local: Function, low: str, of: Value, arguments: Sequence[Value]) -> bool:
    """Whether `of.name(arguments)` may be a function of the page."""
    if not of.types or of.has(*OWN):
        return True
    return of.constant is None and low not in _COMMON and len(local.parameters) == len(arguments)
