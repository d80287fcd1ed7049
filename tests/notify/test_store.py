"""Rows of notices: append-only, claimed once whoever else is at it, and whole after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from alpheus.cases.database import Database
from alpheus.cases.schema import notice_events, notice_standings
from alpheus.errors import RefusedError
from alpheus.notify import store
from alpheus.notify.model import EventKind, Status
from alpheus.notify.status import standing_of
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import Country, contact

SENDER = """
import sys
sys.path.insert(0, sys.argv[2])
from alpheus.cases.database import open_database
from alpheus.notify.model import EventKind
from notices_filling import Country
with open_database(sys.argv[1]) as database:
    notices = Country(database).notices
    print("ready", flush=True)
    sys.stdin.readline()
    for notice in notices.due():
        if notices.claim(notice, who=sys.argv[3]):
            print(notice.reference, flush=True)
            if sys.argv[3] == "killed":
                sys.stdin.readline()
            notices.record(notice, EventKind.HANDED_OVER, who=sys.argv[3])
"""
TESTS = str(Path(__file__).parents[1])


def _country(database: Database, number: int) -> Country:
    found = Country(database, {n: [contact(f"it@one{n}.example")] for n in range(1, number + 1)})
    found.sees(*(seen(n, OPEN, 1) for n in range(1, number + 1)))
    return found


def _sender(place: str, who: str) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", SENDER, place, TESTS, who],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def _matches_events(database: Database) -> None:
    """Every standing is what its events make."""
    with database.read() as connection:
        for row in connection.execute(select(notice_standings)).all():
            made = standing_of(store.events_of(connection, row.notice))
            assert (row.status, row.handed_over, row.answered) == (
                made.status.value, made.handed_over, made.answered,
            )  # fmt: skip


def test_two_senders_hand_each_notice_over_once(place: str, database: Database) -> None:
    """Two processes over the same approved batch: none twice, none left."""
    country = _country(database, 12)
    country.plan()
    country.approve()
    both = [_sender(place, who) for who in ("one", "other")]
    sent = []
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in both:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        sent += out.split()
    assert len(sent) == len(set(sent)) == 12
    _matches_events(database)
    assert country.notices.status().told == 12


def test_a_killed_sender_leaves_one_uncertain(place: str, database: Database) -> None:
    """Which no other sends by itself; the rest goes out."""
    country = _country(database, 3)
    country.plan()
    country.approve()
    process = _sender(place, "killed")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    held = process.stdout.readline().strip()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    sent = country.send()
    assert held not in {one.reference for one in sent}
    assert len(sent) == 2
    assert country.send() == []
    assert country.notices.status().uncertain_notices == (held,)
    assert country.plan() == []
    _matches_events(database)


def test_a_plan_that_fails_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a batch nor a notice nor the lock."""
    country = _country(database, 3)

    def failing(*_: object) -> None:
        raise KeyError

    with monkeypatch.context() as patch, pytest.raises(KeyError):
        patch.setattr(store, "add_unreached", failing)
        country.plan()
    with database.read() as connection:
        assert connection.execute(select(notice_events)).all() == []
    assert len(country.plan()) == 3


def test_standings_follow_from_events(database: Database) -> None:
    """Through everything that becomes of notices."""
    country = _country(database, 8)
    planned = country.plan()
    country.notices.reject(1, who="lou", why="no", references=(planned[0].reference,))
    country.approve()
    sent = country.send()
    kinds = (EventKind.BOUNCED, EventKind.DELAYED, EventKind.DELIVERED, EventKind.ANSWERED,
             EventKind.AUTOMATIC_ANSWER, EventKind.ACKNOWLEDGED, EventKind.REFUSED)  # fmt: skip
    for notice, kind in zip(sent, kinds, strict=True):
        country.notices.record(notice, kind, who="mx")
    _matches_events(database)
    assert sorted(country.notices.batch(1).notices.values()) == [1, 1, 1, 2, 3]


def test_events_are_numbered_on(database: Database) -> None:
    """Also after those that came in bulk, on either database."""
    country = _country(database, 3)
    (first, *_) = country.tell()
    numbers = [one.id for one in country.notices.events(first)]
    assert numbers == sorted(numbers)
    with database.read() as connection:
        found = connection.execute(select(notice_events.c.id)).scalars().all()
    assert len(found) == len(set(found)) == 12


def test_notices_are_sent_the_most_urgent_first(database: Database) -> None:
    """By the priority of their servers."""
    country = _country(database, 2)
    country.sees(seen(3, OPEN, 1, flags=("compromised-reported",)))
    country.contacts = {**country.contacts, 3: [contact("it@one3.example")]}
    country.rebuild()
    assert next(one.organisation for one in country.plan()) == "org3.example"


def test_a_page_begins_after_another(database: Database) -> None:
    """By number, of any status or of some."""
    _country(database, 5).plan()
    with database.read() as connection:
        assert [n.id for n, _ in store.page(connection, 1, (), 2, 2)] == [3, 4]
        assert store.page(connection, 1, (Status.SENT,), 0, 9) == []
        assert store.numbers(connection, 0, (Status.PLANNED,)) == [1, 2, 3, 4, 5]
        with pytest.raises(RefusedError, match="there is no notice 9"):
            store.standing(connection, 9)
