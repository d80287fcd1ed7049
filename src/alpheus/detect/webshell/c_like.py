"""Statements of C# and JScript: functions, declarations and expressions, without their nesting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from alpheus.detect.webshell.expressions import Reader
from alpheus.detect.webshell.nodes import (
    MOST_FUNCTIONS,
    WEB_METHODS,
    Assign,
    Call,
    Const,
    Function,
    Member,
    Name,
    New,
    Node,
    Program,
)
from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.tokens import T, Token

_C_PASSED = frozenset({
    "public", "private", "protected", "internal", "static", "readonly", "const", "virtual",
    "override", "sealed", "abstract", "async", "unsafe", "extern", "partial", "volatile", "new_",
    "fixed", "checked", "unchecked", "event", "final", "implicit", "explicit", "operator", "global",
})  # fmt: skip
_C_BLOCKS = frozenset({"if", "while", "for", "foreach", "switch", "using", "lock", "catch", "with"})
_C_EMPTY = frozenset({"else", "do", "try", "finally", "default", "get", "set", "add", "remove"})
_NATIVE = frozenset({"dllimport", "dllimportattribute"})
_C_TYPES = frozenset({"class", "struct", "interface", "enum", "namespace", "package"})
_IN_TYPES = frozenset({".", "::", "<", "[", "?", "("})
_BEHIND_DECLARED = frozenset({"(", "<", "{", "=>", "=", ";", ",", ")", "["})
_NO_TYPE = frozenset({"return", "throw", "goto", "await", "yield", "case", "new", "in", "is", "as",
                      "else", "delete", "typeof", "break", "continue"})  # fmt: skip


class CLike(Reader):
    """C# and JScript."""

    def __init__(self, words: Sequence[Token], program: Program, language: Language) -> None:
        super().__init__(words, basic=False)
        self._program = program
        self._script = language is Language.JSCRIPT
        self._stack: list[tuple[Function, int]] = []
        self._braces = 0
        self._exposed = False
        self._native = ""
        self.lambdas = self._block_of_lambda

    @property
    def _function(self) -> Function:
        return self._stack[-1][0] if self._stack else self._program.top

    def run(self) -> None:
        """Read all statements into the program."""
        while not self.ended:
            before = self.at
            self._statement()
            if self.at == before:
                self.take()

    def _block_of_lambda(self) -> list[Node]:
        """The statements of `{…}` belong to the function around; what they return as well."""
        depth = self._braces
        self.take()
        self._braces += 1
        function = self._function
        first = len(function.body)
        while not self.ended and self._braces > depth:
            before = self.at
            self._statement()
            if self.at == before:
                self.take()
        return function.body[first:][-1:]

    def _statement(self) -> None:
        word = self.peek()
        if word.kind is T.MARK:
            self._mark(str(word.value))
            return
        if word.kind is T.NAME and self._keyword(str(word.value).lower()):
            return
        if word.kind is T.NAME and self._may_declare() and (self._declaration() or self._typed()):
            return
        self._expression_statement()

    def _may_declare(self) -> bool:
        """Whether what stands behind a name can go on a declaration."""
        following = self.peek(1)
        if following.kind is T.MARK:
            return following.value in _IN_TYPES
        if following.kind is not T.NAME:
            return False
        behind = self.peek(2)
        return behind.value in (_BEHIND_DECLARED if behind.kind is T.MARK else {"in"})

    def _expression_statement(self) -> None:
        node = self.expression()
        if node is not None:
            self._function.body.append(node)

    def _mark(self, mark: str) -> None:
        if mark == "{":
            self.take()
            self._braces += 1
        elif mark == "}":
            self.take()
            self._braces -= 1
            if self._stack and self._stack[-1][1] >= self._braces:
                self._stack.pop()
        elif mark == "[" and not self._script and self._begins_attribute():
            self._attribute()
        elif mark in {"[", "(", "!", "-", "+", "++", "--", "~"}:
            self._expression_statement()
        else:
            self.take()

    def _begins_attribute(self) -> bool:
        """`[WebMethod]`, and neither `[]["constructor"]` nor `[eval][0](x)`."""
        listed = self.is_mark("]", 2) and self.is_mark("[", 3) and self.peek(4).kind is not T.NAME
        return self.peek(1).kind is T.NAME and not listed

    def _attribute(self) -> None:
        """`[WebMethod]`, `[DllImport("…")]`; anything else in brackets is an expression."""
        self.take()
        for node in self.list("]"):
            name = _attribute_name(node)
            if name in WEB_METHODS:
                self._exposed = True
            elif name in _NATIVE and isinstance(node, Call) and node.arguments:
                library = node.arguments[0]
                self._native = str(library.value) if isinstance(library, Const) else "?"
            elif not name:
                self._function.body.append(node)

    def _script_attribute(self) -> None:
        """`WebMethod(…) public function` of JScript."""
        self.take()
        self._exposed = True
        if self.is_mark("("):
            self.take()
            self.list(")")

    def _keyword(self, low: str) -> bool:  # noqa: C901 - one line for each word
        if low in _C_PASSED:
            self.take()
        elif low in _C_BLOCKS and self.is_mark("(", 1):
            self.take()
            self._condition()
        elif low in _C_EMPTY and (self.is_mark("{", 1) or self.peek(1).kind is T.NAME):
            self.take()
        elif low in _C_TYPES and self.peek(1).kind is T.NAME:
            self._pass_named()
        elif low == "return":
            self.take()
            node = self.expression()
            if node is not None:
                self._function.results.append(node)
        elif low in {"import", "using"} and not self.is_mark("(", 1):
            self._pass_named()
        elif low == "function" and self.peek(1).kind is T.NAME:
            self._script_function()
        elif self._script and low in WEB_METHODS:
            self._script_attribute()
        elif low in {"throw", "case", "var", "let"} and not (low == "var" and not self._script):
            self.take()
            if low == "var":
                self._script_variables()
        else:
            return False
        return True

    def _condition(self) -> None:
        """What stands in the brackets of `if`, `for`, `using`."""
        self.take()
        depth = 1
        while not self.ended and depth:
            if self.is_mark(")"):
                self.take()
                depth -= 1
            elif self.is_mark(";") or self.is_mark(","):
                self.take()
            else:
                before = self.at
                word = self.peek()
                if word.kind is T.NAME and self.is_word("in", ahead=1):
                    self._function.body.append(Name(str(self.take().value), word.line))
                elif not (word.kind is T.NAME and self._typed()):
                    self._expression_statement()
                if self.is_word("in"):
                    self.take()
                    value = self.expression()
                    last = self._function.body[-1] if self._function.body else None
                    if value is not None and isinstance(last, Name):
                        self._function.body.append(Assign(last, "=", value, last.line))
                if self.at == before:
                    self.take()

    def _pass_named(self) -> None:
        """`class Name : Base` and `using Name = Type;` give a type another name."""
        mark = "=" if self.is_word("using", "import") else ":"
        self.take()
        name = self.peek()
        if name.kind is T.NAME and self.is_mark(mark, 1):
            self.at += 2
            self._program.aliases[str(name.value).lower()] = self.type_name()
        while not self.ended and not self.is_mark("{") and not self.is_mark(";"):
            self.take()

    def _script_function(self) -> None:
        line = self.take().line
        name = str(self.take().value)
        function = self._new_function(name, line)
        if self.is_mark("("):
            self.take()
            function.parameters = self._parameters(typed=False)
        if self.is_mark(":"):
            self.take()
            self.type_name()
        self._enter(function)

    def _script_variables(self) -> None:
        """`var a : Type = value, b;` of JScript."""
        while self.peek().kind is T.NAME:
            name = self.take()
            if self.is_mark(":"):
                self.take()
                self._function.types[str(name.value).lower()] = self.type_name()
                while self.is_mark("[") and self.is_mark("]", 1):
                    self.at += 2
            if self.is_mark("="):
                self.take()
                value = self.expression(1)
                if value is not None:
                    self._function.body.append(
                        Assign(Name(str(name.value), name.line), "=", value, name.line)
                    )
            if not self.is_mark(","):
                break
            self.take()

    def _declaration(self) -> bool:
        """`type name(type a, …) {`, `Name(…) {` of a constructor, `type name {` of a property."""
        before = self.at
        kind = self.type_name()
        kind = self._array_suffix(kind)
        name = self.peek()
        if not kind or kind in _NO_TYPE:
            self.at = before
            return False
        if name.kind is T.NAME and (self.is_mark("(", 1) or self.is_mark("<", 1)):
            self.take()
            if self.is_mark("<"):
                self._generic()
            if self._method(str(name.value), name.line):
                return True
        elif name.kind is T.NAME and (self.is_mark("{", 1) or self.is_mark("=>", 1)):
            self.take()
            self._enter(self._new_function(str(name.value), name.line))
            return True
        elif (
            name.kind is T.MARK
            and name.value == "("
            and not self._stack
            and ("." not in kind and self._method(kind, name.line))
        ):
            return True
        self.at = before
        return False

    def _method(self, name: str, line: int) -> bool:
        """Parameters and what begins a body; False if this is a call."""
        if not self.is_mark("("):
            return False
        before = self.at
        after = self.peek(self._closing.get(before, len(self.words)) + 1 - before)
        self.take()
        body = after.kind is T.MARK and after.value in {"{", "=>", ":"}
        native = self._native and after.kind is T.MARK and after.value == ";"
        where = after.kind is T.NAME and after.value in {"where", "throws"}
        if not (body or native or where):
            self.at = before
            return False
        parameters = self._parameters(typed=True)
        if native:
            self._program.imported[name.lower()] = (self._native, line)
            self._native = ""
            return True
        function = self._new_function(name, line)
        function.parameters = parameters
        self._enter(function)
        return True

    @cached_property
    def _closing(self) -> dict[int, int]:
        """Where each round bracket is closed, for all that are."""
        found: dict[int, int] = {}
        waiting: list[int] = []
        for at, word in enumerate(self.words):
            if word.kind is T.MARK and word.value == "(":
                waiting.append(at)
            elif word.kind is T.MARK and word.value == ")" and waiting:
                found[waiting.pop()] = at
        return found

    def _new_function(self, name: str, line: int) -> Function:
        function = Function(name.lower(), line, exposed=self._exposed)
        self._exposed = False
        self._native = ""
        if len(self._program.functions) < MOST_FUNCTIONS:
            self._program.functions.append(function)
        return function

    def _enter(self, function: Function) -> None:
        """Go on inside a function: its body, or the one expression after `=>`."""
        while not self.ended and not self.is_mark("{") and not self.is_mark("=>"):
            if self.is_mark(";"):
                return
            if self.is_mark(":"):  # base(…) of a constructor
                self.take()
                node = self.expression()
                if node is not None:
                    function.body.append(node)
                continue
            self.take()
        if self.is_mark("=>"):
            self.take()
            node = self.expression()
            if node is not None:
                function.results.append(node)
            return
        self._stack.append((function, self._braces))
        self.take()
        self._braces += 1

    def _parameters(self, *, typed: bool) -> list[tuple[str, str]]:
        """Names and types up to the closing bracket, which is taken."""
        found: list[tuple[str, str]] = []
        names: list[str] = []
        depth = 1
        while not self.ended:
            word = self.take()
            if word.kind is T.NAME:
                names.append(str(word.value).lower())
            elif word.kind is T.MARK:
                depth += (word.value in {"(", "<"}) - (word.value in {")", ">"})
                if (word.value == "," and depth == 1) or not depth:
                    found += _parameter(names, typed=typed)
                    names = []
                if not depth:
                    break
                if word.value == "=":
                    self.expression(2)
        return found

    def _array_suffix(self, kind: str) -> str:
        if self.peek().kind is not T.MARK:
            return kind
        while self.is_mark("[") and (self.is_mark("]", 1) or self.is_mark(",", 1)):
            while not self.ended and not self.is_mark("]"):
                self.take()
            self.take()
            kind += "[]"
        if (
            self.is_mark("?")
            and self.peek(1).kind is T.NAME
            and (self.is_mark("=", 2) or self.is_mark(";", 2))
        ):
            self.take()
        return kind

    def _typed(self) -> bool:
        """`type name = value, name2;`, or the declaration of a loop."""
        before = self.at
        kind = self._array_suffix(self.type_name())
        name, following = self.peek(), self.peek(1)
        declares = (
            kind
            and kind.partition(".")[0] not in _NO_TYPE
            and name.kind is T.NAME
            and (
                (following.kind is T.MARK and following.value in {"=", ";", ",", ")", "["})
                or (following.kind is T.NAME and following.value == "in")
            )
        )
        if not declares or (name.kind is T.NAME and str(name.value).lower() in {"is", "as", "in"}):
            self.at = before
            return False
        while self.peek().kind is T.NAME:
            name = self.take()
            low = str(name.value).lower()
            types = self._function.types if self._stack else self._program.types
            if kind != "var":
                types.setdefault(low, kind)
            target = Name(str(name.value), name.line)
            if self.is_mark("="):
                self.take()
                value = self.expression(1)
                if value is not None:
                    if isinstance(value, New) and value.array and not value.type:
                        value.type = kind
                    self._function.body.append(Assign(target, "=", value, name.line))
            elif self.is_word("in"):
                self._function.body.append(target)
            if not self.is_mark(","):
                break
            self.take()
        return True


def _attribute_name(node: Node) -> str:
    """The last part of an attribute's name, in lower case; '' for what is none."""
    if isinstance(node, Call):
        node = node.what
    return node.name.lower() if isinstance(node, Name | Member) else ""


def _parameter(names: list[str], *, typed: bool) -> list[tuple[str, str]]:
    names = [name for name in names if name not in {"ref", "out", "params", "this", "in", "const"}]
    if not names:
        return []
    if not typed:
        return [(names[0], names[1] if len(names) > 1 else "")]
    return [(names[-1], names[-2] if len(names) > 1 else "")]
