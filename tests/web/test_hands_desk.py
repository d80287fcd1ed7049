"""Hands for whoever asks."""

from __future__ import annotations

import pytest

from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.hands_desk import HandsDesk, HandsSeen
from strand_filling import trait
from web.hands_filling import run_over, with_strands

OURS, THEIRS = "ours.example", "theirs.example"
EX1, EX2, OTHER, THIRD = f"ex1.{OURS}", f"ex2.{OURS}", f"ex7.{THEIRS}", f"ex9.{THEIRS}"
KEY, OTHER_KEY = trait("secret", "5ec1"), trait("secret", "5ec2")
WAY, THEIR_WAY = trait("address", "198.51.100.7"), trait("address", "198.51.100.9")


def _seen(database: Database, *grants: Grant) -> HandsSeen:
    return HandsDesk(database).of(Person(1, "mia", grants or (Grant(Role.VIEWER),)))


@pytest.fixture
def filled(database: Database) -> Database:
    """One hand on servers of two organisations, and another on those of one of them alone."""
    with_strands(database, {
        EX1: [[KEY, WAY]], OTHER: [[KEY, THEIR_WAY], [OTHER_KEY]], EX2: [[KEY, WAY]],
        THIRD: [[KEY, THEIR_WAY], [OTHER_KEY]],
    })  # fmt: skip
    return database


def test_who_may_see_all_sees_all_of_them_with_their_servers(filled: Database) -> None:
    """Each observation leads to its server."""
    seen = _seen(filled)
    assert [one.servers for one in seen.hands.hands] == [4, 2]
    assert seen.is_whole
    assert {one.organisation for one in seen.places.values()} == {OURS, THEIRS}
    assert seen.hand(2).number == 2


def test_of_others_servers_nothing_but_their_number_is_told(filled: Database) -> None:
    """Neither their names nor what shows on them alone; a hand that was not here is not there."""
    seen = _seen(filled, Grant(Role.VIEWER, OURS))
    (hand,) = seen.hands.hands
    assert (hand.servers, seen.others) == (4, {1: 2})
    assert [one.name for one in hand.members] == [EX1, EX2]
    assert [(one.kind, one.value) for one in hand.signs] == [
        ("secret", "5ec1"), ("address", "198.51.100.7")
    ]  # fmt: skip
    assert [one.signs for one in hand.members] == [(0, 1), (0, 1)]
    assert not seen.is_whole
    assert (seen.hands.several, seen.hands.strands, seen.hands.servers) == ((), 2, 2)
    assert THEIRS not in repr(seen)
    assert THEIR_WAY.value not in repr(seen)
    with pytest.raises(RefusedError, match="no such hand"):
        seen.hand(2)


def test_the_first_victim_is_named_to_whom_it_concerns(filled: Database) -> None:
    """To others it is a server of others."""
    assert _seen(filled, Grant(Role.VIEWER, OURS)).hand(1).first_victim == EX1
    assert _seen(filled, Grant(Role.VIEWER, THEIRS)).hand(1).first_victim == ""


def test_servers_of_several_hands_are_told_to_whom_they_belong(filled: Database) -> None:
    """With all hands that were on them."""
    seen = _seen(filled, Grant(Role.VIEWER, THEIRS))
    assert [one.hands for one in seen.hands.several] == [(1, 2), (1, 2)]
    assert OURS not in repr(seen)


def test_a_page_has_the_name_that_it_has_on_ones_own_servers(database: Database) -> None:
    """On that of others it may name them."""
    page = "ab" * 32
    with_strands(database, {
        EX1: [[trait("page", page), trait("page-name", "x.aspx")]],
        OTHER: [[trait("page", page), trait("page-name", "theirs.aspx")]],
    })  # fmt: skip
    (sign,) = _seen(database, Grant(Role.VIEWER, OURS)).hand(1).signs
    assert (sign.kind, sign.value, sign.label) == ("page", page, "")


def test_what_more_packages_say_is_seen_at_once(filled: Database) -> None:
    """What is kept is kept until something comes; the same is not worked out twice."""
    desk, person = HandsDesk(filled), Person(1, "mia", (Grant(Role.VIEWER),))
    before = desk.of(person)
    assert desk.of(person) is before
    run_over(filled, ["srv0008", "srv0009"])
    assert desk.of(person).hands.strands == before.hands.strands + 2


def test_before_servers_are_worked_out_hands_are_told_to_whom_may_see_all(
    database: Database,
) -> None:
    """To others nobody can say what is theirs."""
    run_over(database, [EX1, EX2])
    assert [one.servers for one in _seen(database).hands.hands] == [2]
    assert _seen(database, Grant(Role.VIEWER, OURS)).hands.hands == ()
