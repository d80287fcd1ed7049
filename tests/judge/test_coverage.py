"""Coverage of a campaign's window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alpheus.judge.coverage import (
    Window,
    coverage_of_window,
    coverage_table,
    gaps_of,
    hour_start,
)
from alpheus.knowledge.model import DecidingGroup
from alpheus.model import TimeBasis
from making import at, campaign_pack, hours, record

WINDOW = Window(at("2021-02-26"), at("2021-03-20"))


def _lacks(**sources: object) -> tuple[str, ...]:
    named = {name.replace("_", "-"): value for name, value in sources.items()}
    return coverage_of_window(record(hours=named), campaign_pack(), WINDOW).lacks


def test_full_coverage_lacks_nothing() -> None:
    """Front end and control panel over the whole window decide it."""
    full = hours("2021-02-20", "2021-03-25")
    assert _lacks(httpproxy=full, ecp_server=full) == ()


def test_iis_covers_for_http_proxy_and_the_event_log_for_the_control_panel() -> None:
    """Any one source of a deciding group is enough."""
    full = hours("2021-02-20", "2021-03-25")
    assert _lacks(iis_site_1=full, msexchange_management=full) == ()


def test_two_halves_make_a_whole() -> None:
    """Front-end sources are looked at together."""
    early, late = hours("2021-02-20", "2021-03-05"), hours("2021-03-05", "2021-03-25")
    assert (
        _lacks(httpproxy=early, iis_site_1=late, ecp_server=hours("2021-02-20", "2021-03-25")) == ()
    )


def test_missing_late_early_and_gap_are_each_named() -> None:
    """What is lacking is said with its times."""
    full = hours("2021-02-20", "2021-03-25")
    assert "none in the evidence" in _lacks(httpproxy=full)[0]
    assert (
        "begin only on 2021-03-20"
        in _lacks(httpproxy=hours("2021-03-20", "2021-04-01"), ecp_server=full)[0]
    )
    assert (
        "end already on 2021-03-10"
        in _lacks(httpproxy=hours("2021-02-20", "2021-03-10"), ecp_server=full)[0]
    )
    gap = hours("2021-02-20", "2021-03-25", without=("2021-03-01", "2021-03-04"))
    assert "no row from 2021-03-01" in _lacks(httpproxy=gap, ecp_server=full)[0]


def test_quiet_control_panel_logs_have_no_gap() -> None:
    """Inside the window gaps count for the front end alone."""
    full = hours("2021-02-20", "2021-03-25")
    quiet = hours("2021-02-20", "2021-03-25", without=("2021-03-01", "2021-03-08"))
    assert _lacks(httpproxy=full, ecp_server=quiet) == ()


def test_an_exported_extract_covers_nothing() -> None:
    """Rows of an export are those somebody chose; they decide no coverage."""
    full = hours("2021-02-20", "2021-03-25")
    assert _lacks(httpproxy_export=full, ecp_server=full)


def test_unknown_time_basis_never_decides() -> None:
    """Rows whose zone is not known cannot cover a window."""
    full, local = hours("2021-02-20", "2021-03-25"), hours("2021-02-20", "2021-03-25")
    local.basis = TimeBasis.UNKNOWN.value
    assert _lacks(httpproxy=local, ecp_server=full)


def test_the_early_phase_is_told_and_decides_nothing() -> None:
    """Coverage from 3 January on is reported beside the window."""
    full = hours("2021-02-20", "2021-03-25")
    longer = hours("2021-01-01", "2021-03-25")
    short = coverage_of_window(
        record(hours={"httpproxy": full, "ecp-server": full}), campaign_pack(), WINDOW
    )
    whole = coverage_of_window(
        record(hours={"httpproxy": longer, "ecp-server": full}), campaign_pack(), WINDOW
    )
    assert (short.complete, short.early_covered) == (True, False)
    assert (whole.complete, whole.early_covered) == (True, True)


def test_a_window_is_touched_by_any_row_inside_it() -> None:
    """Evidence of another year does not touch it."""
    pack = campaign_pack()
    assert not coverage_of_window(
        record(hours={"ews": hours("2023-01-01", "2023-01-03")}), pack, WINDOW
    ).touched
    assert coverage_of_window(
        record(hours={"ews": hours("2021-03-01", "2021-03-02")}), pack, WINDOW
    ).touched


def test_the_table_lists_deciding_sources_first_and_counts_days() -> None:
    """One row per source, with rows per UTC day."""
    spans = {
        "ews": hours("2021-03-01", "2021-03-02"),
        "httpproxy": hours("2021-02-20", "2021-03-25"),
    }
    rows = coverage_table(record(hours=spans), frozenset({"httpproxy"}), WINDOW)
    assert [row.source for row in rows] == ["httpproxy", "ews"]
    assert rows[0].covers_window
    assert not rows[1].covers_window
    assert rows[1].days == {"2021-03-01": 24}


def test_silence_after_the_window_is_told_by_itself() -> None:
    """Gaps end with the window; what is silent later matters to whoever verifies a clean-up."""
    late = hours("2021-02-20", "2021-04-20", without=("2021-04-01", "2021-04-04"))
    (row,) = coverage_table(record(hours={"httpproxy": late}), frozenset(), WINDOW)
    assert row.gaps == ()
    assert [(gap.start, gap.end) for gap in row.silent] == [(at("2021-04-01"), at("2021-04-04"))]
    (row,) = coverage_table(record(hours={"ews": late}), frozenset(), WINDOW)
    assert row.silent == ()


def test_each_part_of_a_source_is_told_by_itself() -> None:
    """Where the source has rows and a part of it has none: its days were taken away, or quiet."""
    whole = hours("2021-03-01", "2021-03-10")
    whole.parts = {
        "owa": set(whole.hours),
        "ecp": set(hours("2021-03-01", "2021-03-10", without=("2021-03-04", "2021-03-06")).hours),
    }
    (row,) = coverage_table(record(hours={"httpproxy": whole}), frozenset(), None)
    assert row.silent == row.parts["owa"] == ()
    assert [(gap.start, gap.end) for gap in row.parts["ecp"]] == [
        (at("2021-03-04"), at("2021-03-06"))
    ]


@given(st.sets(st.integers(0, 24 * 20), max_size=60))
def test_gaps_are_exactly_the_days_without_rows(seen: set[int]) -> None:
    """Every gap is 24 hours or longer and holds no row; every such span is a gap."""
    start = datetime(2021, 3, 1, tzinfo=UTC)
    base = int(start.timestamp()) // 3600
    end = start + timedelta(hours=24 * 20)
    gaps = gaps_of({base + hour for hour in seen}, start, end)
    for gap in gaps:
        assert gap.end - gap.start >= timedelta(hours=24)
        inside = [h for h in seen if gap.start <= start + timedelta(hours=h) < gap.end]
        assert not inside
    for first in range(24 * 20 - 24 + 1):
        if not any(first <= h < first + 24 for h in seen):
            begin = start + timedelta(hours=first)
            assert any(g.start <= begin and begin + timedelta(hours=24) <= g.end for g in gaps)


def test_hours_outside_the_calendar_are_its_ends() -> None:
    """A damaged date never breaks the count."""
    assert hour_start(10**9).year == 9999
    assert hour_start(-(10**9)).year == 1
    assert hour_start(448_543) == at("2021-03-03").replace(hour=7)


def test_a_deciding_source_may_be_every_web_site() -> None:
    """Sites of SharePoint have numbers of their own; each covers for the others."""
    group = DecidingGroup("front-end", ("iis-site-*",))
    pack = replace(campaign_pack(), deciding=(group,))
    full = hours("2021-02-20", "2021-03-25")
    seen = record(hours={"iis-site-1804289383": full})
    assert coverage_of_window(seen, pack, WINDOW).lacks == ()
    (row,) = coverage_table(seen, frozenset({"iis-site-*"}), WINDOW)
    assert row.deciding
    lacking = coverage_of_window(record(hours={"ews": full}), pack, WINDOW)
    assert lacking.lacks == ("IIS logs: none in the evidence",)
    assert lacking.missing == ("iis-site-*",)
