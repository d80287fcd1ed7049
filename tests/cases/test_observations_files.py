"""A file gives the same items, whoever reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cases import observations_files as module
from alpheus.cases.observations_files import Item, Source, batches, kind_of, packed, unpacked
from alpheus.errors import EvidenceError
from alpheus.exposure.output.jsonl import encode
from cases_filling import seen
from exposure_runs import OPEN


def _file(path: Path, count: int) -> Path:
    lines = [encode(seen(number % 90, OPEN, 1 + number % 28)) for number in range(count)]
    lines[3:3] = [b"\n", b"  \n", b"{torn\n"]
    path.write_bytes(b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines))
    return path


def _source(path: Path, lines: int = 0, offset: int = 0) -> Source:
    stat = path.stat()
    with path.open("rb") as stream:
        kind = kind_of(stream)
    return Source(path, kind, stat.st_size, stat.st_ino, lines, offset)


def _all(source: Source, size: int) -> list[Item]:
    return [item for batch in batches(source, size) for item in batch]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_several_processes_read_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """In the same order, with the same numbers and offsets; and from the middle on."""
    source = _source(_file(tmp_path / "a.jsonl", 40))
    alone = _all(source, size)
    assert [item.line for item in alone] == [1, 2, 3, *range(6, 44)]
    assert [item.line for item in alone if item.row is None] == [6]
    monkeypatch.setattr(module, "LARGE", 1)
    monkeypatch.setattr(module, "workers", lambda: 3)
    assert _all(source, size) == alone
    half = alone[20]
    assert _all(_source(source.path, half.line, half.end), size) == alone[21:]


def test_a_list_is_read_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By one process, with what is lost of it."""
    file = tmp_path / "list.csv"
    file.write_text("ip,hostname,version\n192.0.2.1,mail.a.example,15.1.2176.4\n,,\n")
    alone = _all(_source(file), 2)
    monkeypatch.setattr(module, "LARGE", 1)
    assert _all(_source(file), 2) == alone
    assert [item.row is None for item in alone] == [False, True]


def test_a_file_that_changes_is_refused(tmp_path: Path) -> None:
    """Since it would be taken for the one whose content was counted."""
    source = _source(_file(tmp_path / "a.jsonl", 5))
    with source.path.open("ab") as stream:
        stream.write(b"{}\n")
    with pytest.raises(EvidenceError, match=r"a\.jsonl: was changed while it was read"):
        _all(source, 5)
    source.path.unlink()
    with pytest.raises(EvidenceError, match=r"a\.jsonl: no such file"):
        _all(source, 5)


@pytest.mark.parametrize(
    "first", [b'{"target": "192.0.2.1", "addr\n', b"\xff\x00\n", b"\n", b"{}\n"]
)
def test_a_first_line_that_is_broken_costs_itself(tmp_path: Path, first: bytes) -> None:
    """The file is still one of lines."""
    path = _file(tmp_path / "a.jsonl", 9)
    path.write_bytes(first + path.read_bytes())
    source = _source(path)
    assert source.kind == "lines"
    read = [item for item in _all(source, 100) if item.row is not None]
    assert len(read) == 9


def test_what_is_sent_is_as_it_was(tmp_path: Path) -> None:
    """Rows, what was lost and why, remarks; also of nothing but losses, and of nothing."""
    items = _all(_source(_file(tmp_path / "a.jsonl", 9)), 1000)
    items[1].remarks = (("a sort", "a value"),)
    assert any(one.row is None for one in items)
    assert unpacked(packed(items)) == items
    lost = [one for one in items if one.row is None]
    assert unpacked(packed(lost)) == lost
    assert unpacked(packed([])) == []
