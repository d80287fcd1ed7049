"""From matches to findings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alpheus.detect.model import HitGroup
from alpheus.detect.process_tree import ProcessTree
from alpheus.judge.findings import finding_from, findings_of_hits, more_files, sentence
from alpheus.judge.ties import Anchors
from alpheus.model import CITATION_LIMIT, Citation, Confidence, Finding, Stage, Weight
from making import T0, at, event, group, hours, origin, record, rule

PROOF = rule("proof", Stage.IMPLANTED, Weight.PROOF, client="c-ip")


def _findings(*groups: HitGroup) -> list[Finding]:
    return findings_of_hits(record(hits=list(groups)), Anchors(), ProcessTree())


def test_the_matches_of_all_files_are_one_finding() -> None:
    """A rule that matched in two folders is one finding, timed by the earliest and latest match."""
    elsewhere = HitGroup(PROOF, origin(folder="D/logs"))
    elsewhere.add(event(time=T0 - timedelta(days=1), line=9))
    (found,) = _findings(group(PROOF, [event(line=1), event(line=2)]), elsewhere)
    assert [citation.line for citation in found.citations] == [9, 1, 2]
    assert (found.time, found.last) == (T0 - timedelta(days=1), T0)
    assert found.citations_total == 3


def test_citations_are_bounded_and_the_total_is_not() -> None:
    """Up to the limit every line is cited; of more the total is told."""
    events = [event(time=T0 + timedelta(seconds=n), line=n) for n in range(CITATION_LIMIT * 2)]
    found = finding_from(PROOF, events, total=12_345)
    assert [c.line for c in found.citations] == list(range(CITATION_LIMIT))
    assert found.citations_total == 12_345
    assert found.last == events[-1].time


def test_what_has_no_time_is_cited_last() -> None:
    """A match without a time is a match, and does not set the time of the finding."""
    found = finding_from(PROOF, [event(time=None, line=1), event(line=2)])
    assert [citation.line for citation in found.citations] == [2, 1]
    assert found.time == T0
    assert finding_from(PROOF, [event(time=None)]).time is None


def test_a_match_in_a_line_that_does_not_parse_is_never_proof() -> None:
    """Raw matches are a finding of their own, at most an indication, of low confidence."""
    parsed = group(PROOF, [event(line=1)])
    raw = group(PROOF, [event(fields={}, time=None, line=2)], raw=True)
    found = {f.weight: f for f in _findings(parsed, raw)}
    assert set(found) == {Weight.PROOF, Weight.INDICATION}
    assert found[Weight.INDICATION].confidence is Confidence.LOW
    assert "do not parse" in found[Weight.INDICATION].detail


def test_a_raw_match_of_context_stays_context() -> None:
    """Being in a damaged line makes nothing graver."""
    (found,) = _findings(group(rule("c", weight=Weight.CONTEXT), [event()], raw=True))
    assert found.weight is Weight.CONTEXT


def test_records_that_their_writer_cannot_have_written_prove_nothing() -> None:
    """Only edited or damaged records: context; one that is as it should be: full weight."""
    damaged = event(line=1, malformed=True)
    (found,) = _findings(group(PROOF, [damaged]))
    assert (found.weight, found.stage) == (Weight.CONTEXT, Stage.PROBED)
    (found,) = _findings(group(PROOF, [damaged, event(line=2)]))
    assert (found.weight, found.stage) == (Weight.PROOF, Stage.IMPLANTED)


def test_the_time_of_a_copied_file_is_not_believed() -> None:
    """A leftover dated after every log was copied then: it is cited without a time."""
    leftover = event("aspnet-compiled", {"VirtualPath": "/x.aspx"}, time=at("2022-01-01"))
    server = record(
        hits=[group(PROOF, [leftover])], hours={"iis-site-1": hours("2021-03-01", "2021-03-05")}
    )
    (found,) = findings_of_hits(server, Anchors(), ProcessTree())
    assert (found.time, found.citations_total) == (None, 1)


def test_sizes_and_names_speak_of_all_matches() -> None:
    """Stolen bytes are summed over all groups; names are listed, and the rest counted."""
    theft = rule("theft", Stage.SPREAD, measure="ResponseBytes", names=("Mailbox",))
    first = group(theft, [event(fields={"ResponseBytes": "1000", "Mailbox": "a"})])
    many = [event(fields={"ResponseBytes": "10", "Mailbox": f"m{n}"}) for n in range(8)]
    (found,) = _findings(first, group(theft, many))
    assert "1,080 bytes in ResponseBytes" in found.detail
    assert "named: a, m0, m1, m2, m3 and 4 more" in found.detail


def test_clients_are_listed_once_in_the_order_they_came() -> None:
    """Only a rule that names a client's field has clients."""
    events = [
        event("iis", {"c-ip": ip}, time=T0 + timedelta(seconds=n))
        for n, ip in enumerate(("192.0.2.2", "192.0.2.1", "192.0.2.2"))
    ]
    assert finding_from(PROOF, events).clients == ("192.0.2.2", "192.0.2.1")
    assert finding_from(rule("no-client"), events).clients == ()


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{c-ip} asked for {UrlStem}", "192.0.2.1 asked for /x.aspx"),
        ("{Nothing} did it", "unknown did it"),
        ("{Long}", "y" * 200),
        ("no place", "no place"),
        ("{Inner} stays", "{c-ip} stays"),
    ],
)
def test_a_sentence_is_filled_from_the_event_once(template: str, told: str) -> None:
    """An absent field reads as unknown, a long one is cut, evidence is never a template."""
    fields = {"c-ip": "192.0.2.1", "UrlStem": "/x.aspx", "Long": "y" * 900, "Inner": "{c-ip}"}
    assert sentence(template, event(fields=fields)) == told


def test_files_beyond_the_citations_are_named() -> None:
    """A clean-up has to know all: each file once, without a quote; records are only counted."""
    files = [Citation("E1", f"{n}.aspx", sha256="a" * 64) for n in range(CITATION_LIMIT + 30)]
    found = more_files([*files, files[0], files[-1], Citation("E1", "u.log", line=7)])
    assert [one.path for one in found] == [
        f"{n}.aspx" for n in range(CITATION_LIMIT, CITATION_LIMIT + 30)
    ]
    assert more_files(files[:CITATION_LIMIT]) == ()
