"""Events that nobody wants are counted per hour, source and host, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.model import TimeBasis
from alpheus.parsers import event_selection
from alpheus.parsers.base import Counted, EventSearch
from alpheus.parsers.event_selection import Batch, EventSelection, Kind, Time


class _Finding:
    def __init__(self, *, follows: bool = False) -> None:
        self.follows = follows
        self.searched: list[int] = []
        self.asked: list[str] = []

    def search(self, texts: Sequence[str]) -> Collection[int]:
        self.searched.append(len(texts))
        return [place for place, text in enumerate(texts) if "x" in text]

    def late(self, text: str) -> bool:
        self.asked.append(text)
        return "late" in text


class _Wanted:
    def __init__(self, answer: bool | EventSearch) -> None:
        self._answer = answer

    def of(self, source: str, provider: str, channel: str, event_id: str) -> bool | EventSearch:
        return self._answer


def _kind(
    provider: str = "P", event_id: int | str = 4624, host: str | None = "HOST", basis: str = "utc"
) -> Kind:
    return provider, "Security", event_id, host, basis


def _sort(selection: EventSelection, *events: tuple[Kind | None, str]) -> list[int | Counted]:
    return list(
        selection.sort(
            Batch([kind for kind, _ in events], [text for _, text in events], [None] * len(events))
        )
    )


@given(
    st.lists(st.integers(-4000, 9000).map(lambda minutes: minutes * 17), min_size=1, max_size=30),
    st.sampled_from(
        [
            lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            lambda time: time.strftime("%Y-%m-%d %H:%M:%S UTC"),
            lambda time: time.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            lambda time: time,
            lambda time: time.timestamp(),
        ]
    ),
    st.integers(1, 5),
)
def test_hours_first_and_last_are_those_of_the_times(
    minutes: list[int], written: Callable[[datetime], Time], batches: int
) -> None:
    """However the times are written, also before 1970, and in however many batches they come."""
    times = [datetime(1970, 1, 2, tzinfo=UTC) + timedelta(minutes=m) for m in minutes]
    selection = EventSelection(_Wanted(answer=False))
    steps: list[int | Counted] = []
    for start in range(batches):
        part = [written(time) for time in times[start::batches]]
        steps += selection.sort(Batch([_kind()] * len(part), [""] * len(part), part))
    assert steps == [Counted("windows-security", "HOST", TimeBasis.UTC, None, None, 0)]
    counted = list(selection.counted())
    hours = Counter(int(time.timestamp()) // 3600 for time in times)
    found = {int(c.first.timestamp()) // 3600: c.count for c in counted if c.first}
    assert found == hours
    assert min(c.first for c in counted if c.first) == min(times)
    assert max(c.last for c in counted if c.last) == max(times)
    assert {(c.source, c.host) for c in counted} == {("windows-security", "HOST")}
    assert list(selection.counted()) == []


def test_a_time_that_is_none_is_taken_from_elsewhere() -> None:
    """Without that one too, the event is counted without a time; the far future is no error."""
    selection = EventSelection(_Wanted(answer=False))
    others = ["2021-03-03 06:59:20 UTC", "", ""]
    times = ["?", "?", "9999-12-31T23:59:59.000000Z"]
    list(selection.sort(Batch([_kind()] * 3, [""] * 3, times, others.__getitem__)))
    list(selection.sort(Batch([_kind()], [""], [float("nan")])))
    assert [(c.first.year if c.first else None, c.count) for c in selection.counted()] == [
        (2021, 1),
        (None, 2),
        (9999, 1),
    ]


def test_times_of_another_basis_are_counted_apart() -> None:
    """As their events would be."""
    selection = EventSelection(_Wanted(answer=False))
    time = datetime(2021, 3, 3, tzinfo=UTC)
    list(selection.sort(Batch([_kind(), _kind(basis="unknown")], ["", ""], [time, time])))
    assert [(c.time_basis, c.count) for c in selection.counted()] == [
        (TimeBasis.UTC, 1),
        (TimeBasis.UNKNOWN, 1),
    ]


def test_only_what_a_search_finds_is_wanted() -> None:
    """Kinds with one search are searched at once; what has no kind is wanted, and a web request."""
    search = _Finding()
    selection = EventSelection(_Wanted(search))
    web = "Microsoft-Windows-IIS-Logging", None, 6200, None, "utc"
    events = (_kind(), "y"), (_kind(), "x"), (None, ""), (_kind(event_id=1), "x"), (web, "")
    assert [step for step in _sort(selection, *events) if isinstance(step, int)] == [1, 2, 3, 4]
    assert search.searched == [3]
    assert [c.count for c in selection.counted()] == [1]


def test_what_follows_from_events_before_is_asked_in_their_order() -> None:
    """Only of kinds where that can be, and after the events before were read."""
    search = _Finding(follows=True)
    selection = EventSelection(_Wanted(search))
    steps = selection.sort(Batch([_kind()] * 4, ["x", "late", "a", "b"], [None] * 4))
    assert next(steps) == 0
    assert search.asked == []
    assert next(steps) == 1
    assert search.asked == ["late"]
    assert [step.count for step in steps if isinstance(step, Counted)] == [0]
    assert search.asked == ["late", "a", "b"]
    assert [c.count for c in selection.counted()] == [2]


def test_a_source_and_host_are_told_once_in_their_order() -> None:
    """By an empty count where the first is not wanted; one that was read in full is told by it."""
    selection = EventSelection(_Wanted(_Finding()))
    assert selection.tell("windows-security", "B") is not None
    assert selection.tell("windows-security", "B") is None
    events = [(_kind(host=host), text) for host, text in zip("ABCA", "yyxy", strict=True)]
    first, second = _sort(selection, *events)
    assert isinstance(first, Counted)
    assert (first.host, second) == ("A", 2)
    assert _sort(selection, *events[:2]) == []


def test_the_kinds_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost where they are forgotten, nor where many times wait."""
    monkeypatch.setattr(event_selection, "_GROUPS_KEPT", 2)
    monkeypatch.setattr(event_selection, "_MOMENTS_KEPT", 3)
    selection = EventSelection(_Wanted(answer=False))
    time = "2021-03-03T06:59:20Z"
    for _ in range(3):
        kinds = [_kind(event_id=number) for number in range(5)]
        list(selection.sort(Batch(kinds, [""] * 5, [time] * 5)))
    assert [c.count for c in selection.counted()] == [15]
