"""Rounds of a probe: begun, gone on with, begun anew; one at a time in a scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.cases.database import Database
from alpheus.errors import UsageError
from alpheus.exposure.names import Addresses, Resolver
from alpheus.exposure.scope import Scope
from alpheus.exposure.targets import read_targets
from alpheus.fleet import rounds
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Ended, Result
from alpheus.fleet.rounds import NAMES, Wanted, lane_of, open_round
from exposure_probing import KnownNames, scope_of
from fleet_filling import states

HERE = KnownNames({"a.example": ("127.9.0.1",)}, {})
THERE = KnownNames({"a.example": ("127.9.0.2",)}, {})


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    """All of loopback."""
    return scope_of(tmp_path, 443)


@pytest.fixture
def wanted(scope: Scope, tmp_path: Path) -> Wanted:
    """A network, and a name that leads elsewhere."""
    return Wanted(scope, read_targets(["127.0.0.0/22", "a.example"]), tmp_path, shards=3)


def _done(ledger: Ledger, found: rounds.Round, count: int) -> None:
    claimed = ledger.claim(found.recipe, count, "a.1.x")
    ledger.settle([Ended(one, Result()) for one in claimed], "mia")


def test_a_round_is_gone_on_with_until_it_ends(database: Database, wanted: Wanted) -> None:
    """Its folder, its shards, and where names led when it was begun: nobody is looked up again."""
    ledger = Ledger(database)
    first = open_round(ledger, wanted, HERE)
    assert (first.shards, first.new, first.before, first.space.total) == (3, 3, None, 1025)
    _done(ledger, first, 2)
    second = open_round(ledger, replace(wanted, shards=0), THERE)
    assert (second.recipe, second.folder, second.new) == (first.recipe, first.folder, 0)
    assert [one.address for one in second.space.named.endpoints] == ["127.9.0.1"]
    assert second.before is not None
    assert second.before.left == 1
    _done(ledger, first, 1)
    third = open_round(ledger, wanted, HERE)
    assert third.before is not None
    assert (third.recipe, third.before.states) == (first.recipe, {"done": 3})


class _Meanwhile(KnownNames):
    """While names are looked up, somebody else does something, once."""

    def __init__(self, do: Callable[[], object]) -> None:
        super().__init__({"a.example": ("127.9.0.1",)}, {})
        self._do: Callable[[], object] | None = do

    def addresses(self, name: str) -> Addresses:
        do, self._do = self._do, None
        if do is not None:
            do()
        return super().addresses(name)


@pytest.mark.parametrize("anew", [False, True])
def test_machines_that_begin_at_once_share_one_round(
    database: Database, wanted: Wanted, *, anew: bool
) -> None:
    """Else everybody were asked twice: the first to register it has begun it for all."""
    ledger, begun = Ledger(database), list[rounds.Round]()
    if anew:
        open_round(ledger, wanted, HERE)
    wanted = replace(wanted, anew=anew)
    meanwhile = _Meanwhile(lambda: begun.append(open_round(ledger, wanted, HERE)))
    found = open_round(ledger, wanted, meanwhile)
    assert (found.recipe, found.folder, found.new) == (begun[0].recipe, begun[0].folder, 0)
    assert states(database) == {"waiting": 3}
    kept = {one.name for one in wanted.folder.glob("probes-*")}
    assert len(kept) == 1 + anew, "what was looked up for nothing is not kept"


def test_another_scope_that_is_begun_meanwhile_is_no_matter(
    database: Database, wanted: Wanted, tmp_path: Path
) -> None:
    """Each is a round of its own, and begun anew where that was asked for."""
    ledger = Ledger(database)
    first = open_round(ledger, wanted, HERE)
    other = Wanted(
        scope_of(tmp_path, 443, "deny: [127.0.0.7]\n"), read_targets(["127.7.0.0/24"]), tmp_path
    )
    meanwhile = _Meanwhile(lambda: open_round(ledger, other, HERE))
    found = open_round(ledger, replace(wanted, anew=True), meanwhile)
    assert found.recipe != first.recipe
    assert (found.new, found.left) == (3, 3)
    assert states(database) == {"waiting": 4}


def test_what_is_begun_anew_is_another_round(database: Database, wanted: Wanted) -> None:
    """With a folder and look-ups of its own; what was left of the one before is left alone."""
    ledger = Ledger(database)
    first = open_round(ledger, wanted, HERE)
    _done(ledger, first, 1)
    again = open_round(ledger, replace(wanted, anew=True, shards=2), THERE)
    assert (again.left, again.shards, again.before) == (2, 2, None)
    assert again.folder != first.folder
    assert [one.address for one in again.space.named.endpoints] == ["127.9.0.2"]
    assert states(database) == {"done": 1, "waiting": 2}
    on = open_round(ledger, replace(wanted, shards=0), HERE)
    assert on.recipe == again.recipe


def test_other_targets_wait_for_those_of_the_same_scope(database: Database, wanted: Wanted) -> None:
    """What an owner signed for is not asked for twice at once, not even by --anew."""
    ledger = Ledger(database)
    first = open_round(ledger, wanted, HERE)
    other = replace(wanted, targets=read_targets(["127.0.0.1"]), shards=0)
    with pytest.raises(UsageError, match="which is of this scope with other targets"):
        open_round(ledger, other, HERE)
    (unit,) = ledger.claim(first.recipe, 1, "a.1.x")
    for asked in (other, replace(wanted, looks=3)):
        with pytest.raises(UsageError, match="some are under way; wait until it has ended"):
            open_round(ledger, replace(asked, anew=True), HERE)
    ledger.settle([Ended(unit, Result())], "mia")
    _done(ledger, first, 2)
    assert open_round(ledger, other, HERE).new == 1


def test_a_round_stays_as_it_was_cut(database: Database, wanted: Wanted) -> None:
    """Another number of shards, or names that lead elsewhere, would leave somebody out."""
    ledger = Ledger(database)
    first = open_round(ledger, wanted, HERE)
    with pytest.raises(UsageError, match="was cut into 3 shards; leave out --shards"):
        open_round(ledger, replace(wanted, shards=4), HERE)
    (first.folder / NAMES).unlink()
    with pytest.raises(UsageError, match="names lead elsewhere than when this round was begun"):
        open_round(ledger, wanted, THERE)
    (first.folder / NAMES).unlink()
    assert open_round(ledger, wanted, HERE).recipe == first.recipe


def test_who_opted_out_since_is_left_alone(database: Database, tmp_path: Path) -> None:
    """By a name as well: where it leads is looked up whenever a round is gone on with."""
    ledger, opted = Ledger(database), tmp_path / "opted-out.txt"
    opted.write_text("b.example\n", "utf-8")
    resolver = KnownNames({"a.example": ("127.0.0.9",), "b.example": ("127.0.1.9",)}, {})

    def denied() -> set[str]:
        scope = scope_of(tmp_path, 443, "opt_out: opted-out.txt\n")
        wanted = Wanted(scope, read_targets(["127.0.0.0/22"]), tmp_path, shards=2)
        return set(open_round(ledger, wanted, resolver).space.denied_at)

    assert denied() == {"127.0.1.9"}
    opted.write_text("a.example\n", "utf-8")
    assert denied() == {"127.0.0.9", "127.0.1.9"}
    assert states(database) == {"waiting": 2}


def test_a_scope_that_was_changed_waits_for_what_is_left(
    database: Database, wanted: Wanted, tmp_path: Path
) -> None:
    """Else the same servers were asked twice at once, each time as quickly as was signed for."""
    ledger = Ledger(database)
    first = open_round(ledger, wanted, HERE)
    changed = replace(wanted, scope=scope_of(tmp_path, 443, "deny: [127.0.0.7]\n"), shards=0)
    assert changed.scope.digest != wanted.scope.digest
    with pytest.raises(UsageError) as refused:
        open_round(ledger, changed, HERE)
    assert str(refused.value) == (
        f"3 of 3 shards are left of {first.folder.name}, which asks these targets by a scope file "
        f"that was as {wanted.scope.signed[:12]}… when it was begun, and scope.yaml is "
        f"{changed.scope.signed[:12]}…. It goes on only by the file as it was (and the lists of "
        "whom it allows): put that back. Or begin anew, which leaves these shards and asks all "
        "again: --anew. Whom to leave out can be added at any time to a list that 'opt_out' or "
        "'deny_file' names"
    )
    (unit,) = ledger.claim(first.recipe, 1, "a.1.x")
    with pytest.raises(UsageError, match="some are under way; wait until it has ended"):
        open_round(ledger, replace(changed, anew=True), HERE)
    ledger.settle([Ended(unit, Result())], "mia")
    again = open_round(ledger, replace(changed, anew=True), HERE)
    assert (again.left, again.before) == (2, None)
    assert states(database) == {"done": 1, "waiting": 1}


def test_a_list_of_whom_may_be_asked_belongs_to_the_scope(
    database: Database, tmp_path: Path
) -> None:
    """Who is added to it, or taken off it, makes another scope of it."""
    ledger, allowed = Ledger(database), tmp_path / "allowed.txt"
    targets = read_targets(["127.0.0.0/22"])

    def begin(text: str) -> rounds.Round:
        allowed.write_text(text, "utf-8")
        scope = scope_of(tmp_path, 443, allow="['@allowed.txt']")
        return open_round(ledger, Wanted(scope, targets, tmp_path, shards=2), HERE)

    first = begin("127.0.0.0/22\n")
    with pytest.raises(UsageError, match=r"goes on only by the file as it was \(and the lists"):
        begin("127.0.0.0/8\n")
    assert begin("127.0.0.0/22\n").recipe == first.recipe


def test_there_are_no_more_shards_than_networks(
    database: Database, wanted: Wanted, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for so many endpoints where nobody says otherwise; never none, never too many."""
    ledger = Ledger(database)

    def shards(targets: list[str], many: int = 0) -> int:
        asked = replace(wanted, targets=read_targets(targets), shards=many, anew=True)
        return open_round(ledger, asked, Resolver()).shards

    assert shards(["127.0.0.0/22"], 9) == 4
    assert shards(["127.0.0.0/22"]) == 1
    assert shards(["192.0.2.1"]) == 1
    monkeypatch.setattr(rounds, "SHARD", 400)
    assert shards(["127.0.0.0/22"]) == 3
    monkeypatch.setattr(rounds, "MOST_NETWORKS", 3)
    with pytest.raises(UsageError, match="4 networks are too many"):
        shards(["127.0.0.0/22"])
    assert lane_of(scope).startswith("probe-")
