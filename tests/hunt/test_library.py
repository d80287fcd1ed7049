"""Saved hunts are whole, can be asked, find what they are for, and pass over what they are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from alpheus.errors import KnowledgeError, UsageError
from alpheus.hunt.asking import ask
from alpheus.hunt.library import ABOUT, Row, Saved, library, read, saved_hunt, values_for
from alpheus.hunt.questions import Kind, Question
from alpheus.hunt.session import Bounds
from alpheus.hunt.timelines import find_timelines
from alpheus.model import Citation, Event, TimeBasis
from timelines import of_events


def _event(number: int, row: Row) -> Event:
    when = datetime.fromisoformat(row.time)
    citation = Citation("package", "events.evtx", line=number)
    return Event(row.source, when, TimeBasis.UTC, row.server, row.fields, citation)


def _asked(tmp_path: Path, saved: Saved, rows: Sequence[Row], bounds: Bounds) -> int:
    of_events(tmp_path / "t.parquet", map(_event, range(len(rows)), rows))
    timelines = find_timelines([tmp_path / "t.parquet"]).timelines
    given = {name: one.example for name, one in saved.given.items()}
    answer = ask(Question(Kind.SQL, saved.sql), timelines, bounds, 100, given)
    return len(answer.rows)


@pytest.mark.parametrize("name", sorted(library()))
def test_a_hunt_finds_what_it_is_for_and_nothing_else(
    tmp_path: Path, name: str, bounds: Bounds
) -> None:
    """By the rows that its file gives; those that are to be passed over are like them."""
    saved = library()[name]
    assert saved.found
    assert saved.passed_over
    assert _asked(tmp_path, saved, saved.found, bounds) > 0
    assert _asked(tmp_path, saved, saved.passed_over, bounds) == 0


def test_there_are_enough_and_each_says_why() -> None:
    """Of the campaign, of intrusions in general, and to begin with."""
    known = library()
    assert len(known) >= 12
    assert {saved.about for saved in known.values()} == set(ABOUT)
    order = [ABOUT.index(saved.about) for saved in known.values()]
    assert order == sorted(order)
    for name, saved in known.items():
        assert min(map(len, (saved.why, saved.hit, saved.false_positives))) > 40, name
        assert len(saved.title) <= 72, name
        assert saved.title[0].isupper(), name


def test_a_broken_file_is_told_with_its_place() -> None:
    """For whoever edits one."""
    whole = "{title: T, about: any, why: w, hit: h, false_positives: f, sql: s, found: [], "
    whole += "passed_over: []"
    assert read("x.yaml", whole + "}").sql == "s"
    for text, reason in (
        ("[", "x.yaml: "), (whole + ", more: 1}", "more"),
        (whole.replace("any", "all") + "}", "about"), (whole.replace("why: w, ", "") + "}", "why"),
    ):  # fmt: skip
        with pytest.raises(KnowledgeError, match=reason):
            read("x.yaml", text)


def test_names_and_values_are_checked() -> None:
    """A name that is nearly right is helped."""
    with pytest.raises(UsageError, match="such as requests-of"):
        saved_hunt("requests-o")
    with pytest.raises(UsageError, match="--list"):
        saved_hunt("nothing")
    saved = saved_hunt("requests-of")
    assert values_for(saved, {"address": "::1"}) == {"address": "::1"}
    with pytest.raises(UsageError, match="--with address=VALUE: an address"):
        values_for(saved, {})
    with pytest.raises(UsageError, match="asks for no more"):
        values_for(saved, {"address": "::1", "more": ""})
