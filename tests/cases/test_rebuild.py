"""Derived tables follow from what is kept, whenever and in whatever portions it came."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import UTC, datetime

import msgspec
import pytest

from alpheus.cases import chunks, groups
from alpheus.cases import rebuild as module
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.derived_store import current, standing
from alpheus.cases.groups import Detail
from alpheus.cases.owners import Owner
from alpheus.cases.rebuild import rebuild
from alpheus.errors import DatabaseBusyError, DatabaseError
from alpheus.exposure.model import Pool
from cases_filling import NOW, act, derived_rows, fill, listed, seen
from copies import die, end_of_a_copy
from exposure_runs import CLOSED, OPEN, tls

FIRST = [
    seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 1, tls=tls("a" * 64)),
    seen(4, OPEN, 2, **listed(1, 2, geo="US", region="Ohio", asn="64500", sector="hospital")),
]  # fmt: skip
SECOND = [
    seen(1, CLOSED, 5), seen(3, OPEN, 6, tls=tls("a" * 64)),
    seen(2, None, 7, flags=("compromised-reported",), **listed(2, 7, geo="DE")),
    seen(5, OPEN, 5, servers=(), pool=Pool(("QQ0008XY", "QQ0009XY"), (OPEN, CLOSED), mixed=True),
         flags=("mixed-pool", "several-servers")),
]  # fmt: skip


def _states(database: Database) -> dict[str, tuple[str, ...]]:
    rows = derived_rows(database)["servers"]
    with database.read() as connection:
        tables, _ = current(connection, "")
    names = [column.name for column in tables.servers.columns]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return {one["name"]: (one["patch"], one["compromise"], one["work"]) for one in found}


def _values(database: Database, dimension: str) -> set[str]:
    return {row[1] for row in derived_rows(database)["counts"] if row[0] == dimension}


def test_portions_make_the_same_as_all_at_once(database: Database) -> None:
    """Import, rebuild, import, act, rebuild is the same as one rebuild of it all."""
    fill(database, FIRST)
    rebuild(database, now=NOW)
    fill(database, SECOND)
    act(database, 1, ActKind.STARTED, 8)
    rebuild(database, now=NOW)
    grown = derived_rows(database)
    with database.write() as connection:
        tables, _ = current(connection, "")
        tables.metadata.drop_all(connection)
    rebuild(database, now=NOW)
    assert grown == derived_rows(database)


def test_states_do_not_depend_on_the_order(database: Database) -> None:
    """Of lists, or of lines in them; only numbers do."""
    fill(database, [*SECOND, *reversed(FIRST)])
    rebuild(database, now=NOW)
    states = _states(database)
    assert states["QQ0001XY"] == ("fixed", "unknown", "new")
    assert states["QQ0002XY"] == ("vulnerable", "reported", "new")
    assert states["QQ0003XY"] == ("regressed", "unknown", "new")
    assert states["QQ0004XY"] == ("vulnerable", "unknown", "new")


def test_counts_are_those_of_the_rows(database: Database) -> None:
    """Servers and observations by what they are counted under; changes by day."""
    fill(database, [*FIRST, *SECOND])
    found = rebuild(database, now=NOW)
    rows = derived_rows(database)
    assert found.observations == 8
    total = [row for row in rows["counts"] if not row[0]]
    assert found.servers == len(rows["servers"])
    assert sum(row[5] for row in total) == len([r for r in rows["servers"] if not r[-2]])
    assert sum(row[6] for row in total) == 8
    axes = {"patch", "compromise", "work"}
    changes = [row for row in rows["days"] if row[0] == "" and row[3] in axes]
    assert sum(row[-1] for row in changes) == len(rows["changes"])
    assert len(rows["members"]) == 8


def test_an_owner_comes_from_whoever_knows(database: Database) -> None:
    """By lists and names unless somebody else is asked."""
    fill(database, FIRST)
    owner = Owner("o", "bank", "FR", "1", "so", ownership=b"{}")
    rebuild(database, now=NOW, owners=lambda *_: owner)
    assert _values(database, "sector") == {"bank"}
    rebuild(database, now=NOW)
    assert _values(database, "sector") == {"", "hospital"}
    assert _values(database, "region") == {"", "US-OH"}
    assert _values(database, "network") == {"", "64500"}


def test_another_cve_can_be_watched(database: Database) -> None:
    """And stays so."""
    fill(database, FIRST)
    for watched in ("CVE-2022-41040", None):
        rebuild(database, now=NOW, watched=watched)
        with database.read() as connection:
            assert standing(connection).watched == "CVE-2022-41040"
        assert _states(database)["QQ0003XY"][0] == "vulnerable"


def test_decisions_and_conflicts(database: Database) -> None:
    """Merged servers are one row; decisions that contradict each other are told."""
    fill(database, FIRST)
    detail = msgspec.json.encode(Detail((1, 2))).decode()
    act(database, 1, ActKind.MERGED, 5, detail)
    assert rebuild(database, now=NOW).servers == 3
    act(database, 1, ActKind.KEPT_APART, 6, detail)
    found = rebuild(database, now=NOW)
    assert found.servers == 4
    assert "decision 1 does not hold against 2" in found.conflicts[0]


def test_what_is_done_meanwhile_is_taken_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note in the midst of a rebuild is not lost; a decision is done by the next one."""
    fill(database, FIRST)
    read = module.read_groups

    def slow(given: Database):
        groups = read(given)
        act(given, 1, ActKind.STARTED, 9)
        act(given, 1, ActKind.MERGED, 9, '{"observations":[1,2]}')
        return groups

    with monkeypatch.context() as patch:
        patch.setattr(module, "read_groups", slow)
        found = rebuild(database, now=NOW)
    assert found.again
    assert found.servers == 4
    assert _states(database)["QQ0001XY"][2] == "in-progress"
    found = rebuild(database, now=NOW)
    assert (found.again, found.servers) == (False, 3)


