"""The classes of an assembly that read requests, and what they and what they call use.

A class is taken with the classes inside it. What it calls in other classes of the same assembly is
followed for a few steps, and kept apart from what it uses itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from alpheus.detect.webshell.assembly_members import Use, may_load_bytes, use_of, use_of_natives
from alpheus.parsers.dotnet import Assembly, TypeDefinition
from alpheus.parsers.dotnet_calls import find_uses

_STEPS = 2
_MOST_FOLLOWED = 2_000_000
_LONGEST_NAME = 80
_SEARCHED = 400

_FRONTS = {
    "System.Web.IHttpHandler": "handler",
    "System.Web.IHttpAsyncHandler": "handler",
    "System.Web.IHttpHandlerFactory": "handler",
    "System.Web.IHttpModule": "module",
}
_SERVICES = frozenset({
    "System.Web.Services.WebService", "System.Web.Mvc.Controller", "System.Web.Http.ApiController",
})  # fmt: skip
"""Bases of classes whose methods have what is sent as their parameters."""


SHELL = re.compile(
    r"\b(?:cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|[wc]script\.exe)(?![\w.])|%comspec%"
    r"|^/[ck](?:\s|$)|(?<!\w)/[ck] \S",
    re.IGNORECASE,
)
RECONNAISSANCE = re.compile(
    r"(?<!\w)(?:whoami|ipconfig|systeminfo|tasklist|netstat|net1? (?:user|group|localgroup|view)"
    r"|nltest|quser|query user)(?!\w)",
    re.IGNORECASE,
)
COMPONENTS = re.compile(
    r"^(?:wscript\.shell|shell\.application|(?:msscriptcontrol\.)?scriptcontrol"
    r"|(?:new:)?\{?(?:72c24dd5-d70a-438b-8a42-98424b88afb8|13709620-c279-11ce-a49e-444553540000))",
    re.IGNORECASE,
)
PAGE_NAME = re.compile(r"^(?!~).{0,200}\.(?:aspx|ashx|asmx|asp|cshtml|svc|soap)$", re.IGNORECASE)
PASSWORD = re.compile(r"^[\w$]{0,30}passw(?:or)?d$", re.IGNORECASE)
LOAD = re.compile(r"^(?:Load|System\.Reflection\.Assembly)$")
UNSAFE = re.compile(r"^unsafe$")
EMBEDDED = re.compile(r"^TV[pqro][A-Za-z0-9+/]{60}")
_TELLING = (SHELL, RECONNAISSANCE, COMPONENTS, PAGE_NAME, PASSWORD, LOAD, UNSAFE, EMBEDDED)

_HIDDEN = {
    "system.diagnostics.process": Use.RUN,
    "system.management.automation.powershell": Use.POWERSHELL,
}
"""Types that code would name as text only to hide that it uses them."""

_BY_NAME = frozenset({Use.NAME, Use.INVOKE, Use.DECODE})
_IDLE = _BY_NAME | {
    Use.INPUT, Use.OUTPUT, Use.SEND, Use.RECEIVE, Use.LIST, Use.CHANGE, Use.DATABASE,
}  # fmt: skip
"""Uses that mean nothing unless another stands beside them."""

Seen = dict[Use, set[tuple[str, str]]]
"""By use: each call, and the method it stands in."""


@dataclass(slots=True)
class Unit:
    """A class and what it calls. `front` is `handler`, `module`, `service` or empty.

    `strings` are those that tell something, each with the method it stands in.
    """

    name: str
    front: str = ""
    own: Seen = field(default_factory=dict)
    reached: Seen = field(default_factory=dict)
    strings: set[tuple[str, str]] = field(default_factory=set)

    def has(self, *uses: Use) -> bool:
        """Whether all of these are among its uses."""
        return all(use in self.own or use in self.reached for use in uses)

    def says(self, use: Use) -> str:
        """The calls for a use, and the methods that they stand in."""
        places = sorted(self.own.get(use) or self.reached.get(use) or ())[:3]
        calls = ", ".join(dict.fromkeys(_short(call) for call, _ in places))
        methods = ", ".join(dict.fromkeys(printable(method) for _, method in places))
        return f"{calls} in {methods}"

    def any_string(self, *patterns: re.Pattern[str]) -> bool:
        """Whether one of its strings is of one of these kinds."""
        return any(one.search(text[:_SEARCHED]) for text, _ in self.strings for one in patterns)

    def beside(self, use: Use, pattern: re.Pattern[str]) -> bool:
        """Whether a method with this use has a string of this kind itself."""
        places = self.own.get(use, set()) | self.reached.get(use, set())
        methods = {method for _, method in places}
        return any(
            method in methods and pattern.search(text[:_SEARCHED]) is not None
            for text, method in self.strings
        )


@dataclass(frozen=True, slots=True)
class Units:
    """What was found, and what was left out."""

    units: tuple[Unit, ...] = ()
    flaws: tuple[str, ...] = ()


def front_of(one: TypeDefinition) -> str:
    """How a class serves requests by itself; empty if it does not."""
    for interface in one.interfaces:
        if interface in _FRONTS:
            return _FRONTS[interface]
    return "service" if one.base in _SERVICES else ""


def printable(name: str) -> str:
    """A name of an assembly as it may be printed, of bounded length."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name[:_LONGEST_NAME])
    return text or "?"


