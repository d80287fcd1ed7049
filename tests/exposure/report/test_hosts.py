"""The hosts of one run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.exposure.journal import place_key
from alpheus.exposure.model import Observation, Status
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.lines import Facts, LineReader
from alpheus.exposure.output.names import CHIEF
from alpheus.exposure.report.hosts import (
    COMPROMISED,
    HostReader,
    host_key,
    merged,
    server_identities,
)
from alpheus.exposure.report.runs import open_runs
from exposure_runs import CLOSED, OPEN, SHORT, observation, observations, pool, tls, write_lines


def _facts(one: Observation) -> Facts:
    reader = LineReader()
    return reader.facts(reader.read(encode(one)))


@given(st.lists(observations(), max_size=10))
@settings(deadline=None)
def test_every_place_is_one_host(tmp_path: Path, many: list[Observation]) -> None:
    """However many lines a list has of it, and whatever these hold."""
    path = write_lines(tmp_path / "list.jsonl", many)
    hosts = HostReader().read(open_runs([path])[0])
    reader = LineReader()
    keys = {host_key(reader.read(encode(one))) for one in many}
    assert set(hosts.index) == keys
    assert hosts.results == len(many)
    assert hosts.lost == 0
    assert len(hosts.identities) == 4 * len(hosts)
    assert sorted(hosts.index.values()) == list(range(len(hosts)))


def test_lines_that_are_none_are_counted_and_listed(tmp_path: Path) -> None:
    """A torn end of a run, an address that is none: the rest is read."""
    path = write_lines(
        tmp_path / "list.jsonl",
        [observation("192.0.2.1", OPEN), observation("192.0.2.999")], torn=b'{"target":"19',
    )  # fmt: skip
    hosts = HostReader().read(open_runs([path])[0])
    assert (len(hosts), hosts.lost) == (1, 2)
    assert hosts.losses[0].startswith("line 2: ")
    assert hosts.losses[1].startswith("line 3: ")


def test_of_several_observations_the_latest_counts(tmp_path: Path) -> None:
    """In whatever order they stand; and what is known of owner and identity is kept."""
    first = observation("192.0.2.1", OPEN, time="2021-03-01T00:00:00Z", tls=tls("aa"))
    last = observation("192.0.2.1", CLOSED, time="2021-03-09T00:00:00Z", attributes={"geo": "DE"})
    for order in ([first, last], [last, first]):
        path = write_lines(tmp_path / "list.jsonl", order)
        reader = HostReader()
        hosts = reader.read(open_runs([path])[0])
        assert reader.facts[hosts.facts[0]].build == CLOSED
        assert reader.owners[hosts.owners[0]].country == "DE"
        assert len(server_identities(hosts, 0)) == 1
        shown = next(open_runs([path])[0].lines_at([hosts.offsets[0]], LineReader()))
        assert shown.build == CLOSED


def test_of_equal_times_the_worst_counts() -> None:
    """Two rows of a report that name different flaws leave both open."""
    facts, _ = merged(_facts(observation("192.0.2.1", CLOSED)),
                      _facts(observation("192.0.2.1", SHORT)), 0)  # fmt: skip
    assert facts.state(CHIEF) == "undetermined"
    assert facts.cause
    facts, newer = merged(_facts(observation("192.0.2.1", CLOSED)),
                          _facts(observation("192.0.2.1", OPEN)), 0)  # fmt: skip
    assert facts.state(CHIEF) == "vulnerable"
    assert not newer


@pytest.mark.parametrize("order", [-1, 0, 1])
def test_a_report_of_a_compromise_takes_no_patch_state_away(order: int) -> None:
    """It says nothing of patches, and is never forgotten."""
    known = _facts(observation("192.0.2.1", CLOSED, status=Status.LISTED, exchange=True))
    report = _facts(observation("192.0.2.1", status=Status.LISTED, flags=(COMPROMISED,)))
    for facts, newer in (merged(known, report, order), merged(report, known, order)):
        assert facts.state(CHIEF) == "fixed"
        assert COMPROMISED in facts.flags
        assert newer == (facts == merged(report, known, order)[0] and newer)


def test_a_host_that_was_asked_again_is_what_it_says() -> None:
    """An answer that shows no build is later than one that did."""
    known, asked = _facts(observation("192.0.2.1", OPEN)), _facts(observation("192.0.2.1"))
    assert merged(known, asked, 1) == (asked, True)
    assert merged(asked, known, -1)[0].build is None


def test_targets_without_an_address_are_told_apart() -> None:
    """Names that lead nowhere have no address to be known by."""
    reader = LineReader()
    keys = {
        host_key(reader.read(encode(observation("", status=Status.UNRESOLVED, target=name))))
        for name in ("a.example", "b.example")
    }
    assert len(keys) == 2
    assert max(keys) < 0


def test_servers_are_kept_of_pools_and_of_hosts_that_are_watched(tmp_path: Path) -> None:
    """In lower case; of the others nothing is, since there are many."""
    path = write_lines(tmp_path / "list.jsonl", [
        observation("192.0.2.1", CLOSED, servers=("EX0", "BE9")),
        observation("192.0.2.2", CLOSED, servers=("EX1", "BE9")),
        observation("192.0.2.3", OPEN, pool=pool(OPEN, CLOSED), servers=("EX0", "EX1")),
    ])  # fmt: skip
    run = open_runs([path])[0]
    assert HostReader().read(run).servers == {2: ("ex0", "ex1")}
    watched = {place_key("192.0.2.2", 443)}
    assert HostReader().read(run, watched).servers == {1: ("ex1",), 2: ("ex0", "ex1")}
