"""Rows hold what is asked for and the whole of it; the same content has the same digest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.identity import Kind, Sighting
from alpheus.cases.observations import (
    Row,
    RowError,
    Rows,
    Sightings,
    hand_entry,
    iso,
    report_of,
    states_of,
)
from alpheus.exposure.model import Observation, Provenance
from alpheus.exposure.output.jsonl import encode
from alpheus.report.json_output import to_json
from assessments import compromised
from exposure_runs import CLOSED, OPEN, observation, tls

NOW = datetime(2021, 4, 1, tzinfo=UTC)
LISTED = Provenance("theirs", "a.csv", "0" * 64, 7, "2021-03-01T00:00:00Z", "2021-03-02T00:00:00Z")


def _row(one: Observation, kind: str = "") -> Row:
    return Rows(NOW).of_line(encode(one), kind)


def _document() -> dict:
    return to_json(compromised())


def test_a_line_becomes_a_row() -> None:
    """With what is filtered by, and the states of CVEs apart from the rest."""
    one = observation("192.0.2.1", OPEN, product="Exchange", flags=("a", "b"), tls=tls("f" * 64))
    row = _row(one)
    assert (row.kind, row.source, row.seen) == ("probe", "probe", one.time)
    assert (row.address, row.port, row.build, row.exchange) == ("192.0.2.1", 443, OPEN, 1)
    assert (row.flags, row.product, row.status, row.breach) == ("a b", "Exchange", "identified", "")
    assert row.states is not None
    assert json.loads(row.states.text)["CVE-2021-26855"]["state"] == "vulnerable"
    assert json.loads(row.body)["cves"] == {}


def test_a_row_is_the_same_sighting_as_its_observation() -> None:
    """Nothing that tells the server is lost on the way."""
    one = observation(
        "192.0.2.1", CLOSED, names=("mail.a.example",), servers=("EX1",), tls=tls("f" * 64),
        provenance=LISTED, attributes={"asn": "64500"},
    )  # fmt: skip
    row = _row(one)
    again = Sightings().of(3, row.kind, row.seen, row.body)
    assert again == Sighting.from_observation(one, 3)


def test_a_list_says_when_it_saw_a_server() -> None:
    """And who made it, and that somebody broke in."""
    row = _row(observation("192.0.2.1", provenance=LISTED, flags=("compromised-reported",)))
    assert (row.kind, row.source, row.seen) == ("list", "theirs", "2021-03-02T00:00:00Z")
    assert row.breach == row.seen


def test_the_digest_is_of_the_content() -> None:
    """Not of the line or where the file lay; another time, state or kind is another observation."""
    one = observation("192.0.2.1", OPEN, provenance=LISTED)
    same = replace(one, provenance=replace(LISTED, file="elsewhere/b.csv", row=8, sha256="1" * 64))
    others = [
        replace(one, time="2021-03-03T10:00:01Z"),
        replace(one, cves=observation("192.0.2.1", CLOSED).cves),
    ]
    assert _row(one).digest == _row(same).digest
    assert len({_row(each).digest for each in (one, *others)} | {_row(one, "hand").digest}) == 4


def test_which_list_it_is_is_part_of_the_digest() -> None:
    """By its name without the day, where nobody named the source."""
    kind = replace(LISTED, source="csv", file="lists/2021-03-04-victims.csv")
    one = observation("192.0.2.1", OPEN, provenance=kind)
    same = replace(one, provenance=replace(kind, file="2021-03-05-victims.csv"))
    other = replace(one, provenance=replace(kind, file="2021-03-04-others.csv"))
    assert _row(one).digest == _row(same).digest != _row(other).digest


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2021-03-03T10:00:00Z", "2021-03-03T10:00:00Z"),
        ("2021-03-03T10:00:00.5+02:00", "2021-03-03T08:00:00Z"),
        ("2021-03-03", "2021-03-03T00:00:00Z"),
        ("2099-01-01T00:00:00Z", ""),
        ("yesterday", ""),
        ("0001-01-01T00:00:00+23:00", ""),
        ("", ""),
    ],
)
def test_times_are_utc_and_not_in_the_future(text: str, kept: str) -> None:
    """What cannot be read, or has not been yet, is no time: it would outweigh all that comes."""
    assert Rows(NOW).time(text) == kept


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b"no", b'{"target": 1}', b"\xff\xfe",
        encode(observation("a", OPEN)).replace(b'"identified"', b'"unheard-of"'),
        encode(observation("a", OPEN)).replace(b'"state"', b'"stat"'),
        encode(observation("a", reason="a\0b")),
    ],
)  # fmt: skip
def test_what_is_no_observation_is_refused(line: bytes) -> None:
    """With an error of its own, whatever it is."""
    with pytest.raises(RowError):
        Rows(NOW).of_line(line)


@given(st.binary())
def test_no_line_breaks_the_reader(line: bytes) -> None:
    """It is an observation, or it is refused."""
    with pytest.raises(RowError):
        Rows(NOW).of_line(line)


def test_an_assessment_becomes_a_row_per_server() -> None:
    """With verdict and stage, when its evidence ends, and the last sign of the intruder."""
    document = _document()
    rows = list(Rows(NOW).of_document(json.dumps(document).encode()))
    assert len(rows) == len(document["servers"])
    row, server = rows[0], document["servers"][0]
    assert (row.kind, row.source, row.verdict) == ("assessment", "triage", "compromised")
    assert row.stage == server["stage"]
    assert row.seen == max(one["last"] for one in server["coverage"] if one["last"])
    assert row.breach
    assert row.breach <= row.seen
    assert "citations" not in row.body
    sighting = Sightings().of(5, row.kind, row.seen, row.body)
    assert (sighting.id, sighting.kind, sighting.compromised) == (5, Kind.ASSESSMENT, True)
    assert sighting.servers[0] == server["name"]


def test_the_same_evidence_judged_again_is_the_same() -> None:
    """The time of the run is no part of it; another verdict is."""
    first, second, third = (_document() for _ in range(3))
    second["run"]["started"] = second["run"]["finished"] = "2021-03-30T00:00:00Z"
    third["servers"][0]["verdict"] = "suspicious"
    digests = [
        next(Rows(NOW).of_document(json.dumps(one).encode())).digest
        for one in (first, second, third)
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(schema="alpheus.assessment/9"), "is understood"),
        (lambda d: d.pop("servers"), "servers"),
        (lambda d: d["servers"][0].update(verdict="bad"), "verdict"),
        (lambda d: d["servers"][0].update(headline="a\0"), "character 0"),
    ],
)
def test_other_documents_are_refused(change, said: str) -> None:
    """A newer schema, or one that is broken."""
    document = _document()
    change(document)
    with pytest.raises(RowError, match=said):
        list(Rows(NOW).of_document(json.dumps(document).encode()))


def test_an_entry_by_hand_is_judged_by_its_build() -> None:
    """And is a sighting of a hand."""
    entry = hand_entry(time="2021-03-03T00:00:00Z", names=("mail.a.example",), build=OPEN)
    row = _row(entry, Kind.HAND)
    assert entry.cves["CVE-2021-26855"].state == "vulnerable"
    assert (row.kind, row.source) == ("hand", "hand")
    sighting = Sightings().of(1, row.kind, row.seen, row.body)
    assert (sighting.kind, sighting.hosts) == (Kind.HAND, ("mail.a.example",))


def test_an_entry_by_hand_without_a_server_or_with_no_build() -> None:
    """Is refused with what it needs."""
    with pytest.raises(RowError, match="needs an address"):
        hand_entry(time="")
    with pytest.raises(RowError, match="not a build"):
        hand_entry(time="", address="192.0.2.1", build="new")


def test_states_are_known_by_their_text() -> None:
    """The same text is the same states."""
    assert states_of(b"{}") == states_of(b"{}")
    assert states_of(b"{}").digest != states_of(b"{ }").digest


def test_moments_are_written_in_utc() -> None:
    """Whole seconds, with `Z`."""
    assert iso(NOW) == "2021-04-01T00:00:00Z"


def test_the_report_of_a_victim_is_the_list_without_its_day() -> None:
    """And the page that it names: a list of every day is one list."""
    said = '{"provenance":{"source":"s","file":"%s","sha256":"","row":1},"attributes":{%s}}'
    page = '"url":"https://192.0.2.1/x.aspx"'
    daily = [report_of(said % (f"2021-03-0{day}-victims.csv", page)) for day in (1, 2)]
    assert daily == ["victims.csv https://192.0.2.1/x.aspx"] * 2
    assert report_of(said % ("a.csv", '"detail":"hafnium"')) == "a.csv "
    assert report_of("{}") == " "


@pytest.mark.parametrize("time", ["", "2099-01-01T00:00:00Z"])
def test_a_victim_without_a_time_is_one_from_now_on(time: str) -> None:
    """A list that says who, and not when or impossibly when, still says who; no span is made."""
    listed = replace(LISTED, first_seen=time, last_seen=time)
    one = observation(
        "192.0.2.1", None, flags=("compromised-reported",), provenance=listed, time=time
    )
    row = _row(one)
    assert (row.seen, row.breach) == ("", iso(NOW))
    sighting = Sightings().of(1, row.kind, row.seen, row.body)
    assert (sighting.first_seen, sighting.last_seen) == ("", "")
