"""Follows a visitor's data through the code of a page, without running any of it.

Values are worked out as far as they are constant; where they are not, it is known where they come
from. A function is looked at with what its callers give it. Order does not matter: whatever a variable
may hold somewhere, it may hold everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from alpheus.detect.webshell import folding, sources
from alpheus.detect.webshell.nodes import (
    Assign,
    Binary,
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
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.sinks import DECRYPT_CALLS, NATIVE, RESULTS, UNPACK_CALLS, Sink, sinks
from alpheus.detect.webshell.syntax import parse
from alpheus.detect.webshell.values import NOTHING, Source, Value, either, joined

ROUNDS = 4
MOST_STEPS = 300_000
"""So many parts of code are looked at in all; a page of more is judged by these."""

_DEEPEST = 160
_MOST_MADE = 40
_DEEPEST_MADE = 6
_CODE_TEXT = 100


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that a page does: the sink, what reaches it, and its points."""

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

    `calls` counts names that were called; `made` are texts that the page wrote in pieces and that are
    run as code; `decrypted`: something is decrypted.
    """

    signs: dict[tuple[str, int, str], Sign] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    made: list[tuple[str, int]] = field(default_factory=list)
    decrypted: int = 0
    sources: dict[str, Source] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    cut: bool = False


class Flow:
    """Works out the values of one program."""

    def __init__(
        self, program: Program, controls: Sequence[str], languages: Sequence[Language]
    ) -> None:
        self._program = program
        self._controls = frozenset(controls)
        self._script = Language.JSCRIPT in languages
        self._basic = Language.VBSCRIPT in languages
        self._functions = {function.name: function for function in program.functions}
        self._variables: dict[tuple[str, str], Value] = {}
        self._results: dict[str, Value] = {}
        self._declared: dict[tuple[str, str], str] = {}
        self._sinks = sinks()
        self._steps = 0
        self._made: dict[str, Program] = {}
        self._running: list[str] = []
        self._changed = False
        self.seen = Seen()

    def run(self) -> Seen:
        """Look at everything until nothing new comes out, at most `ROUNDS` times."""
        self._declare()
        for _ in range(ROUNDS):
            self._changed = False
            self._one_round()
            if not self._changed or self.seen.cut:
                break
        return self.seen

    def _declare(self) -> None:
        for name, kind in self._program.types.items():
            self._declared["", name] = _last(kind)
        for function in (self._program.top, *self._program.functions):
            for name, kind in function.types.items():
                self._declared[function.name, name] = _last(kind)
            for name, kind in function.parameters:
                self._declared[function.name, name] = _last(kind)
                if function.exposed:
                    source = Source(function.line, f"parameter {name} of {function.name}")
                    self._variables[function.name, name] = Value(
                        sources=(source,), types=_types(kind)
                    )

    def _one_round(self) -> None:
        for function in (self._program.top, *self._program.functions):
            for node in function.body:
                self._value(node, function, 0)
            for node in function.results:
                self._return(function, self._value(node, function, 0))
            if self.seen.cut:
                return

    def _return(self, function: Function, value: Value) -> None:
        before = self._results.get(function.name, NOTHING)
        after = either(before, value)
        if after != before:
            self._results[function.name] = after
            self._changed = True

    # --- nodes ---

    def _value(self, node: Node, function: Function, depth: int) -> Value:
        self._steps += 1
        if self._steps > MOST_STEPS or depth > _DEEPEST:
            self.seen.cut = self._steps > MOST_STEPS
            return NOTHING
        match node:
            case Const():
                if isinstance(node.value, str) and len(node.value) > 2:
                    self.seen.texts.setdefault(node.value, node.line)
                return Value(node.value)
            case Name():
                return self._name(node, function)
            case Member():
                return self._member(node, function, depth + 1)
            case Call():
                return self._call(node, function, depth + 1)
            case New():
                return self._new(node, function, depth + 1)
            case Binary():
                return self._binary(node, function, depth + 1)
            case Group():
                return self._group(node, function, depth + 1)
            case Assign():
                return self._assign(node, function, depth + 1)

    def _name(self, node: Name, function: Function) -> Value:
        low = node.name.lower()
        for place in ((function.name, low), ("", low)):
            known = self._variables.get(place)
            declared = self._declared.get(place)
            if known is not None or declared:
                types = frozenset({declared}) if declared else frozenset()
                found = known or NOTHING
                return found if types <= found.types else replace(found, types=found.types | types)
        if low in sources.REQUEST_NAMES:
            return Value(types=frozenset({"request"}))
        if low in self._controls:
            return Value(types=frozenset({"control"}))
        return Value(types=frozenset({low}))

    def _member(self, node: Member, function: Function, depth: int) -> Value:
        of = self._value(node.of, function, depth)
        low = node.name.lower()
        self._check(low, of, [], node, function)
        return self._of(of, low, node)

    def _of(self, of: Value, low: str, node: Member) -> Value:
        """What a member of a value is."""
        if _is_request(of):
            return self._of_request(low, node)
        if of.has("this", "me", "page") and low in self._controls:
            return Value(types=frozenset({"control"}))
        if low in sources.REQUEST_NAMES and (
            not of.types
            or of.has(*sources.CONTEXT_TYPES, "this", "me", "current", "mybase", "base")
        ):
            return Value(types=frozenset({"request"}))
        if low in sources.MEASURES:
            return NOTHING
        if low in sources.CONTROL_MEMBERS and self._is_control(of, node):
            return Value(
                sources=(self._source(node, f"{_spelt(node.of)}.{node.name}"),),
                types=frozenset({low}),
            )
        types = {RESULTS.get(f"{kind}.{low}") or low for kind in (of.types or {""})}
        return Value(None, of.sources, frozenset(types), of.steps, of.rooted, of.mixed, of.computed)

    def _of_request(self, low: str, node: Member) -> Value:
        if low in sources.HARMLESS_REQUEST_MEMBERS:
            return Value(types=frozenset({low}))
        if low in sources.REQUEST_MEMBERS:
            kinds = frozenset({"requestdata", low})
            if low == "servervariables":
                return Value(types=kinds)
            return Value(sources=(self._source(node, f"Request.{node.name}"),), types=kinds)
        return Value(types=frozenset({"request"} if low == "request" else {low}))

    def _is_control(self, of: Value, node: Member) -> bool:
        if of.has("control", "textbox", "fileupload", "htmlinputfile", "htmlinputtext", "dropdownlist",
                  "htmltextarea", "hiddenfield", "htmlinputhidden", "listbox", "findcontrol",
                  "postedfile", "httppostedfile"):  # fmt: skip
            return True
        return isinstance(node.of, Name) and node.of.name.lower() in self._controls

    def _source(self, node: Node, text: str) -> Source:
        source = Source(node.line, text[:_CODE_TEXT])
        self.seen.sources.setdefault(source.text, source)
        return source

    def _binary(self, node: Binary, function: Function, depth: int) -> Value:
        # A long chain of additions is a list in disguise: it is walked, not descended into.
        chain = [node]
        left: Node = node.left
        while isinstance(left, Binary) and len(chain) < 50_000:
            chain.append(left)
            left = left.left
        value = self._value(left, function, depth)
        for one in reversed(chain):
            value = self._two(one, value, self._value(one.right, function, depth))
        return value

    def _two(self, node: Binary, left: Value, right: Value) -> Value:
        mark = node.mark.lower()
        self._steps += 1
        if mark in {"==", "!=", "<>", "<", ">", "<=", ">=", "&&", "||", "=", "is", "like", "andalso",
                    "orelse"}:  # fmt: skip
            if mark == "||" and (left.tainted or right.tainted):
                return joined((left, right))
            return NOTHING
        if mark == "??":
            return joined((left, right))
        if mark == "+" or (mark == "&" and not isinstance(left.constant, int)):
            constant = folding.added(left.constant, right.constant)
            if mark == "&" and constant is not None:
                constant = folding.added(
                    folding.as_text(left.constant), folding.as_text(right.constant)
                )
            both = joined((left, right), constant=constant)
            rooted = left.rooted or _is_root(left)
            mixed = both.mixed or (
                both.tainted and bool((left.text or "").strip() or (right.text or "").strip())
            )
            return replace(
                both, rooted=rooted, mixed=mixed, types=frozenset(), tail=right.ending[-64:]
            )
        constant = folding.calculated(mark, left.constant, right.constant)
        both = joined((left, right), constant=constant)
        return replace(both, types=frozenset(), computed=both.computed or mark in {"^", "xor"})

    def _group(self, node: Group, function: Function, depth: int) -> Value:
        values = [self._value(item, function, depth) for item in node.items]
        if not values:
            return NOTHING
        if len(values) == 1:
            value = values[0]
            kind = _last(node.type)
            if kind in {"char", "int", "byte"} and value.constant is not None:
                folded = folding.character(value.constant) if kind == "char" else value.constant
                return replace(value, constant=folded)
            return replace(value, types=value.types | {kind}) if kind else value
        return replace(joined(values), rooted=all(value.rooted for value in values))

    def _assign(self, node: Assign, function: Function, depth: int) -> Value:
        value = self._value(node.value, function, depth)
        target = node.target
        if isinstance(target, Name):
            self._set(target, node.mark, value, function)
        elif isinstance(target, Member):
            of = self._value(target.of, function, depth)
            self._check(target.name.lower(), of, [value], target, function, assigned=True)
            self._soil(target.of, value, function)
        elif isinstance(target, Call):
            self._value(target, function, depth)
            if isinstance(target.what, Name) and target.what.name.lower() in self._functions:
                return value
            self._soil(target.what, value, function)
        return value

    def _set(self, target: Name, mark: str, value: Value, function: Function) -> None:
        low = target.name.lower()
        if low == function.name and function.name:
            self._return(function, value)
            return
        local = (function.name, low)
        place = local
        if (
            function.name
            and local not in self._variables
            and local not in self._declared
            and (("", low) in self._variables or ("", low) in self._declared)
        ):
            place = ("", low)
        before = self._variables.get(place, NOTHING)
        if mark in {"+=", "&="}:
            value = replace(joined((before, value)), rooted=before.rooted)
        after = either(before, value)
        if after != before:
            self._variables[place] = after
            self._changed = True

    def _soil(self, node: Node, value: Value, function: Function) -> None:
        """What is put into an object may come out of it again."""
        if not (value.tainted or value.steps or value.computed):
            return
        for _ in range(20):
            if isinstance(node, Member):
                node = node.of
            elif isinstance(node, Call):
                node = node.what
            else:
                break
        if isinstance(node, Name) and node.name.lower() not in {
            "response",
            "this",
            "me",
            "request",
        }:
            low = node.name.lower()
            place = (function.name, low)
            if place not in self._variables and place not in self._declared:
                place = ("", low)
            before = self._variables.get(place, NOTHING)
            after = replace(joined((before, replace(value, types=frozenset()))), types=before.types)
            if after != before:
                self._variables[place] = after
                self._changed = True

    # --- calls ---

    def _new(self, node: New, function: Function, depth: int) -> Value:
        kind = _last(node.type)
        arguments = [self._value(one, function, depth) for one in node.arguments]
        made = Value(types=frozenset({kind}) if kind else frozenset())
        values = []
        for item in node.items:
            if isinstance(item, Assign) and not node.array:
                value = self._value(item.value, function, depth)
                if isinstance(item.target, Name):
                    self._check(
                        item.target.name.lower(), made, [value], item, function, assigned=True
                    )
                values.append(value)
            else:
                values.append(self._value(item, function, depth))
        if node.array or kind.endswith("[]") or kind in {"byte", "char", "string", "array", "int"}:
            return self._array(kind, arguments, values)
        self._check(kind, NOTHING, arguments, node, function)
        both = joined((*arguments, *values))
        if kind == "string" and arguments:
            return replace(both, constant=_text_of(arguments[0]), types=frozenset())
        if kind in {"activexobject", "scriptobject"}:
            return self._component(arguments)
        if kind in UNPACK_CALLS:
            both = both.step("unpacked")
        if kind in {"function"} and self._script:
            self._sink("jsfunction", arguments, node)
        return replace(
            both, types=frozenset({kind}), rooted=bool(arguments) and arguments[0].rooted
        )

    def _array(self, kind: str, arguments: list[Value], values: list[Value]) -> Value:
        if kind == "string" and arguments and not values:
            return Value(_text_of(arguments[0]), types=frozenset())
        constants = tuple(value.constant for value in values)
        constant = constants if values and None not in constants else None
        if constant is not None and kind.startswith(("byte", "sbyte")):
            constant = folding.as_bytes(constant) or constant  # type: ignore[assignment]
        return replace(joined((*arguments, *values), constant=constant), types=frozenset())

    def _call(self, node: Call, function: Function, depth: int) -> Value:
        arguments = [self._value(one, function, depth) for one in node.arguments]
        if isinstance(node.what, Name):
            return self._plain_call(node, node.what, arguments, function)
        if isinstance(node.what, Member):
            of = self._value(node.what.of, function, depth)
            return self._method(node, node.what, of, arguments, function)
        of = self._value(node.what, function, depth)
        return self._element(of, node, arguments)

    def _plain_call(
        self, node: Call, what: Name, arguments: list[Value], function: Function
    ) -> Value:
        low = what.name.lower()
        self.seen.calls[low] = self.seen.calls.get(low, 0) + 1
        local = self._functions.get(low)
        variable = self._variables.get((function.name, low)) or self._variables.get(("", low))
        if local is not None and not node.index:
            return self._enter(local, arguments)
        if low in sources.REQUEST_NAMES:
            return self._requested(node, arguments)
        if variable is not None or node.index:
            return self._element(self._name(what, function), node, arguments)
        if low in self._program.imported:
            return joined(arguments)
        if low in {"eval", "execute", "executeglobal"}:
            return self._evaluated(low, node, arguments)
        self._check(low, NOTHING, arguments, node, function)
        if low in {"createobject", "getobject"}:
            return self._component(arguments)
        if low in sources.STORES:
            return self._element(self._name(what, function), node, arguments)
        return self._folded(folding.FUNCTIONS.get(low), low, arguments)

    def _evaluated(self, low: str, node: Call, arguments: list[Value]) -> Value:
        """Text that is run as code; `eval` takes code in scripts only."""
        if low == "eval":
            if self._script:
                low = "js.eval"
            elif self._basic:
                low = "vbs.eval"
            else:
                return NOTHING
        text = arguments[0].text if arguments else None
        unsafe = len(arguments) > 1 and (arguments[1].text or "").lower() == "unsafe"
        if text is None and arguments and (unsafe or low == "js.eval"):
            arguments = [replace(arguments[0], computed=True)]
        self._sink(low, arguments[:1], node, name=low.rpartition(".")[2])
        if text is not None:
            return self._of_text(text, node)
        return replace(joined(arguments), constant=None, types=frozenset())

    def _of_text(self, text: str, node: Node) -> Value:
        """What a constant text gives when it is run: the value of its last expression."""
        inner = self._made.get(text)
        if inner is None:
            if len(self._made) >= _MOST_MADE:
                return NOTHING
            self._changed = True
            language = Language.JSCRIPT if self._script else Language.VBSCRIPT
            inner = self._made[text] = parse([Code(text, node.line, Kind.SCRIPT, language)])
            for made in inner.functions:
                self._functions.setdefault(made.name, made)
                self._program.functions.append(made)
        if text in self._running or len(self._running) > _DEEPEST_MADE:
            return NOTHING
        self._running.append(text)
        value = NOTHING
        for one in inner.top.body:
            value = self._value(one, self._program.top, _DEEPEST // 2)
        self._running.pop()
        return value

    def _component(self, arguments: list[Value]) -> Value:
        name = (arguments[0].text or "").lower().strip() if arguments else ""
        name = name.removeprefix("new:")
        name = _CLASS_IDS.get(name.strip("{}"), name)
        return Value(types=frozenset({name.removesuffix(".1")}) if name else frozenset())

    def _requested(self, node: Call, arguments: list[Value]) -> Value:
        name = arguments[0].text if arguments else None
        return Value(
            sources=(self._source(node, f'Request("{name}")' if name else "Request(…)"),),
            types=frozenset({"requestdata"}),
        )

    def _enter(self, local: Function, arguments: list[Value]) -> Value:
        for (name, _), value in zip(local.parameters, arguments, strict=False):
            place = (local.name, name)
            before = self._variables.get(place, NOTHING)
            after = either(before, value)
            if after != before:
                self._variables[place] = after
                self._changed = True
        result = self._results.get(local.name, NOTHING)
        if result is NOTHING and local.name:
            return replace(joined(arguments), constant=None, types=frozenset(), computed=True)
        return replace(result, computed=result.constant is None)

    def _method(
        self, node: Call, what: Member, of: Value, arguments: list[Value], function: Function
    ) -> Value:
        low = what.name.lower()
        self.seen.calls[low] = self.seen.calls.get(low, 0) + 1
        if _is_request(of):
            return self._of_request_call(low, node, what, arguments)
        if low in sources.REQUEST_NAMES and _is_request(self._of(of, low, what)):
            return self._requested(node, arguments)
        if node.index:
            return self._element(self._of(of, low, what), node, arguments)
        if low in {"write", "binarywrite", "writefile", "end", "flush"} and of.has("response"):
            self.seen.answers += 1
        local = self._functions.get(low)
        if local is not None and (not of.types or of.has("this", "me", "mybase", "base") or (
            of.constant is None and len(local.parameters) == len(arguments) and low not in _COMMON
        )):  # fmt: skip
            self._enter(local, arguments)
            if of.has("this", "me"):
                return self._results.get(local.name, NOTHING)
        self._check(low, of, arguments, node, function)
        if low in {"createobject"}:
            return self._component(arguments)
        if (
            low in {"eval", "execute", "executeglobal"}
            and self._script
            and of.has("window", "this")
        ):
            return self._evaluated(low, node, arguments)
        return self._method_value(low, of, arguments, what, node, function)

    def _of_request_call(self, low: str, node: Call, what: Member, arguments: list[Value]) -> Value:
        name = arguments[0].text if arguments else None
        if low == "servervariables":
            if name is not None and name.lower() in sources.HARMLESS_VARIABLES:
                return NOTHING
            text = f'Request.ServerVariables("{name}")' if name else "Request.ServerVariables(…)"
            return Value(sources=(self._source(node, text),))
        if low in sources.HARMLESS_REQUEST_MEMBERS and low != "mappath":
            return NOTHING
        if low == "mappath":
            return _mapped(arguments)
        if low == "saveas":
            self._sink("saveas", arguments, node)
        text = f'Request.{what.name}("{name}")' if name else f"Request.{what.name}(…)"
        return Value(sources=(self._source(node, text),), types=frozenset({"requestdata", low}))

    def _element(self, of: Value, node: Call, arguments: list[Value]) -> Value:
        """`of(arguments)` as an index."""
        if _is_request(of):
            return self._requested(node, arguments)
        if of.has("servervariables"):
            name = arguments[0].text if arguments else None
            if name is not None and name.lower() in sources.HARMLESS_VARIABLES:
                return NOTHING
            return Value(sources=(self._source(node, f'Request.ServerVariables("{name}")'),))
        constant = None
        if isinstance(of.constant, tuple | str | bytes) and arguments:
            place = arguments[0].constant
            if isinstance(place, int) and 0 <= place < len(of.constant):
                constant = of.constant[place]
        if of.has("requestdata") and arguments and arguments[0].text and of.sources:
            source = Source(node.line, f'{of.sources[0].text}["{arguments[0].text}"]'[:_CODE_TEXT])
            self.seen.sources.setdefault(source.text, source)
            return replace(of, constant=None, sources=(source,))
        found = replace(of, constant=constant)  # type: ignore[arg-type]
        return joined((found, *arguments), constant=found.constant) if of.tainted else found

    def _method_value(
        self,
        low: str,
        of: Value,
        arguments: list[Value],
        what: Member,
        node: Call,
        function: Function,
    ) -> Value:
        if low in sources.MEASURES and not (low == "parse" and not of.has(*_NUMBERS)):
            return self._folded_static(low, of, arguments) or NOTHING
        if of.text is not None and low in folding.TEXT_METHODS:
            try:
                constant = folding.TEXT_METHODS[low](of.text, [one.constant for one in arguments])
            except (TypeError, ValueError, IndexError):
                constant = None
            return replace(joined((of, *arguments), constant=constant), rooted=of.rooted)
        static = self._folded_static(low, of, arguments)
        if static is not None:
            return static
        if low == "mappath":
            return _mapped(arguments)
        if low == "getstring" and arguments:
            encoding = next((kind for kind in of.types if kind in folding._ENCODINGS), "utf8")
            constant = folding.encoded_text(arguments[0].constant, encoding)
            return replace(joined(arguments, constant=constant), types=frozenset())
        if low == "getbytes" and arguments:
            text = arguments[0].text
            return replace(joined(arguments, constant=text and text.encode("utf-8", "replace")),
                           types=frozenset())  # fmt: skip
        both = joined((of, *arguments))
        if low in DECRYPT_CALLS:
            self.seen.decrypted = self.seen.decrypted or what.line
            both = both.step("decrypted")
        self._fill(low, of, arguments, what, node, function)
        named = self._reflected(low, of, arguments, node)
        if named:
            return replace(both, types=named)
        types = {
            RESULTS.get(f"{kind}.{low}") or RESULTS.get(low) or low for kind in (of.types or {""})
        }
        rooted = of.rooted or (
            low in {"combine", "join"} and bool(arguments) and arguments[0].rooted
        )
        return replace(both, types=frozenset(types), rooted=rooted)

    def _reflected(
        self, low: str, of: Value, arguments: list[Value], node: Call
    ) -> frozenset[str]:
        """Types and methods that are named by constant texts are what they name."""
        name = (arguments[0].text or "").partition(",")[0] if arguments else ""
        if low == "gettype" and name:
            return frozenset({_last(name.strip())})
        if low in {"getmethod", "getproperty", "invokemember"} and name:
            found = {f"{_BOUND}{kind}.{name.lower()}" for kind in of.types}
            if low != "invokemember":
                return frozenset({"methodinfo", *found})
            self._bound(found, arguments[1:], node)
        if low == "invoke":
            self._bound({kind for kind in of.types if kind.startswith(_BOUND)}, arguments, node)
        if low == "equals" and arguments and of.has("createinstance", "dynamic", "activator") and (
            arguments[0].has("this", "me", "page", "httpcontext", "context")
        ):
            says = "hands the request to an object that it made of a name"
            self._note(Sink("handover", 84, says=says), node.line, low, 84, of, given=of.tainted)
        return frozenset()

    def _bound(self, names: set[str], arguments: list[Value], node: Call) -> None:
        for name in sorted(names):
            call = name.removeprefix(_BOUND)
            if call in self._sinks:
                # The first argument of Invoke is the object, or null.
                given = arguments[1:] if len(arguments) > 1 else arguments
                self._sink(call, given or arguments, node)

    def _fill(
        self,
        low: str,
        of: Value,
        arguments: list[Value],
        what: Member,
        node: Call,
        function: Function,
    ) -> None:
        """`stream.Write(data)`, `list.Add(x)`, `request.InputStream.CopyTo(stream)`."""
        if low in {"read", "copyto", "readasync", "copytoasync"} and of.tainted and node.arguments:
            self._soil(node.arguments[0], of, function)
        if low in _WRITES and of.has(*_WRITERS):
            given = joined(arguments)
            if of.tainted and given.tainted and not of.rooted:
                says = "writes what the visitor sends where the visitor says"
                self._note(
                    Sink("place", 88, says=says),
                    what.line,
                    low,
                    88,
                    joined((of, given)),
                    given=True,
                )
        if of.has(*_WRITERS):
            return  # what is written does not change where
        if low in {"write", "append", "add", "writeline", "insert", "push", "copyto", "read",
                   "appendformat", "addscript", "loadxml", "appendline", "writetext", "open"}:  # fmt: skip
            given = joined(arguments)
            self._soil(what.of, given, function)

    def _folded_static(self, low: str, of: Value, arguments: list[Value]) -> Value | None:
        for kind in of.types:
            static = folding.STATIC.get(f"{kind}.{low}")
            if static is not None:
                value = self._folded(static, low, arguments)
                return value.step("base64") if low == "frombase64string" else value
        return None

    def _folded(self, fold: folding.Function | None, low: str, arguments: list[Value]) -> Value:
        constant = None
        if fold is not None and arguments:
            try:
                constant = fold([one.constant for one in arguments])
            except (TypeError, ValueError, IndexError, OverflowError):
                constant = None
        if low in sources.MEASURES and constant is None:
            return NOTHING
        both = joined(arguments, constant=constant)
        rooted = bool(arguments) and arguments[0].rooted
        return replace(
            both, types=frozenset() if constant is not None else frozenset({low}), rooted=rooted
        )

    # --- sinks ---

    def _check(
        self,
        low: str,
        of: Value,
        arguments: list[Value],
        node: Node,
        function: Function,
        *,
        assigned: bool = False,
    ) -> None:
        """Whether a call or an assignment is one that matters."""
        for kind in sorted(of.types):
            if f"{kind}.{low}" in self._sinks:
                self._sink(f"{kind}.{low}", arguments, node, of=of)
                return
        if low in self._sinks and (not of.types or low not in _ONLY_PLAIN) and not assigned:
            self._sink(low, arguments, node, of=of)

    def _sink(
        self, call: str, arguments: list[Value], node: Node, *, of: Value = NOTHING, name: str = ""
    ) -> None:
        sink = self._sinks[call]
        chosen = [of, *arguments] if sink.argument is None else arguments[sink.argument :][:1]
        value = joined(chosen)
        value = replace(value, rooted=bool(chosen) and any(one.rooted for one in chosen))
        if len(chosen) == 1:
            value = chosen[0]
        given = value.tainted and sink.given > 0
        if given:
            points = sink.given
        elif any(one.computed or one.steps for one in chosen) and sink.computed:
            points = sink.computed
        elif sink.computed and chosen and _is_opaque(chosen) and sink.argument is not None:
            points = sink.always
        else:
            points = sink.always
        if sink.argument is not None and not chosen:
            return
        if sink.kind == "evaluate" and call not in {"js.eval", "vbs.eval"}:
            for text in [one.text for one in arguments if one.text]:
                self._of_text(text, node)
        points = _sharper(sink, value, points, given=given)
        if sink.kind in {"read", "list", "change"} and value.rooted:
            points, given = points // 3, False
        if sink.kind == "write":
            points = self._written(sink, node, call, value, arguments, points, of)
        if not points:
            return
        self._note(sink, node.line, name or call, points, value, given=given)

    def _written(
        self,
        sink: Sink,
        node: Node,
        call: str,
        path: Value,
        arguments: list[Value],
        points: int,
        of: Value,
    ) -> int:
        """What a written file is worth: a page of the server, and the visitor's content, are worse."""
        content = joined(arguments[1:] if sink.argument == 0 else [])
        if _PAGE_NAME.search(path.ending):
            says = "writes a file that the server runs"
            page = Sink("drop", 86, 78, 78, None, says)
            self._note(
                page, node.line, call, 86 if content.tainted else 78, path, given=path.tainted
            )
        if any(_SECRET.search(source.text) for source in content.sources) and "append" in call:
            says = "keeps what visitors type as their password"
            self._note(Sink("steal", 80, says=says), node.line, call, 80, content, given=True)
        if not path.tainted:
            return points
        if path.rooted:
            return 14 if path.has("filename") else 26
        if "saveas" in call and not all(one.text.endswith("FileName") for one in path.sources):
            points = 78
        if content.tainted and "saveas" not in call:
            says = "writes what the visitor sends where the visitor says"
            self._note(
                Sink("place", 88, says=says),
                node.line,
                call,
                88,
                joined((path, content)),
                given=True,
            )
        return points

    def _note(
        self, sink: Sink, line: int, call: str, points: int, value: Value, *, given: bool
    ) -> None:
        key = (sink.kind, line, call)
        before = self.seen.signs.get(key)
        if before is None or before.points < points:
            self.seen.signs[key] = Sign(sink.kind, line, call, points, sink.says, value, given)
            self._changed = True


