"""Events that nobody wants are counted per hour, source and host, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alpheus.parsers.base import EventSearch
from alpheus.parsers.event_selection import EventSelection


class _Finding:
    def search(self, texts: Sequence[str]) -> Collection[int]:
        return [place for place, text in enumerate(texts) if "x" in text]

    def late(self, text: str) -> bool:
        return False


class _Wanted:
    def __init__(self, answer: bool | EventSearch) -> None:
        self._answer = answer

    def of(self, source: str, provider: str, channel: str, event_id: str) -> bool | EventSearch:
        return self._answer


@given(
    st.lists(st.integers(-4000, 9000).map(lambda minutes: minutes * 17), min_size=1, max_size=30),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%S+00:00"]),
)
def test_hours_first_and_last_are_those_of_the_times(minutes: list[int], form: str) -> None:
    """However the times are written, also before 1970."""
    times = [datetime(1970, 1, 2, tzinfo=UTC) + timedelta(minutes=m) for m in minutes]
    selection = EventSelection(_Wanted(answer=False))
    group = selection.group("P", "Security", 4624, "HOST")
    selection.count(group, [time.strftime(form) for time in times], [""] * len(times))
    counted = list(selection.counted())
    hours = Counter(int(time.timestamp()) // 3600 for time in times)
    found = {int(c.first.timestamp()) // 3600: c.count for c in counted if c.first}
    assert found == hours
    assert min(c.first for c in counted if c.first) == min(times)
    assert max(c.last for c in counted if c.last) == max(times)
    assert {(c.source, c.host) for c in counted} == {("windows-security", "HOST")}
    assert list(selection.counted()) == []


def test_a_time_that_is_none_is_taken_from_the_record() -> None:
    """Without that one too, the event is counted without a time; the far future is no error."""
    selection = EventSelection(_Wanted(answer=False))
    group = selection.group("P", "C", "1", None)
    selection.count(
        group,
        ["?", "?", "9999-12-31T23:59:59.000000Z"],
        ["2021-03-03 06:59:20 UTC", "", ""],
    )
    assert [(c.first.year if c.first else None, c.count) for c in selection.counted()] == [
        (2021, 1),
        (None, 1),
        (9999, 1),
    ]


def test_only_what_a_search_finds_is_wanted() -> None:
    """Kinds with other answers are not searched; a web request is always wanted."""
    selection = EventSelection(_Wanted(_Finding()))
    searched = selection.group("P", "C", 1, None)
    web = selection.group("Microsoft-Windows-IIS-Logging", "", 6200, None)
    assert web.wanted is True
    assert selection.found([searched, None, searched, web], ["x", "x", "y", "x"]) == {0}


def test_a_source_and_host_are_told_once() -> None:
    """By an empty count, which keeps the order in which they came."""
    selection = EventSelection(_Wanted(answer=False))
    first = selection.tell("s", "h")
    assert first is not None
    assert first.count == 0
    assert selection.tell("s", "h") is None
