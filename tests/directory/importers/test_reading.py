"""Lists are told by their content."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from alpheus.directory.importers import KINDS, ImportedList, UnknownListError
from alpheus.directory.importers.reading import READERS
from alpheus.errors import EvidenceNotFoundError
from alpheus.exposure.imports.model import Loss
from list_samples import read


def test_a_packed_list_with_a_mark(tmp_path: Path) -> None:
    """gzip, a byte order mark and UTF-16 are seen through."""
    content = "name,domain\nLakeview,lakeview.example\n"
    for raw in (
        gzip.compress(content.encode()), b"\xef\xbb\xbf" + content.encode(),
        content.encode("utf-16"),
    ):  # fmt: skip
        entries, losses, kind = read(tmp_path, raw)
        assert (len(entries), losses, kind) == (1, [], "customers")


@pytest.mark.parametrize("content", ["", "hello\n", "[1, 2]", "\0\1\2"])
def test_what_is_no_list(content: str, tmp_path: Path) -> None:
    """It is refused, and the kinds are named."""
    with pytest.raises(UnknownListError, match="dotgov"):
        read(tmp_path, content)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    """It is one clear error."""
    with pytest.raises(EvidenceNotFoundError):
        ImportedList(tmp_path / "nothing")


def test_losses_are_told_as_they_are_met(tmp_path: Path) -> None:
    """All of them, and counted."""
    path = tmp_path / "list"
    path.write_text("name,domain\n,a.example\n,b.example\n")
    met: list[Loss] = []
    listed = ImportedList(path)
    assert list(listed.entries(met.append)) == []
    assert len(met) == listed.tally.lost == 2


def test_every_kind_has_a_reader() -> None:
    """Kinds are what readers are found by."""
    assert set(KINDS) == set(READERS)