def imported_signs(program: Program) -> list[Sign]:
    """Functions of Windows that the page declares and has no use for."""
    return [
        Sign("native", line, name, 62, f"calls {name} of {library} directly", NOTHING)
        for name, (library, line) in program.imported.items()
        if name in NATIVE or name.removesuffix("ex") in NATIVE
    ]


_NUMBERS = frozenset({"int", "int32", "int64", "integer", "long", "double", "single", "float", "bool",
                      "boolean", "datetime", "date", "guid", "enum", "decimal", "byte", "short",
                      "uint", "timespan", "color"})  # fmt: skip
_BOUND = "method:"
_BYTES = frozenset({"readallbytes", "downloaddata", "toarray", "getbytes", "frombase64string", "byte[]",
                    "transformfinalblock", "decompress", "readbytes", "getbuffer", "binaryread"})  # fmt: skip
_FETCHED = frozenset({"responsetext", "responsebody", "downloadstring", "downloaddata", "readtoend_",
                      "getstring_"})  # fmt: skip
_SECRET = re.compile(r"pass|pwd|kennwort|senha|contrase", re.IGNORECASE)
_HOST = re.compile(r"(?:iis|winnt)://", re.IGNORECASE)
_COMMON = frozenset({"write", "read", "open", "close", "add", "get", "set", "tostring", "execute",
                     "load", "start", "run", "create", "invoke", "send", "equals"})  # fmt: skip
