"""Logs go on beyond the clean-up, without a hole; else a server is not shown to be clean."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.respond.verification_logs import end_of, seen_until, unseen_logs
from clean_assessments import read_server

SINCE = "2021-03-12T10:00:00Z"
FRONT = {"source": "httpproxy", "files": 1, "deciding": True, "first": "2021-03-01T00:00:00Z",
         "last": "2021-03-20T00:00:00Z"}  # fmt: skip
PANEL = FRONT | {"source": "ecp-server"}
EVENTS = FRONT | {"source": "msexchange-management"}


def _missing(*after: dict[str, Any], before: tuple[dict[str, Any], ...] = (FRONT,)) -> list[str]:
    was, now = (read_server("A", coverage=list(one)) for one in (before, after))
    return list(unseen_logs(was, now, SINCE))


def _until(*after: dict[str, Any], before: tuple[dict[str, Any], ...] = (FRONT,)) -> str:
    was, now = (read_server("A", coverage=list(one)) for one in (before, after))
    return seen_until(was, now, SINCE)


def _silent(start: str, end: str) -> dict[str, Any]:
    return FRONT | {"silent": [{"from": f"2021-03-{start}:00:00Z", "to": f"2021-03-{end}:00:00Z"}]}


def _of_parts(**gaps: tuple[str, str] | None) -> dict[str, Any]:
    """HttpProxy, with parts that were silent then, or never."""
    return FRONT | {"parts": {
        name: [{"from": f"2021-03-{gap[0]}", "to": f"2021-03-{gap[1]}"}] if gap else []
        for name, gap in gaps.items()
    }}  # fmt: skip


def test_a_protocol_that_fell_silent_is_a_hole() -> None:
    """One that wrote every day before, and of which days are missing since; others are none."""
    hole = ("14T00:00:00Z", "16T00:00:00Z")
    always = _of_parts(ecp=None, rps=("02T00:00:00Z", "05T00:00:00Z"))
    assert _missing(_of_parts(ecp=None), before=(always,)) == []
    (told,) = _missing(_of_parts(ecp=hole), before=(always,))
    assert told.startswith(f"httpproxy: ecp: no row from 2021-03-{hole[0]} to 2021-03-{hole[1]};")
    assert _missing(_of_parts(rps=None), before=(always,)) == [
        "httpproxy: ecp: none of it was collected, and it wrote every day before"
    ]
    assert _missing(_of_parts(ecp=("02T00:00:00Z", "12T20:00:00Z")), before=(always,)) == []
    assert _missing(_of_parts(ecp=hole), before=(FRONT,)) == []
    short = always | {"first": "2021-03-18T00:00:00Z"}
    assert _missing(_of_parts(ecp=hole), before=(short,)) == []
    both = _of_parts(ecp=hole) | {"silent": _of_parts(ecp=hole)["parts"]["ecp"]}
    assert len(_missing(both, before=(always,))) == 1


def test_a_log_that_goes_on_is_enough() -> None:
    """From before the clean-up until after it."""
    assert _missing(FRONT) == []
    assert _until(FRONT) == "2021-03-20T00:00:00Z"


@pytest.mark.parametrize(("after", "word"), [
    ((), "none of it"), ((FRONT | {"last": SINCE},), "before the clean-up"),
    ((FRONT | {"first": "2021-03-13T10:00:00Z"},), "after the clean-up"),
    ((_silent("14T00", "16T00"),), "no row from 2021-03-14T00:00:00Z"),
    ((_silent("01T00", "13T10"),), "no row"),
])  # fmt: skip
def test_a_hole_after_the_clean_up_is_told(after: tuple[dict[str, Any], ...], word: str) -> None:
    """Nothing of it, its end, its beginning, or days in its midst."""
    (found,) = _missing(*after)
    assert found.startswith("httpproxy: ")
    assert word in found


@pytest.mark.parametrize("after", [
    _silent("02T00", "05T00"), _silent("10T00", "12T20"),
    FRONT | {"first": "2021-03-13T09:00:00Z"},
])  # fmt: skip
def test_less_than_a_day_since_the_clean_up_is_no_hole(after: dict[str, Any]) -> None:
    """A server is switched off while it is cleaned; what was before it does not count."""
    assert _missing(after) == []


def test_a_source_that_writes_now_and_then_is_covered_by_its_like() -> None:
    """No setting was changed since; the other log of the control panel goes on."""
    both = (PANEL, EVENTS)
    quiet = EVENTS | {"last": "2021-03-11T00:00:00Z"}
    assert _missing(PANEL, quiet, before=both) == []
    assert _until(PANEL, quiet, before=both) == "2021-03-20T00:00:00Z"
    assert len(_missing(PANEL | {"last": SINCE}, quiet, before=both)) == 2
    assert len(_missing(PANEL, before=both)) == 1, "it was not collected at all"
    front = FRONT | {"source": "iis-site-1"}
    assert len(_missing(front, FRONT | {"last": SINCE}, before=(FRONT, front))) == 1


def test_without_logs_before_there_must_be_one_now() -> None:
    """A folder of pages alone shows nothing of what was asked of them since."""
    loose = FRONT | {"source": "iis-site-3", "deciding": False}
    assert "no log of requests" in _missing(before=())[0]
    assert "no log of requests" in _missing(_silent("14T00", "16T00"), before=())[0]
    assert _missing(loose, before=()) == []
    assert _until(loose, before=()) == "2021-03-20T00:00:00Z"
    assert _until(before=()) == ""
    assert _missing(before=(loose,))[0].startswith("iis-site-3")


def test_the_end_of_what_was_seen() -> None:
    """The last record of all logs; the time of a file may be that of its copy."""
    late = FRONT | {"source": "aspnet-compiled", "last": "2026-01-01T00:00:00Z"}
    assert end_of(read_server("A", coverage=[FRONT, late])) == FRONT["last"]
    assert end_of(read_server("A", coverage=[FRONT, PANEL | {"last": None}])) == FRONT["last"]
    assert end_of(read_server("A", coverage=[])) == ""
