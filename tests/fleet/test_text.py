"""A run for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from alpheus.cases.database import Database, open_database
from alpheus.cases.rebuild import rebuild
from alpheus.fleet import planned
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Asked, Ended, Recipe, Result, UnitKind
from alpheus.fleet.planned import Planned
from alpheus.fleet.progress import progress
from alpheus.fleet.report import Shared, Victim, report
from alpheus.fleet.text import (
    WIDTH,
    commands_of,
    progress_lines,
    report_lines,
    sizes,
    span,
)
from alpheus.fleet.text import _shared as text_of_shared
from assessments import ATTACKER
from cases_filling import fill, seen
from exposure_runs import OPEN
from fleet_filling import RECIPE, finished, package


def _filled(database: Database) -> None:
    fill(database, [replace(seen(1, OPEN, 1), address=ATTACKER)])
    ledger = Ledger(database)
    ledger.register([package(number) for number in range(1, 5)], RECIPE)
    ledger.register([package(5)], RECIPE, lane="slow")
    *some, locked = ledger.claim(RECIPE, 3, "a-machine-with-a-long-name.example.4711.0a1b2c3d")
    ledger.settle(finished(some, victims=[1, 2]), "mia")
    ledger.settle([Ended(locked, Result(refused="x.zip: encrypted; give the password"))], "mia")
    rebuild(database, now=datetime(2021, 4, 1, tzinfo=UTC))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """What is printed does not depend on the database."""
    with open_database(tmp_path / "c.db") as opened:
        yield opened


def test_progress(database: Database) -> None:
    """The sentence that matters first; every line fits."""
    assert next(progress_lines(progress(database))).startswith("Nothing is registered yet")
    _filled(database)
    lines = list(progress_lines(progress(database)))
    assert lines[0].startswith("2 of 5 units are done (0.00 of 0.01 MB), 1 parked.")
    text = "\n".join(lines)
    assert "2 compromised" in text
    assert "unit 3, srv0003: x.zip: encrypted; give the password (1 attempt)" in " ".join(
        text.split()
    )
    assert "slow" in text
    assert any(one.split()[0] == "driver" for one in lines if one), "who keeps the ledger"
    assert max(map(len, lines)) <= WIDTH


def test_shards_are_told_beside_packages(database: Database) -> None:
    """By kind, with a pace that says something, and the command by which the rest is done."""
    ledger = Ledger(database)
    probe = Recipe(UnitKind.PROBE, Asked("5c", "7a", "1b", 2, 4, "one"), "a run")
    units = [Planned(f"{n}", f"{n}/4", f"probe one ({n} of 4)") for n in range(1, 5)]
    planned.add(database, probe, "probe-5c", units)
    lines = list(progress_lines(progress(database)))
    assert lines[0] == "0 of 4 units are done. The rest waits for: alpheus campaign probe"
    (first,) = ledger.claim(probe, 1, "v")
    ledger.settle([Ended(first, Result())], "mia")
    found = progress(database, now=datetime.now(UTC) + timedelta(seconds=9))
    lines = list(progress_lines(found))
    assert lines[0].startswith("1 of 4 units are done. Lately ")
    assert " units an hour; " in " ".join(lines)
    assert any(one.split() == ["shards", "of", "probes", "3", "0", "1", "0"] for one in lines)
    ledger.register([package(1)], RECIPE)
    assert commands_of(progress(database)) == ["alpheus campaign probe", "alpheus campaign run"]
    assert max(map(len, lines)) <= WIDTH


def test_report(database: Database) -> None:
    """Victims first, then what they share, then what was not judged; nothing moves the cursor."""
    _filled(database)
    found = report(database)
    lines = list(report_lines(found))
    text = " ".join("\n".join(lines).split())
    assert text.startswith("2 of 5 packages are judged, 2 are left to do, 1 is parked.")
    assert "THE SAME PAGE ON SEVERAL SERVERS" in text
    assert f"{ATTACKER}: 2 servers; first srv0001 on 2021-03-03, then srv0002" in text
    assert "SERVERS FROM WHICH AN INTRUDER CAME TO OTHERS" in text
    assert max(map(len, lines)) <= WIDTH
    hostile = msgspec.structs.replace(found.judged[0], name="a\x1b[31mb")
    shown = "\n".join(report_lines(msgspec.structs.replace(found, judged=(hostile,))))
    assert "\x1b" not in shown


def test_names_of_servers_stay_whole(database: Database) -> None:
    """Whoever looks for one finds it: a line ends before a name, not after its hyphen."""
    _filled(database)
    found = report(database)
    name = "MAIL-ENTRANCE-OF-THE-TOWN-01"
    several = tuple(
        msgspec.structs.replace(found.judged[0], name=f"{name}-{n:0{n}}") for n in range(1, 20)
    )
    lines = list(report_lines(msgspec.structs.replace(found, judged=several)))
    assert sum(f"{one.name}:" in line for one in several for line in lines) == 19


def test_many_steps_are_told_after_where_they_were_seen() -> None:
    """The sentence that matters first; of the steps no more than three lines."""
    victim = Victim(1, "EX-01", "compromised", "operated", "2021-03-02", "", "a.zip", 1)
    label = "from 2021-03-02 01:00 UTC on: " + "POST to a page was answered; at once: " * 8
    shared = Shared("burst", "5c", label, 2, victim, "2021-03-02T01:00:00Z", (victim, victim))
    lines = list(text_of_shared("HEAD", [shared]))
    assert lines[2].startswith(
        "- 2 servers, first EX-01 on 2021-03-02, then EX-01: from 2021-03-02"
    )
    assert lines[-1].endswith("…")
    assert len(lines) <= 6


def test_sizes_are_in_what_fits_them() -> None:
    """Small campaigns in MB, large ones in GB and TB."""
    assert sizes(0, 5_000) == "0.00 of 0.01 MB"
    assert sizes(1_200_000, 34_000_000) == "1.2 of 34.0 MB"
    assert sizes(12_340_000, 3_400_000_000) == "0.01 of 3.40 GB"
    assert sizes(1_000_000_000_000, 36_700_000_000_000) == "1.0 of 36.7 TB"


def test_spans_are_as_people_say_them() -> None:
    """Seconds, minutes, hours."""
    assert [span(9), span(600), span(9_000)] == ["9 s", "10 min", "2.5 h"]
