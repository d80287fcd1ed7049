"""The variables of a page, and what its functions give back."""

from __future__ import annotations

from dataclasses import replace

from alpheus.detect.webshell.intake import quoted
from alpheus.detect.webshell.nodes import Call, Function, Member, Name, Node, Program
from alpheus.detect.webshell.operations import component
from alpheus.detect.webshell.values import NOTHING, Source, Value, either, joined

_NO_HOLDERS = frozenset({"response", "this", "me", "request", "page", "context"})
_DEEPEST = 20


def last_part(kind: str) -> str:
    """A type without its name space, in lower case."""
    return kind.rpartition(".")[2].lower()


class Scope:
    """What each variable may hold. `changed` tells whether anything new was learned."""

    def __init__(self, program: Program) -> None:
        self._variables: dict[tuple[str, str], Value] = {}
        self._declared: dict[tuple[str, str], Value] = {}
        self._results: dict[str, Value] = {}
        self.changed = False
        self._declare("", program.types)
        for name, kind in program.aliases.items():
            types = {last_part(kind), *component([Value(kind)]).types}
            self._variables["", name] = Value(types=frozenset(types))
        for function in (program.top, *program.functions):
            self._declare(function.name, function.types)
            self._declare(function.name, dict(function.parameters))
            if function.exposed:
                self._expose(function)

    def _declare(self, owner: str, types: dict[str, str]) -> None:
        """A type says what a variable may hold, and is none of its values."""
        for name, kind in types.items():
            self._variables[owner, name] = NOTHING
            if kind:
                self._declared[owner, name] = Value(types=frozenset({last_part(kind)}))

    def _expose(self, function: Function) -> None:
        for name, kind in function.parameters:
            source = Source(function.line, f"parameter({quoted(name)}) of {function.name}")
            types = frozenset({last_part(kind)}) if kind else frozenset()
            self._variables[function.name, name] = Value(sources=(source,), types=types)

    def get(self, low: str, function: Function) -> Value | None:
        """What a name holds, in its function or outside of all; None if it is no variable."""
        for place in ((function.name, low), ("", low)):
            known = self._variables.get(place)
            if known is not None:
                return self._declared.get(place, NOTHING) if known is NOTHING else known
        return None

    def set(self, low: str, mark: str, value: Value, function: Function) -> None:
        """`name = value`; in Basic a function's own name is what it gives back."""
        if function.name and low == function.name:
            self.give(function.name, value)
            return
        place = self._place(low, function)
        before = self._variables.get(place, NOTHING)
        if mark in {"+=", "&="}:
            value = replace(joined((before, value)), rooted=before.rooted)
        self._keep(place, before, either(before, value))

    def give(self, name: str, value: Value) -> None:
        """A function gives back a value."""
        before = self._results.get(name, NOTHING)
        after = either(before, value)
        if after != before:
            self._results[name] = after
            self.changed = True

    def result(self, name: str) -> Value:
        """What a function may give back."""
        return self._results.get(name, NOTHING)

    def pass_to(self, function: Function, arguments: list[Value]) -> None:
        """A function is called with these."""
        for (name, _), value in zip(function.parameters, arguments, strict=False):
            place = (function.name, name)
            before = self._variables.get(place, NOTHING)
            self._keep(place, before, either(before, value))

    def soil(self, node: Node, value: Value, function: Function) -> None:
        """What is put into an object may come out of it again."""
        if not (value.sources or value.steps or value.computed):
            return
        for _ in range(_DEEPEST):
            if isinstance(node, Member):
                node = node.of
            elif isinstance(node, Call):
                node = node.what
            else:
                break
        if not isinstance(node, Name) or node.name.lower() in _NO_HOLDERS:
            return
        place = self._place(node.name.lower(), function)
        before = self._variables.get(place, NOTHING)
        after = replace(joined((before, value)), types=before.types)
        self._keep(place, before, after)

    def _place(self, low: str, function: Function) -> tuple[str, str]:
        """Where a variable belongs: in its function, unless only the page knows it."""
        local = (function.name, low)
        if function.name and local not in self._variables and ("", low) in self._variables:
            return "", low
        return local

    def _keep(self, place: tuple[str, str], before: Value, after: Value) -> None:
        declared = self._declared.get(place)
        if declared is not None and after is not NOTHING:
            after = replace(after, types=after.types | declared.types)
        if after != before or place not in self._variables:
            self._variables[place] = after
            self.changed = True
