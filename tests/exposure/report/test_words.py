"""What the report calls things."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from alpheus.exposure.report.history import Changes
from alpheus.exposure.report.transitions import Kind
from alpheus.exposure.report.words import FLAGS, KINDS, MEANINGS, SHORT, change_sentence


def test_every_change_has_words() -> None:
    """All but those that are none."""
    told = set(Kind) - {Kind.SAME, Kind.OTHER}
    assert set(KINDS) == set(MEANINGS) == set(SHORT) == told
    assert next(iter(KINDS)) is Kind.REGRESSED


_NO_FLAGS = {"name"}
"""Tuples of one word that are something else: where a STIX object keeps a name."""


def _flags_of(module: Traversable) -> Iterator[str]:
    """Every word that a module puts among flags, by its code.

    These are texts in what is called `flags`, in tuples, and in constants of the module that
    stand there by name.
    """
    tree = ast.parse(module.read_text("utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for place in _places(tree):
        for node in ast.walk(place):
            found = node.value if isinstance(node, ast.Constant) else None
            if isinstance(node, ast.Name):
                found = constants.get(node.id)
            if isinstance(found, str) and re.fullmatch("[a-z]+(-[a-z]+)*", found):
                yield found


def _places(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "flags":
            yield node.value
        elif isinstance(node, (ast.Assign, ast.AugAssign)) and "flags" in _written(node):
            yield node
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "flags.append":
            yield from node.args
        elif isinstance(node, ast.Tuple) and len(node.elts) == 1:
            yield node


def _written(node: ast.Assign | ast.AugAssign) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return " ".join(map(ast.unparse, targets))


def test_every_flag_has_a_meaning() -> None:
    """A reader need not know the code: all that it can set are explained, and no others."""
    folder = files("alpheus.exposure")
    modules = [*folder.iterdir(), *folder.joinpath("imports").iterdir()]
    found = {flag for one in modules if one.name.endswith(".py") for flag in _flags_of(one)}
    assert {"mixed-pool", "gateway-unknown", "cloud-mail-flow", "conflict"} <= found
    assert found - _NO_FLAGS == set(FLAGS)


def test_the_sentence_of_changes_begins_with_the_worst() -> None:
    """Fixed and vulnerable again comes first; nothing that does not answer is called fixed."""
    changes = Changes(
        kinds=Counter({Kind.REGRESSED: 1, Kind.NEW: 1200, Kind.GONE: 2}),
        fates=Counter({"fixed": 3, "gone": 2, "vulnerable": 1}),
    )
    assert change_sentence(changes, "2021-03-01", "ProxyLogon") == (
        "1 server is vulnerable again to what had been fixed. Of 6 servers that were vulnerable to"
        " ProxyLogon on 2021-03-01: 3 fixed; 1 still vulnerable; 2 without an answer. Of all"
        " servers: 1,200 new, 2 no longer answering."
    )
    assert change_sentence(Changes(), "2021-03-01", "ProxyLogon") == (
        "On 2021-03-01, no server was known to be vulnerable to ProxyLogon."
    )
