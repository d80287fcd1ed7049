"""Losses are counted per reason and told after the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.errors import LimitError
from alpheus.model import Skipped
from alpheus.parsers.losses import Losses, Record, with_losses
from evidence_file import FileOnDisk


@pytest.fixture
def file(tmp_path: Path) -> FileOnDisk:
    """An empty file."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"")
    return FileOnDisk(path, "C/a.bin", "package")


def test_a_reason_is_told_once_with_the_place_of_the_first(file: FileOnDisk) -> None:
    """Equal losses are added up; offset is that of the first."""
    losses = Losses(file)
    losses.add("torn", 512)
    losses.add("torn", 1024, 3)
    losses.add("short", None)
    assert list(losses.skipped()) == [
        Skipped("package", "C/a.bin", 512, "torn", 4),
        Skipped("package", "C/a.bin", None, "short", 1),
    ]


@pytest.mark.parametrize("error", [OSError("disk"), LimitError("bound"), EOFError("cut")])
def test_a_file_that_cannot_be_read_further_is_a_loss(file: FileOnDisk, error: Exception) -> None:
    """What was found before stays, and no exception leaves the parser."""

    def records() -> Iterator[Record]:
        yield Skipped("package", "C/a.bin", 0, "found before")
        raise error

    told = list(with_losses(file, Losses(file), records()))
    assert [getattr(record, "reason", "")[:10] for record in told] == ["found befo", "unreadable"]


def test_a_fault_of_ours_is_not_hidden(file: FileOnDisk) -> None:
    """Only reading errors become losses."""

    def records() -> Iterator[Record]:
        yield from ()
        raise KeyError("bug")

    with pytest.raises(KeyError):
        list(with_losses(file, Losses(file), records()))
