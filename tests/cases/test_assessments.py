"""Whole assessments are kept: nothing is lost of them, and what is broken or vast is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from alpheus.cases import assessments
from alpheus.cases.assessment_model import Head
from alpheus.cases.assessments import Kept, milliseconds, packed, written
from alpheus.cases.console_schema import assessments as table
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.observations import Rows
from alpheus.cases.observations_import import record_rows
from alpheus.cases.purge import purge
from alpheus.cases.rebuild import rebuild
from alpheus.errors import DatabaseError
from alpheus.model import MOST_DAYS
from alpheus.report.json_output import to_json
from assessments import compromised, fleet

NOW = datetime(2021, 4, 1, tzinfo=UTC)
HOSTILE = "<script>\u202e\x1b[2J{{7*7}}%(x)s\ud800"


def _document(**finding: Any) -> dict[str, Any]:
    whole: dict[str, Any] = to_json(compromised())
    whole["servers"] = whole["servers"][:1]
    if finding:
        whole["servers"][0]["findings"] = [whole["servers"][0]["findings"][0] | finding]
    return whole


def _kept(document: dict[str, Any]) -> Kept:
    read = msgspec.json.decode(json.dumps(document).encode(), type=Head)
    return Kept(packed(json.dumps(document["servers"][0]).encode(), read))


def _cited(*texts: str) -> list[dict[str, Any]]:
    return [{"evidence": "E1", "path": "a.log", "line": number, "text": text}
            for number, text in enumerate(texts, start=1)]  # fmt: skip


def test_nothing_of_an_assessment_is_lost() -> None:
    """Every part of the document comes back as it was."""
    document = _document()
    kept, server = _kept(document), document["servers"][0]
    outline = json.loads(msgspec.json.encode(kept.outline))
    for part in ("name", "headline", "verdict", "stage", "cves", "next_steps", "coverage"):
        assert outline[part] == server[part]
    assert [one["summary"] for one in outline["story"]] == [o["summary"] for o in server["story"]]
    assert outline["run"]["packs"] == document["run"]["packs"]
    assert outline["evidence"] == [{"store": None} | one for one in document["evidence"]]
    assert len(outline["skipped"]) == len(document["skipped"])
    by_rule = {one.rule: number for number, one in enumerate(kept.outline.findings)}
    for finding in server["findings"]:
        found = msgspec.to_builtins(kept.citations(by_rule[finding["rule"]]))
        assert [one["path"] for one in found] == [one["path"] for one in finding["citations"]]
        assert [one.get("text", "") for one in found] == [o["text"] for o in finding["citations"]]


def test_every_file_that_a_finding_condemns_is_kept() -> None:
    """Behind all citations, so that who looks at these reads no more than before."""
    document = _document()
    findings = document["servers"][0]["findings"]
    files = [{"evidence": "E1", "path": f"C/{one}.aspx", "sha256": "0" * 64} for one in range(300)]
    findings[-1]["more_files"] = files
    kept = _kept(document)
    found = [kept.more_files(number) for number in range(len(findings))]
    assert sorted(map(len, found))[-2:] == [0, 300]
    assert [one.path for one in max(found, key=len)] == [one["path"] for one in files]
    assert kept.more_files(len(findings)) == []
    assert sum(len(kept.citations(number)) for number in range(len(findings))) == sum(
        len(one["citations"]) for one in findings
    )


def test_counts_by_day_are_bounded() -> None:
    """A document from elsewhere may hold as many days as it likes; the fullest stay."""
    document = _document()
    days = {f"{2000 + n // 300}-{n % 300 // 28 + 1:02}-{n % 28 + 1:02}": n % 7 for n in range(4000)}
    document["servers"][0]["coverage"] = [{"source": "x", "days": days}, {"source": "old"}]
    first, second = _kept(document).outline.coverage
    assert len(first.days) == MOST_DAYS
    assert min(first.days.values()) >= 3
    assert list(first.days) == sorted(first.days)
    assert second.days == {}


def test_the_gravest_finding_comes_first() -> None:
    """What is too much is what weighs least."""
    weights = [one.weight for one in _kept(_document()).outline.findings]
    assert weights == sorted(weights, key=["proof", "indication", "context"].index)


def test_a_record_that_proves_several_findings_stands_once_in_time() -> None:
    """Under the gravest of them."""
    document = _document()
    first, second = document["servers"][0]["findings"][:2]
    quote = _cited("2021-03-03 04:05:06 POST /a.aspx")
    for one in (first, second):
        one.update(time="2021-03-03T04:05:06Z", citations=quote)
    document["servers"][0]["findings"] = [first, second]
    (found,) = _kept(document).outline.records
    assert written(found.time) == "2021-03-03T04:05:06Z"
    assert (found.finding, found.others) == (0, (1,))


@pytest.mark.parametrize(
    ("time", "texts", "expected"),
    [
        ("2021-03-03T04:05:06Z", ["2021-03-03 04:05:06 GET", "2021-03-03 05:00:00 GET"],
         ["04:05:06", "05:00:00"]),
        ("2021-03-03T04:05:06Z", ["2021-03-03 02:05:06 GET", "2021-03-03 03:00:00 GET"],
         ["04:05:06", "05:00:00"]),
        ("2021-03-03T04:05:06Z", ["2019-01-01 00:00:00 copyright", "no time"],
         ["04:05:06", "04:05:06"]),
        ("2021-03-03T04:05:06Z", ["2021-03-03T05:05:06+01:00,x", "2021-02-30 00:00:00"],
         ["04:05:06", "04:05:06"]),
        ("2021-03-03T05:00:00Z", ['{"SystemTime":"2021-03-03T04:00:00.5Z"}',
                                  '{"SystemTime":"2021-03-03T05:00:00.0Z"}'],
         ["04:00:00", "05:00:00"]),
    ],
)  # fmt: skip
def test_a_record_is_at_its_own_time_where_that_can_be_believed(
    time: str, texts: list[str], expected: list[str]
) -> None:
    """Also where its log is in local time; else at the time of the finding."""
    outline = _kept(_document(time=time, citations=_cited(*texts))).outline
    assert sorted(written(one.time)[11:19] for one in outline.records) == expected


def test_what_has_no_time_is_counted() -> None:
    """A file on a disk says nothing of when."""
    outline = _kept(_document(time=None, citations=_cited("<%eval%>", "<%eval%>"))).outline
    assert (outline.records, outline.undated) == ((), 2)


@settings(deadline=None)
@given(st.text(), st.text(), st.none() | st.text(max_size=40))
def test_whatever_is_quoted_comes_back_as_it_was(title: str, text: str, time: str | None) -> None:
    """No text is read as anything else."""
    usable = [one.encode("utf-8", "replace").decode() for one in (title, text, time or "")]
    kept = _kept(_document(title=usable[0], citations=_cited(usable[1]), time=time and usable[2]))
    assert kept.outline.findings[0].title == usable[0]
    assert [one.text for one in kept.citations(0)] == [usable[1]]


def test_secrets_stay_keyed_hashes() -> None:
    """What they stand for is in no frame."""
    kept = _kept(_document(citations=_cited('eval(Request["[secret:b2c21bc6]"]);[secret:1]')))
    assert kept.citations(0)[0].secrets == ("[secret:b2c21bc6]",)


def test_of_too_many_findings_the_gravest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """And how many were left out is told."""
    monkeypatch.setattr(assessments, "MOST_FINDINGS", 2)
    document = _document()
    count = len(document["servers"][0]["findings"])
    outline = _kept(document).outline
    assert (len(outline.findings), outline.left_out) == (2, count - 2)


@pytest.mark.parametrize("content", [b"", b"no frame", zstandard.compress(b"[]"), b"\x28\xb5/\xfd"])
def test_what_is_broken_says_so(content: bytes) -> None:
    """In one line, whoever wrote into the table."""
    with pytest.raises(DatabaseError, match="cannot be read"):
        assert Kept(content).outline


def test_what_is_vast_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes may say that they are gigabytes."""
    monkeypatch.setattr(assessments, "_LARGEST_FRAME", 1_000)
    with pytest.raises(DatabaseError, match="larger than"):
        assert Kept(zstandard.compress(b" " * 2_000)).outline
    kept = _kept(_document(title="x", citations=_cited("y" * 2_000)))
    monkeypatch.setattr(assessments, "_LARGEST_FRAME", 1_999)
    with pytest.raises(DatabaseError, match="larger than"):
        kept.citations(0)


