"""Whose a server is, as far as lists say so; a directory that knows more can take its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import NamedTuple

from alpheus.cases.identity import Cluster
from alpheus.knowledge.tables import read_table

_REGIONS = ("region", "state")
_COUNTRIES = ("country_code", "geo", "country", "cc")


class Said(NamedTuple):
    """What one observation's source said of the owner; texts as they stand in it."""

    sector: str = ""
    naics: str = ""
    region: str = ""
    network: str = ""


class Owner(NamedTuple):
    """Whose it is; '' is unknown. `sector` is one of `knowledge/tables/sectors.csv`.

    `organisation` is the key of the owner: the main domain of its record, else its domain, else a
    slug of its name. `name` is the owner in words, `ownership` the whole decision as JSON.

    `region` is a country's two letters, with a part of it after a hyphen where one is known;
    `network` the number of its autonomous system. `why` says where that comes from.
    """

    organisation: str = ""
    sector: str = ""
    region: str = ""
    network: str = ""
    why: str = ""
    name: str = ""
    domain: str = ""
    country: str = ""
    confidence: str = ""
    ownership: bytes = b""


Owners = Callable[[Cluster, Iterable[Said]], Owner]
"""Finds the owner of a server."""


def said_of(attributes: Mapping[str, str], network: str) -> Said:
    """What the attributes of an observation say."""
    if not attributes:
        return Said(network=network)
    said = {name.lower(): value for name, value in attributes.items()}
    country = next((said[name] for name in _COUNTRIES if said.get(name)), "").upper()
    part = next((said[name] for name in _REGIONS if said.get(name)), "")
    region = f"{country}-{part}" if country and part else country or part
    return Said(said.get("sector", ""), said.get("naics", ""), region, network)


def owner_by_lists(cluster: Cluster, said: Iterable[Said]) -> Owner:
    """What most lists say; the organisation is the domain that the server is known by."""
    rows = list(said)
    sectors = [found for one in rows if (found := sector_of(one.sector, one.naics))]
    sector = _most(sectors)
    return Owner(
        next(iter(cluster.keys.get("organisation", ())), ""), sector,
        _most(one.region for one in rows), _most(one.network for one in rows),
        f"{sectors.count(sector)} of {len(rows)} observations say {sector}" if sector else "",
    )  # fmt: skip


def sector_of(word: str, naics: str) -> str:
    """The sector that a list's word or NAICS code stands for, '' for none that is known."""
    by_word, by_code = _sectors()
    code = next((naics[:n] for n in range(len(naics), 1, -1) if naics[:n] in by_code), "")
    return by_word.get(word.strip().lower(), "") or by_code.get(code, "")


@cache
def _sectors() -> tuple[dict[str, str], dict[str, str]]:
    words: dict[str, str] = {}
    codes: dict[str, str] = {}
    for row in read_table("sectors.csv", ("sector", "title", "naics", "words")):
        sector = row["sector"]
        for word in (sector, row["title"], *row["words"].split("|")):
            words.setdefault(word.strip().lower(), sector)
        codes.update(dict.fromkeys(row["naics"].split(), sector))
    words.pop("", None)
    return words, codes


def _most(texts: Iterable[str]) -> str:
    """The most frequent text that is not empty; of equals the first by alphabet."""
    counts = Counter(text for text in texts if text)
    return min(counts, key=lambda text: (-counts[text], text), default="")
