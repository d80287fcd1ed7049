"""The tree of errors, and what the program ends with for each."""

from __future__ import annotations

import inspect
import re

import pytest

from alpheus import errors
from alpheus.errors import AlpheusError

TREE = [one for _, one in inspect.getmembers(errors, inspect.isclass)]


def test_the_tree_that_is_drawn_is_the_tree_that_is() -> None:
    """The drawing at the top of the module names every error, in its place."""
    drawn = re.findall(r"([│├└─ ]*)(\w+Error)\b", (errors.__doc__ or "").split("A loss")[0])
    assert {name for _, name in drawn} == {one.__name__ for one in TREE}
    for bars, name in drawn:
        depth = len(bars.strip("\n")) // 4
        ancestors = [c for c in getattr(errors, name).__mro__ if issubclass(c, AlpheusError)]
        assert depth == len(ancestors), name


@pytest.mark.parametrize(
    ("name", "status", "builtin"),
    [
        ("UsageError", 2, ValueError),
        ("KnowledgeError", 2, ValueError),
        ("EvidenceError", 3, Exception),
        ("EvidenceNotFoundError", 3, FileNotFoundError),
        ("EvidencePasswordError", 3, PermissionError),
        ("EvidenceFormatError", 3, ValueError),
        ("LimitError", 1, Exception),
        ("DatabaseError", 3, OSError),
        ("DatabaseBusyError", 3, TimeoutError),
        ("DatabaseFullError", 3, OSError),
        ("DatabaseLostError", 3, ConnectionError),
        ("DatabaseVersionError", 3, OSError),
        ("RefusedError", 2, ValueError),
        ("VaultError", 3, Exception),
        ("CleanError", 2, ValueError),
        ("OutputError", 1, OSError),
    ],
)
def test_statuses_and_builtins(name: str, status: int, builtin: type[Exception]) -> None:
    """2 is wrong usage or knowledge, 3 an input that cannot be opened; callers may use builtins."""
    error = getattr(errors, name)("a.zip: broken; hand in another")
    assert error.exit_status == status
    assert isinstance(error, builtin)
    assert str(error) == "a.zip: broken; hand in another"