_ONLY_PLAIN = frozenset({"shell", "execute", "executeglobal", "socket", "createobject", "getobject",
                         "logonuser"})  # fmt: skip
_PAGE_NAME = re.compile(r"\.(?:aspx?|ashx|asmx|asax|ascx|svc|soap|asa|cer|cdx|php|jspx?|cshtml)\Z",
                        re.IGNORECASE)  # fmt: skip
_WRITES = frozenset({"write", "writeline", "writetext", "copyto", "savetofile", "writeallbytes"})
_WRITERS = frozenset({"streamwriter", "filestream", "createtext", "binarywriter", "createtextfile",
                      "opentextfile", "textstream", "openwrite", "appendtext", "create", "open",
                      "openastextstream"})  # fmt: skip
_CLASS_IDS = {
    "72c24dd5-d70a-438b-8a42-98424b88afb8": "wscript.shell",
    "f935dc22-1cf0-11d0-adb9-00c04fd58a0b": "wscript.shell",
    "f935dc26-1cf0-11d0-adb9-00c04fd58a0b": "wscript.network",
    "13709620-c279-11ce-a49e-444553540000": "shell.application",
    "0d43fe01-f093-11cf-8940-00a0c9054228": "scripting.filesystemobject",
    "093ff999-1ea0-4079-9525-9614c3504b74": "wscript.network",
    "00000566-0000-0010-8000-00aa006d2ea4": "adodb.stream",
    "0e59f1d5-1fbe-11d0-8ff2-00a0d10038bc": "scriptcontrol",
}


