"""Statements of VB.NET and VBScript: functions, declarations and calls, without their nesting."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.detect.webshell.expressions import Reader
from alpheus.detect.webshell.nodes import (
    MOST_FUNCTIONS,
    WEB_METHODS,
    Assign,
    Branch,
    Call,
    Function,
    Name,
    New,
    Node,
    Program,
)
from alpheus.detect.webshell.tokens import T, Token

_BASIC_PASSED = frozenset({
    "public", "private", "protected", "friend", "shared", "overrides", "overridable", "shadows",
    "overloads", "withevents", "default", "readonly", "writeonly", "mustoverride", "partial",
    "notinheritable", "async", "static",
})  # fmt: skip
_BASIC_BLOCKS = frozenset({
    "if", "elseif", "while", "until", "for", "each", "select", "case", "do", "loop", "then",
    "else", "using", "synclock", "to", "step", "in", "let", "call", "set", "redim", "preserve",
    "throw", "try", "catch", "finally", "wend", "next", "on", "resume", "when", "goto", "byval",
    "byref",
})  # fmt: skip
_CONDITIONS = frozenset({"if", "elseif", "while", "until"})


class Basic(Reader):
    """VB.NET and VBScript."""

    def __init__(self, words: Sequence[Token], program: Program) -> None:
        super().__init__(words, basic=True)
        self._program = program
        self._inside: Function | None = None
        self._exposed = False
        self._native = ""
        self._selected: list[Branch] = []
        self._branches: list[Branch] = []
        self._short: Branch | None = None

    @property
    def _function(self) -> Function:
        return self._inside or self._program.top

    def run(self) -> None:
        """Read all statements into the program."""
        while not self.ended:
            before = self.at
            self._statement()
            if self.at == before:
                self.take()

    def _statement(self) -> None:
        word = self.peek()
        if word.kind is T.END:
            self.take()
        elif word.kind is T.MARK and word.value == "<":
            self._attribute()
        elif word.kind is T.NAME and self._keyword(str(word.value).lower()):
            return
        else:
            self._action()

    def _attribute(self) -> None:
        self.take()
        while not self.ended and not self.is_mark(">"):
            word = self.take()
            if word.kind is T.NAME and str(word.value).lower() in WEB_METHODS:
                self._exposed = True
            if word.kind is T.NAME and str(word.value).lower() == "dllimport" and self.is_mark("("):
                self._native = str(self.peek(1).value)
            if word.kind is T.END:
                return
        self.take()

    def _keyword(self, low: str) -> bool:  # noqa: C901, PLR0912 - one line for each word
        if self.is_mark("=", 1) or self.is_mark(".", 1):
            return False
        if low == "each" and self.peek(1).kind is T.NAME and self.is_word("in", ahead=2):
            self._each()
        elif low in _CONDITIONS:
            self._condition()
        elif low == "select" and self.is_word("case", ahead=1):
            self._select()
        elif low == "case" and self._selected:
            self._case(self._selected[-1])
        elif low in _BASIC_PASSED or low in _BASIC_BLOCKS:
            if low == "else":
                self._otherwise(self.peek().line)
            self.take()
        elif low in {"sub", "function", "property"}:
            self._function_head()
        elif low == "declare":
            self._declare()
        elif low == "end":
            self._end()
        elif low in {"dim", "const"}:
            self.take()
            self._variables()
        elif low == "return":
            self.take()
            node = self.expression()
            if node is not None:
                self._function.results.append(node)
        elif low in {"class", "module", "structure", "enum", "namespace", "imports", "inherits",
                     "implements", "option", "interface"}:  # fmt: skip
            self._pass_line()
        elif low == "exit":
            self._function.body.append(Name(low, self.take().line))
            if self.is_word("sub", "function", "do", "for", "property", "while", "select", "try"):
                self.take()
        elif low == "with":
            self.take()
            node = self.expression()
            if node is not None:
                self.receivers.append(node)
        else:
            return False
        return True

    def _condition(self) -> None:
        """`If …`, `While …`: here `=` compares."""
        word = self.take()
        node = self.expression()
        test = Branch([] if node is None else [node], word.line)
        self._function.body.append(test)
        low = str(word.value).lower()
        if low == "elseif" and self._branches:
            self._otherwise(word.line)
            self._branches[-1] = test
        elif low == "if" and self.peek(int(self.is_word("then"))).kind in {T.END, T.TEXT}:
            self._branches.append(test)
        elif low == "if":
            test.holds = test.ends = word.line
            self._short = test

    def _otherwise(self, line: int) -> None:
        """`Else`, `ElseIf`, `Case Else`: what was asked holds no longer."""
        short = self._short
        if short is not None and short.ends == line:
            short.holds = 0
        elif self._branches and not self._branches[-1].holds:
            self._branches[-1].holds = line

    def _leave(self, line: int) -> None:
        """`End If`, `End Select`."""
        if self._branches:
            test = self._branches.pop()
            test.holds, test.ends = test.holds or line, line

    def _select(self) -> None:
        """`Select Case value`; what it is compared with is put to it, case by case."""
        line = self.take().line
        self.take()
        node = self.expression()
        test = Branch([] if node is None else [node], line)
        self._selected.append(test)
        self._branches.append(test)
        self._function.body.append(test)

    def _case(self, test: Branch) -> None:
        """`Case "a", "b"`, `Case 1 To 3`, `Case Is > 3`."""
        self.take()
        while not self.is_word("else"):
            if self.is_word("is"):
                self.at += 2
            node = self.expression()
            if node is None:
                break
            test.items.append(node)
            if not (self.is_mark(",") or self.is_word("to")):
                break
            self.take()

    def _each(self) -> None:
        """`For Each item In list`: an item is of the list."""
        self.take()
        name = self.take()
        self.take()
        value = self.expression()
        if value is not None:
            target = Name(str(name.value), name.line)
            self._function.body.append(Assign(target, "=", value, name.line))

    def _pass_line(self) -> None:
        while not self.ended and self.peek().kind is not T.END:
            self.take()

    def _end(self) -> None:
        self.take()
        if self.is_word("sub", "function", "property", "class", "module"):
            self._inside = None
        if self.is_word("with") and self.receivers:
            self.receivers.pop()
        if self.is_word("select") and self._selected:
            self._selected.pop()
        if self.is_word("select", "if"):
            self._leave(self.peek().line)
        if self.peek().kind is T.NAME:
            self.take()

    def _function_head(self) -> None:
        line = self.take().line
        if self.is_word("get", "let", "set"):
            self.take()
        if self.peek().kind is not T.NAME:
            return
        function = Function(str(self.take().value).lower(), line, exposed=self._exposed)
        self._exposed = False
        if self.is_mark("("):
            self.take()
            function.parameters = self._parameters()
        if len(self._program.functions) < MOST_FUNCTIONS:
            self._program.functions.append(function)
        while self.is_word("as", "handles", "implements"):
            self.take()
            self.type_name()
            if self.is_mark("("):
                self.take()
                self.list(")")
            while self.is_mark(","):
                self.take()
                self.type_name()
        if self._native:
            self._program.imported[function.name] = (self._native, line)
            self._native = ""
        self._inside = function

    def _declare(self) -> None:
        """`Declare Auto Function Name Lib "x" Alias "y" (…)`."""
        line = self.peek().line
        name, library = "", ""
        while not self.ended and self.peek().kind is not T.END:
            if self.is_word("sub", "function") and self.peek(1).kind is T.NAME:
                name = str(self.peek(1).value).lower()
            if self.is_word("lib", "alias") and self.peek(1).kind is T.TEXT:
                if self.is_word("lib"):
                    library = str(self.peek(1).value)
                else:
                    name = str(self.peek(1).value).lower()
            self.take()
        if name:
            self._program.imported[name] = (library, line)

    def _parameters(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        while not self.ended and not self.is_mark(")"):
            if self.peek().kind is T.NAME and not self.is_word(
                "byval", "byref", "optional", "paramarray"
            ):
                name = str(self.take().value).lower()
                kind = ""
                if self.is_mark("(") and self.is_mark(")", 1):
                    self.at += 2
                if self.is_word("as"):
                    self.take()
                    kind = self.type_name()
                found.append((name, kind))
                while not self.ended and not self.is_mark(",") and not self.is_mark(")"):
                    self.take()
            else:
                self.take()
        self.take()
        return found

    def _variables(self) -> None:
        """`Dim a, b As New Type(…), c = value`."""
        waiting: list[str] = []
        while self.peek().kind is T.NAME:
            name = self.take()
            low = str(name.value).lower()
            waiting.append(low)
            if self.is_mark("("):
                self.take()
                self.list(")")
            value: Node | None = None
            if self.is_word("as"):
                self.take()
                if self.is_word("new"):
                    value = self.expression(14)
                    kind = value.type if isinstance(value, New) else ""
                else:
                    kind = self.type_name()
                    if self.is_mark("("):
                        self.take()
                        self.list(")")
                types = self._function.types if self._inside else self._program.types
                for one in waiting:
                    types[one] = kind
                waiting = []
            if self.is_mark("="):
                self.take()
                value = self.expression()
            if value is not None:
                target = Name(str(name.value), name.line)
                self._function.body.append(Assign(target, "=", value, name.line))
            if not self.is_mark(","):
                break
            self.take()

    def _action(self) -> None:
        """An assignment, or a call with or without brackets."""
        target = self.expression(10)
        if target is None:
            return
        word = self.peek()
        if word.kind is T.MARK and word.value in {"=", "&=", "+=", "-="}:
            self.take()
            value = self.expression()
            if value is not None:
                self._function.body.append(Assign(target, str(word.value), value, word.line))
            return
        if word.kind is not T.END and not self.ended and not self._is_block_word():
            rest = self._rest_of_arguments()
            if rest:
                target = Call(target, rest, word.line)
        self._function.body.append(target)

    def _rest_of_arguments(self) -> list[Node]:
        """Where a bracket was read as all arguments, more may follow: `f (a) & b, c`."""
        rest: list[Node] = []
        while not self.ended and self.peek().kind is not T.END and not self._is_block_word():
            before = self.at
            one = None if self.is_mark(",") else self.expression()
            if one is not None:
                rest.append(one)
            if self.at == before:
                self.take()
        return rest

    def _is_block_word(self) -> bool:
        return self.peek().kind is T.NAME and str(self.peek().value).lower() in _BASIC_BLOCKS
