"""Counts while a run goes on."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from alpheus.exposure.model import Status
from alpheus.exposure.output import live
from alpheus.exposure.output.live import WIDTH, Gauge, block, duration, line, live_counts
from alpheus.exposure.output.names import CHIEF
from alpheus.exposure.run import Counts
from exposure_runs import OPEN, observation


@dataclass
class _Counts:
    total: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    states: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass
class _Probe:
    counts: _Counts | Counts = field(default_factory=_Counts)
    open: int = 0
    opens: datetime | None = None

    def opens_at(self) -> datetime | None:
        return self.opens


def _probe(total: int, states: dict[str, int] | None = None, **statuses: int) -> _Probe:
    probe = _Probe(open=7)
    probe.counts.total = total
    probe.counts.statuses.update({one.replace("_", "-"): n for one, n in statuses.items()})
    probe.counts.states[CHIEF] = Counter(states or {})
    return probe


@given(st.dictionaries(st.sampled_from([one.value for one in Status]), st.integers(0, 10**7)),
       st.integers(0, 10**7))  # fmt: skip
def test_the_block_fits_eighty_columns(statuses: dict[str, int], total: int) -> None:
    """Whatever the counts are."""
    probe = _probe(total, {"vulnerable": 10**7, "fixed": 10**7, "undetermined": 10**7})
    probe.counts.statuses.update(statuses)
    lines = block(Gauge(probe)).plain.split("\n")
    assert max(cell_len(one) for one in lines) <= WIDTH
    assert len(lines) == 7


def test_a_line_says_how_far_it_is() -> None:
    """Asked of all, rate, time left, and what was found; those not asked do not count."""
    probe = _probe(4000, {"vulnerable": 3, "fixed": 5, "undetermined": 90}, identified=10,
                   no_answer=80, not_asked=500)  # fmt: skip
    now = [0.0]
    gauge = Gauge(probe, clock=lambda: now[0])
    gauge.look()
    now[0] = 10.0
    probe.counts.statuses["identified"] += 100
    assert line(gauge) == (
        "asked 190 of 4,000 (5%), 10 a second, 6 min left, 7 in progress; Exchange with build 110,"
        " no answer 80, not asked 500; ProxyLogon (CVE-2021-26855): 3 vulnerable, 5 fixed,"
        " 102 undetermined"
    )


def test_silence_is_not_counted_as_an_open_server() -> None:
    """States of those that did not answer are open, too, and are not what is meant."""
    probe = _probe(100, {"undetermined": 50, "vulnerable": 2}, identified=2, build_unknown=1,
                   no_answer=49)  # fmt: skip
    assert Gauge(probe).look().states["undetermined"] == 1


def test_the_counts_of_a_run_are_what_is_looked_at() -> None:
    """What the run counts is what is shown."""
    probe = _Probe(Counts())
    for number in range(3):
        probe.counts.add(observation(f"192.0.2.{number}", OPEN))
    look = Gauge(probe).look()
    assert look.groups["Exchange with build"] == look.states["vulnerable"] == look.done == 3


class _Changing(Counter[str]):
    def get(self, *_: object) -> None:
        raise RuntimeError("dictionary changed size during iteration")


def test_counts_that_change_under_the_hands_are_no_failure() -> None:
    """The states of the look before are shown once more."""
    probe = _probe(10, {"vulnerable": 3}, identified=4)
    gauge = Gauge(probe)
    gauge.look()
    probe.counts.states = _Changing()
    assert gauge.look().states["vulnerable"] == 3


def test_closed_hours_are_said() -> None:
    """Nobody wonders why nothing goes on."""
    probe = _probe(10)
    probe.opens = datetime(2021, 3, 4, 20, 0, tzinfo=UTC)
    assert "the hours of the scope begin at 2021-03-04 20:00 UTC" in line(Gauge(probe))
    assert "20:00 UTC" in block(Gauge(probe)).plain


def test_the_rate_is_that_of_the_last_seconds() -> None:
    """A fast beginning does not promise a fast end."""
    probe = _probe(10_000)
    now = [0.0]
    gauge = Gauge(probe, clock=lambda: now[0])
    for second in range(60):
        now[0] = float(second)
        probe.counts.statuses["refused"] += 100 if second < 30 else 10
        look = gauge.look()
    assert look.rate == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (89.9, "89 s"), (600, "10 min"), (12_000, "3 h 20 min"), (187_200, "2 d 4 h")],
)
def test_a_duration_is_short(seconds: float, text: str) -> None:
    """Two units at most."""
    assert duration(seconds) == text


def test_without_a_terminal_a_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain text on standard error, and nothing after the end."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with live._lines(Gauge(_probe(10, refused=4)), stream, every=0.01):
        time.sleep(0.2)
    written = stream.getvalue()
    assert written.startswith("alpheus: asked 4 of 10 (40%)")
    assert "\x1b" not in written
    time.sleep(0.05)
    assert stream.getvalue() == written


def test_a_short_run_says_nothing_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line comes after half a minute; the thread ends with the block."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = threading.active_count()
    with live_counts(_probe(10)):
        pass
    assert stream.getvalue() == ""
    assert threading.active_count() == before


def test_a_reader_that_left_stops_no_run() -> None:
    """A closed standard error ends the lines, not the run."""
    stream = io.StringIO()
    stream.close()
    with live._lines(Gauge(_probe(10)), stream, every=0.01):
        time.sleep(0.05)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_block_is_refreshed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn from counts that another thread changes, and is gone at the end."""
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    probe = _probe(1000)
    with live_counts(probe):
        for number in range(60_000):
            probe.counts.statuses[f"odd-{number % 900}"] += 1
            if number % 10_000 == 0:
                time.sleep(0.1)
    assert "asked" in stream.getvalue()


def test_a_look_costs_little() -> None:
    """Four looks a second take less than a hundredth of a processor."""
    gauge = Gauge(_probe(400_000, {"vulnerable": 3}, identified=100, no_answer=80))
    block(gauge)
    began = time.process_time()
    for _ in range(100):
        block(gauge)
    assert (time.process_time() - began) / 100 < 0.0025
