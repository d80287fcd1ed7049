"""Expressions of all four languages, read tolerantly: what cannot be read is passed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alpheus.detect.webshell.nodes import (
    Assign,
    Binary,
    Call,
    Const,
    Group,
    Member,
    Name,
    New,
    Node,
)
from alpheus.detect.webshell.tokens import T, Token

MOST_DEPTH = 60
"""Brackets nested deeper than that are passed over."""

_NOTHING = Token(T.END, "", 0)
_C_MARKS = {
    "=": 1, "+=": 1, "-=": 1, "*=": 1, "/=": 1, "=>": 1, "?": 2, "??": 3, "||": 4, "&&": 5, "|": 6,
    "^": 7, "&": 8, "==": 9, "!=": 9, "<": 10, ">": 10, "<=": 10, ">=": 10, "+": 12, "-": 12,
    "*": 13, "/": 13, "%": 13,
}  # fmt: skip
_BASIC_MARKS = {
    "=": 9, "<>": 9, "<": 9, ">": 9, "<=": 9, ">=": 9, "&": 11, "+": 12, "-": 12, "*": 13, "/": 13,
    "\\": 13, "^": 14, ":=": 1, "&=": 1, "+=": 1, "-=": 1,
}  # fmt: skip
_C_WORDS = {"is": 10, "as": 10, "in": 10, "instanceof": 10}
_BASIC_WORDS = {
    "or": 4, "orelse": 4, "xor": 4, "and": 5, "andalso": 5, "mod": 13, "is": 9, "isnot": 9,
    "like": 9,
}  # fmt: skip
_DEEPEST_TYPE = 6
_LONGEST_TYPE = 60
_PREFIXES = frozenset({"!", "-", "+", "~", "&", "*", "++", "--", ".."})
_WORD_PREFIXES = frozenset({
    "not", "await", "throw", "typeof", "delete", "void", "yield", "addressof", "ref", "out",
    "byval", "byref", "in",
})  # fmt: skip
_OPENING = frozenset({"(", "[", "{"})
_CLOSING = frozenset({")", "]", "}"})
_CASTS = frozenset({"ctype", "directcast", "trycast"})
_TYPE_NAMES = frozenset({"byte", "char", "string", "object", "int", "long", "short", "bool", "var",
                         "uint", "double", "float", "decimal", "intptr"})  # fmt: skip


class Reader:
    """Walks over tokens. `fold`: names are compared without case."""

    def __init__(self, words: Sequence[Token], *, basic: bool) -> None:
        self.words = words
        self.at = 0
        self.basic = basic
        self._marks = _BASIC_MARKS if basic else _C_MARKS
        self._between = _BASIC_WORDS if basic else _C_WORDS
        self._depth = 0
        self.lambdas: Callable[[], list[Node]] | None = None
        self.receivers: list[Node] = []

    def peek(self, ahead: int = 0) -> Token:
        """A token from here on, without taking it."""
        try:
            return self.words[self.at + ahead]
        except IndexError:
            return _NOTHING

    def take(self) -> Token:
        """The next token."""
        word = self.peek()
        self.at += 1
        return word

    def is_mark(self, text: str, ahead: int = 0) -> bool:
        """Whether a mark stands there."""
        try:
            word = self.words[self.at + ahead]
        except IndexError:
            return False
        return word.value == text and word.kind is T.MARK

    def is_word(self, *names: str, ahead: int = 0) -> bool:
        """Whether one of some words (lower case) stands there."""
        word = self.peek(ahead)
        return word.kind is T.NAME and str(word.value).lower() in names

    @property
    def ended(self) -> bool:
        """Whether there is nothing left."""
        return self.at >= len(self.words)

    def expression(self, least: int = 0) -> Node | None:
        """An expression of marks that bind at least so tightly; None where there is none."""
        if self._depth >= MOST_DEPTH:
            self._skip_deep()
            return None
        self._depth += 1
        try:
            left = self._operand()
            while left is not None:
                power, mark = self._following()
                if power <= 0 or power < least:
                    break
                left = self._joined(left, mark, power)
            return left
        finally:
            self._depth -= 1

    def _following(self) -> tuple[int, str]:
        word = self.peek()
        if word.kind is T.MARK:
            return self._marks.get(str(word.value), 0), str(word.value)
        if word.kind is T.NAME:
            name = str(word.value).lower()
            return self._between.get(name, 0), name
        return 0, ""

    def _joined(self, left: Node, mark: str, power: int) -> Node:
        line = self.take().line
        if mark == "?":
            yes = self.expression(2)
            if self.is_mark(":"):
                self.take()
            no = self.expression(2)
            return Group([one for one in (yes, no) if one is not None], line)
        if mark == "=>":
            return self._lambda(line)
        if power == 1:
            value = self.expression(1)
            return left if value is None else Assign(left, mark, value, line)
        if mark in {"is", "as", "in", "instanceof", "isnot"}:
            right = self.expression(power + 1)
            return Group([left], line, _type_text(right))
        right = self.expression(power + 1)
        return left if right is None else Binary(mark, left, right, line)

    def _lambda(self, line: int) -> Node:
        if self.is_mark("{") and self.lambdas is not None:
            return Group(self.lambdas(), line)
        body = self.expression(1)
        return Group([] if body is None else [body], line)

    def _operand(self) -> Node | None:
        word = self.peek()
        if word.kind in {T.TEXT, T.NUMBER}:
            self.take()
            return self._behind(Const(word.value, word.line))
        if word.kind is T.MARK:
            return self._marked(word)
        if word.kind is T.NAME:
            return self._named(word)
        return None

    def _marked(self, word: Token) -> Node | None:
        mark = str(word.value)
        if mark == "(":
            return self._bracketed(word.line)
        if mark in {"[", "{"}:
            self.take()
            items = self.list("]" if mark == "[" else "}")
            return self._behind(New("array", [], items, word.line, array=True))
        if mark in _PREFIXES:
            self.take()
            inner = self.expression(14)
            return inner if inner is None or mark != "-" else _negated(inner, word.line)
        if mark == "." and self.receivers:
            return self._behind(self.receivers[-1])
        return None

    def _bracketed(self, line: int) -> Node | None:
        """`(value)`, or a cast `(type)value`."""
        cast = self._cast_ahead()
        if cast is not None:
            inner = self.expression(14)
            return None if inner is None else Group([inner], line, cast)
        self.take()
        items = self.list(")")
        if not items:
            return self._behind(Group([], line))
        return self._behind(items[0] if len(items) == 1 else Group(items, line))

    def _cast_ahead(self) -> str | None:
        if self.basic:
            return None
        kind, generic, ahead = self._type_ahead()
        if not kind or not self.is_mark(")", ahead):
            return None
        after = self.peek(ahead + 1)
        operand = after.kind in {T.NAME, T.TEXT, T.NUMBER} or (
            after.kind is T.MARK and after.value in {"(", "~", "!"}
        )
        if not operand or (after.kind is T.NAME and str(after.value).lower() in _C_WORDS):
            return None
        called = after.kind is T.MARK and after.value == "("
        first = kind.partition(".")[0]
        if called and not generic and first[:1].islower() and first.lower() not in _TYPE_NAMES:
            return None
        self.at += ahead + 1
        return kind.lower()

    def _type_ahead(self) -> tuple[str, bool, int]:
        """A type behind the bracket here, whether it is generic, and where it ends."""
        ahead, parts, generic = 1, [], False
        while self.peek(ahead).kind is T.NAME:
            parts.append(str(self.peek(ahead).value))
            ahead += 1
            if self.is_mark("<", ahead):
                ahead, generic = self._generic_end(ahead), True
            if not ahead or not self.is_mark(".", ahead):
                break
            ahead += 1
        if not ahead:
            return "", False, 0
        if self.is_mark("?", ahead):
            ahead += 1
        while self.is_mark("[", ahead) and self.is_mark("]", ahead + 1):
            ahead += 2
        return ".".join(parts), generic, ahead

    def _named(self, word: Token) -> Node | None:
        name = str(word.value)
        low = name.lower()
        self.take()
        if low == "new":
            return self._behind(self._new(word.line))
        if low in _WORD_PREFIXES and not self.is_mark(".") and not self.is_mark("="):
            inner = self.expression(14)
            return Name(name, word.line) if inner is None else inner
        if (
            low in {"function", "delegate", "sub"}
            and self.lambdas is not None
            and (self.is_mark("(") or self.is_mark("{"))
        ):
            return self._anonymous(word.line)
        if low == "gettype" and self.basic and self.is_mark("(") and not self.is_mark(")", 1):
            return self._bracketed(word.line)  # `GetType(name)` of Basic is `typeof(name)`
        if low in _CASTS and self.is_mark("("):
            self.take()
            items = self.list(")")
            return self._behind(
                Group(items[:1], word.line, _type_text(items[1] if items[1:] else None))
            )
        return self._behind(Name(name, word.line))

    def _anonymous(self, line: int) -> Node:
        if self.is_mark("("):
            self.take()
            self.list(")")
        if self.is_mark("{") and self.lambdas is not None:
            return Group(self.lambdas(), line)
        body = self.expression(1)
        return Group([] if body is None else [body], line)

    def type_name(self) -> str:
        """A type with its generic arguments, in lower case without them; '' if there is none."""
        parts: list[str] = []
        while self.peek().kind is T.NAME:
            parts.append(str(self.take().value).lower())
            if self.peek().kind is not T.MARK:
                break
            if self.is_mark("<"):
                self._generic()
            elif self.basic and self.is_mark("(") and self.is_word("of", ahead=1):
                self.take()
                self.list(")")
            if not (self.is_mark(".") or self.is_mark("::")):
                break
            self.take()
        return ".".join(parts)

    def _generic(self) -> bool:
        """Pass `<a, b<c>>` if that is what stands here."""
        end = self._generic_end(0)
        self.at += end
        return end > 0

    def _generic_end(self, ahead: int) -> int:
        """Where `<a, b<c>>` ends that stands ahead; 0 if it does not."""
        depth, last = 0, ahead + _LONGEST_TYPE
        while ahead < last:
            word = self.peek(ahead)
            if word.kind is T.MARK and word.value == "<":
                depth += 1
                if depth > _DEEPEST_TYPE:
                    return 0
            elif word.kind is T.MARK and word.value == ">":
                depth -= 1
                if not depth:
                    return ahead + 1
            elif word.kind is not T.NAME and str(word.value) not in {",", ".", "[", "]", "?"}:
                return 0
            ahead += 1
        return 0

    def _new(self, line: int) -> Node:
        name = self.type_name()
        arguments: list[Node] = []
        items: list[Node] = []
        array = False
        while True:
            if self.is_mark("("):
                self.take()
                arguments += self.list(")")
            elif self.is_mark("["):
                self.take()
                arguments += self.list("]")
                array = True
            elif self.is_mark("{"):
                self.take()
                items += self.list("}")
                array = array or not any(isinstance(item, Assign) for item in items)
            elif self.is_word("with") and self.is_mark("{", 1):
                self.at += 2
                items += [_property(item) for item in self.list("}")]
            elif self.is_word("from") and self.is_mark("{", 1):
                self.take()
            else:
                break
        return New(name, arguments, items, line, array=array and bool(items or not name))

    def list(self, closing: str) -> list[Node]:
        """Expressions up to a closing mark, which is taken."""
        found: list[Node] = []
        while not self.ended:
            word = self.peek()
            if word.kind is T.MARK:
                if word.value == closing:
                    self.take()
                    break
                if word.value in {",", ";", ":"}:
                    self.take()
                    continue
                if word.value in {")", "]", "}"}:
                    break
            if word.kind is T.END and self.basic and word.value == ":":
                break
            if word.kind is T.END:
                self.take()
                continue
            before = self.at
            one = self.expression()
            if one is not None:
                found.append(one)
            if self.at == before:
                self.take()
        return found

    def _behind(self, node: Node) -> Node:
        """What follows an operand: members, calls, indexes."""
        made = ""
        while True:
            word = self.peek()
            if word.kind is not T.MARK:
                return node
            mark = word.value
            if mark in {".", "?.", "::", "->", "!"} and self.peek(1).kind is T.NAME:
                if mark == "!" and not self.basic:
                    return node
                self.take()
                if mark == "!":  # `a!name` is `a("name")`
                    name = self.take()
                    node, made = Call(node, [Const(str(name.value), name.line)], word.line), ""
                    continue
                node = Member(node, str(self.take().value), word.line)
                made = self._generic_call()
            elif mark == "<" and isinstance(node, Name) and (made := self._generic_call()):
                pass
            elif mark == "(":
                self.take()
                call = Call(node, self.list(")"), word.line)
                node, made = Group([call], word.line, made) if made else call, ""
            elif mark == "[" and not self.basic:
                self.take()
                node = Call(node, self.list("]"), word.line, index=True)
            elif mark in {"++", "--"}:
                self.take()
            else:
                return node

    def _generic_call(self) -> str:
        """Pass the types of `Make<Type>(…)`; the first of them is what it makes or gives."""
        if not self.is_mark("<"):
            return ""
        before = self.at
        if not (self._generic() and self.is_mark("(")):
            self.at = before
            return ""
        behind, self.at = self.at, before + 1
        made = self.type_name()
        self.at = behind
        return made

    def _skip_deep(self) -> None:
        """Pass what is nested too deep, up to where it ends, without recursion.

        Nothing is called for each word: so deep in the stack a call may cost a hundred times more.
        """
        depth = 0
        words = self.words
        for at in range(self.at, len(words)):
            kind, value, _ = words[at]
            if kind is T.MARK and value in _OPENING:
                depth += 1
            elif kind is T.MARK and value in _CLOSING:
                depth -= 1
            if depth < 0 or (kind is T.END and not depth):
                self.at = at
                return
        self.at = len(words)


def _property(node: Node) -> Node:
    """`.Name = value` of Basic, which reads as a comparison, sets a property."""
    if isinstance(node, Binary) and node.mark == "=" and isinstance(node.left, Name | Member):
        return Assign(Name(node.left.name, node.line), "=", node.right, node.line)
    return node


def _negated(inner: Node, line: int) -> Node:
    if isinstance(inner, Const) and isinstance(inner.value, int | float):
        return Const(-inner.value, line)
    return Binary("-", Const(0, line), inner, line)


def _type_text(node: Node | None) -> str:
    if isinstance(node, Name):
        return node.name.lower()
    if isinstance(node, Member):
        return f"{_type_text(node.of)}.{node.name.lower()}".lstrip(".")
    return ""
