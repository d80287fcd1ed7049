"""One small country, made once, that no test changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpheus.lab.country import generate, read_rows
from made_country import Made


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """400 organisations, 31 days."""
    folder = tmp_path_factory.mktemp("country") / "one"
    return Made(folder, generate(folder, 400, seed=5), read_rows(folder))


@pytest.fixture(scope="session")
def servers(made: Made) -> dict[str, dict[str, Any]]:
    """Every server by its id."""
    return {one["id"]: one for one in made.lines("servers.jsonl")}


@pytest.fixture(scope="session")
def paths(made: Made) -> Callable[[str], list[str]]:
    """The lists of a source, by the first part of their paths."""

    def find(source: str) -> list[str]:
        root = made.folder / "lists"
        files = sorted(path for path in (root / source).rglob("*") if path.is_file())
        return [path.relative_to(root).as_posix() for path in files]

    return find
