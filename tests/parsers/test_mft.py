"""A master file table gives one event per name that can matter, with its whole path."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Event, Skipped
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.mft import MasterFileTable, names_in_use
from evidence_file import FileOnDisk
from ntfs_records import file_name, mft_record, reference

_CREATED = datetime(2021, 3, 3, 7, 0, tzinfo=UTC)
_FORGED = datetime(2016, 1, 1, tzinfo=UTC)
_ROOT = reference(5, 5)


def _directory(name: str, parent: int, sequence: int = 1, *, in_use: bool = True) -> bytes:
    attribute = file_name(name, parent, _CREATED)
    return mft_record(attribute, directory=True, sequence=sequence, in_use=in_use, created=_CREATED)


def _table() -> list[bytes]:
    """A page whose folders come after it in the table, a deleted one, and one that lost its way."""
    return [
        mft_record(file_name("$MFT", _ROOT, _CREATED), created=_CREATED),
        mft_record(
            file_name("shell.aspx", reference(3, 1), _CREATED), created=_FORGED, data=b"12345"
        ),
        mft_record(
            file_name("gone.ASPX", reference(3, 1), _CREATED), in_use=False, created=_CREATED
        ),
        _directory("wwwroot", reference(4, 2)),
        _directory("inetpub", _ROOT, 2),
        _directory(".", _ROOT, 5),
        mft_record(file_name("lost.aspx", reference(3, 9), _CREATED), created=_CREATED),
        mft_record(file_name("notes.txt", _ROOT, _CREATED), created=_CREATED),
        mft_record(file_name("second.zip", _ROOT, _CREATED), base=reference(7, 1)),
    ]


def _read(content: bytes, folder: Path) -> tuple[list[Event], list[Skipped]]:
    path = folder / "$MFT"
    path.write_bytes(content)
    records = list(MasterFileTable().parse(FileOnDisk(path), ReadOptions()))
    events = [record for record in records if isinstance(record, Event)]
    return events, [record for record in records if isinstance(record, Skipped)]


def test_names_in_use_by_folder(tmp_path: Path) -> None:
    """Without what was removed; the time is that of the folder that was changed last."""
    (tmp_path / "$MFT").write_bytes(b"".join([*_table(), _directory("x", _ROOT)]))
    found, newest = names_in_use(tmp_path / "$MFT")
    assert found["/inetpub/wwwroot"] == {"shell.aspx"}
    assert newest == _CREATED


def test_recognised_by_its_first_records(tmp_path: Path) -> None:
    """By content, under any name."""
    parser = MasterFileTable()
    assert parser.recognise(b"".join(_table()), "x.bin")
    assert not parser.recognise(b"FILE" + bytes(2000), "$MFT")
    assert not parser.recognise(b"", "$MFT")


def test_paths_times_and_sizes(tmp_path: Path) -> None:
    """Paths have no drive; both creations are told, so that forged ones show."""
    events, losses = _read(b"".join(_table()), tmp_path)
    assert losses == []
    assert [event.fields.get("TargetFilename") for event in events] == [
        "\\inetpub\\wwwroot\\shell.aspx",
        "\\inetpub\\wwwroot\\gone.ASPX",
        "\\$Orphan\\lost.aspx",
        "\\second.zip",
        None,
    ]
    shell, gone, _, second, summary = events
    assert shell.time == _FORGED
    assert shell.fields["Created"] == "2016-01-01T00:00:00+00:00"
    assert shell.fields["NameCreated"] == "2021-03-03T07:00:00+00:00"
    assert (shell.fields["Size"], shell.fields["InUse"]) == ("5", "true")
    assert shell.citation.record_id == 1
    assert gone.fields["InUse"] == "false"
    assert second.citation.record_id == 7
    assert second.time == _CREATED
    assert summary.fields == {"Action": "names-not-listed", "Count": "2"}


def test_a_deleted_directory_still_names_its_files(tmp_path: Path) -> None:
    """Deleting raises the sequence by one; a reused entry is another directory."""
    page = mft_record(file_name("a.aspx", reference(1, 3), _CREATED), in_use=False)
    deleted = [mft_record(), _directory("tmp", _ROOT, 4, in_use=False), page]
    reused = [mft_record(), _directory("tmp", _ROOT, 4), page]
    assert _read(b"".join(deleted), tmp_path)[0][0].fields["TargetFilename"] == "\\tmp\\a.aspx"
    assert _read(b"".join(reused), tmp_path)[0][0].fields["TargetFilename"] == "\\$Orphan\\a.aspx"


def test_a_circle_of_directories_ends(tmp_path: Path) -> None:
    """A table may be forged."""
    records = [
        mft_record(),
        _directory("a", reference(2, 1)),
        _directory("b", reference(1, 1)),
        mft_record(file_name("x.aspx", reference(1, 1), _CREATED)),
    ]
    events, _ = _read(b"".join(records), tmp_path)
    assert str(events[0].fields["TargetFilename"]).startswith("\\$Orphan\\")


def test_damage_is_counted_with_its_offset(tmp_path: Path) -> None:
    """Torn and overwritten records are losses, empty ones are not."""
    records = _table()
    records[1] = b"BAAD" + records[1][4:]
    records[6] = bytes(1024)
    content = b"".join(records) + records[3][:500]
    events, losses = _read(content, tmp_path)
    assert len(events) == 3
    assert [(loss.offset, loss.count) for loss in losses] == [(1024, 2)]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 9 * 1024 - 1), st.integers(0, 255)), max_size=20),
    st.integers(0, 9 * 1024),
)
def test_no_damage_raises(tmp_path: Path, changes: list[tuple[int, int]], length: int) -> None:
    """Altered and cut tables give events and losses."""
    content = bytearray(b"".join(_table()))
    for place, value in changes:
        content[place] = value
    events, _ = _read(bytes(content[:length]), tmp_path)
    assert events[-1].fields["Action"] == "names-not-listed"
