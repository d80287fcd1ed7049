"""What changed from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.exposure.model import Observation, Status
from alpheus.exposure.report.history import Changes, History
from alpheus.exposure.report.hosts import COMPROMISED, HostReader
from alpheus.exposure.report.runs import open_runs
from alpheus.exposure.report.transitions import Kind
from exposure_runs import CLOSED, OPEN, observation, observations, pool, tls, write_lines


def _changes(folder: Path, *runs: Sequence[Observation]) -> Changes:
    """What changed with the last of several runs."""
    reader = HostReader()
    history = History(reader.facts)
    for number, run in enumerate(runs):
        path = write_lines(folder / f"{number}.jsonl", run)
        hosts = reader.read(open_runs([path])[0], history.watched)
        changes = history.add(hosts, listed=True)
    return changes


def _kinds(changes: Changes) -> dict[Kind, int]:
    return {kind: n for kind, n in changes.kinds.items() if kind not in {Kind.SAME, Kind.OTHER}}


def test_the_first_run_changes_nothing(tmp_path: Path) -> None:
    """There is nothing to compare it with."""
    assert _changes(tmp_path, [observation("192.0.2.1", OPEN)]) == Changes()


def test_hosts_are_compared_by_address_and_port(tmp_path: Path) -> None:
    """The counts are those of hosts, and of those vulnerable before all have a fate."""
    before = [
        observation("192.0.2.1", OPEN), observation("192.0.2.2", CLOSED),
        observation("192.0.2.3", OPEN), observation("192.0.2.4", OPEN),
        observation("192.0.2.5", OPEN, port=8443),
    ]  # fmt: skip
    after = [
        observation("192.0.2.1", CLOSED), observation("192.0.2.2", OPEN),
        observation("192.0.2.3", status=Status.NO_ANSWER), observation("192.0.2.5", OPEN),
    ]  # fmt: skip
    changes = _changes(tmp_path, before, after)
    assert _kinds(changes) == {
        Kind.FIXED: 1, Kind.REGRESSED: 1, Kind.GONE: 1, Kind.ABSENT: 2, Kind.NEW: 1,
    }  # fmt: skip
    assert changes.fates == {"fixed": 1, "gone": 1, "absent": 2}
    assert changes.fixed["CVE-2021-26855"] == changes.regressed["CVE-2021-26855"] == 1


def test_a_server_that_moved_is_known_again(tmp_path: Path) -> None:
    """By its certificate; it is neither new nor gone, and what became of it counts."""
    before = [observation("192.0.2.1", CLOSED, tls=tls("aa"))]
    changes = _changes(
        tmp_path, before,
        [observation("198.51.100.7", OPEN, tls=tls("aa")),
         observation("192.0.2.1", status=Status.NO_ANSWER)],
    )  # fmt: skip
    assert _kinds(changes) == {Kind.REGRESSED: 1}
    assert changes.moved == 1
    assert changes.listed[0].moved
    later = [observation("198.51.100.7", OPEN, tls=tls("aa"))]
    assert _kinds(_changes(tmp_path, before, later)) == {Kind.REGRESSED: 1}


def test_a_pool_is_fixed_when_all_its_servers_are(tmp_path: Path) -> None:
    """Over any number of runs; until then it counts as one that cannot be told."""
    mixed = observation("192.0.2.1", OPEN, pool=pool(OPEN, CLOSED),
                        flags=("mixed-pool", "several-servers"))  # fmt: skip
    first = observation("192.0.2.1", CLOSED, servers=("EX0",))
    second = observation("192.0.2.1", CLOSED, servers=("EX1",))
    held = _changes(tmp_path, [mixed], [first])
    assert _kinds(held) == {Kind.HIDDEN: 1}
    assert held.fates == {"undetermined": 1}
    assert held.fixed["CVE-2021-26855"] == 0
    assert _kinds(_changes(tmp_path, [mixed], [first], [first])) == {Kind.HIDDEN: 1}
    fixed = _changes(tmp_path, [mixed], [first], [second])
    assert _kinds(fixed) == {Kind.FIXED: 1}
    assert fixed.fixed["CVE-2021-26855"] == 1
    assert _kinds(_changes(tmp_path, [mixed], [first], [second], [second])) == {}


def test_what_several_carry_proves_nothing(tmp_path: Path) -> None:
    """A certificate on two hosts, before or after, makes none of them the other."""
    one, two = (observation(f"192.0.2.{n}", CLOSED, tls=tls("aa")) for n in (1, 2))
    moved = observation("198.51.100.7", OPEN, tls=tls("aa"))
    twin = observation("198.51.100.8", OPEN, tls=tls("aa"))
    assert _changes(tmp_path, [one, two], [moved]).moved == 0
    assert _changes(tmp_path, [one], [moved, twin]).moved == 0
    assert _changes(tmp_path, [one], [moved, one]).moved == 0


def test_what_was_gone_for_a_run_is_remembered(tmp_path: Path) -> None:
    """A fixed server that comes back vulnerable is not new."""
    gone = observation("192.0.2.1", status=Status.NO_ANSWER)
    changes = _changes(tmp_path, [observation("192.0.2.1", CLOSED)], [gone],
                       [observation("192.0.2.1", OPEN)])  # fmt: skip
    assert _kinds(changes) == {Kind.REGRESSED: 1}
    again = _changes(tmp_path, [observation("192.0.2.1", OPEN)], [], [])
    assert _kinds(again) == {}


def test_newly_reported_compromises_are_counted(tmp_path: Path) -> None:
    """Only those that no run before reported, on their own axis."""
    old = observation("192.0.2.1", CLOSED, flags=(COMPROMISED,))
    new = observation("192.0.2.2", CLOSED, flags=(COMPROMISED,))
    changes = _changes(tmp_path, [old, observation("192.0.2.2", CLOSED)], [old, new])
    assert changes.newly_compromised == 1
    assert _kinds(changes) == {}


@given(st.lists(st.lists(observations(), max_size=6), min_size=2, max_size=4))
@settings(max_examples=60)
def test_every_host_has_one_kind(tmp_path: Path, runs: list[list[Observation]]) -> None:
    """Nobody is counted twice or lost: all of the last run, and the servers that are missing."""
    changes = _changes(tmp_path, *runs)
    last = {(one.address or one.target, one.port) for one in runs[-1]}
    assert changes.kinds.total() - changes.kinds[Kind.ABSENT] <= len(last)
    quiet = changes.kinds[Kind.SAME] + changes.kinds[Kind.OTHER]
    assert len(changes.listed) == changes.kinds.total() - quiet
    assert all(one.before or one.after for one in changes.listed)
