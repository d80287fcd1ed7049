"""All that is known of one server, and why it is one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.deadlines import Duty
from alpheus.cases.observations_import import import_file
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cli.case_text import lines_of
from cases_filling import NOW, fill, listed, seen
from exposure_runs import CLOSED, OPEN


def test_a_case_shows_everything(database: Database) -> None:
    """History, acts, clocks, states of CVEs, provenance, and the reasons of identity."""
    fill(database, [
        seen(1, OPEN, 1, **listed(7, 1, sector="hospital", geo="DE")),
        seen(1, CLOSED, 2),
        seen(1, None, 3, flags=("compromised-reported",),
             **listed(8, 3, sector="hospital", geo="DE")),
        seen(2, OPEN, 1, names=("mail.org1.example",)),
    ])  # fmt: skip
    rebuild(database, now=NOW)
    cases = Cases(database, lambda: NOW)
    cases.act(1, ActKind.NOTE, who="kim", why="called them")
    case = cases.show(2)
    assert case.server["id"] == 1
    assert [change.after for change in case.changes] == ["vulnerable", "fixed", "reported"]
    assert [(act.who, act.why) for act in case.acts] == [("kim", "called them")]
    assert {clock.law for clock in case.clocks} == {"NIS2"}
    assert {clock.duty for clock in case.clocks} == {Duty.NO}
    assert case.watched == "CVE-2021-26855"
    assert case.cves["CVE-2021-26855"].state == "fixed"
    assert [one["id"] for one in case.sources] == [3, 2, 1]
    assert case.sources[0]["sha256"] == "x"
    assert case.detail.keys["server"] == ("QQ0001XY",)
    assert case.detail.reasons
    assert "same server because" in case.identity


def test_the_history_is_that_of_the_state(database: Database) -> None:
    """Worked out as of a day on which a false positive is over, no person has opened it again."""
    fill(database, [seen(1, OPEN, 1)])
    rebuild(database, now=NOW)
    cases = Cases(database, lambda: NOW)
    cases.act(1, ActKind.FALSE_POSITIVE, who="kim", why="a test", until="2021-04-09T00:00:00Z")
    rebuild(database, now=NOW + timedelta(days=60))
    case = cases.show(1)
    work = [one for one in case.changes if one.axis == "work"]
    assert (case.server["work"], case.server["work_since"]) == ("reopened", "2021-04-09T00:00:00Z")
    assert [(one.after, one.who) for one in work] == [("false-positive", "kim"),
                                                      ("reopened", "alpheus")]  # fmt: skip
    (line,) = [line for line in lines_of(case) if "reopened since" in line]
    assert "the false positive has expired" in line


def test_shells_of_a_list_are_entries_of_one_server(database: Database, tmp_path: Path) -> None:
    """Each page counts in the raw number, and is shown with where it stands in the list."""
    path = tmp_path / "shells.csv"
    pages = [f"https://mail.town.example/aspnet_client/{name}.aspx" for name in "xyz"]
    path.write_text("Webshell URL;Datum\n" + "".join(f"{page};05.03.2021\n" for page in pages))
    done = import_file(database, path, "kim")
    assert done.notes == ["columns: 'Webshell URL' is url, 'Datum' is when"]
    rebuild(database, now=NOW)
    cases = Cases(database, lambda: NOW)
    (line,) = cases.statistics()
    assert (line.servers, line.entries, line.victim_entries) == (1, 3, 3)
    assert line.systems.victims == 1
    assert [one["page"] for one in cases.show(1).sources] == pages[::-1]
