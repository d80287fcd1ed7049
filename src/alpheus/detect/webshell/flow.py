"""Follows a visitor's data through the code of a page, without running any of it.

Values are worked out as far as they are constant; where they are not, it is known where they come
from. A function is looked at with what its callers give it. Order does not matter: whatever a
variable may hold somewhere, it may hold everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from alpheus.detect.webshell import folding, operations, sources
from alpheus.detect.webshell.budget import Budget
from alpheus.detect.webshell.conventions import NONE, NUMBERS, Conventions
from alpheus.detect.webshell.idioms import FROM_DATABASE, OWN, may_be_own, starts_up
from alpheus.detect.webshell.intake import Intake, is_request, mapped
from alpheus.detect.webshell.nodes import (
    Assign,
    Binary,
    Branch,
    Call,
    Const,
    Function,
    Group,
    Member,
    Name,
    New,
    Node,
    Program,
)
from alpheus.detect.webshell.operations import CODE_CALLS, COMPARES, PLAIN_ARRAYS
from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.reflection import reflected
from alpheus.detect.webshell.running import Running
from alpheus.detect.webshell.scope import Scope, last_part
from alpheus.detect.webshell.sinks import DECRYPT_CALLS, UNPACK_CALLS, results
from alpheus.detect.webshell.storing import Storing
from alpheus.detect.webshell.values import NOTHING, Value, joined
from alpheus.detect.webshell.watch import BOUND, FETCHED, Seen, Watch

ROUNDS = 4
_DEEPEST = 160
_LONG_CHAIN = 8
_FUNCTION = "function:"
"""Before the name of a function of the page, in the types of what refers to it."""

_FOLDER = Value(rooted=True)
_CONTEXT = (*OWN, "page", "httpcontext", "context")
_MADE = ("createinstance", "dynamic", "activator")
"""What an object is made of by its name."""


class Flow:
    """Works out the values of one program."""

    def __init__(
        self,
        program: Program,
        controls: Sequence[str],
        languages: Sequence[Language],
        known: Conventions = NONE,
        budget: Budget | None = None,
    ) -> None:
        self._program = program
        self._known = known
        self._script = Language.JSCRIPT in languages
        self._functions = {function.name: function for function in program.functions}
        self._setters = {one.name: one for one in program.functions if one.parameters}
        self._scope = Scope(program)
        self._gives = results()
        self._watch = Watch(self._of_text)
        self._intake = Intake(controls, self._watch.seen.sources)
        self._storing = Storing(self._scope, self._watch, self._intake)
        self._offer(known)
        self._budget = budget or Budget()
        self._by_type: dict[type, Callable[[Any, Function, int], Value]] = {
            Const: self._constant,
            Name: self._name,
            Member: self._member,
            Call: self._call,
            New: self._new,
            Binary: self._binary,
            Group: self._group,
            Assign: self._assign,
            Branch: self._group,
        }
        self._running = Running(
            program,
            self._functions,
            self._scope,
            self._watch,
            languages,
            self._value,
            self._budget,
        )
        self._entered: set[str] = {""}
        self._alone: set[str] = set()

    def _offer(self, known: Conventions) -> None:
        """A visitor fills properties, and the parameters of handlers."""
        for name, value in known.bound.items():
            self._scope.set(name, "=", value, self._program.top)
        for function in self._program.functions:
            self._scope.pass_to(function, known.handled(function))

    def run(self) -> Seen:
        """Look at everything until nothing new comes out, at most `ROUNDS` times."""
        seen = self._watch.seen
        seen.cut = self._program.cut
        for _ in range(ROUNDS):
            self._scope.changed = False
            self._one_round()
            if not self._scope.changed or self._budget.steps < 0:
                break
        return seen

    def _one_round(self) -> None:
        for function in (self._program.top, *self._program.functions):
            for node in function.body:
                self._value(node, function, 0)
            for node in function.results:
                self._scope.give(function.name, self._value(node, function, 0))
            if self._budget.steps < 0:
                return

    # --- nodes ---

    def _value(self, node: Node, function: Function, depth: int) -> Value:
        budget = self._budget
        budget.steps -= 1
        if budget.steps < 0:
            self._watch.seen.cut = True
            return NOTHING
        if depth > _DEEPEST:
            return NOTHING
        kind = type(node)
        value = self._by_type[kind](node, function, depth + 1)
        if value.constant is not None and kind is not Const:
            budget.weigh(value.constant)
        return value

    def _constant(self, node: Const, function: Function, depth: int) -> Value:  # noqa: ARG002 - as all
        if isinstance(node.value, str) and len(node.value) > 2:
            self._watch.seen.texts.setdefault(node.value, node.line)
        return Value(node.value)

    def _name(self, node: Name, function: Function, depth: int) -> Value:  # noqa: ARG002 - as all
        low = node.name.lower()
        known = self._scope.get(low, function)
        if known is None:
            return self._intake.name(low)
        if not known.sources and known.constant is None and self._is_callers(low, function):
            return replace(known, rooted=True) if known.types else _FOLDER
        return known

    def _is_callers(self, low: str, function: Function) -> bool:
        """What nobody gives a function here is not the visitor's, nor is the folder that it is."""
        if function.name in self._entered or all(low != name for name, _ in function.parameters):
            return False
        self._alone.add(function.name)
        return True

    def _member(self, node: Member, function: Function, depth: int) -> Value:
        of = self._value(node.of, function, depth)
        low = node.name.lower()
        self._watch.check(low, of, [], node)
        value = self._of(of, low, node)
        methods = self._watch.methods(of.types, low)
        return replace(value, types=value.types | methods) if methods else value

    def _of(self, of: Value, low: str, node: Member) -> Value:
        """What a member of a value is."""
        taken = self._intake.member(of, low, node)
        if taken is not None:
            return taken
        if low in sources.MEASURES:
            return NOTHING
        if low in FETCHED:
            of = of.step("fetched")
        types = {self._gives.get(f"{kind}.{low}") or low for kind in (of.types or {""})}
        return Value(None, of.sources, frozenset(types), of.steps, of.rooted, of.mixed, of.computed)

    def _binary(self, node: Binary, function: Function, depth: int) -> Value:
        # A long chain of additions is a list in disguise: it is walked, not descended into.
        chain = [node]
        left: Node = node.left
        while isinstance(left, Binary):
            chain.append(left)
            left = left.left
        if len(chain) > _LONG_CHAIN and all(one.mark in {"+", "&"} for one in chain):
            return self._sum([left, *(one.right for one in reversed(chain))], function, depth)
        value = self._value(left, function, depth)
        for one in reversed(chain):
            value = self._two(one.mark.lower(), value, self._value(one.right, function, depth))
        return value

    def _sum(self, nodes: Sequence[Node], function: Function, depth: int) -> Value:
        """Many parts added up: texts that stand side by side are joined first."""
        value: Value | None = None
        texts: list[str] = []
        for node in nodes:
            part = self._value(node, function, depth)
            text = part.text if not part.sources else None
            if text is not None:
                texts.append(text)
                continue
            for one in (Value("".join(texts)) if texts else None, part):
                if one is not None:
                    value = one if value is None else self._two("+", value, one)
            texts = []
        rest = Value("".join(texts)) if texts else None
        if value is None:
            return rest or NOTHING
        return value if rest is None else self._two("+", value, rest)

    def _two(self, mark: str, left: Value, right: Value) -> Value:
        self._budget.steps -= 1
        if mark in COMPARES:
            return NOTHING
        if mark in {"||", "??"}:
            return joined((left, right))
        if mark == "+" or (mark == "&" and not isinstance(left.constant, int)):
            return operations.added(mark, left, right)
        constant = folding.calculated(mark, left.constant, right.constant)
        both = joined((left, right), constant=constant)
        return replace(both, types=frozenset(), computed=both.computed or mark in {"^", "xor"})

    def _group(self, node: Group, function: Function, depth: int) -> Value:
        values = [self._value(item, function, depth) for item in node.items]
        if not values:
            return NOTHING
        if len(values) > 1:
            return replace(joined(values), rooted=all(value.rooted for value in values))
        value, kind = values[0], last_part(node.type)
        if kind == "char" and value.constant is not None:
            return replace(value, constant=folding.character(value.constant))
        if kind in {"int", "byte"} or not kind:
            return value
        return replace(value, types=value.types | {kind})

    def _assign(self, node: Assign, function: Function, depth: int) -> Value:
        value = self._value(node.value, function, depth)
        target = node.target
        if isinstance(target, Name):
            self._scope.set(target.name.lower(), node.mark, value, function)
            self._set_property(target.name.lower(), NOTHING, value, function)
        elif isinstance(target, Member):
            of = self._value(target.of, function, depth)
            self._set_property(target.name.lower(), of, value, function)
            self._watch.check(target.name.lower(), of, [value], target, assigned=True)
            self._scope.soil(target.of, value, function)
        elif isinstance(target, Call):
            self._value(target, function, depth)
            self._scope.soil(target.what, value, function)
        return value

    def _set_property(self, low: str, of: Value, value: Value, function: Function) -> None:
        """`object.name = value`, where `name` is a property of the page."""
        local = self._setters.get(low) or self._functions.get(low)
        if local is None or local.name == function.name or not (not of.types or self._is_own(of)):
            return
        if local.parameters:
            self._scope.pass_to(local, [*[NOTHING] * (len(local.parameters) - 1), value])
        else:
            self._scope.set("value", "=", value, local)

    def _is_own(self, of: Value) -> bool:
        """Whether it surely is an object of the page's own."""
        return of.has(*OWN) or (not of.sources and not of.types.isdisjoint(self._known.classes))

    # --- calls ---

    def _new(self, node: New, function: Function, depth: int) -> Value:
        kind = last_part(node.type)
        arguments = [self._value(one, function, depth) for one in node.arguments]
        values = self._items(node, kind, function, depth)
        if node.array or kind.endswith("[]") or kind in PLAIN_ARRAYS:
            return operations.array(kind, arguments, values)
        self._watch.check(kind, NOTHING, arguments, node)
        if kind in {"activexobject", "scriptobject"}:
            return operations.component(arguments)
        if kind == "function" and self._script:
            self._watch.sink("jsfunction", arguments, node)
        both = joined((*arguments, *values))
        if kind in UNPACK_CALLS:
            both = both.step("unpacked")
        rooted = bool(arguments) and arguments[0].rooted
        return replace(both, types=frozenset({kind}), rooted=rooted)

    def _items(self, node: New, kind: str, function: Function, depth: int) -> list[Value]:
        """What stands in `{…}` behind a new object; each may be a property that is set."""
        made = Value(types=frozenset({kind}))
        values = []
        for item in node.items:
            if isinstance(item, Assign) and isinstance(item.target, Name) and not node.array:
                value = self._value(item.value, function, depth)
                low = item.target.name.lower()
                self._watch.check(low, made, [value], item, assigned=True)
            else:
                value = self._value(item, function, depth)
            values.append(value)
        return values

    def _call(self, node: Call, function: Function, depth: int) -> Value:
        arguments = [self._value(one, function, depth) for one in node.arguments]
        if isinstance(node.what, Name):
            return self._plain_call(node, node.what, arguments, function)
        what = node.what
        if self._script and isinstance(what, Call) and what.index and len(what.arguments) == 1:
            name = self._value(what.arguments[0], function, depth).text
            if name is not None:  # `object["name"](…)`
                what = Member(what.what, name, what.line)
        if isinstance(what, Member):
            of = self._value(what.of, function, depth)
            return self._method(node, what, of, arguments, function)
        return self._element(self._value(node.what, function, depth), node, arguments)

    def _plain_call(
        self, node: Call, what: Name, arguments: list[Value], function: Function
    ) -> Value:
        low = what.name.lower()
        local = self._functions.get(low)
        if local is not None and not node.index:
            return self._enter(local, arguments)
        if low in sources.REQUEST_NAMES:
            return self._intake.requested(node, arguments)
        if low in CODE_CALLS and not node.index:
            return self._running.evaluated(low, node, arguments, function.body)
        variable = self._scope.get(low, function)
        if variable is not None and not node.index:
            called = self._called(variable, node, arguments)
            if called is not None:
                return called
        if variable is not None or node.index or low in sources.STORES:
            return self._element(variable or self._intake.name(low), node, arguments)
        return self._foreign_call(low, node, arguments)

    def _called(self, what: Value, node: Call, arguments: list[Value]) -> Value | None:
        """A call of what a variable holds: `eval` by another name, a function, a method."""
        if what.has(*CODE_CALLS):
            return self._running.evaluated(
                "eval" if what.has("eval") else "execute", node, arguments
            )
        for kind in what.types:
            local = self._functions.get(kind.removeprefix(_FUNCTION))
            if local is not None and kind.startswith(_FUNCTION):
                return self._enter(local, arguments)
            local = self._functions.get(self._known.defaults.get(kind, ""))
            if local is not None:
                return self._enter(local, arguments)
        if any(kind.startswith(BOUND) for kind in what.types):
            self._watch.bound(what.types, [NOTHING, *arguments], node)
            return joined(arguments)
        return None

    def _of_text(self, text: str, node: Node) -> Value:
        return self._running.of_text(text, node)

    def _foreign_call(self, low: str, node: Call, arguments: list[Value]) -> Value:
        """A call of a function that is not the page's own."""
        if low in self._program.imported:
            self._watch.native(low, self._program.imported[low][0], arguments, node)
            return joined(arguments)
        if low == "getref" and arguments and arguments[0].text:
            return Value(types=frozenset({_FUNCTION + arguments[0].text.lower()}))
        if low == "callbyname":
            self._called_by_name(arguments, node)
        if low == "function" and self._script and arguments:
            self._watch.sink("jsfunction", arguments, node)
        self._watch.check(low, NOTHING, arguments, node)
        if low in {"createobject", "getobject"}:
            return operations.component(arguments)
        return operations.folded(folding.FUNCTIONS.get(low), low, arguments)

    def _called_by_name(self, arguments: list[Value], node: Call) -> None:
        """`CallByName(object, "Method", kind, arguments)`."""
        name = arguments[1].text if len(arguments) > 2 else None
        if name:
            self._watch.check(name.lower(), arguments[0], arguments[3:], node)

    def _enter(self, local: Function, arguments: list[Value]) -> Value:
        """A call of a function of the page."""
        self._entered.add(local.name)
        if local.name in self._alone:
            self._alone.discard(local.name)
            self._scope.changed = True
        self._scope.pass_to(local, arguments)
        result = self._scope.result(local.name)
        made = result.constant is None and operations.may_be_decoded(arguments)
        if result is NOTHING:
            return replace(joined(arguments), types=frozenset(), computed=made)
        return replace(result, computed=result.computed or made)

    def _method(
        self, node: Call, what: Member, of: Value, arguments: list[Value], function: Function
    ) -> Value:
        low = what.name.lower()
        if is_request(of):
            if low == "saveas":
                self._watch.sink("saveas", arguments, node)
            return self._intake.of_call(low, node, what, arguments)
        if low in sources.REQUEST_NAMES and is_request(self._of(of, low, what)):
            return self._intake.requested(node, arguments)
        if node.index:
            return self._element(self._of(of, low, what), node, arguments)
        local = self._functions.get(low)
        known = local is None or self._watch.knows(of, low)
        if local is not None and not known and may_be_own(local, low, of, arguments):
            result = self._enter(local, arguments)
            if self._is_own(of):
                return result
        return self._foreign_method(low, of, arguments, node, function)

    def _foreign_method(
        self, low: str, of: Value, arguments: list[Value], node: Call, function: Function
    ) -> Value:
        """A call of a method that is not the page's own."""
        if not starts_up(low, function):
            self._watch.check(low, of, arguments, node)
        if low in {"createobject", "getobject"}:
            return operations.component(arguments)
        if low == "callbyname":
            self._called_by_name(arguments, node)
        if self._script:
            ran = self._script_method(low, of, arguments, node)
            if ran is not None:
                return ran
        if low == "equals" and arguments and of.has(*_MADE) and arguments[0].has(*_CONTEXT):
            self._watch.handed(of, node)
        if low in sources.MEASURES and not (low == "parse" and not of.has(*NUMBERS)):
            return operations.static(low, of, arguments) or NOTHING
        known = operations.text_method(low, of, arguments) or operations.static(low, of, arguments)
        if known is not None:
            return known
        return self._method_value(low, of, arguments, node, function)

    def _script_method(
        self, low: str, of: Value, arguments: list[Value], node: Call
    ) -> Value | None:
        """`window.eval(x)`, `f.call(this, x)`, `[].constructor.constructor(x)`."""
        if low in CODE_CALLS and of.has("window", "this"):
            return self._running.evaluated(low, node, arguments)
        if low in {"call", "apply"}:
            return self._called(of, node, arguments[1:])
        if of.sources and any(one.has(*CODE_CALLS) and not one.sources for one in arguments):
            return self._running.evaluated("eval", node, [of])  # `[text].map(eval)`
        held = of.has(*CODE_CALLS) and not of.sources
        if held:
            return self._running.evaluated("eval", node, arguments)
        if low == "constructor" and arguments:
            self._watch.sink("jsfunction", arguments, node)
        return None

    def _element(self, of: Value, node: Call, arguments: list[Value]) -> Value:
        """`of(arguments)` as an index."""
        if is_request(of):
            return self._intake.requested(node, arguments)
        if not node.index:
            called = self._called(of, node, arguments)
            if called is not None:
                return called
        if of.has("servervariables"):
            return self._intake.variable(node, arguments)
        name = arguments[0].text if arguments else None
        if name and self._script and of.has("this", "window"):
            return self._intake.name(name.lower())
        if name and of.sources and of.has("requestdata"):
            return self._intake.element(of, node, name)
        constant = None
        if isinstance(of.constant, tuple | str | bytes) and arguments:
            place = arguments[0].constant
            if isinstance(place, int) and 0 <= place < len(of.constant):
                constant = of.constant[place]
        found = replace(of, constant=constant)  # type: ignore[arg-type]
        return joined((found, *arguments), constant=found.constant) if of.sources else found

    def _method_value(
        self, low: str, of: Value, arguments: list[Value], node: Call, function: Function
    ) -> Value:
        if low == "mappath":
            return mapped(arguments)
        both = joined((of, *arguments))
        if low in DECRYPT_CALLS:
            self._watch.seen.decrypted = self._watch.seen.decrypted or node.line
            both = both.step("decrypted")
        if low in FETCHED:
            both = both.step("fetched")
        if low in FROM_DATABASE and not of.has("scriptcontrol", "regexp", "regex"):
            return Value(types=frozenset({low}))
        self._storing.fill(low, of, arguments, node, function)
        named = reflected(self._watch, low, of, arguments, node)
        if named:
            return replace(both, types=named)
        types = {
            self._gives.get(f"{kind}.{low}") or self._gives.get(low) or low
            for kind in (of.types or {""})
        }
        return operations.of_method(low, both, of, arguments, frozenset(types))
