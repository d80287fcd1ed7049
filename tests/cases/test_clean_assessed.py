"""Assessments that are kept give the plan and the comparison that their file gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest

from alpheus.cases.clean_assessed import assessment_of, digest_of, read_kept
from alpheus.cases.database import Database
from alpheus.errors import DatabaseError, RefusedError
from alpheus.report.assessment_file import Assessment
from alpheus.respond.planning import plan_of
from alpheus.respond.verification import Outcome, compare
from alpheus.respond.verification_logs import end_of
from alpheus.respond.verification_looked import Looked
from clean_filling import attacked
from server_filling import filled, kept_of, number_of

MADE = datetime(2021, 3, 20, tzinfo=UTC)


def _of_file(whole: dict) -> Assessment:
    return msgspec.json.decode(json.dumps(whole), type=Assessment)


def test_the_plan_is_that_of_the_file() -> None:
    """Step for step, whatever the order of its proofs: all that a plan needs is kept."""
    whole = attacked()
    file, kept = _of_file(whole), read_kept(kept_of(whole), "")
    told = []
    for one in (file, kept):
        plan = plan_of(one, one.server(), made=MADE, version="0")
        told.append([
            (step.what, step.cited_total, {file.path for file in step.files},
             set(step.by_hand), {cited.title for cited in step.cited})
            for step in plan.steps
        ])  # fmt: skip
    assert told[0] == told[1]


def test_all_files_and_pages_are_those_of_the_file() -> None:
    """Also beyond the hundred that a finding cites; and what pages were there, of which build."""
    whole = attacked()
    server = whole["servers"][0]
    finding = next(one for one in server["findings"] if "page" in one["rule"])
    finding["more_files"] = [
        {"evidence": "E1", "path": f"C/inetpub/wwwroot/{one}.aspx", "sha256": f"{one:064x}"}
        for one in range(250)
    ]
    server["pages"] = {"read": 3, "total": 1, "files": [
        {"evidence": "E1", "path": "C/inetpub/wwwroot/own.aspx", "sha256": "a" * 64}
    ]}  # fmt: skip
    server["pages"]["code"] = {"total": 1, "files": [
        {"evidence": "E1", "path": "C/inetpub/wwwroot/bin/own.dll", "sha256": "b" * 64}
    ]}  # fmt: skip
    server["build"] = {"value": "15.1.2176.9", "precision": 4, "witnesses": []}
    file, kept = _of_file(whole).server(), read_kept(kept_of(whole), "").server()
    assert kept.pages == file.pages is not None
    assert kept.build == file.build is not None
    plan = plan_of(read_kept(kept_of(whole), ""), kept, made=MADE, version="0")
    assert sum(1 for one in plan.files() if one.parts[-1].removesuffix(".aspx").isdigit()) == 250


def test_the_comparison_is_that_of_the_file() -> None:
    """The last record of a finding is kept, so that later signs are told from earlier ones."""
    whole = attacked()
    file, kept = (one.server() for one in (_of_file(whole), read_kept(kept_of(whole), "")))
    assert end_of(file) == end_of(kept)
    for since in ("2021-03-04T00:00:00Z", "2021-03-20T00:00:00Z"):
        found = [
            compare(one, one, since=since, looked=Looked(), assessment="") for one in (file, kept)
        ]
        assert {item.rule for item in found[0].items} == {item.rule for item in found[1].items}
        assert found[0].outcome is found[1].outcome is not Outcome.CLEAN


def test_without_its_last_record_the_dated_ones_say_when_it_was() -> None:
    """For assessments that were kept before the last record of a finding was."""
    whole = attacked()
    for one in whole["servers"][0]["findings"]:
        one.pop("last", None)
    found = read_kept(kept_of(whole), "").server()
    used = next(one for one in found.findings if one.rule == "webshell-access")
    assert used.time is not None
    assert used.last is not None
    assert used.last >= used.time


def test_what_is_not_kept_is_refused(database: Database) -> None:
    """And what makes no sense is told as such."""
    cases = filled(database, attacked())
    server = number_of(cases, "compromised")
    with database.read() as connection:
        assert assessment_of(connection, server).digest == digest_of(connection, server) != ""
        with pytest.raises(RefusedError, match="no whole assessment"):
            assessment_of(connection, 1)
    whole = attacked()
    whole["servers"][0]["verdict"] = "perhaps"
    with pytest.raises(DatabaseError, match="cannot be read"):
        read_kept(kept_of(whole), "")
