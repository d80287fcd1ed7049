"""The table of what to collect, chosen whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alpheus.collect.chosen import Chosen, choose, deciding_first, table_of
from alpheus.knowledge.collection import Collection
from alpheus.knowledge.model import Pack
from alpheus.knowledge.packs import load_packs


@pytest.fixture(scope="session")
def packs() -> tuple[Pack, ...]:
    """The packs that ship."""
    return load_packs()


@pytest.fixture(scope="session")
def table(packs: Sequence[Pack]) -> Collection:
    """The table that ships, with what packs add."""
    return table_of(packs)


@pytest.fixture(scope="session")
def chosen(table: Collection, packs: Sequence[Pack]) -> tuple[Chosen, ...]:
    """All of it, where things usually lie."""
    return choose(table, deciding_first(table.of_product(""), packs), {})