def test_a_finding_that_is_not_there_has_no_citations() -> None:
    """A number of an address may be any."""
    kept = _kept(_document())
    assert kept.citations(-1) == kept.citations(10_000) == []


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)))  # noqa: DTZ001 - made UTC below
def test_times_are_read_back(moment: datetime) -> None:
    """To the second, in every year that there is."""
    text = moment.replace(tzinfo=UTC, microsecond=0).isoformat().replace("+00:00", "Z")
    number = milliseconds(text)
    assert number is not None
    assert written(number) == text


def test_what_is_no_time_is_none() -> None:
    """Nothing, and anything."""
    assert milliseconds(None) is milliseconds("") is milliseconds("soon") is None


def test_assessments_come_with_their_observations_and_go_with_them(database: Database) -> None:
    """In the same transaction; a server that is forgotten is forgotten whole."""
    rows = list(Rows(NOW).of_document(json.dumps(to_json(fleet())).encode()))
    record_rows(database, rows, "kim", "assessment")
    record_rows(database, rows, "kim", "assessment")  # known already
    rebuild(database, now=NOW)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(table)).scalar() == len(rows)
        tables, _ = current(connection, database.place)
        server = connection.execute(select(tables.servers.c.id).limit(1)).scalar_one()
        (found,) = assessments.listed(connection, tables, server)
        assert (found.who, found.whole) == ("kim", True)
        kept = assessments.read(connection, found.observation)
        assert kept is not None
        assert kept.outline.verdict == found.verdict
        assert assessments.read(connection, 10_000) is None
    purge(database, servers=[server])
    with database.read() as connection:
        assert assessments.read(connection, found.observation) is None
        assert connection.execute(select(func.count()).select_from(table)).scalar() == len(rows) - 1
