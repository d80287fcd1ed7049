"""What operators, arrays and known functions make of values, worked out where they are constant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from alpheus.detect.webshell import folding, sources
from alpheus.detect.webshell.sinks import CLASS_IDS
from alpheus.detect.webshell.values import NOTHING, Constant, Value, joined
from alpheus.detect.webshell.watch import WRITERS

_READS_REQUEST = re.compile(r"\brequest\b\s*[.(\[]|\Ascript:", re.IGNORECASE)
_OWN_TEXT = re.compile(r"\w\w")
"""More than a mark between two parts."""


_PATH = re.compile(r"\A[\w ./\\:~?=&-]*\.[A-Za-z]{1,5}\Z|\A[A-Za-z_ -]{0,24}\Z|\A[\w./\\ -]*[/\\]")
"""What a file, a folder or a variable may be called."""


_ROOTS = (
    "webrootpath", "contentrootpath", "getcurrentdirectory", "basedirectory", "gettemppath",
    "applicationphysicalpath", "physicalapplicationpath", "appdomainapppath", "webroot",
)  # fmt: skip
"""Folders that frameworks name."""


def added(mark: str, left: Value, right: Value) -> Value:
    """`left + right`, or `left & right` of texts."""
    constant = folding.added(left.constant, right.constant)
    if mark == "&" and constant is not None:
        constant = folding.added(folding.as_text(left.constant), folding.as_text(right.constant))
    both = joined((left, right), constant=constant)
    steps = both.steps
    if constant is None and any(_READS_REQUEST.search(one.text or "") for one in (left, right)):
        steps = both.step("assembled").steps
    own = _OWN_TEXT.search(left.text or "") or _OWN_TEXT.search(right.text or "")
    return Value(
        both.constant,
        both.sources,
        frozenset(),
        steps,
        left.rooted or is_root(left),
        both.mixed or (both.tainted and bool(own)),
        both.computed,
        right.ending[-64:],
    )


_STREAMS = ("filestream", "streamwriter")
COMPARES = frozenset({
    "==", "!=", "<>", "<", ">", "<=", ">=", "&&", "=", "is", "like", "andalso", "orelse",
})  # fmt: skip
PLAIN_ARRAYS = frozenset({"byte", "char", "string", "array", "int"})
CODE_CALLS = frozenset({"eval", "execute", "executeglobal"})
"""What runs a text as code."""


def array(kind: str, arguments: list[Value], values: list[Value]) -> Value:
    """An array, or a text that is made of one."""
    if kind == "string" and arguments and not values:
        both = joined(arguments, constant=_text_of(arguments[0]))
        return replace(both, types=frozenset())
    constants = tuple(value.constant for value in values)
    constant: Constant | None = constants if values and None not in constants else None
    if constants and constant is not None and kind.startswith(("byte", "sbyte")):
        constant = folding.as_bytes(constants) or constant
    types = frozenset({"byte[]"}) if kind.startswith("byte") else frozenset()
    types |= {one for value in values for one in value.types & CODE_CALLS}  # `[eval][0](x)`
    return replace(joined((*arguments, *values), constant=constant), types=types)


def may_be_decoded(arguments: Sequence[Value]) -> bool:
    """Whether a function of the page may be given something that it decodes.

    That is a constant text which is no path and no name, or what was made of one.
    """
    return any(
        one.computed
        or isinstance(one.constant, tuple | bytes)
        or (one.text is not None and len(one.text) > 5 and not _PATH.search(one.text))
        for one in arguments
    )


def component(arguments: Sequence[Value]) -> Value:
    """`CreateObject(name)`: the name is the type."""
    name = (arguments[0].text or "").lower().strip() if arguments else ""
    if name.startswith("winmgmts"):
        part = name.rpartition(":")[2] if name.count(":") > 1 else ""
        return Value(types=frozenset({part if part.startswith("win32_") else "winmgmts"}))
    name = name.removeprefix("new:").removeprefix("clsid:").strip("{}")
    name = CLASS_IDS.get(name, name).removesuffix(".1")
    return Value(types=frozenset({name}) if name else frozenset())


def text_method(low: str, of: Value, arguments: Sequence[Value]) -> Value | None:
    """A method of a constant text, or what makes a text of bytes; None for any other."""
    if of.text is not None and low in folding.TEXT_METHODS:
        try:
            constant = folding.TEXT_METHODS[low](of.text, [one.constant for one in arguments])
        except (TypeError, ValueError, IndexError):
            constant = None
        return replace(joined((of, *arguments), constant=constant), rooted=of.rooted)
    if low == "getstring" and arguments:
        encoding = next((kind for kind in sorted(of.types) if kind in folding.ENCODINGS), "utf8")
        text = folding.encoded_text(arguments[0].constant, encoding)
        return replace(joined(arguments, constant=text), types=frozenset())
    if low == "getbytes" and arguments:
        given = arguments[0].text
        constant = None if given is None else given.encode("utf-8", "replace")
        return replace(joined(arguments, constant=constant), types=frozenset({"getbytes"}))
    return None


def static(low: str, of: Value, arguments: Sequence[Value]) -> Value | None:
    """What a call gives that is known by its type and name; None for any other."""
    for kind in of.types:
        fold = folding.STATIC.get(f"{kind}.{low}")
        if fold is not None:
            value = folded(fold, low, arguments)
            return value.step("base64") if low == "frombase64string" else value
    return None


def folded(fold: folding.Function | None, low: str, arguments: Sequence[Value]) -> Value:
    """What a function gives for constants, or what is known of it otherwise."""
    constant = None
    if fold is not None and arguments:
        try:
            constant = fold([one.constant for one in arguments])
        except (TypeError, ValueError, IndexError, OverflowError):
            constant = None
    if low in sources.MEASURES and constant is None:
        return NOTHING
    both = joined(arguments, constant=constant)
    types = frozenset({low}) if constant is None else frozenset()
    rooted = bool(arguments) and arguments[0].rooted
    return Value(both.constant, both.sources, types, both.steps, rooted, both.mixed, both.computed)


def of_method(
    low: str, both: Value, of: Value, arguments: Sequence[Value], types: frozenset[str]
) -> Value:
    """What a method gives that is not known by name: where it lies, and how it surely ends."""
    writes = bool(types & WRITERS)
    first = bool(arguments) and (
        (low in {"combine", "join"} and is_root(arguments[0]))
        or (not types.isdisjoint(_STREAMS) and arguments[0].rooted)
    )
    tail = ""
    if arguments and (low == "combine" or writes):
        tail = arguments[-1 if low == "combine" else 0].ending[-64:]
    return replace(both, types=types, rooted=of.rooted or first, tail=tail)


def is_root(value: Value) -> bool:
    """Whether a path that begins with this stays in a folder of the server's choice."""
    if value.tainted or value.rooted:
        return value.rooted
    if value.has(*_ROOTS):
        return True
    text = value.text
    return text is not None and len(text) > 3 and ("/" in text[1:] or "\\" in text[3:])


def _text_of(value: Value) -> str | None:
    if isinstance(value.constant, tuple):
        return folding.characters(value.constant)  # type: ignore[arg-type]
    return folding.as_text(value.constant)
