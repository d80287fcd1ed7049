"""Hands as they are told: for and against, how sure, on which servers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from alpheus.cases import strands
from alpheus.cases.database import Database
from alpheus.cases.strands import TraitKind
from alpheus.fleet import hands_told as module
from alpheus.fleet.hand_weights import Weights
from alpheus.fleet.hands import Seen, find_hands
from alpheus.fleet.hands_told import Hand, read_strands, tell_hands
from alpheus.fleet.reading import packed
from alpheus.job import TriageOptions
from alpheus.lab.fleet import generate_fleet
from alpheus.model import Confidence
from alpheus.pipeline import Pipeline, Prepared
from cases_filling import fill
from cases_filling import seen as sighting
from exposure_runs import OPEN
from strand_filling import fleet, pairs, seen, trait

SECRET, OTHER = trait("secret", "5ec1"), trait("secret", "5ec2")
WAY, NAME = trait("address", "198.51.100.7"), trait("page-name", "xwyud66.aspx")


def _only(*several: Seen) -> Hand:
    (found,) = tell_hands(several).hands
    return found


def _many(number: int, *traits: object, first: str = "") -> list[Seen]:
    return [seen(at, *traits, first=first) for at in range(1, number + 1)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("several", "sure"),
    [
        (_many(3, SECRET, WAY), Confidence.HIGH),
        (_many(3, SECRET), Confidence.MEDIUM),
        (_many(3, WAY, NAME), Confidence.LOW),
        (_many(3, WAY, NAME, trait("carrier", "/ecp/oeyh72.js")), Confidence.MEDIUM),
    ],
)
def test_how_sure_we_are_follows_from_what_half_of_them_share(
    several: list[Seen], sure: Confidence
) -> None:
    """A mark of its own and another kind: high. Either a mark, or three kinds: medium."""
    assert _only(*several).confidence == sure.value


def test_what_speaks_against_it_is_counted_and_takes_from_it() -> None:
    """Other secrets, networks, programs; a long silence."""
    several = [
        seen(at, WAY, NAME, SECRET if at < 3 else trait("secret", f"own{at}"),
             trait("network", f"198.51.{at}.0/24"), trait("agent", f"program {at}"),
             first="2021-03-01T00:00:00Z" if at < 5 else "2021-06-01T00:00:00Z")
        for at in range(1, 7)
    ]  # fmt: skip
    hand = _only(*several)
    assert {one.kind: (one.servers, one.of) for one in hand.against} == {
        "other-secret": (4, 6), "no-network": (6, 6), "other-program": (6, 6), "silence": (2, 6),
    }  # fmt: skip
    assert hand.confidence == Confidence.LOW.value


def test_names_of_its_own_speak_against_a_strand() -> None:
    """A way out and the page of the exploit in common, and every name another."""
    shared = WAY, trait("structure", "f-1"), trait("request", "a]@{host}")
    names = [(trait("page-name", f"{one}.aspx"), trait("carrier", f"/ecp/{one}.js"))
             for one in ("abcdefgh", "qm2tn1ki4")]  # fmt: skip
    hand = _only(*(seen(at, *names[at == 4], *shared) for at in range(1, 5)))
    assert {one.kind: (one.servers, one.of) for one in hand.against} == {
        "other-path": (1, 4), "other-name": (1, 4),
    }  # fmt: skip
    assert hand.confidence == Confidence.MEDIUM.value
    hand = _only(*(seen(at, *names[at], *shared) for at in range(2)))
    assert {one.kind for one in hand.against} == {"other-path", "other-name"}
    assert hand.confidence == Confidence.LOW.value


def test_what_is_common_to_a_hand_does_not_speak_against_it() -> None:
    """Also where it says little for it, as everybody has it."""
    everywhere = trait("carrier", "/ecp/y.js"), trait("agent", "python-requests/2.25.1")
    several = [seen(at, SECRET, *everywhere) for at in range(1, 4)]
    others = [seen(at, trait("secret", f"own{at}"), *everywhere) for at in range(10, 200)]
    (hand,) = tell_hands([*several, *others]).hands
    assert hand.against == ()


def test_who_works_at_other_hours_is_counted() -> None:
    """Where enough say when somebody was at work."""
    several = [
        Seen(one.observation, 1, one.server, strands.Strand(
            one.strand.first, one.strand.last, one.strand.traits, (14,) if at == 0 else (1, 2)))
        for at, one in enumerate(_many(6, SECRET))
    ]  # fmt: skip
    (against,) = _only(*several).against
    assert (against.kind, against.servers, against.of) == ("other-hours", 1, 6)


def test_first_and_last_and_the_first_victim() -> None:
    """By the first and the last sign of each strand."""
    hand = _only(seen(1, SECRET, first="2021-03-05T00:00:00Z"),
                 seen(2, SECRET, first="2021-03-02T00:00:00Z"))  # fmt: skip
    assert (hand.first, hand.last) == ("2021-03-02T00:00:00Z", "2021-03-05T00:00:00Z")
    assert hand.first_victim == "srv00002"
    assert [one.name for one in hand.members] == ["srv00002", "srv00001"]


def test_a_server_with_two_hands_is_named() -> None:
    """With the hand of each of its intruders, 0 for one that fits none."""
    found = tell_hands([
        seen(1, SECRET, server="ex01"), seen(1, OTHER, server="ex01", place=2),
        seen(2, SECRET), seen(3, OTHER), seen(4, SECRET, server="ex02"),
        seen(4, trait("secret", "own"), server="ex02", place=2),
    ])  # fmt: skip
    assert sorted((one.name, one.hands) for one in found.several) == [
        ("ex01", (1, 2)), ("ex02", (0, 1)),
    ]  # fmt: skip
    assert (found.strands, found.servers, found.alone_total) == (6, 4, 1)


def test_what_two_hands_share_is_told_with_why_they_are_two() -> None:
    """A way out and a name, and each with a secret of its own."""
    several = [seen(at, SECRET if at < 5 else OTHER, WAY, NAME) for at in range(1, 9)]
    (between,) = tell_hands(several).between
    assert between.hands == (1, 2)
    assert {one.kind for one in between.shared} == {"address", "page-name"}
    assert between.against == "each has a secret or page of its own"


def test_hands_with_names_of_their_own_are_told_as_such() -> None:
    """A way out and the page of the exploit are shared, the names of the pages are not."""
    shared = WAY, trait("structure", "f-1")
    names = [trait("page-name", f"{one}.aspx") for one in ("abcdefgh", "qm2tn1ki4")]
    several = [seen(at, names[at > 3], *shared) for at in range(1, 7)]
    (between,) = tell_hands(several).between
    assert {one.kind for one in between.shared} == {"address", "structure"}
    assert between.against == "each has names of its own"


def test_no_intruder_no_hand() -> None:
    """Nothing is made of nothing."""
    found = tell_hands([])
    assert (found.strands, found.hands, found.alone) == (0, (), ())


def test_what_is_told_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members, signs and hands, with the total of each."""
    monkeypatch.setattr(module, "MOST_MEMBERS", 3)
    monkeypatch.setattr(module, "MOST_HANDS", 1)
    found = tell_hands(fleet(1, 60)[0])
    (hand,) = found.hands
    assert hand.servers > len(hand.members) == 3
    assert found.alone_total > len(found.alone) == 3


