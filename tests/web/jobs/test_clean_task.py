"""New evidence in a job is compared with what had been found before the clean-up."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import msgspec
import pytest

from alpheus.cases.clean_progress import Mark
from alpheus.cases.database import Database, open_database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.respond.model import Phase
from alpheus.web.access import audit
from alpheus.web.jobs import clean_task, tasks
from alpheus.web.jobs.model import Kind, Options, Result, Upload
from alpheus.web.jobs.wire import Bounds, Task
from console_jobs import evidence
from detect.test_examine import httpproxy_row
from server_filling import NOW
from weblogs import visitors, write


def _task(
    folder: Path, name: str, content: bytes, *, verify: int = 0, owner: str = "",
    complete: tuple[str, ...] = (), renamed: str = "",
) -> Task:  # fmt: skip
    for one in ("work", "reports"):
        (folder / one).mkdir(parents=True, exist_ok=True)
    path = folder / ("0" * 32)
    path.write_bytes(content)
    return Task(
        Kind.TRIAGE, "", "mia", name, owner, (Upload(path.name, name, len(content)),),
        (str(path),), Options(verify=verify, complete=complete, renamed=renamed),
        str(folder / "work"), str(folder / "reports"), 0, Bounds(), job=7, key=str(folder),
    )  # fmt: skip


def _judged(database: Database, task: Task) -> Result:
    return tasks.judge(task, database, lambda _: None)


def _without_a_shell(folder: Path, name: str = "EX01") -> bytes:
    root = write(folder / name, [*visitors(days=9)])
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(root))
    return held.getvalue()


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A database with a server of which evidence was judged, and whose plan is carried out."""
    folder = tmp_path_factory.mktemp("planned")
    with open_database(folder / "c.db") as database:
        _judged(database, _task(folder / "first", "EX01.zip", evidence(folder / "first")))
        rebuild(database, now=NOW)
        cases = Cases(database)
        (row,) = cases.page().servers
        server = int(row["id"])
        found = cases.cleaning.make(server, who="kim").clean
        assert found.progress is not None
        cases.cleaning.mark(
            server, [one.step.number for one in found.progress.steps
                     if one.step.phase is not Phase.VERIFY],
            Mark.DONE, who="kim",
        )  # fmt: skip
    time.sleep(1.01 - time.time() % 1)  # what is taken in later has a later second
    return folder, server


def test_what_is_compared_is_kept_and_taken_down(planned: tuple[Path, int]) -> None:
    """The same evidence once more shows what is still there, of before the cleaning."""
    folder, server = planned
    with open_database(folder / "c.db") as database:
        content = evidence(folder / "again")
        result = _judged(database, _task(folder / "again", "EX01.zip", content, verify=server))
        assert result.verified
        assert result.uncompared == ""
        found = Cases(database).cleaning.of(server)
        (kept,) = found.verifications
        assert kept.found.outcome.value == result.verified
        assert (kept.who, kept.evidence) == ("mia", "job 7: EX01.zip")
        assert "its evidence ends" in found.waits
        with database.read() as connection:
            assert audit.entries(connection)[0].action == "clean-up: verified"


def test_evidence_of_another_machine_proves_nothing(planned: tuple[Path, int]) -> None:
    """It is judged and kept, and not compared; the job says why."""
    folder, server = planned
    with open_database(folder / "c.db") as database:
        before = Cases(database).cleaning.of(server).verifications
        content = _without_a_shell(folder / "other", "EX77")
        task = _task(folder / "other", "EX77.zip", content, verify=server)
        result = _judged(database, task)
        assert result.stored
        assert "the plan is of EX01" in result.uncompared
        assert Cases(database).cleaning.of(server).verifications == before


def test_a_server_that_was_renamed_is_compared_by_word(planned: tuple[Path, int]) -> None:
    """The result says so; a name that the evidence has not is refused."""
    folder, server = planned
    with open_database(folder / "c.db") as database:
        content = _without_a_shell(folder / "renamed", "EX77")
        task = _task(folder / "renamed", "EX77.zip", content, verify=server, renamed="ex77")
        result = _judged(database, task)
        assert (bool(result.verified), result.uncompared) == (True, "")
        kept = Cases(database).cleaning.of(server).verifications[0].found
        assert (kept.server, kept.renamed) == ("EX01.zip", "EX01.zip is called ex77 now")
        task = _task(folder / "other-name", "EX77.zip", content, verify=server, renamed="EX78")
        assert "the plan is of EX01" in _judged(database, task).uncompared


def test_an_owner_compares_nothing(planned: tuple[Path, int]) -> None:
    """What an organisation hands in of itself is not measured at a server that it names."""
    folder, server = planned
    with open_database(folder / "c.db") as database:
        content = _without_a_shell(folder / "owner")
        task = _task(folder / "owner", "EX01.zip", content, verify=server, owner="own.example")
        accepted = msgspec.structs.replace(task.options, accept=True)
        result = _judged(database, msgspec.structs.replace(task, options=accepted))
        assert (result.verified, result.uncompared) == ("", "")


def test_the_word_of_whoever_hands_it_in_is_told(planned: tuple[Path, int]) -> None:
    """Folders that were collected whole: the result says so, as in a terminal."""
    folder, server = planned
    with open_database(folder / "c.db") as database:
        content = _without_a_shell(folder / "word")
        task = _task(folder / "word", "EX01.zip", content, verify=server,
                     complete=("C:/nowhere", "C:/inetpub"))  # fmt: skip
        assert _judged(database, task).verified
        kept = Cases(database).cleaning.of(server).verifications[0].found
        assert any(one.startswith("--complete c:/nowhere: nothing") for one in kept.uncovered)


def test_evidence_of_several_servers_that_may_be_it_is_not_compared(
    planned: tuple[Path, int],
) -> None:
    """It is judged and kept; the job ends as it should, and says why."""
    folder, server = planned
    both = io.BytesIO()
    with zipfile.ZipFile(both, "w") as archive:
        for name in ("EX01", "EX02"):
            archive.writestr(f"{name}/C/Logging/HttpProxy/Owa/HttpProxy_1.LOG",
                             httpproxy_row(ServerHostName=name))  # fmt: skip
    with open_database(folder / "c.db") as database:
        task = _task(folder / "two", "EX01.zip", both.getvalue(), verify=server)
        result = _judged(database, task)
        assert {one.name for one in result.judged} == {"EX01", "EX02"}
        assert "bring its own" in result.uncompared


def test_folders_count_for_the_server_that_they_are_called_after(
    planned: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a terminal: who looks through the packages is told all servers in them."""
    folder, server = planned
    told: list[frozenset[str]] = []

    def looked(places: object, wanted: object, options: object, names: frozenset[str]) -> tuple[()]:
        told.append(names)
        return ()

    monkeypatch.setattr(clean_task, "listings_of", looked)
    with open_database(folder / "c.db") as database:
        content = _without_a_shell(folder / "names")
        assert _judged(database, _task(folder / "names", "EX01.zip", content, verify=server))
    assert told == [frozenset({"ex01.zip", "ex01"})]
