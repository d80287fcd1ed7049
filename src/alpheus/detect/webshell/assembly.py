"""What an assembly says of the page it was compiled from, or of what it does in a site's `bin`.

A page may be deleted; the assembly that ASP.NET compiled of it stays, and names the page, its
methods and what they call. A library may be dropped into `bin` and registered as a module. Both
are judged by what stands together in one class and what that calls, never by one reference.
Strings of the code are never printed, but for the virtual path of a page: they may be secrets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from alpheus.detect.webshell import assembly_units as units
from alpheus.detect.webshell.assembly_members import Use
from alpheus.detect.webshell.assembly_units import Unit, find_units, front_of, printable
from alpheus.detect.webshell.model import Reason
from alpheus.parsers.dotnet import Assembly, TypeDefinition, read_assembly

_MOST_PAGES = 8
_MOST_METHODS = 8
_PLAUSIBLE = range(1_041_379_200, 4_102_444_800)
"""Times of a linker that are no hash: from 2003, when ASP.NET was new, to 2099."""

_PAGES = "aspx|ashx|asmx|ascx|asax|master|cshtml|vbhtml|svc"
_COMPILED_NAME = re.compile(r"(?:^|[/\\])App_(?:Web|global\.asax)[^/\\]*\.dll$", re.IGNORECASE)
_GENERATED = re.compile(rf"^ASP\.\w+_(?:{_PAGES})$", re.IGNORECASE)
_VIRTUAL = re.compile(rf"^~?/[\w./ @+-]{{1,200}}\.(?:{_PAGES}|soap)$", re.IGNORECASE)
_MICROSOFT = frozenset({
    "31bf3856ad364e35", "b03f5f7f11d50a3a", "b77a5c561934e089", "89845dcd8080cc91",
    "1c9e259686f921e0", "71e9bce111e9429c", "7cec85d7bea7798e", "cc7b13ffcd2ddd51",
})  # fmt: skip
"""Tokens of public keys of Microsoft. Nobody checks the signature, so they only weigh."""


@dataclass(frozen=True, slots=True)
class _Behaviour:
    """Something that matters where requests are read; `more` adds points under a condition."""

    kind: str
    use: Use
    compiled: int
    library: int
    needs: Callable[[Unit], bool] | None = None
    more: tuple[tuple[Callable[[Unit], bool], int, int], ...] = ()


def _told(unit: Unit) -> bool:
    return unit.any_string(units.SHELL, units.RECONNAISSANCE)


_BEHAVIOURS = (
    _Behaviour(
        "run", Use.RUN, 60, 20,
        more=((_told, 25, 30), (lambda unit: unit.has(Use.OUTPUT), 5, 5)),
    ),
    _Behaviour("run", Use.POWERSHELL, 75, 35),
    _Behaviour(
        "component", Use.COMPONENT, 80, 50, lambda unit: unit.any_string(units.COMPONENTS)
    ),
    _Behaviour(
        "evaluate", Use.EVALUATE, 88, 60,
        more=((lambda unit: unit.any_string(units.UNSAFE), 7, 7),),
    ),
    _Behaviour("compile", Use.COMPILE, 75, 35),
    _Behaviour(
        "load", Use.LOAD, 75, 45,
        more=(
            (lambda unit: unit.has(Use.INVOKE), 10, 10),
            (lambda unit: unit.any_string(units.EMBEDDED), 5, 5),
        ),
    ),
    _Behaviour("decrypt", Use.DECRYPT, 85, 60, lambda unit: unit.has(Use.LOAD)),
    _Behaviour(
        "decrypt", Use.DECRYPT, 55, 0,
        lambda unit: unit.has(Use.INVOKE) and not unit.has(Use.LOAD),
    ),
    _Behaviour("deserialise", Use.DESERIALISE, 60, 18),
    _Behaviour("deserialise", Use.UNPACK, 20, 0),
    _Behaviour(
        "connect", Use.CONNECT, 40, 6,
        more=((lambda unit: unit.has(Use.SEND, Use.RECEIVE), 32, 6),),
    ),
    _Behaviour("native", Use.MEMORY, 85, 50),
    _Behaviour("native", Use.PROCESS, 60, 25),
    _Behaviour("registry", Use.REGISTRY, 30, 0),
    _Behaviour(
        "write", Use.WRITE, 10, 0,
        more=((lambda unit: unit.beside(Use.WRITE, units.PAGE_NAME), 20, 10),),
    ),
)  # fmt: skip

_TOOLS = (
    Use.RUN, Use.REGISTRY, Use.LIST, Use.CHANGE, Use.WRITE, Use.DATABASE, Use.CONNECT,
)  # fmt: skip
_FEWEST_TOOLS = 4


def judge_assembly(content: bytes, path: str) -> list[Reason]:
    """The reasons an assembly gives, the weightiest first; none if it is no assembly."""
    assembly = read_assembly(content)
    if assembly is None:
        return []
    pages = _pages(assembly, path)
    best: list[Reason] = []
    found = find_units(content, assembly)
    for unit in found.units:
        reasons = _weigh_library(unit, assembly) if pages is None else _weigh_compiled(unit)
        if _sum(reasons) > _sum(best):
            best = reasons
    best.sort(key=lambda reason: -reason.points)
    flaws = (*assembly.flaws, *found.flaws)
    losses = [Reason("unreadable", None, f"not all of it was read: {flaw}") for flaw in flaws]
    return [*best, *(pages or ()), *losses]


def _sum(reasons: Iterable[Reason]) -> int:
    return sum(reason.points for reason in reasons)


def _pages(assembly: Assembly, path: str) -> list[Reason] | None:
    """Which pages it was compiled from; None for a library that is no compiled page."""
    classes = [one for one in assembly.types if _GENERATED.match(one.name)]
    named = _COMPILED_NAME.search(path) or assembly.name.lower().startswith("app_web_")
    if not classes and not named:
        return None
    classes = classes or [one for one in assembly.types if front_of(one)]
    reasons = [_class_reason(one) for one in classes[:_MOST_PAGES]]
    virtual = list(dict.fromkeys(text for text in assembly.strings if _VIRTUAL.match(text)))
    if virtual:
        listed = ", ".join(virtual[:_MOST_PAGES])
        reasons.insert(0, Reason("page", None, f"compiled from {listed}"))
    if assembly.stamp in _PLAUSIBLE:
        moment = datetime.fromtimestamp(assembly.stamp, UTC)
        text = f"compiled {moment:%Y-%m-%d %H:%M:%S} UTC, by its header"
        reasons.append(Reason("compiled", None, text))
    return reasons


def _class_reason(one: TypeDefinition) -> Reason:
    methods = [name for name in one.methods if not name.startswith(("__", ".", "get_", "set_"))]
    text = f"class {printable(one.name)}, based on {printable(one.base)}"
    if methods:
        text += f", with {', '.join(printable(name) for name in methods[:_MOST_METHODS])}"
    if one.native:
        text += f", imports {', '.join(printable(name) for name in one.native[:_MOST_METHODS])}"
    return Reason("page", None, text)


def _behaviours(unit: Unit) -> list[tuple[_Behaviour, int, int]]:
    """What a class does that matters, with its points in a compiled page and in a library."""
    found = []
    for one in _BEHAVIOURS:
        if not unit.has(one.use) or (one.needs is not None and not one.needs(unit)):
            continue
        more = [(compiled, library) for holds, compiled, library in one.more if holds(unit)]
        compiled = one.compiled + sum(points for points, _ in more)
        found.append((one, compiled, one.library + sum(points for _, points in more)))
    return found


def _weigh_compiled(unit: Unit) -> list[Reason]:
    reasons = [_reason(one, unit, points) for one, points, _ in _behaviours(unit)]
    held = [use for use in _TOOLS if unit.has(use)]
    if len(held) >= _FEWEST_TOOLS and Use.LIST in held:
        text = f"a console, all in one class: {', '.join(use.value for use in held)}"
        points = 20 + 10 * (len(held) - _FEWEST_TOOLS)
        reasons.append(Reason("console", None, text, points))
    return reasons


def _weigh_library(unit: Unit, assembly: Assembly) -> list[Reason]:
    share = 0.5 if assembly.key_token in _MICROSOFT else 0.7 if assembly.key_token else 1.0
    reasons = []
    for one, _, worth in _behaviours(unit):
        points = worth if one.use in unit.own else round(worth * 0.6)
        if points >= 40 and unit.front in {"handler", "module"}:
            points += 15
        reasons.append(_reason(one, unit, round(points * share)))
    if unit.front == "module" and unit.has(Use.WRITE) and unit.any_string(units.PASSWORD):
        text = "a module that looks for a password in requests, and writes a file"
        reasons.append(Reason("credentials", None, text, round(45 * share)))
    if max((reason.points for reason in reasons), default=0) >= 40:
        reasons += _circumstances(unit, assembly)
    return reasons


def _circumstances(unit: Unit, assembly: Assembly) -> list[Reason]:
    """What adds to a library that is suspicious already."""
    reasons = []
    if unit.front:
        text = f"{printable(unit.name)} is an HTTP {unit.front}"
        reasons.append(Reason("module", None, text, 15))
    if not assembly.key_token:
        text, points = "has no public key", 15
        if assembly.name.lower().startswith(("microsoft.", "system.")):
            text, points = f"is named {printable(assembly.name)}, without Microsoft's key", 30
        reasons.append(Reason("unsigned", None, text, points))
    return reasons


def _reason(behaviour: _Behaviour, unit: Unit, points: int) -> Reason:
    text = f"{behaviour.use.value} ({unit.says(behaviour.use)})"
    if behaviour.use is Use.RUN:
        told = [
            name
            for name, pattern in (
                ("a command line", units.SHELL),
                ("reconnaissance", units.RECONNAISSANCE),
            )
            if unit.any_string(pattern)
        ]
        text += f", with strings of {' and '.join(told)}" if told else ""
    return Reason(behaviour.kind, None, f"{text}; {_request(unit)}", points)


def _request(unit: Unit) -> str:
    says = unit.says(Use.INPUT)
    same = "the same class" if Use.INPUT in unit.own else "code that it calls"
    return f"{same} reads the request ({says})"
