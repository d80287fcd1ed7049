"""What code does by convention and nowhere by name: handlers, bound and default members."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alpheus.detect.webshell.intake import quoted
from alpheus.detect.webshell.nodes import Function
from alpheus.detect.webshell.page import Code
from alpheus.detect.webshell.values import NOTHING, Source, Value

NUMBERS = (
    "int", "int32", "int64", "integer", "long", "double", "single", "float", "bool", "boolean",
    "datetime", "date", "guid", "enum", "decimal", "byte", "short", "uint", "timespan", "color",
)  # fmt: skip
"""Types that hold nothing dangerous, whatever a visitor sends."""

_RAZOR_PAGE = re.compile(r"^\s{0,8}@page\b", re.MULTILINE)
_HANDLER = re.compile(r"on(?:get|post|put|patch|delete|head|options)(?:[a-z_]\w*)?\Z")
_BOUND = re.compile(
    r"\[\s{0,4}(?:BindProperty|From(?:Query|Form|Route|Body|Header)|SupplyParameterFrom\w{1,9})\b"
    r"[^\]]{0,200}\](?:\s{0,40}\[[^\]]{0,200}\]){0,4}\s{0,40}"
    r"(?:(?:public|required|virtual|internal)\s{1,8})+"
    r"(?P<kind>[\w.]{1,100}(?:<[^{};=()]{1,100}>)?)[?\[\]]{0,3}\s{1,8}(?P<name>\w{1,100})\s{0,8}[{=]"
)
_CLASS = re.compile(r"\bclass[ \t]{1,8}(\w{1,100})")
_PARTS = re.compile(
    r"\bend[ \t]{1,8}class\b|\bclass[ \t]{1,8}(?P<kind>\w{1,100})"
    r"|\bdefault[ \t]{1,8}(?:function|sub|property[ \t]{1,8}get)[ \t]{1,8}\[?(?P<name>\w{1,100})",
)
_MEMBERS = re.compile(
    r"^[ \t]*(?:private|public)[ \t]+(?!(?:default|sub|function|property|const|class)\b)"
    r"(\w{1,100}(?:\(\))?(?:[ \t]*,[ \t]*\w{1,100}(?:\(\))?){0,30})[ \t]*(?:['\r\n:]|\Z)",
    re.MULTILINE,
)
"""Variables of a class, which all of its functions share."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """What a page tells of itself; names are in lower case.

    `members` are variables of its `classes`, `defaults` are functions by their classes.
    `razor`: it is a Razor page by itself, whose handlers a visitor calls. `bound` are its
    properties that a visitor fills.
    """

    classes: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    members: frozenset[str] = frozenset()
    razor: bool = False
    bound: Mapping[str, Value] = field(default_factory=dict)

    def handled(self, function: Function) -> list[Value]:
        """What a visitor gives a function: nothing, unless it is a handler."""
        if not self.razor or not _HANDLER.match(function.name):
            return []
        return [
            NOTHING
            if _plain(kind) in NUMBERS
            else _filled(function.line, f"parameter({quoted(name)}) of {function.name}", kind)
            for name, kind in function.parameters
        ]


NONE = Conventions()


def conventions(code: Sequence[Code], text: str) -> Conventions:
    """What is told by the code of a page and by its whole text."""
    classes: set[str] = set()
    defaults: dict[str, str] = {}
    members: set[str] = set()
    bound: dict[str, Value] = {}
    razor = "@page" in text and _RAZOR_PAGE.search(text) is not None
    for piece in code:
        low = piece.text.lower()
        if "class" in low:
            classes.update(_CLASS.findall(low))
            if piece.language.basic:
                defaults.update(_defaults(low))
                members.update(_members(low))
        if razor:
            bound.update(_bound(piece))
    return Conventions(frozenset(classes), defaults, frozenset(members), razor, bound)


def _defaults(text: str) -> dict[str, str]:
    """`Public Default Function`, which is called where the object itself is."""
    if "default" not in text:
        return {}
    found, kind = {}, ""
    for match in _PARTS.finditer(text):
        if match["name"] and kind:
            found[kind] = match["name"]
        elif not match["name"]:
            kind = match["kind"] or ""
    return found


def _members(text: str) -> Iterator[str]:
    for names in _MEMBERS.findall(text):
        for name in names.split(","):
            yield name.strip(" \t()")


def _bound(piece: Code) -> dict[str, Value]:
    """Properties that a visitor fills, by their names."""
    found = {}
    for match in _BOUND.finditer(piece.text):
        if _plain(match["kind"]) not in NUMBERS:
            line = piece.line + piece.text.count("\n", 0, match.start("name"))
            value = _filled(line, f"property({quoted(match['name'])})", match["kind"])
            found[match["name"].lower()] = value
    return found


def _plain(kind: str) -> str:
    return kind.rpartition(".")[2].lower().rstrip("?")


def _filled(line: int, text: str, kind: str) -> Value:
    return Value(sources=(Source(line, text),), types=frozenset({_plain(kind)} - {""}))