def test_an_empty_database(database: Database) -> None:
    """Has no servers, and that is no trouble."""
    assert rebuild(database, now=NOW).servers == 0


def test_two_rebuilds_do_not_meet(database: Database) -> None:
    """The second is told."""
    with database.work(), pytest.raises(DatabaseBusyError):
        rebuild(database, now=NOW)


def test_a_killed_rebuild_leaves_what_was(place: str) -> None:
    """And the next one is whole."""
    with open_database(place) as opened:
        fill(opened, FIRST)
        rebuild(opened, now=NOW)
        before = derived_rows(opened)
        fill(opened, SECOND)

    def die_while_sorting() -> None:
        rebuild(
            open_database(place), now=datetime.now(UTC),
            tell=lambda said: die() if said == "sorting" else None,
        )  # fmt: skip

    assert end_of_a_copy(die_while_sorting) == -signal.SIGKILL
    with open_database(place) as opened:
        assert derived_rows(opened) == before
        assert rebuild(opened, now=NOW).observations == 8


@pytest.fixture
def spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many processes, each with so little, as if the database were large."""
    monkeypatch.delitem(sys.modules, "obstore", raising=False)  # what another test has loaded
    for place in (module, groups):
        monkeypatch.setattr(place, "workers", lambda: 3)
    monkeypatch.setattr(groups, "_PAGE", 2)
    monkeypatch.setattr(groups, "_FEW_PAGES", 1)
    for place in (module, chunks):
        monkeypatch.setattr(place, "CHUNK", 1)


def test_several_processes_make_the_same_as_one(
    database: Database, spread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row for row, counts and organisations, too."""
    del spread
    fill(database, [*FIRST, *SECOND])
    act(database, 1, ActKind.STARTED, 8)
    rebuild(database, now=NOW)
    several = derived_rows(database)
    for place in (module, groups):
        monkeypatch.setattr(place, "workers", lambda: 1)
    rebuild(database, now=NOW)
    assert several == derived_rows(database)
    assert len(several["servers"]) > 3


@pytest.fixture(autouse=True)
def _threads_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have left running in this process is not counted."""
    real, others = threading.active_count, threading.active_count() - 1
    monkeypatch.setattr(threading, "active_count", lambda: real() - others)


def test_a_process_that_dies_leaves_what_was(database: Database, spread: None) -> None:
    """With one clear line; and the next rebuild is whole."""
    del spread
    fill(database, FIRST)
    rebuild(database, now=NOW)
    before = derived_rows(database)
    fill(database, SECOND)
    ours = os.getpid()

    def die(*_: object) -> Owner:
        if os.getpid() != ours:
            os.kill(os.getpid(), signal.SIGKILL)
        return Owner()

    with pytest.raises(DatabaseError, match=r"^working out servers: a process was ended by SIGK"):
        rebuild(database, now=NOW, owners=die)
    assert derived_rows(database) == before
    assert rebuild(database, now=NOW).observations == 8
