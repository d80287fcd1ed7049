"""What a domain says of a sector, by the table `domain_rules.csv`.

A pattern is a name whose labels may be `*` (anything), `??` (two letters, as countries have) or end
in `-*`. It holds for itself and for everything below it; the deepest that holds counts.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

FILE = "domain_rules.csv"
COLUMNS = ("pattern", "sector", "country", "weight", "reason", "positive", "negative")

_LABEL = re.compile(r"\*|\?\?|[a-z0-9](?:[a-z0-9-]*(?:[a-z0-9]|-\*))?")


class DomainRule(msgspec.Struct, frozen=True, gc=False):
    """One line of the table. `country` is that of whoever has such a domain, or empty."""

    pattern: str
    sector: str
    country: str
    weight: int
    reason: str
    positive: str
    negative: str


class _Node:
    """A label of patterns, read from the right."""

    __slots__ = ("below", "rule")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.rule: DomainRule | None = None


def read_weight(text: str, where: str) -> int:
    """A weight from 1 to 99. Raises KnowledgeError."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 99):
        raise KnowledgeError(f"{where}: the weight '{text}' is no number from 1 to 99")
    return int(text)


@cache
def domain_rules() -> tuple[DomainRule, ...]:
    """Every rule of the table. Raises KnowledgeError."""
    found = []
    for number, row in enumerate(read_table(FILE, COLUMNS), 2):
        where = f"tables/{FILE}: line {number}"
        cells = {column: row[column].strip() for column in COLUMNS}
        if not all(map(_LABEL.fullmatch, cells["pattern"].split("."))):
            raise KnowledgeError(f"{where}: '{cells['pattern']}' is no pattern of a domain")
        if not (cells["sector"] and cells["reason"]):
            raise KnowledgeError(f"{where}: a sector and a reason are needed")
        weight = read_weight(cells.pop("weight"), where)
        found.append(DomainRule(weight=weight, **cells))
    return tuple(found)


@cache
def _root() -> _Node:
    root = _Node()
    for rule in domain_rules():
        node = root
        for label in reversed(rule.pattern.split(".")):
            node = node.below.setdefault(label, _Node())
        node.rule = rule
    return root


def rule_of(name: str) -> DomainRule | None:
    """The deepest rule that holds for a host name in lower case."""
    nodes = [_root()]
    best: DomainRule | None = None
    for label in reversed(name.split(".")):
        nodes = [below for node in nodes for below in _next(node, label)]
        if not nodes:
            break
        found = next((node.rule for node in nodes if node.rule), None)
        best = found or best
    return best


def _next(node: _Node, label: str) -> list[_Node]:
    """The nodes for a label, the most exact first."""
    below = node.below
    keys = [label]
    if "-" in label:
        keys.append(f"{label.partition('-')[0]}-*")
    if len(label) == 2:
        keys.append("??")
    keys.append("*")
    return [below[key] for key in keys if key in below]
