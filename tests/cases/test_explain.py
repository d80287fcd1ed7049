"""Why a server is one, by whom it was decided, and the last word on each flaw."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.explain import cves_of
from alpheus.cases.hand import Entry, enter
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from cases_filling import NOW, fill, seen
from exposure_runs import CLOSED, OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """Three servers, the first seen twice."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 1), seen(1, OPEN, 3)])
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_decisions_are_told_with_their_numbers(cases: Cases) -> None:
    """On every server that they are about, and which of them was taken back by which."""
    cases.merge([1, 2], who="kim", why="same rack")
    assert "1, 2 are one server by decision 1 of kim on 2021-04-01: same rack" in (
        cases.show(1).identity
    )
    cases.revoke(1, who="lou", why="another rack")
    for server in (1, 2):
        found = cases.show(server)
        assert [(one.id, one.kind, one.taken_back) for one in found.decisions] == [
            (1, "merge", 2), (2, "revoke", 0),
        ]  # fmt: skip
        assert "decision" not in found.identity
    assert cases.show(3).decisions == ()


def test_what_would_be_one_is_told(cases: Cases) -> None:
    """And by whom it was decided that it is not; of both halves."""
    cases.split(1, [4], who="kim", why="two boxes")
    for server in (1, 4):
        said = cases.show(server).identity
        assert "1 and 4 would be one server because" in said
        assert "decision 1 of kim on 2021-04-01: two boxes" in said
    assert "4 were taken out of another server by" in cases.show(4).identity
    assert "one observation" in cases.show(2).identity
    cases.keep_apart([2, 3], who="kim", why="two firms")
    assert "kept apart from 3 by decision 2" in cases.show(2).identity


def test_a_merged_server_is_explained_whole(cases: Cases) -> None:
    """What was worked out of each part of it, too."""
    cases.merge([2, 1], who="kim", why="same rack")
    said = cases.show(1).identity
    assert "1 and 4: same server because" in said


def test_the_last_word_on_every_flaw(cases: Cases) -> None:
    """From whom, when and of which build; one that tells nothing does not count for the last."""
    build = "15.1.2106"
    enter(cases.database, Entry(names=("mail.org1.example",), build=build, told_by="its owner",
                                seen="2021-03-20T00:00:00Z"), "kim", now=NOW)  # fmt: skip
    rebuild(cases.database, now=NOW)
    found = cases.show(1).cves
    watched = found["CVE-2021-26855"]
    assert (watched.state, watched.build, watched.observation) == ("vulnerable", OPEN, 4)
    assert watched.source == "probe"
    with cases.database.read() as connection:
        alone = cves_of(connection, [5])
    assert {one.source for one in alone.values()} == {"its owner"}
    assert alone["CVE-2021-26855"].state == "undetermined"
    assert list(found) == sorted(found)


def test_a_decoy_is_told_and_counted_again_by_a_person(cases: Cases) -> None:
    """Whoever says so; the statistics follow at once."""
    assert cases.statistics()[0].servers == 3
    cases.act(3, ActKind.DECOY, who="kim", why="we set it out")
    assert "taken for a decoy and not counted as a server: somebody said so" in (
        cases.show(3).identity
    )
    assert cases.statistics()[0].servers == 2
    cases.act(3, ActKind.COUNTED, who="lou", why="it is in use")
    assert "decoy" not in cases.show(3).identity
    assert cases.statistics()[0].servers == 3
