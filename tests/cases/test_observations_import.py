"""Files go in once, whole or resumed; what cannot be read is listed."""

from __future__ import annotations

import io
import json
import signal
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from alpheus.cases import observations_files
from alpheus.cases import observations_import as module
from alpheus.cases.database import Database, open_database
from alpheus.cases.observations import RowError, Rows, hand_entry
from alpheus.cases.observations_import import Document, import_file, record, record_documents
from alpheus.cases.schema import imports, losses, observations
from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError
from alpheus.exposure.output.jsonl import encode
from alpheus.report.json_output import write_json
from assessments import compromised
from copies import die, end_of_a_copy
from exposure_runs import CLOSED, OPEN, observation, write_lines


def _lines(path: Path, count: int = 25, **more: object) -> Path:
    return write_lines(
        path, [observation(f"192.0.2.{n}", (OPEN, CLOSED)[n % 2], **more) for n in range(count)]
    )


def _count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(observations)).scalar() or 0


def test_a_file_goes_in_once(database: Database, tmp_path: Path) -> None:
    """With who, when and from where; the second time nothing changes, whatever it is called."""
    file = _lines(tmp_path / "a.jsonl")
    first = import_file(database, file, "kim")
    assert (first.kind, first.added, first.known, first.lost) == ("lines", 25, 0, 0)
    again = import_file(database, file.rename(tmp_path / "b.jsonl"), "lou")
    assert (again.before, again.added) == (True, 0)
    with database.read() as connection:
        entry = connection.execute(select(imports)).one()
        found = connection.execute(select(observations.c.line, observations.c.import_id)).all()
    assert (entry.who, entry.sha256, entry.file) == ("kim", first.sha256, str(tmp_path / "a.jsonl"))
    assert (entry.lines, entry.added, entry.offset) == (25, 25, entry.bytes)
    assert entry.started <= entry.finished
    assert sorted(found) == [(n, entry.id) for n in range(1, 26)]


def test_another_file_with_the_same_observations(database: Database, tmp_path: Path) -> None:
    """Adds what is new in it alone."""
    import_file(database, _lines(tmp_path / "a.jsonl", 10), "kim")
    result = import_file(database, _lines(tmp_path / "b.jsonl", 13), "kim")
    assert (result.added, result.known) == (3, 10)


def test_lines_that_cannot_be_read_are_listed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By number and reason; the rest goes in. A torn last line is one of them."""
    monkeypatch.setattr(observations_files, "_LONGEST", 8_192)
    file = _lines(tmp_path / "a.jsonl", 3)
    with file.open("ab") as stream:
        stream.write(b'{"x": 1}\n\n' + b"y" * 20_000 + b'\n{"target": "torn')
    result = import_file(database, file, "kim")
    assert (result.added, result.lost) == (3, 3)
    assert [line for line, _ in result.losses] == [4, 6, 7]
    assert "longer than" in result.losses[1][1]
    with database.read() as connection:
        assert connection.execute(select(losses.c.line).order_by(losses.c.line)).scalars().all() \
            == [4, 6, 7]  # fmt: skip
        assert connection.execute(select(imports.c.lost)).scalar() == 3


def test_losses_are_listed_up_to_a_bound(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And counted beyond it."""
    monkeypatch.setattr(module, "LISTED", 5)
    monkeypatch.setattr(module, "BATCH", 3)
    file = _lines(tmp_path / "a.jsonl", 1)
    with file.open("ab") as stream:
        stream.write(b"{}\n" * 20)
    result = import_file(database, file, "kim")
    assert (result.lost, len(result.losses)) == (20, 5)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(losses)).scalar() == 5


def test_an_assessment_goes_in(database: Database, tmp_path: Path) -> None:
    """One observation per server, once."""
    file = tmp_path / "a.json"
    with file.open("w") as stream:
        write_json(compromised(), stream)
    assert import_file(database, file, "kim").added == 1
    assert import_file(database, file, "kim").before
    with database.read() as connection:
        assert connection.execute(select(observations.c.verdict)).scalar() == "compromised"


def test_a_list_goes_in_with_its_losses(database: Database, tmp_path: Path) -> None:
    """Whatever `alpheus import` reads; row by row."""
    file = tmp_path / "list.csv"
    file.write_text("ip,hostname,version\n192.0.2.1,mail.a.example,15.1.2176.4\n,,\n")
    result = import_file(database, file, "kim")
    assert (result.kind, result.added, result.lost) == ("list", 1, 1)
    with database.read() as connection:
        assert connection.execute(select(observations.c.kind)).scalar() == "list"


def test_files_that_are_nothing_of_that(database: Database, tmp_path: Path) -> None:
    """Are refused with a line, and may be tried again."""
    folder, absent, newer = tmp_path / "d", tmp_path / "no", tmp_path / "n.json"
    folder.mkdir()
    newer.write_text(json.dumps({"schema": "alpheus.assessment/9", "servers": []}))
    empty = tmp_path / "empty"
    empty.touch()
    for path, kind in (
        (folder, EvidenceFormatError), (absent, EvidenceNotFoundError),
        (newer, EvidenceFormatError), (empty, EvidenceError),
    ):  # fmt: skip
        for _ in range(2):
            with pytest.raises(kind, match=path.name):
                import_file(database, path, "kim")
    assert _count(database) == 0


