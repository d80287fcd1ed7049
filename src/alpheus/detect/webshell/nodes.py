"""What code is made of, once it is parsed: only what the flow of values needs."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_FUNCTIONS = 5_000
WEB_METHODS = frozenset({
    "webmethod", "webmethodattribute", "operationcontract", "webget", "webinvoke", "scriptmethod",
    "soapdocumentmethod",
})  # fmt: skip
"""Attributes of functions that a visitor may call by themselves."""


@dataclass(slots=True)
class Const:
    """A text or a number."""

    value: str | int | float
    line: int


@dataclass(slots=True)
class Name:
    """A variable, a type, or the first part of one."""

    name: str
    line: int


@dataclass(slots=True)
class Member:
    """`of.name`."""

    of: Node
    name: str
    line: int


@dataclass(slots=True)
class Call:
    """`what(arguments)`; in Basic it may be an index as well. `index`: it surely is one."""

    what: Node
    arguments: list[Node]
    line: int
    index: bool = False


@dataclass(slots=True)
class New:
    """`new type(arguments) {items}`; `array`: the items are those of an array."""

    type: str
    arguments: list[Node]
    items: list[Node]
    line: int
    array: bool = False


@dataclass(slots=True)
class Binary:
    """Two values and what stands between them."""

    mark: str
    left: Node
    right: Node
    line: int


@dataclass(slots=True)
class Group:
    """Several values of which any may be meant: a choice, a list, a cast or negated value."""

    items: list[Node]
    line: int
    type: str = ""


@dataclass(slots=True)
class Assign:
    """`target = value`; `mark` is `=`, `+=` and the like."""

    target: Node
    mark: str
    value: Node
    line: int


@dataclass(slots=True)
class Branch(Group):
    """What a branch of Basic depends on: `If …`, or `Select Case …` with all of its cases.

    It holds up to the line `holds`, and the branch ends, with what stands behind `Else`, in `ends`;
    0 where it does not.
    """

    holds: int = 0
    ends: int = 0


Node = Const | Name | Member | Call | New | Binary | Group | Assign


@dataclass(slots=True)
class Function:
    """A function, or the code outside of any (`name` is then empty).

    `parameters` are names with their types, `exposed`: a visitor may call it by itself. `types` are
    those of its variables, `results` what it returns, all names in lower case.
    """

    name: str
    line: int
    parameters: list[tuple[str, str]] = field(default_factory=list)
    body: list[Node] = field(default_factory=list)
    results: list[Node] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    exposed: bool = False


@dataclass(slots=True)
class Program:
    """All functions of a page, and the code outside of them.

    `imported` are native functions with their library and line. `aliases` are other names of types,
    and names of objects that the page declares. `cut`: there is more than was read.
    """

    top: Function
    functions: list[Function] = field(default_factory=list)
    imported: dict[str, tuple[str, int]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    cut: bool = False
