"""Decisions are carried out at once as a rebuild would, and leave nothing when taken back."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from alpheus.cases import regroup as module
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.errors import RefusedError
from alpheus.exposure.model import Observation, Pool, Status
from cases_filling import NOW, act, derived_rows, fill, listed, seen
from exposure_runs import CLOSED, OPEN, tls


def _pooled(server: int, *members: str, **more: Any) -> Observation:
    pool = Pool(members, (OPEN, CLOSED), mixed=True)
    return seen(server, OPEN, 5, servers=(), pool=pool,
                flags=("mixed-pool", "several-servers"), **more)  # fmt: skip


WORLD = [
    seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 1, tls=tls("a" * 64)), seen(1, OPEN, 3),
    seen(4, OPEN, 2, **listed(1, 2, geo="US", region="Ohio", asn="64500", sector="hospital")),
    seen(2, None, 7, flags=("compromised-reported",), **listed(2, 7, geo="DE")),
    _pooled(5, "QQ0008XY", "QQ0009XY"), seen(5, OPEN, 6, servers=("QQ0008XY",)),
    seen(5, CLOSED, 7, servers=("QQ0009XY",)), seen(6, OPEN, 4), seen(6, CLOSED, 9),
    seen(7, None, 3, servers=(), status=Status.NOT_EXCHANGE),
]  # fmt: skip
SERVED = 12


@pytest.fixture
def cases(database: Database) -> Cases:
    """Some servers, and a service of two."""
    fill(database, WORLD)
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def _after_rebuild(cases: Cases) -> dict[str, Any]:
    rebuild(cases.database, now=NOW)
    return derived_rows(cases.database)


def test_a_merge_that_is_taken_back_leaves_all_as_before(cases: Cases) -> None:
    """To the last count, with a rebuild in between or not; and a rebuild changes nothing."""
    before = derived_rows(cases.database)
    for rebuilt in (False, True):
        cases.merge([1, 2, 5], who="kim", why="same rack")
        assert derived_rows(cases.database)["servers"] != before["servers"]
        if rebuilt:
            rebuild(cases.database, now=NOW)
        decision = max(one.id for one in cases.show(1).acts)
        rows = cases.revoke(decision, who="lou", why="it was not")
        assert [row["id"] for row in rows] == [1, 2, 5]
        assert derived_rows(cases.database) == before
    assert _after_rebuild(cases) == before


def test_services_follow_at_once(cases: Cases) -> None:
    """Merged members of a service are one member, and its other servers know; and back."""
    before = derived_rows(cases.database)
    members = [row for row in cases.page(size=50).servers if row["name"].startswith("QQ000")]
    eight, nine = (one["id"] for one in members if one["name"] in {"QQ0008XY", "QQ0009XY"})
    assert cases.show(eight).detail.members == 2
    cases.merge([eight, nine], who="kim", why="renamed")
    assert cases.show(eight).detail.members == 1
    assert derived_rows(cases.database)["pools"] != before["pools"]
    merged = derived_rows(cases.database)
    assert _after_rebuild(cases) == merged
    cases.revoke(1, who="kim", why="not so")
    assert derived_rows(cases.database) == before


def test_a_part_of_what_was_put_together_is_taken_out(cases: Cases) -> None:
    """The rest stays together; taken back, it is in again."""
    cases.merge([1, 2, 5], who="kim", why="same rack")
    whole = derived_rows(cases.database)["members"]
    rows = cases.split(1, [5], who="kim", why="another rack")
    assert [(row["id"], row["observations"]) for row in rows] == [(1, 4), (5, 1)]
    parted = derived_rows(cases.database)
    assert _after_rebuild(cases)["members"] == parted["members"]
    cases.revoke(2, who="kim", why="the same after all")
    assert derived_rows(cases.database)["members"] == whole


def test_what_cannot_be_known_here_waits_for_a_rebuild(cases: Cases) -> None:
    """Where links would have to be cut that only all observations together tell."""
    act(cases.database, 1, ActKind.KEPT_APART, 5, '{"observations":[1,4]}')
    assert {row[1] for row in derived_rows(cases.database)["members"] if row[0] in {1, 4}} == {1}
    rows = cases.merge([1, 2], who="kim", why="so")
    assert rows["id"] == 1
    assert cases.again()
    assert {row[1] for row in derived_rows(cases.database)["members"] if row[0] in {1, 4}} == {1}
    assert len({row[1] for row in _after_rebuild(cases)["members"] if row[0] in {1, 4}}) == 2
    assert not cases.again()


def test_very_large_servers_are_left_to_lists(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision by hand has a bound, and says so; nothing has happened then."""
    before = derived_rows(cases.database)
    monkeypatch.setattr(module, "MOST", 2)
    with pytest.raises(RefusedError, match="more than 2 observations"):
        cases.merge([1, 2], who="kim", why="so")
    monkeypatch.setattr(module, "MOST", 1)
    with pytest.raises(RefusedError, match="server 1 has more than 1 observation"):
        cases.split(1, [4], who="kim", why="so")
    assert derived_rows(cases.database) == before
    assert cases.show(1).acts == ()


def _random_decision(cases: Cases, dice: random.Random, made: list[int]) -> bool:
    """One decision that somebody could make; whether it was allowed."""
    servers = [row["id"] for row in cases.page(size=100).servers]
    kind = dice.choice(("merge", "split", "apart", "revoke"))
    try:
        if kind == "merge":
            chosen = dice.sample(servers, min(len(servers), dice.choice((2, 2, 3))))
            cases.merge(chosen, who="kim", why="so")
        elif kind == "apart":
            cases.keep_apart(dice.sample(servers, min(len(servers), 2)), who="kim", why="so")
        elif kind == "split":
            server = dice.choice(servers)
            own = [one["id"] for one in cases.show(server).sources]
            cases.split(server, dice.sample(own, dice.randint(1, len(own))), who="kim", why="so")
        elif made:
            cases.revoke(dice.choice(made), who="kim", why="so")
        else:
            return False
    except RefusedError:
        return False
    made.append(len(made) + 1)
    return True


def _partition(cases: Cases) -> list[Any]:
    return derived_rows(cases.database)["members"]


def _try_decisions(cases: Cases, seed: int) -> None:
    before, dice, made = derived_rows(cases.database), random.Random(seed), list[int]()
    for _ in range(8):
        _random_decision(cases, dice, made)
    if not cases.again():
        at_once = derived_rows(cases.database)
        rebuild(cases.database, now=NOW)
        rebuilt = derived_rows(cases.database)
        for table in (
            "members",
            "bases",
            "pools",
            "words",
            "addresses",
            "changes",
            "counts",
            "systems",
        ):
            assert rebuilt[table] == at_once[table], table
    for number in sorted(made, reverse=True):
        try:
            cases.revoke(number, who="lou", why="all back")
        except RefusedError as error:
            assert "already" in str(error)  # noqa: PT017 - any other is a failure
    if cases.again():
        rebuild(cases.database, now=NOW)
    assert derived_rows(cases.database) == before
    rebuild(cases.database, now=NOW)
    assert derived_rows(cases.database) == before


@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_whatever_is_decided_can_all_be_taken_back(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """At every moment as a rebuild would have it, and in the end as it was."""
    place: Path = tmp_path_factory.mktemp("regroup") / "cases.db"
    with open_database(place) as database:
        fill(database, WORLD)
        rebuild(database, now=NOW)
        _try_decisions(Cases(database, lambda: NOW), seed)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_decided_on_either_database(cases: Cases, seed: int) -> None:
    """The same on both."""
    _try_decisions(cases, seed)
