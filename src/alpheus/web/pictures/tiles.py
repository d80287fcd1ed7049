"""Maps of tiles: each region a square of the same size, near its place.

A large country with few servers does not look like much, and a small one is not overlooked. The
positions ship with the package (`web/maps`). What is on no map is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from alpheus.campaign.breakdown import Count
from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_rows

MAPS = ("us", "europe", "world")
"""In the order in which a region is looked for; a country that is on one is on no later one."""

SIZE = 40
"""Units of a tile's side."""

LEAST = 3
"""Regions with servers, at least, that make a map: fewer are told by the table alone."""

EDGES = (0.1, 0.25, 0.5)
"""Shares of servers that are left, between the darker and darker steps of tiles."""

_COLUMNS = ("region", "column", "row", "name")
_BIG = 10_000


class Place(NamedTuple):
    """Where a region stands; `name` is '' for countries, which each language names itself."""

    region: str
    column: int
    row: int
    name: str


class Tile(NamedTuple):
    """A region: its code, its values as they stand at servers, and how many are left there.

    `step` is 0 where there is no server, else 1 (few of them are left) to 5.
    """

    place: Place
    code: str
    values: tuple[str, ...]
    left: int
    servers: int
    step: int

    @property
    def x(self) -> int:
        """Units from the left."""
        return self.place.column * SIZE

    @property
    def y(self) -> int:
        """Units from the top."""
        return self.place.row * SIZE

    @property
    def short(self) -> str:
        """The number that fits into a tile: 950, 9520, 12k, 1.2M."""
        if self.left < _BIG:
            return str(self.left)
        return f"{self.left // 1000}k" if self.left < 1_000_000 else f"{self.left / 1e6:.1f}M"


class Map(NamedTuple):
    """A map with a tile for each of its regions; sizes in units."""

    name: str
    width: int
    height: int
    tiles: tuple[Tile, ...]


@cache
def places(name: str) -> Mapping[str, Place]:
    """Where the regions of a map stand. Raises KnowledgeError."""
    where = f"maps/{name}.csv"
    content = files("alpheus.web").joinpath("maps", f"{name}.csv").read_text(encoding="utf-8")
    try:
        found = [
            Place(row["region"], int(row["column"]), int(row["row"]), row["name"])
            for row in read_rows(content, _COLUMNS, where)
        ]
    except ValueError as error:
        raise KnowledgeError(f"{where}: {error}") from error
    return {one.region: one for one in found}


def maps_of(lines: Iterable[Count]) -> list[Map]:
    """The maps on which enough regions have servers, some of them on no map before."""
    lines = [one for one in lines if one.servers]
    made = []
    shown: set[str] = set()
    for name in MAPS:
        known = places(name)
        by_tile: dict[str, list[Count]] = {}
        for one in lines:
            region = _tile_of(one.value, known)
            if region:
                by_tile.setdefault(region, []).append(one)
        new = {one.value for found in by_tile.values() for one in found} - shown
        if len(by_tile) >= LEAST and new:
            made.append(_map(name, known, by_tile))
            shown |= new
    return made


def elsewhere(lines: Iterable[Count], maps: Iterable[Map]) -> list[Count]:
    """Those that are on none of these maps."""
    shown = {value for one in maps for tile in one.tiles for value in tile.values}
    return [one for one in lines if one.value not in shown]


def name_of(region: str) -> str:
    """The name of a region that ships with the package; '' for others."""
    found = places("us").get(region)
    return found.name if found else ""


def _tile_of(value: str, known: Mapping[str, Place]) -> str:
    """The tile of a region such as `US-CA` or `DE-BY`; that of its country where it has none."""
    if value in known:
        return value
    country = value.partition("-")[0]
    return country if country in known else ""


def _map(name: str, known: Mapping[str, Place], by_tile: Mapping[str, list[Count]]) -> Map:
    tiles = tuple(_tile(place, by_tile.get(region, [])) for region, place in known.items())
    width = SIZE * (1 + max(one.column for one in known.values()))
    height = SIZE * (1 + max(one.row for one in known.values()))
    return Map(name, width, height, tiles)


def _tile(place: Place, counts: list[Count]) -> Tile:
    left, servers = sum(one.left for one in counts), sum(one.servers for one in counts)
    values = tuple(sorted(one.value for one in counts))
    return Tile(place, place.region[-2:], values, left, servers, _step(left, servers))


def _step(left: int, servers: int) -> int:
    if not servers:
        return 0
    if not left:
        return 1
    return 2 + sum(left / servers > edge for edge in EDGES)