def find_units(content: bytes, assembly: Assembly) -> Units:
    """One for each outermost class that reads requests or serves them, if anything matters."""
    members = _wanted_members(assembly)
    natives = _wanted_natives(assembly)
    fronts = any(front_of(one) for one in assembly.types)
    if not fronts and Use.INPUT not in members.values():
        return Units()
    if not natives and not _matters(set(members.values())) and not _hides(assembly):
        return Units()
    return _Finder(content, assembly, members, natives).find()


def _short(call: str) -> str:
    """`Process.Start` of `System.Diagnostics.Process.Start`."""
    if " " in call or "!" in call:
        return printable(call)
    return printable(".".join(call.replace("..ctor", ".new").split(".")[-2:]))


def _matters(uses: set[Use]) -> bool:
    return bool(uses - _IDLE) or uses >= _BY_NAME


def _hides(assembly: Assembly) -> bool:
    return any(text.lower() in _HIDDEN for text in assembly.strings)


def _wanted_members(assembly: Assembly) -> dict[int, Use]:
    found: dict[int, Use] = {}
    for index, member in enumerate(assembly.member_references):
        use = use_of(member)
        if use is None and may_load_bytes(member) and assembly.parameters(index)[:1] == ("byte[]",):
            use = Use.LOAD
        if use is not None:
            found[index] = use
    return found


def _wanted_natives(assembly: Assembly) -> dict[int, tuple[str, Use]]:
    uses = use_of_natives(assembly.imports)
    pairs = zip(assembly.import_methods, assembly.imports, strict=True)
    return {row: (name, uses[name]) for row, name in pairs if name in uses}


class _Finder:
    def __init__(
        self,
        content: bytes,
        assembly: Assembly,
        members: dict[int, Use],
        natives: dict[int, tuple[str, Use]],
    ) -> None:
        self._assembly = assembly
        self._members = members
        self._natives = natives
        self._uses = find_uses(content, assembly, members, self._strings())
        self._owner = [one for one in assembly.types for _ in one.methods]
        self._left = _MOST_FOLLOWED

    def _strings(self) -> list[int]:
        return [
            index
            for index, text in enumerate(self._assembly.strings)
            if text.lower() in _HIDDEN or any(one.search(text[:_SEARCHED]) for one in _TELLING)
        ]

    def find(self) -> Units:
        """All units; the whole assembly is one where no code can be followed."""
        if not self._uses.members:
            whole = self._whole()
            return Units((whole,)) if whole.has(Use.INPUT) else Units()
        groups: dict[str, list[TypeDefinition]] = {}
        for one in self._assembly.types:
            groups.setdefault(one.name.partition("/")[0], []).append(one)
        units = [self._unit(name, types) for name, types in groups.items()]
        complete = self._uses.complete and self._left > 0
        flaws = () if complete else ("more calls than are followed",)
        return Units(tuple(unit for unit in units if unit is not None), flaws)

    def _unit(self, name: str, types: list[TypeDefinition]) -> Unit | None:
        own = [row for one in types for row in range(one.first, one.first + len(one.methods))]
        front = next((kind for one in types if (kind := front_of(one))), "")
        if not front and not self._reads(own):
            return None
        unit = Unit(name, front)
        for row in own:
            self._take(row, unit, unit.own)
        for row in self._reached(own):
            self._take(row, unit, unit.reached)
        if front == "service":
            unit.own.setdefault(Use.INPUT, set()).add(("parameters of", "web methods"))
        if unit.has(*_BY_NAME) and unit.any_string(LOAD):
            unit.own.setdefault(Use.LOAD, set()).add(("the name Load", name))
        return unit if unit.has(Use.INPUT) else None

    def _reads(self, methods: Iterable[int]) -> bool:
        return any(
            self._members[member] is Use.INPUT
            for row in methods
            for member in self._uses.members.get(row, ())
        )

    def _reached(self, own: list[int]) -> set[int]:
        """Methods of other classes that these call, in a few steps."""
        seen = edge = set(own)
        for _ in range(_STEPS):
            calls = [self._uses.methods[method] for method in edge if method in self._uses.methods]
            self._left -= sum(map(len, calls))
            if self._left <= 0:
                break
            edge = set().union(*calls) - seen
            seen = seen | edge
        return seen.difference(own)

    def _take(self, row: int, unit: Unit, into: Seen) -> None:
        method = self._method(row)
        for member in self._uses.members.get(row, ()):
            name = self._assembly.member_references[member]
            into.setdefault(self._members[member], set()).add((name, method))
        for called in self._uses.methods.get(row, ()):
            native = self._natives.get(called)
            if native is not None:
                into.setdefault(native[1], set()).add((native[0], method))
        for index in self._uses.strings.get(row, ()):
            text = self._assembly.strings[index]
            unit.strings.add((text, method))
            hidden = _HIDDEN.get(text.lower())
            if hidden is not None:
                into.setdefault(hidden, set()).add((f"the name {text}", method))

    def _method(self, row: int) -> str:
        one = self._owner[row] if row < len(self._owner) else None
        if one is None or not one.first <= row < one.first + len(one.methods):
            return "?"
        return f"{one.name.rpartition('.')[2]}.{one.methods[row - one.first]}"

    def _whole(self) -> Unit:
        unit = Unit("the assembly")
        for member, use in self._members.items():
            name = self._assembly.member_references[member]
            unit.reached.setdefault(use, set()).add((name, "code that cannot be followed"))
        return unit
