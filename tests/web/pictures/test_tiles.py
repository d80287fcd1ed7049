"""Maps of tiles: each region has one place, and no server is lost."""

from __future__ import annotations

import pytest

from alpheus.campaign.breakdown import Count
from alpheus.errors import KnowledgeError
from alpheus.web.pictures import tiles
from alpheus.web.pictures.tiles import MAPS, elsewhere, maps_of, name_of, places
from alpheus.web.words import words

STATES = ("US-CA", "US-NY", "US-TX")


def count(value: str, left: int = 1, servers: int = 2) -> Count:
    """Servers of a region."""
    return Count(value, servers, left, left, 0, 0, servers, servers, 0, {}, {}, {})


@pytest.mark.parametrize("name", MAPS)
def test_no_two_regions_have_the_same_place(name: str) -> None:
    """And each has a name that people know."""
    known = places(name)
    assert len({(one.column, one.row) for one in known.values()}) == len(known)
    for one in known.values():
        assert one.name or words("de").country(one.region) != one.region


def test_no_country_is_on_two_maps() -> None:
    """The United States are: as states, and among the others."""
    assert not set(places("europe")) & set(places("world"))
    assert len([one for one in places("us") if one.startswith("US-")]) == 56
    assert name_of("US-IA") == "Iowa"
    assert name_of("DE") == ""


def test_a_map_is_drawn_where_enough_of_its_regions_have_servers() -> None:
    """Regions of a country stand for it where it has one tile."""
    lines = [count(one) for one in (*STATES, "DE-BY", "DE-HE", "AT", "CH")]
    us, europe = maps_of(lines)
    assert (us.name, europe.name) == ("us", "europe")
    german = next(tile for tile in europe.tiles if tile.code == "DE")
    assert (german.values, german.left, german.servers) == (("DE-BY", "DE-HE"), 2, 4)
    assert maps_of([count("DE"), count("AT")]) == []
    assert maps_of([]) == []


def test_no_server_is_lost() -> None:
    """What has no tile is told beside the maps."""
    hostile = '"><script>'
    lines = [count(one) for one in (*STATES, "US-99", "XX", "", hostile)]
    maps = maps_of(lines)
    lost = {one.value for one in elsewhere(lines, maps)}
    assert lost == {"US-99", "XX", "", hostile}
    assert len(lines) == len(lost) + sum(bool(one.values) for one in maps[0].tiles)


@pytest.mark.parametrize(("left", "servers", "step", "short"), [
    (0, 0, 0, "0"), (0, 9, 1, "0"), (1, 100, 2, "1"), (2, 10, 3, "2"), (4, 10, 4, "4"),
    (10_500, 11_000, 5, "10k"), (1_250_000, 1_300_000, 5, "1.2M"),
])  # fmt: skip
def test_the_darker_the_more_are_left(left: int, servers: int, step: int, short: str) -> None:
    """By their share; the number fits into the tile."""
    lines = [count("US-CA", left, servers), *(count(one) for one in (*STATES[1:], "US-WA"))]
    tile = next(one for one in maps_of(lines)[0].tiles if one.code == "CA")
    assert (tile.step, tile.short) == (step, short)


def test_a_broken_table_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ships with the package."""
    rows = [{"region": "A", "column": "x", "row": "1", "name": ""}]
    monkeypatch.setattr(tiles, "read_rows", lambda *_: rows)
    with pytest.raises(KnowledgeError, match=r"maps/us\.csv"):
        places.__wrapped__("us")
