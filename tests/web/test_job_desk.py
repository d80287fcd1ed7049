"""A list of jobs as a file, and reports that do nothing wherever they are opened."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from litestar.exceptions import NotFoundException

from alpheus.web import job_desk as module
from alpheus.web.job_desk import COLUMNS, portions, report_file
from alpheus.web.jobs.model import Job, Kind, Note, Options, Result, State


def _job(number: int) -> Job:
    return Job(
        number, Kind.TRIAGE, "../a b.zip", "kim", "", State.DONE, "", "", "", Note(), Result(), (),
        Options(), "", "", "", "", (), 1, 1, 1,
    )  # fmt: skip


class _Jobs:
    """Seven jobs, of which the fifth has a report."""

    def page(self, _: object, *, before: int, size: int, **__: str) -> list[Job]:
        every = [_job(number) for number in range(7, 0, -1)]
        return [one for one in every if not before or one.id < before][:size]

    def find(self, _: object, number: int) -> Job:
        return _job(number)

    def report(self, job: Job, name: str) -> str | None:
        return __file__ if job.id == 5 and name == "report.html" else None


REQUEST = cast("Any", SimpleNamespace(
    app=SimpleNamespace(state=SimpleNamespace(jobs=_Jobs())), user=None,
))  # fmt: skip


def test_every_job_is_in_the_file_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In portions, the newest first, with all columns."""
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    rows = [row for some in portions(REQUEST, {"kind": "", "state": "", "who": ""}) for row in some]
    assert [row["id"] for row in rows] == [7, 6, 5, 4, 3, 2, 1]
    assert set(COLUMNS) <= set(rows[0])


def test_a_report_is_kept_and_not_opened() -> None:
    """By a name that leads nowhere else, without script."""
    found = report_file(REQUEST, 5, "report.html")
    assert found.content_disposition_type == "attachment"
    assert "/" not in str(found.filename)
    assert str(found.filename).endswith("-report.html")
    assert "sandbox" in str(found.headers)
    with pytest.raises(NotFoundException):
        report_file(REQUEST, 4, "report.html")
