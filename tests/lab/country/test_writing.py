"""Writing lists."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from alpheus.errors import OutputError, UsageError
from alpheus.lab.country import read_rows
from alpheus.lab.country.calendar import moment
from alpheus.lab.country.listing import Listing
from alpheus.lab.country.lists.forms import Table
from alpheus.lab.country.sightings import Seen
from alpheus.lab.country.writing import Books, ListFile, create

LISTING = Listing(
    "x.csv", "x", 0, Table(("ip", "port"), lambda seen: {"ip": seen.address, "port": "1"}),
    lambda *_: iter(()),
)  # fmt: skip


def write(folder: Path, count: int) -> Books:
    """A list of so many addresses."""
    books = Books(folder)
    file, rng = ListFile(books, LISTING), Random(1)
    for number in range(count):
        file.add((Seen(moment(0, 0), str(number), 1, organisation=str(number)),), rng)
    file.close(rng)
    books.close()
    return books


def test_records_are_shuffled_and_their_truth_follows(tmp_path: Path) -> None:
    """Each line of truth has the line of its record, duplicates and broken ones included."""
    books = write(tmp_path / "out", 3000)
    records = (tmp_path / "out" / "lists" / "x.csv").read_text().splitlines()[1:]
    lines = {line["row"]: line for line in read_rows(tmp_path / "out")}
    assert len(records) == len(lines) == books.rows
    assert books.rows - books.unreadable == books.observations
    assert 3015 < books.rows < 3090
    assert 0 < books.unreadable < 20
    addresses = [record.split(",")[0].strip('"') for record in records]
    assert addresses != sorted(addresses, key=int)
    assert set(addresses) == {str(number) for number in range(3000)}
    for number, record in enumerate(records, start=2):
        broken = lines[number]["noise"] == "unreadable"
        assert ("," in record) != broken
    twice = [line for line in lines.values() if "duplicate" in line["errors"]]
    assert len(twice) == books.rows - 3000


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    """So is a file in its place."""
    (tmp_path / "x").write_text("")
    for path in (tmp_path, tmp_path / "x"):
        with pytest.raises(UsageError, match="exists already"):
            Books(path)


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The path stands in the message."""
    (tmp_path / "x").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        create(tmp_path / "x" / "y")
