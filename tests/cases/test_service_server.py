"""A server at a glance says the same as all that is known of it, in fewer steps."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from alpheus.cases import service_server
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.lifecycle import Change
from alpheus.cases.observations import Rows
from alpheus.cases.observations_import import record_rows
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.errors import RefusedError, UsageError
from alpheus.report.json_output import to_json
from assessments import compromised
from cases_filling import act, fill, seen

NOW = datetime(2021, 4, 1, tzinfo=UTC)


@pytest.fixture
def cases(database: Database) -> Cases:
    """Two servers with a history, and one that was assessed."""
    fill(database, [
        seen(1, "15.1.2106.2", 3), seen(1, "15.1.2106.2", 4), seen(1, "15.1.2176.9", 9),
        seen(1, "15.1.2106.2", 12), seen(2, "15.1.2106.2", 3), seen(2, None, 5),
    ])  # fmt: skip
    record_rows(database, Rows(NOW).of_document(json.dumps(to_json(compromised())).encode()), "lee")
    act(database, 2, ActKind.NOTE, 6)
    act(database, 1, ActKind.ACKNOWLEDGED, 6)
    act(database, 5, ActKind.MITIGATED, 7)
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_a_glance_says_what_is_known(cases: Cases) -> None:
    """States, what was done, clocks, flaws and owner are those of `show`."""
    for row in cases.page().servers:
        one, whole = cases.look(row["id"]), cases.show(row["id"])
        assert one.row == whole.server
        assert (one.detail, one.changes, one.acts) == (whole.detail, whole.changes, whole.acts)
        assert (one.clocks, one.cves) == (whole.clocks, whole.cves)
        assert (one.ownership, one.watched) == (whole.ownership, whole.watched)


def test_any_observation_leads_to_its_server(cases: Cases) -> None:
    """And numbers of none to nothing, however large."""
    assert cases.row(4)["id"] == cases.look(4).row["id"] == 1
    for number in (0, -1, 99, 2**63, 10**40):
        with pytest.raises(RefusedError, match=f"there is no server {number}$"):
            cases.look(number)


def test_the_assessment_that_is_asked_for_is_there_whole(cases: Cases) -> None:
    """The newest where none is asked for, or one of another server."""
    (server,) = [row["id"] for row in cases.page().servers if row["compromise"] == "compromised"]
    one = cases.look(server)
    assert one.kept is not None
    assert one.kept.outline.verdict == "compromised"
    assert one.chosen == one.assessed[0].observation
    assert cases.look(server, assessment=1).chosen == one.chosen
    assert cases.look(1, assessment=one.chosen).kept is None


def test_what_was_seen_comes_in_pages(cases: Cases) -> None:
    """Each once, the newest first, and no more than was asked for."""
    after, numbers = "", []
    while True:
        page = cases.observed(1, after=after, size=2)
        assert len(page.rows) <= 2
        numbers += [row["id"] for row in page.rows]
        after = page.next
        if not after:
            break
    assert numbers == [4, 3, 2, 1]
    assert [row["id"] for row in cases.every_observed(1)] == numbers
    assert cases.members(1) == sorted(numbers)
    for broken in ("x", "|", "2021|x", "2021|99999999999999999999"):
        with pytest.raises(UsageError, match="begin with the first"):
            cases.observed(1, after=broken)


def test_the_files_of_a_server_say_who_took_them_in(cases: Cases) -> None:
    """With how much of the server came from each."""
    found = cases.files_of(1)
    assert [(one["observations"], one["first"][:10], one["last"][:10]) for one in found] == [
        (4, "2021-03-03", "2021-03-12")
    ]


def test_identity_is_explained_and_decisions_are_listed(cases: Cases) -> None:
    """Also where only some observations are asked."""
    cases.merge([1, 5], who="kim", why="same machine")
    found = cases.identity(1)
    assert found.read == 6
    assert found.decisions[0].why == "same machine"
    assert any("by decision" in line for line in found.lines)
    assert {row["id"] for row in cases.rows_behind([1, 5, 6, 0, 10**30])} == {1}


def test_many_observations_are_explained_by_the_first(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the same server is never told to be another."""
    monkeypatch.setattr(service_server, "EXPLAINED", 2)
    found = cases.identity(1)
    assert found.read == 2
    assert not any("decided that they are not" in line for line in found.lines)


def test_changes_of_one_moment_follow_from_each_other() -> None:
    """Whichever way the database hands them out."""
    at = "2021-03-03T00:00:00Z"
    pairs = (("fixed", "regressed"), ("unknown", "vulnerable"), ("vulnerable", "fixed"))
    told = [Change("patch", at, *pair, "", "", "") for pair in pairs]
    first = Change("patch", "2021-03-01T00:00:00Z", "", "unknown", "", "", "")
    assert [one.after for one in service_server.in_order([*told, first])] == [
        "unknown", "vulnerable", "fixed", "regressed",
    ]  # fmt: skip
