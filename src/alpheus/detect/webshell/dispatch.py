"""`Execute "call do_" & name & "()"`: how classic pages choose among functions of their own.

Only a name that was compared with constants, or tested by a pattern, is surely one of theirs: any
other may go on behind a colon with code of the visitor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alpheus.detect.webshell.nodes import Assign, Binary, Branch, Call, Const, Member, Name, Node

_DEEPEST = 40
_MOST_TESTS = 20
_MOST_SETS = 5
_BETWEEN = frozenset({"and", "andalso", "or", "orelse"})
_WHOLE = frozenset({"lcase", "ucase", "trim", "ltrim", "rtrim", "cstr"})
_ENDS = frozenset({"end", "redirect", "exit"})
_TESTS = frozenset({"test", "exists", "containskey", "isnumeric"})
"""What tells whether a text is of a form, or one of some."""


def calls_by_name(node: Call) -> bool:
    """Whether what follows a constant text ends a name of the page's own."""
    first = node.arguments[0] if node.arguments else None
    if isinstance(first, Binary) and first.mark == "&" and isinstance(first.right, Const):
        first = first.left if str(first.right.value).lstrip()[:1] in {"", "("} else first
    if not isinstance(first, Binary) or first.mark != "&" or not isinstance(first.left, Const):
        return False
    text = str(first.left.value)
    named = len(text) > 3 and (text[-1].isalnum() or text[-1] == "_")
    return named and "request" not in text.lower()


def chooses_among_known(node: Call, body: Sequence[Node]) -> bool:
    """Whether every name in such a call was compared or tested before, and not set since."""
    chosen = [part for part in _summands(node.arguments[0]) if not isinstance(part, Const)]
    return bool(chosen) and all(_is_checked(part, node.line, body) for part in chosen)


def _summands(node: Node) -> Iterator[Node]:
    while isinstance(node, Binary) and node.mark == "&":
        yield node.right
        node = node.left
    yield node


def _is_checked(part: Node, line: int, body: Sequence[Node], *, further: bool = True) -> bool:
    """Whether a line is reached only with a value that was asked for.

    `further`: or was set to nothing but constants, and values that were asked for where it was set.
    """
    name = _spelt(part)
    if not name:
        return False
    before = [one for one in body if one.line <= line]
    away = [one.line for one in before if _last_name(one) in _ENDS]
    sets = [one for one in before if isinstance(one, Assign) and _spelt(one.target) == name]
    free = [one for one in sets if not isinstance(one.value, Const)]
    away += [one.line for one in sets if isinstance(one.value, Const)]
    if further and len(free) <= _MOST_SETS:
        free = [one for one in free if not _is_checked(one.value, one.line, body, further=False)]
    if sets and not free:
        return True
    since = max((one.line for one in free), default=0)
    tests = [one for one in before if isinstance(one, Branch) and one.line >= since]
    return any(_guards(one, name, line, away) for one in tests[-_MOST_TESTS:])


def _guards(test: Branch, name: str, line: int, away: Sequence[int]) -> bool:
    """Whether a line stands where the answer holds that lets a name of the page pass.

    Or behind a branch for all others that ends the page, or sets a constant: in a line of `away`.
    """
    first, *cases = test.items or [test]
    if cases:
        known = all(isinstance(case, Const) for case in cases) and any(map(_is_text, cases))
        begins = test.holds
        passed = turned = known and _keeps(first, name)
    else:
        begins = test.line
        passed = _asks(first, name, "=", ("and", "andalso"))
        turned = _asks(first, name, "<>", ("or", "orelse"))
    if line <= test.holds:
        return passed
    return turned and test.ends <= line and any(begins <= at <= test.ends for at in away)


def _asks(node: Node, name: str, mark: str, one_of: Sequence[str], depth: int = 0) -> bool:
    """Whether a condition compares a name; on one side of `one_of`, on both of anything else."""
    if not isinstance(node, Binary) or node.mark not in _BETWEEN:
        return _compares(node, name, mark)
    if depth > _DEEPEST:
        return False
    sides = (_asks(one, name, mark, one_of, depth + 1) for one in (node.left, node.right))
    return any(sides) if node.mark in one_of else all(sides)


def _last_name(node: Node) -> str:
    what = node.what if isinstance(node, Call) else node
    return what.name.lower() if isinstance(what, Name | Member) else ""


def _compares(node: Node, name: str, mark: str) -> bool:
    """`name = "a"`, `pattern.Test(name)`, `InStr(list, name)`: of a test, either answer may do."""
    if isinstance(node, Binary):
        pairs = ((node.left, node.right), (node.right, node.left))
        return any(
            (node.mark == mark and _is_text(constant) and _keeps(other, name))
            or (isinstance(constant, Const | Name) and _tests(other, name))
            for constant, other in pairs
        )
    return _tests(node, name)


def _tests(node: Node, name: str) -> bool:
    if not isinstance(node, Call):
        return False
    called = _last_name(node)
    if called == "instr":  # in a list of the page's own, and not the other way round
        given = node.arguments[-2:]
        return len(given) > 1 and _is_text(given[0]) and _keeps(given[1], name)
    return called in _TESTS and any(_keeps(one, name) for one in node.arguments)


def _is_text(node: Node) -> bool:
    return isinstance(node, Const) and str(node.value).strip() != ""


def _keeps(node: Node, name: str, depth: int = 0) -> bool:
    """Whether an expression is a name, whole: `LCase(name)`, `"," & name & ","`."""
    if _spelt(node) == name:
        return True
    if depth > _DEEPEST:
        return False
    inner: list[Node] = []
    if isinstance(node, Call) and _last_name(node) in _WHOLE:
        inner = [*node.arguments]
    elif isinstance(node, Binary) and node.mark == "&":
        inner = [node.left, node.right]
    return any(_keeps(one, name, depth + 1) for one in inner)


def _spelt(node: Node, depth: int = 0) -> str:
    """How a name, a member or a call with constants reads, without case; '' for anything else."""
    if isinstance(node, Name):
        return node.name.lower()
    if depth > _DEEPEST:
        return ""
    if isinstance(node, Member):
        of = _spelt(node.of, depth + 1)
        return f"{of}.{node.name.lower()}" if of else ""
    if isinstance(node, Call) and all(isinstance(one, Const) for one in node.arguments):
        what = _spelt(node.what, depth + 1)
        given = ",".join(str(one.value).lower() for one in node.arguments if isinstance(one, Const))
        return f"{what}({given})" if what else ""
    return ""
