"""What every format says about a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from alpheus.model import Citation, Stage, Verdict, Weight
from alpheus.report import views
from assessments import at, citations, compromised_server, coverage, fleet, quiet_server, times


def test_the_worst_server_comes_first() -> None:
    """Verdict decides, then stage, then confidence."""
    order = [server.verdict for server in views.ranked(fleet().servers)]
    assert order == list(reversed(Verdict))


def test_it_began_with_the_first_successful_exploitation() -> None:
    """Probes and context before it do not count."""
    assert views.since(compromised_server()) == at("2021-03-03 06:59:20.359")


def test_without_exploitation_it_began_with_the_first_attempt() -> None:
    """And without any of the two it did not begin."""
    server = compromised_server()
    tried = replace(server.findings[1], stage=Stage.ATTEMPTED)
    assert views.since(replace(server, findings=(server.findings[0], tried))) == tried.time
    assert views.since(replace(server, findings=server.findings[:1])) is None


def test_what_was_not_seen_names_gaps_losses_and_undetermined_patches() -> None:
    """Each blind spot has its line, those of deciding sources first."""
    lines = views.unseen(compromised_server())
    assert "httpproxy (deciding) does not cover the window" in lines[0]
    text = "\n".join(lines)
    for part in (
        "not one row for 3 d, 2021-03-04 00:00 to 2021-03-07 00:00", "3 rows could not be parsed",
        "times may be local", "CVE-2022-41040", "proxyshell was not assessed",
    ):  # fmt: skip
        assert part in text


def test_a_server_without_deciding_logs_says_so() -> None:
    """Missing deciding sources are the first thing to know."""
    server = replace(compromised_server(), coverage=())
    assert views.unseen(server)[0].startswith("None of the logs that decide")
    assert views.looked_at(server).startswith("No log")


def test_a_fully_covered_server_has_no_blind_spot() -> None:
    """Then there is nothing to say."""
    server = quiet_server("a", Verdict.NO_EVIDENCE, Stage.NONE, "x")
    assert views.unseen(replace(server, cves={})) == []
    assert "iis-site-1 2021-02-10 00:00 to" in views.looked_at(server)


def test_a_source_without_a_row_is_a_blind_spot() -> None:
    """An empty log was handed in, and shows nothing."""
    empty = replace(coverage("ews", "2021-03-01", 1), rows=0, deciding=True, covers_window=False)
    assert views.unseen(replace(compromised_server(), coverage=(empty,)))[0] == (
        "ews (deciding): not one row could be read."
    )


@given(times)
def test_times_are_iso_8601_in_utc(time: datetime) -> None:
    """Machine form ends with Z, human form has no fraction; both keep four digits of the year."""
    text = views.iso(time)
    assert text is not None
    assert datetime.fromisoformat(text) == time
    assert text.endswith("Z")
    assert views.time_text(time) == text[:19].replace("T", " ")


def test_fractions_are_given_only_where_known() -> None:
    """Seconds, milliseconds, microseconds."""
    assert views.iso(at("2021-03-03 06:59:20")) == "2021-03-03T06:59:20Z"
    assert views.iso(at("2021-03-03 06:59:20.359")) == "2021-03-03T06:59:20.359Z"
    assert views.iso(at("2021-03-03 06:59:20.359001")) == "2021-03-03T06:59:20.359001Z"
    assert views.iso(None) is None


@given(citations())
def test_an_address_begins_with_the_path_and_names_the_place(citation: Citation) -> None:
    """Line, offset and record id are told apart by their sign."""
    rest = views.address(citation).removeprefix(citation.path)
    assert rest[:1] == {"li": ":", "by": "@", "re": "#", "": ""}[views.place(citation)[:2]]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (90_061, "1 d 1 h"), (-5, "0 s")],
)
def test_a_duration_has_at_most_two_units(seconds: int, words: str) -> None:
    """The two largest tell enough."""
    assert views.duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (3 << 40, "3.0 TiB")],
)
def test_a_size_has_a_binary_unit(size: int, words: str) -> None:
    """Bytes below 1024, then one decimal."""
    assert views.size_text(size) == words


def test_the_gravest_findings_are_proofs_of_the_last_stage() -> None:
    """Weight counts before stage, stage before time."""
    ordered = views.gravest(compromised_server().findings)
    assert ordered[0].rule == "mail-read-ews"
    assert ordered[-1].weight is Weight.CONTEXT


def test_findings_without_a_time_come_last() -> None:
    """The others stand in the order of time."""
    ordered = views.chronological(compromised_server().findings)
    assert ordered[-1].time is None
    known = [one.time for one in ordered[:-1] if one.time is not None]
    assert known == sorted(known)
