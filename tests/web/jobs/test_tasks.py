"""What a job does in its process: bounded by the size of what came in, told as it goes."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import msgspec
import pytest

from alpheus.cases import secret_rows
from alpheus.cases.database import Database
from alpheus.cases.secret_key import secret_key
from alpheus.web.jobs import clear_values, tasks
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Options, Upload
from alpheus.web.jobs.wire import Bounds, Message, Phase, Progress, Task
from console_jobs import LIST, evidence


def _task(folder: Path, kind: Kind, files: dict[str, bytes], **more: object) -> Task:
    work, reports = folder / "work", folder / "reports"
    for one in (work, reports):
        one.mkdir(exist_ok=True)
    paths, uploads = [], []
    for number, (name, content) in enumerate(files.items()):
        path = folder / f"{number:032x}"
        path.write_bytes(content)
        paths.append(str(path))
        uploads.append(Upload(path.name, name, len(content)))
    values = {"organisation": "", "options": Options(), **more}
    return Task(
        kind, "", "mia", next(iter(files)), str(values["organisation"]), tuple(uploads),
        tuple(paths), values["options"], str(work), str(reports), 0, Bounds(),  # type: ignore[arg-type]
        job=7, key=str(folder),
    )  # fmt: skip


def test_a_list_tells_how_far_it_is(database: Database, tmp_path: Path) -> None:
    """Rows of how many; its source is what the operator says."""
    told: list[Message] = []
    task = _task(tmp_path, Kind.IMPORT, {"list.csv": LIST}, options=Options(source="CERT"))
    result = tasks.take_in(task, database, told.append)
    assert (result.added, result.lost, result.import_id) == (2, 1, 1)
    assert result.notes[0].startswith("columns: 'ip' is address")
    assert [one.note.text for one in told if isinstance(one, Phase)] == [said.IMPORTING]
    assert all(isinstance(one, Phase | Progress) for one in told)
    assert tasks.take_in(task, database, told.append).before


def test_files_of_one_server_are_read_together(database: Database, tmp_path: Path) -> None:
    """Two with one name both count."""
    row = "2021-03-0{} 00:00:00 10.0.0.5 GET /x.aspx - 443 - 203.0.113.7 a - 200 0 0 5 5 5\n"
    head = (
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
        "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes "
        "time-taken\n"
    )
    files = {f"{folder}/u_ex21030{day}.log": (head + row.format(day)).encode()
             for folder, day in (("a", 3), ("b", 4), ("c", 5))}  # fmt: skip
    result = tasks.judge(_task(tmp_path, Kind.TRIAGE, files), database, lambda _: None)
    assert result.files == 3
    assert len(result.sha256) == 3
    assert len(result.judged) == 1


def test_evidence_that_was_judged_is_not_judged_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A try that died while it stored goes on there."""
    task = _task(tmp_path, Kind.TRIAGE, {"EX01.zip": evidence(tmp_path)})
    first = tasks.judge(task, database, lambda _: None)
    monkeypatch.setattr(tasks, "_judge", lambda *_: pytest.fail("read again"))
    again = tasks.judge(task, database, lambda _: None)
    assert again.before
    assert again.judged == first.judged


def test_names_in_an_archive_lead_nowhere(database: Database, tmp_path: Path) -> None:
    """Neither up nor to a place of the system."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in ("../../up.txt", "/tmp/root.txt", "..\\..\\back.txt", "x" * 3_000):
            archive.writestr(name, b"#Fields: date time cs-method\n2021-03-03 00:00:00 GET\n")
    before = set(tmp_path.parent.iterdir())
    task = _task(tmp_path, Kind.TRIAGE, {"../../traverse.zip": held.getvalue()})
    tasks.judge(task, database, lambda _: None)
    assert set(tmp_path.parent.iterdir()) == before
    assert not Path("/tmp/root.txt").exists()


def test_what_only_pretends_to_be_a_log_is_told(database: Database, tmp_path: Path) -> None:
    """It is no server of unknown state."""
    files = {"x.evtx": b"ElfFile\x00" + os.urandom(70_000)}
    with pytest.raises(ComplaintError) as caught:
        tasks.judge(_task(tmp_path, Kind.TRIAGE, files), database, lambda _: None)
    assert caught.value.note.text == said.BROKEN


def test_what_an_archive_unpacks_to_is_bounded_by_its_size(tmp_path: Path) -> None:
    """A few kilobytes do not keep a processor for a day."""
    small = tasks._limits(_task(tmp_path, Kind.TRIAGE, {"x.zip": b"x"}))
    assert small.total_bytes == 16 << 30
    assert small.seconds < 2_000
    assert small.spool_bytes <= 64 << 30


def test_a_file_that_is_gone_is_told(database: Database, tmp_path: Path) -> None:
    """So that it can be sent again."""
    task = _task(tmp_path, Kind.IMPORT, {"list.csv": LIST})
    Path(task.paths[0]).unlink()
    with pytest.raises(ComplaintError) as caught:
        tasks.take_in(task, database, lambda _: None)
    assert caught.value.note.text == said.GONE


def test_another_import_is_waited_for(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is told, once."""
    told: list[Message] = []
    waited: list[float] = []
    with database.work():
        pass
    held = database.work()
    held.__enter__()

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            held.__exit__(None, None, None)

    monkeypatch.setattr(tasks.time, "sleep", pause)
    tasks.work_out(_task(tmp_path, Kind.REBUILD, {"x": b""}), database, told.append)
    assert len(waited) == 2
    assert [one.note.text for one in told if isinstance(one, Phase)].count(said.HELD) == 1


def test_secrets_of_evidence_are_sealed_beside_its_servers(
    database: Database, tmp_path: Path
) -> None:
    """Neither reports nor the database have them in clear; an organisation's wait for a look."""
    log = b"".join(
        f"2021-03-0{day} 10:00:00 POST /aspnet_client/x.aspx orange7=Response.Write(1) "
        "198.51.100.7 a 200\n".encode() for day in (3, 4)
    )  # fmt: skip
    head = b"#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
    files = {"u_ex210303.log": head + log}
    asked = _task(tmp_path, Kind.TRIAGE, files, organisation="them.example")
    assert not tasks.judge(asked, database, lambda _: None).stored
    kept = tmp_path / "reports" / clear_values.FILE
    assert "orange7" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    accepted = msgspec.structs.replace(asked, options=Options(accept=True))
    result = tasks.judge(accepted, database, lambda _: None)
    assert not kept.exists()
    (one,) = result.judged
    with database.read() as connection:
        marks = secret_rows.kinds_of(connection, one.observation)
        rows = secret_rows.read(connection, one.observation, list(marks))
    opened = [secret_key(tmp_path).open(row.observation, row.hash, row.sealed) for row in rows]
    assert ("orange7",) in opened
    assert {row.job for row in rows} == {7}
    for place in (tmp_path / "reports").iterdir():
        assert b"orange7" not in place.read_bytes(), place
    database.close()
    for place in tmp_path.glob("cases.db*"):
        assert b"orange7" not in place.read_bytes(), place
