"""A package for a CERT or the police."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment
from alpheus.sharing.hand_over import write_package
from alpheus.sharing.policy import Policy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _package(
    given: tuple[Policy, list[Assessment]], custody: Path | None = None
) -> dict[str, bytes]:
    stream = io.BytesIO()
    write_package(given[1], given[0], "A CERT", NOW, stream=stream, custody=custody)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_hash_is_right(named: tuple[Policy, list[Assessment]], tmp_path: Path) -> None:
    """Each file but the list itself is in the list; custody is there where it was given."""
    (tmp_path / "custody.log").write_text("1\tx\n", "utf-8")
    files = _package(named, tmp_path / "custody.log")
    lines = files.pop("SHA256SUMS").decode().splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert files["custody.log"] == b"1\tx\n"
    assert "custody.log" in files["README.txt"].decode()
    assert "custody.log" not in _package(named)["README.txt"].decode()


def test_nothing_that_may_not_leave(hidden: tuple[Policy, list[Assessment]]) -> None:
    """No file of it names the victim, and the first page says how much was left out."""
    files = _package(hidden)
    for name, content in files.items():
        assert b"EX01" not in content, name
        assert b"corp.example" not in content, name
    first = files["README.txt"].decode()
    assert first.startswith("TLP:AMBER   from A CERT")
    assert "1 finding rests on what is TLP:RED and was left out." in first


def test_the_first_page_fits_a_page(assessment: Assessment) -> None:
    """However much is said of a server, no line is longer than 80 characters."""
    long = msgspec.structs.replace(assessment.servers[0], headline="it is so " * 40)
    given = msgspec.structs.replace(assessment, servers=(long,))
    files = _package((Policy(Tlp.RED, named=True), [given]))
    assert max(map(len, files["README.txt"].decode().splitlines())) <= 80


def test_cells_are_inert(named: tuple[Policy, list[Assessment]]) -> None:
    """A quote that a spreadsheet would run is text."""
    rows = list(csv.DictReader(io.StringIO(_package(named)["excerpts.csv"].decode())))
    assert rows[0]["text"] == "'=cmd on EX01.corp.example"
    assert rows[0]["place"] == "4"
