"""The room as a whole: it stands alone, and nobody is taught to recognise it."""

from __future__ import annotations

import ast
from pathlib import Path

import alpheus
from alpheus.lab import MARKERS
from alpheus.lab.names import LOOK_ALIKES

_PACKAGE = Path(alpheus.__file__).parent
_ALLOWED = ("alpheus.lab", "alpheus.model", "alpheus.errors")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.split(".")[0] == "alpheus"}


def test_only_the_nouns_are_shared() -> None:
    """The room imports itself, the nouns and the errors: formats are implemented twice."""
    for path in (_PACKAGE / "lab").rglob("*.py"):
        for name in _imports(path):
            assert name.startswith(_ALLOWED), f"{path.name} imports {name}"


def test_nobody_below_knows_the_room() -> None:
    """Only the command line uses it."""
    for path in _PACKAGE.rglob("*.py"):
        if path.relative_to(_PACKAGE).parts[0] not in {"lab", "cli"}:
            assert not any(name.startswith("alpheus.lab") for name in _imports(path)), path


def test_no_rule_knows_a_marker_or_a_name() -> None:
    """No rule, table or judge mentions the lab's markers or its page names."""
    known = [text.lower() for text in (*MARKERS, *LOOK_ALIKES)]
    for room in ("knowledge", "detect", "judge", "parsers"):
        for path in (_PACKAGE / room).rglob("*"):
            # A pack's own scenarios are evidence to be, and no rule.
            if path.is_file() and path.suffix != ".pyc" and path.parent.name != "lab":
                content = path.read_bytes().decode("utf-8", "replace").lower()
                for text in known:
                    assert text not in content, f"{path} mentions {text}"