def _mapped(arguments: Sequence[Value]) -> Value:
    """`Server.MapPath(path)`: a place below the site."""
    constant = arguments[0].constant if arguments else None
    tail = arguments[0].ending[-64:] if arguments else ""
    found = joined(arguments, constant=constant)
    return replace(found, rooted=True, types=frozenset(), tail=tail)


def _sharper(sink: Sink, value: Value, points: int, *, given: bool) -> int:
    """What a sink is worth once it is known what reaches it."""
    match sink.kind:
        case "reflect" if given and value.steps:
            return 92
        case "load" if not given and (value.types & _BYTES or value.steps):
            return 80 if (value.text or "").startswith("TVqQ") else 76
        case "query" if given:
            return 10 if value.mixed else 58
        case "evaluate" if not given and value.types & _FETCHED:
            return 90
        case "directory" if _HOST.match(value.text or ""):
            return 74
    return points


def _last(kind: str) -> str:
    return kind.rpartition(".")[2].lower()


def _types(kind: str) -> frozenset[str]:
    return frozenset({_last(kind)}) if kind else frozenset()


def _is_request(value: Value) -> bool:
    return not value.sources and value.has("request", *sources.REQUEST_TYPES)


def _is_root(value: Value) -> bool:
    """Whether a path that begins with this stays in a folder of the server's choice."""
    if value.tainted:
        return value.rooted
    if value.rooted:
        return True
    text = value.text
    return text is not None and len(text) > 3 and ("/" in text[1:] or "\\" in text[3:])


def _is_opaque(chosen: Sequence[Value]) -> bool:
    return all(value.constant is None and not value.tainted for value in chosen)


def _text_of(value: Value) -> str | None:
    if isinstance(value.constant, tuple):
        return folding.characters(value.constant)  # type: ignore[arg-type]
    return folding.as_text(value.constant)


def _spelt(node: Node) -> str:
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Member):
        return f"{_spelt(node.of)}.{node.name}"
    if isinstance(node, Call):
        return f"{_spelt(node.what)}(…)"
    return "…"
