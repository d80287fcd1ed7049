"""A plain list."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.collect.chosen import Chosen, each_path
from alpheus.collect.writing import files_of


def test_what_is_no_remark_is_a_path(chosen: Sequence[Chosen]) -> None:
    """All of them, in order; what needs the volume itself says so."""
    (text,) = files_of("list", chosen).values()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines == [path for _, path in each_path(chosen)]
    assert "read the volume itself" in " ".join(text.replace("#", "").split())


def test_each_entry_is_explained(chosen: Sequence[Chosen]) -> None:
    """By title, id and why."""
    (text,) = files_of("list", chosen).values()
    said = " ".join(text.replace("\n#", "").split())
    for one in chosen:
        assert f"# {one.entry.title} ({one.entry.id})\n" in text
        assert " ".join(one.entry.why.split()) in said
