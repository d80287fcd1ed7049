"""Nodes that are joined to servers."""

from __future__ import annotations

from alpheus.cases.identity.evidence import Key
from alpheus.cases.identity.forest import Forest
from cases.identity.identity_build import forest_of, seen


def _forest() -> Forest:
    return forest_of(
        seen(1, "192.0.2.1", 1, servers=("EX01",), hosts=("mail.a.com",)),
        seen(2, "192.0.2.2", 9, servers=("EX01",), hosts=("mail.b.com",)),
        seen(3, "192.0.2.3", 5, servers=("EX02",), ad_domain="corp.a.com"),
    )


def test_a_join_holds_what_both_held() -> None:
    """Names, domains and places of both; joined again changes nothing."""
    forest = _forest()
    root = forest.join(0, 1, Key.HOST, 50, "x")
    assert forest.root(0) == forest.root(1) == root
    assert forest.domains[root] == {"a.com", "b.com"}
    assert set(forest.places(root)) == {"192.0.2.1", "192.0.2.2"}
    assert forest.join(1, 0, Key.HOST, 50, "x") == root
    assert len(forest.links.one) == 1
    assert forest.roots([1, 0, 2]) == [root, forest.root(2)]


def test_contradictions_are_told_in_words() -> None:
    """Other computers, other domains, other organisations."""
    forest = _forest()
    assert "EX01 and EX02" in forest.contradiction(0, 2, organisations=False)
    assert forest.contradiction(0, 1, organisations=False) == ""
    assert "a.com and b.com" in forest.contradiction(0, 1, organisations=True)
    other = forest_of(
        seen(1, servers=("EX01",), ad_domain="a.local"),
        seen(2, servers=("EX01",), ad_domain="b.local"),
    )
    assert "other domains" in other.contradiction(0, 1, organisations=False)
    pool = forest_of(seen(1, members=("EX01", "EX02")), seen(2, servers=("EX01",)))
    assert "several computers" in pool.contradiction(0, 1, organisations=False)


def _at_once(*places: tuple[str, str, str], **what) -> bool:
    sightings = [
        seen(
            n,
            address,
            first_seen=f"2021-03-{first}T00:00:00Z",
            last_seen=f"2021-03-{last}T00:00:00Z",
            **what,
        )
        for n, (address, first, last) in enumerate(places, start=1)
    ]
    return forest_of(*sightings).at_once(0, 1)


def test_two_places_at_once() -> None:
    """Overlapping times at two addresses of a family are at once; one after the other is not."""
    assert _at_once(("192.0.2.1", "01", "20"), ("192.0.2.2", "10", "30"))
    assert _at_once(("192.0.2.1", "01", "20"), ("192.0.2.2", "10", "10"))
    assert not _at_once(("192.0.2.1", "01", "10"), ("192.0.2.2", "10", "30"))
    assert not _at_once(("192.0.2.1", "01", "20"), ("2001:db8::1", "10", "30"))
    assert not _at_once(("192.0.2.1", "01", "20"), ("192.0.2.1", "10", "30"))


def test_a_second_web_port_is_another_place() -> None:
    """A port that is forwarded stays so: the times do not matter."""
    forest = forest_of(seen(1, "192.0.2.1", 1), seen(2, "192.0.2.1", 9, port=8443))
    assert forest.at_once(0, 1)