def _import_and_die(place: str, file: Path, after: int, *, inside: bool) -> None:
    """Within the batch that holds a line, or between that and the next."""
    note = module._Ledger.note

    def noted(self: Any, *given: Any) -> None:
        if inside and self.lines >= after:
            die()
        note(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", 10)
        patch.setattr(module._Ledger, "note", noted)
        import_file(
            open_database(place), file, "kim",
            tell=lambda lines: die() if lines >= after else None,
        )  # fmt: skip


def test_a_killed_import_is_finished_by_the_next(place: str, tmp_path: Path) -> None:
    """Wherever it was killed: whole batches are in, none twice, and the next one goes on."""
    file = _lines(tmp_path / "a.jsonl", 40)
    for after, where, there in ((10, "outside", 10), (20, "inside", 20), (30, "outside", 30)):
        killed = partial(_import_and_die, place, file, after, inside=where == "inside")
        assert end_of_a_copy(killed) == -signal.SIGKILL
        with open_database(place) as opened:
            assert _count(opened) == there
    with open_database(place) as opened:
        result = import_file(opened, file, "kim")
        assert (result.resumed, result.added, result.known) == (30, 10, 0)
        assert _count(opened) == 40
        with opened.read() as connection:
            entry = connection.execute(select(imports)).one()
        assert (entry.added, entry.known, entry.lines) == (40, 0, 40)


def test_a_list_and_an_assessment_are_resumed_by_their_rows(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have no offsets, but an order that stays."""
    monkeypatch.setattr(module, "BATCH", 2)
    rows = "".join(f"192.0.2.{n},m{n}.a.example\n" for n in range(5))
    file = tmp_path / "list.csv"
    file.write_text(f"ip,hostname\n{rows},\n")

    def stop(lines: int) -> None:
        if lines == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(database, file, "kim", tell=stop)
    result = import_file(database, file, "kim")
    assert (result.resumed, result.added, result.lost) == (4, 1, 1)


def test_assessments_that_were_made_here_are_imports(database: Database) -> None:
    """Each with its row in the ledger of files; what is known already is not added again."""
    stream = io.StringIO()
    write_json(compromised(), stream)
    text = stream.getvalue().replace("\\u0000", "").encode()
    rows = tuple(Rows(datetime.now(UTC)).of_document(text))
    both = [Document("a", "1" * 64, 10, rows), Document("b", "2" * 64, 20, rows[:1])]
    with database.work(), database.write() as connection:
        (first, numbers), (second, again) = record_documents(connection, both, "mia")
        assert record_documents(connection, [], "mia") == []
    assert (again, len(numbers)) == (numbers[:1], len(rows))
    with database.read() as connection:
        found = connection.execute(select(imports).order_by(imports.c.id)).all()
        of = set(connection.execute(select(observations.c.import_id)).scalars())
    assert [(one.id, one.file, one.who, one.bytes) for one in found] == [
        (first, "a", "mia", 10), (second, "b", "mia", 20),
    ]  # fmt: skip
    assert all(one.finished for one in found)
    assert of == {first}


def test_lines_that_were_made_here_are_imports_with_their_losses(database: Database) -> None:
    """As an import of the file would have it: what is known is told apart, what is lost listed."""
    rows = Rows(datetime.now(UTC))
    made = [rows.of_line(encode(observation(f"192.0.2.{n}", OPEN))) for n in (1, 2, 3)]
    first = Document("a", "1" * 64, 10, tuple(made[:2]), "lines", (2, 3), ((1, "no place"),))
    both = Document("a", "2" * 64, 15, tuple(made), "lines")
    for one in (first, both, both):
        with database.work(), database.write() as connection:
            record_documents(connection, [one], "mia")
    with database.read() as connection:
        query = select(imports).order_by(imports.c.id)
        found = [(one.kind, one.lines, one.added, one.known, one.lost)
                 for one in connection.execute(query)]  # fmt: skip
        lost = connection.execute(select(losses.c.line, losses.c.reason)).all()
        of = connection.execute(select(observations.c.line).order_by(observations.c.id)).scalars()
        assert list(of) == [2, 3, 3]
    assert found == [("lines", 3, 2, 0, 1), ("lines", 3, 1, 2, 0)]
    assert lost == [(1, "no place")]
    assert _count(database) == 3


def test_entries_by_hand_are_recorded(database: Database) -> None:
    """Under the name of who entered them; one that is wrong keeps all out."""
    entry = hand_entry(time="2021-03-03T00:00:00Z", address="192.0.2.1", build=OPEN)
    assert record(database, [entry], "kim") == (1, 0)
    assert record(database, [entry], "kim") == (0, 1)
    wrong = hand_entry(time="", address="192.0.2.2", note="a\0")
    with pytest.raises(RowError):
        record(database, [hand_entry(time="", address="192.0.2.3"), wrong], "kim")
    assert _count(database) == 1
    with database.read() as connection:
        assert connection.execute(select(imports.c.who, imports.c.kind)).all() == [("kim", "hand")]