def test_labels_and_values_of_a_fleet_hold_no_names_of_people() -> None:
    """A hand is a number."""
    found = tell_hands(fleet(Random(2).randrange(99), 30)[0])
    assert [one.number for one in found.hands] == list(range(1, len(found.hands) + 1))


def test_strands_come_from_the_observations_that_count(database: Database) -> None:
    """Those of others are left where they are."""
    fill(database, [sighting(1, OPEN, 1), sighting(2, OPEN, 2)])
    one = seen(1, SECRET).strand
    with database.write() as connection:
        strands.add(connection, [(1, (one,)), (2, (one,))])
        assert list(read_strands(connection, {2: ("ex02", "ex02.a.example")})) == [
            Seen(2, 1, "ex02", one, "ex02.a.example")
        ]


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_hands_of_a_simulated_fleet_are_told_apart(seed: int, tmp_path: Path) -> None:
    """From evidence to hands, on fresh seeds: nearly all pairs that are told are true, and found.

    One server was visited by two hands, and both of these share a way out to the internet.
    """
    truth = generate_fleet(tmp_path, 14, seed=seed)
    names = {(one.package, one.page.lower()): one.hand or one.package for one in truth.intrusions}
    options = TriageOptions(workers=1)
    prepared = Prepared.of(options, keep=True)
    several: list[Seen] = []
    who: dict[tuple[int, int], str] = {}
    for package in sorted(truth.packages.iterdir()):
        judged = Pipeline([package], options, None).run(datetime(2021, 4, 1, tzinfo=UTC), prepared)
        for found in packed(judged.assessment, str(package), b"k" * 32).strands:
            for number, strand in enumerate(found, 1):
                key = int(package.name[1:]), number
                several.append(Seen(*key, package.name, strand))
                pages = {one.value for one in strand.traits if one.kind is TraitKind.PAGE_NAME}
                assert len(pages) == 1
                who[key] = names[package.name, pages.pop()]
    assert len(several) == len(truth.intrusions)
    numbers = {name: number for number, name in enumerate(sorted(set(who.values())))}
    found_hands = find_hands(several, Weights())
    precision, recall = pairs(found_hands, {key: numbers[name] for key, name in who.items()})
    assert precision >= 0.98
    assert recall >= 0.9
    assert "p00000" in {one.name for one in tell_hands(several).several}
