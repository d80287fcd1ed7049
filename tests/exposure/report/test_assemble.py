"""The numbers of the report."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.exposure.model import Observation, Status
from alpheus.exposure.output.names import CHIEF
from alpheus.exposure.report.assemble import CHANGES_SHOWN, HOSTS_SHOWN, make_report
from alpheus.exposure.report.hosts import COMPROMISED
from alpheus.exposure.report.model import ExposureReport, States
from exposure_runs import CLOSED, OPEN, SHORT, observation, observations, run_folder, write_lines

TODAY = date(2021, 3, 9)


def _report(folder: Path, *runs: list[Observation]) -> ExposureReport:
    folders = [
        run_folder(folder / str(n), run, f"2021-03-0{n}T00:00:00Z") for n, run in enumerate(runs, 1)
    ]
    return make_report(folders[::-1], TODAY).report


def test_the_newest_run_is_counted_in_every_way(tmp_path: Path) -> None:
    """Status, build, flaw, cause, flag, network: all of the same hosts."""
    report = _report(tmp_path, [
        observation("192.0.2.1", OPEN, flags=("weak-tls",)), observation("192.0.2.2", CLOSED),
        observation("192.0.2.3", SHORT), observation("192.0.2.4"),
        observation("192.0.2.5", status=Status.SHIELDED),
        observation("192.0.2.6", status=Status.NO_ANSWER),
    ])  # fmt: skip
    assert report.headline.startswith("4 of 6 asked are Exchange servers; 1 is vulnerable to")
    assert report.change == ""
    assert {one.status: one.count for one in report.statuses} == {
        "identified": 3, "build-unknown": 1, "shielded": 1, "no-answer": 1,
    }  # fmt: skip
    chief = next(one for one in report.cves if one.cve == CHIEF)
    assert chief.states == States(vulnerable=1, undetermined=2, fixed=1)
    assert {one.build: one.count for one in report.builds} == {OPEN: 1, CLOSED: 1, SHORT: 1, "": 1}
    shown = {one.build: one for one in report.builds}
    assert (shown[OPEN].cu, shown[OPEN].vulnerable, shown[CLOSED].vulnerable) == (
        "CU19",
        True,
        False,
    )
    assert "Exchange Server 2016" in shown[OPEN].support
    assert sum(one.count for one in report.causes) == 2
    assert [(one.flag, one.count) for one in report.flags] == [("weak-tls", 1)]
    assert [(one.place, one.servers) for one in report.networks] == [("192.0.2.0/24", 4)]
    assert report.newest.shielded == report.newest.silent == 1
    assert report.newest.run.audit_lines == 6


def test_the_trend_tells_fixed_new_gone_and_vulnerable_again(tmp_path: Path) -> None:
    """Run by run, the last one host by host; the runs may be given in any order."""
    first = [observation("192.0.2.1", OPEN), observation("192.0.2.2", OPEN),
             observation("192.0.2.3", OPEN)]  # fmt: skip
    second = [observation("192.0.2.1", CLOSED), observation("192.0.2.2", CLOSED),
              observation("192.0.2.3", OPEN)]  # fmt: skip
    third = [observation("192.0.2.1", OPEN), observation("192.0.2.2", CLOSED),
             observation("192.0.2.3", status=Status.NO_ANSWER),
             observation("192.0.2.4", OPEN)]  # fmt: skip
    report = _report(tmp_path, first, second, third)
    assert [point.states.vulnerable for point in report.trend] == [3, 1, 2]
    assert report.trend[1].changes == {"fixed": 2}
    assert report.trend[2].changes == {"vulnerable-again": 1, "new": 1, "gone": 1}
    assert [(one.kind, one.rows[0].host.address) for one in report.changes] == [
        ("vulnerable-again", "192.0.2.1"), ("new", "192.0.2.4"), ("gone", "192.0.2.3"),
    ]  # fmt: skip
    assert report.change.startswith("1 server is vulnerable again to what had been fixed.")
    assert report.trend[2].fates == {"gone": 1}


def test_two_runs_of_one_day_are_told_apart(tmp_path: Path) -> None:
    """By the time of the one before."""
    many = [observation("192.0.2.1", OPEN)]
    folders = [
        run_folder(tmp_path / hour, many, f"2021-03-01T{hour}:30:00Z") for hour in ("08", "20")
    ]
    report = make_report(folders, TODAY).report
    assert "vulnerable to ProxyLogon on 2021-03-01 at 08:30 UTC: " in report.change


def test_lists_of_hosts_are_cut_and_say_so(tmp_path: Path) -> None:
    """The page stays a page; the totals are those of all."""
    many = [observation(f"10.0.{n >> 8}.{n & 255}", OPEN) for n in range(HOSTS_SHOWN + 5)]
    report = _report(tmp_path, [], many)
    assert (len(report.vulnerable), report.vulnerable_total) == (HOSTS_SHOWN, HOSTS_SHOWN + 5)
    assert (report.changes[0].count, len(report.changes[0].rows)) == (len(many), CHANGES_SHOWN)


def test_the_worst_servers_come_first(tmp_path: Path) -> None:
    """What a great campaign used outweighs the number of others."""
    report = _report(tmp_path, [
        observation("192.0.2.1", CLOSED), observation("192.0.2.2", OPEN),
        observation("192.0.2.3", "15.2.2562.17"),
    ])  # fmt: skip
    assert [row.address for row in report.vulnerable] == ["192.0.2.2", "192.0.2.1", "192.0.2.3"]


def test_compromise_is_an_axis_of_its_own(tmp_path: Path) -> None:
    """A list's word for a break-in is shown beside the patch state, new ones counted."""
    listed = write_lines(tmp_path / "list.jsonl", [
        observation("192.0.2.1", CLOSED, status=Status.LISTED, exchange=True, flags=(COMPROMISED,)),
    ])  # fmt: skip
    before = run_folder(tmp_path / "a", [observation("192.0.2.1", CLOSED)], "2021-03-01T00:00:00Z")
    report = make_report([before, listed], TODAY).report
    assert report.compromised_total == 1
    assert report.newest.newly_compromised == 1
    assert report.newest.states.fixed == 1
    assert report.newest.run.is_list


@given(st.lists(st.lists(observations(), max_size=8), min_size=1, max_size=3))
@settings(max_examples=40)
def test_the_numbers_add_up(tmp_path: Path, runs: list[list[Observation]]) -> None:
    """Every part of the report counts the same hosts, whatever the observations are."""
    paths = [write_lines(tmp_path / f"{n}.jsonl", run) for n, run in enumerate(runs)]
    report = make_report(paths, TODAY).report
    hosts = sum(one.count for one in report.statuses)
    assert hosts == report.newest.run.hosts
    assert sum(one.count for one in report.builds) == report.newest.exchange
    for one in report.cves:
        counts = [getattr(one.states, name) for name in States.__slots__]
        assert sum(counts) <= report.newest.exchange
    assert report.vulnerable_total == report.newest.any_vulnerable
    kinds = Counter({one.kind: one.count for one in report.changes})
    assert dict(kinds) == report.newest.changes
