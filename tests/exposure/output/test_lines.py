"""Lines read back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.exposure.model import CveEntry, Observation
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.lines import LineError, LineReader
from alpheus.exposure.output.names import CHIEF
from exposure_runs import CLOSED, SHORT, observation, observations, tls


@given(observations())
@settings(max_examples=200)
def test_what_is_read_back_is_what_was_written(written: Observation) -> None:
    """All that counts of an observation survives."""
    reader = LineReader()
    line = reader.read(encode(written))
    assert (line.address, line.port, line.status) == (
        written.address, written.port, written.status,
    )  # fmt: skip
    assert line.build == written.build
    assert reader.entries(line) == written.cves
    facts = reader.facts(line)
    assert dict(facts.states) == {cve: entry.state for cve, entry in written.cves.items()}
    assert bool(facts.cause) == (written.exchange is True and facts.state(CHIEF) == "undetermined")


def test_equal_servers_have_equal_facts() -> None:
    """So that they can be counted as one."""
    reader = LineReader()
    one, other = (
        reader.facts(reader.read(encode(observation(address, CLOSED, tls=tls("aa")))))
        for address in ("192.0.2.1", "192.0.2.2")
    )
    assert one == other
    assert one.tls == "TLSv1.2"
    assert one.state("CVE-0000-0000") == ""
    short = reader.facts(reader.read(encode(observation("192.0.2.1", SHORT))))
    assert short.cause == "three-part"


@given(st.binary(max_size=60))
def test_a_line_that_is_none_is_refused(raw: bytes) -> None:
    """Whatever stands there, it is an error of ours."""
    with pytest.raises(LineError):
        LineReader().read(raw)


@pytest.mark.parametrize("cves", [b"[1]", b'{"CVE-1": 1}'])
def test_states_that_are_none_are_refused(cves: bytes) -> None:
    """They are read late, and refused as well."""
    raw = encode(replace(observation("192.0.2.1"), cves={})).replace(
        b'"cves":{}', b'"cves":' + cves
    )
    reader = LineReader()
    with pytest.raises(LineError):
        reader.facts(reader.read(raw))


def test_many_different_states_take_no_more_memory() -> None:
    """What was read of states is kept for a bounded number of texts."""
    reader = LineReader()
    for number in range(20_000):
        one = observation("192.0.2.1", cves={"C": CveEntry("fixed", str(number))})
        reader.facts(reader.read(encode(one)))
    assert len(reader._entries) < 20_000
