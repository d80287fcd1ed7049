"""The sectors there are, and how hints of a sector become one, with the reasons kept.

A more exact sector takes the place of the wider one that it lies in: the police of a city is
police. An industry code (NAICS) of a list is often that of the provider, and then says little.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

import msgspec

from alpheus.directory.domain_rules import rule_of
from alpheus.directory.domains import STATES, Domain
from alpheus.directory.keywords import in_label, in_name
from alpheus.directory.words import words_of
from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

FILE = "sectors.csv"
_COLUMNS = ("sector", "title", "within", "naics", "words")

PROVIDERS = frozenset({"telecom", "hosting"})
"""Sectors of those who carry others: as the word of a list they are doubtful."""

_NAICS = 45
_WORD = 45
_PROVIDER_BY_LIST = 8
ENOUGH = 20
"""The weight from which on a sector is named."""

_EXACT_ENOUGH = 46
_STEP = 25
"""How much less certain a more exact sector may be, and how near another one contradicts."""
_SHORT_LABEL = 4
_WITH_STATE = 66
_STATED = "of .gov names that end in a state's letters, 19 of 20 are local governments'"
_PROVIDER_TITLES = frozenset({
    "communications service provider and hosting service",
    "communications service provider", "hosting service", "service provider",
})  # fmt: skip


class Sector(msgspec.Struct, frozen=True, gc=False):
    """One line of the table. `within` are the wider sectors that it may lie in."""

    id: str
    title: str
    within: frozenset[str]
    naics: tuple[str, ...]
    words: tuple[str, ...]


class SectorHint(msgspec.Struct, frozen=True, gc=False):
    """A reason for a sector; `weight` is 1 to 99."""

    sector: str
    weight: int
    reason: str


class SectorDecision(msgspec.Struct, frozen=True, gc=False):
    """The sector, or '' where nothing says it. `others` are sectors that it contradicts."""

    sector: str
    weight: int
    others: tuple[str, ...] = ()


@cache
def sectors() -> dict[str, Sector]:
    """Every sector by its id. Raises KnowledgeError."""
    found: dict[str, Sector] = {}
    for number, row in enumerate(read_table(FILE, _COLUMNS), 2):
        name = row["sector"].strip()
        if not name or name in found or not row["title"].strip():
            raise KnowledgeError(f"tables/{FILE}: line {number}: no new sector with a title")
        words = tuple(word.strip() for word in row["words"].split("|") if word.strip())
        within = frozenset(row["within"].split())
        naics = tuple(row["naics"].split())
        found[name] = Sector(name, row["title"].strip(), within, naics, words)
    unknown = {wider for sector in found.values() for wider in sector.within} - set(found)
    if unknown:
        raise KnowledgeError(f"tables/{FILE}: no sector '{min(unknown)}', which others lie within")
    return found


def domain_hints(host: str, domain: Domain) -> list[SectorHint]:
    """What a host name and the domain it belongs to say; the domain's label by keywords."""
    found = []
    rule = rule_of(host)
    if rule is not None:
        reason = f"{host}: {rule.reason}"
        found.append(SectorHint(rule.sector, rule.weight, reason))
    if domain.kind in {"", "in-locality"}:
        label = domain.label
        if domain.suffix == "gov" and label[-2:] in STATES and len(label) > _SHORT_LABEL:
            found.append(SectorHint("local-government", _WITH_STATE, f"{domain.name}: {_STATED}"))
            label = label[:-2]
        found += [
            SectorHint(one.sector, one.weight, f"{domain.name}: '{one.pattern}': {one.reason}")
            for one in (in_label(label) or in_label(domain.label))[:3]
        ]
    return found


def name_hints(name: str, country: str = "") -> list[SectorHint]:
    """What the name of an organisation says."""
    return [
        SectorHint(one.sector, one.weight, f"'{one.pattern}' in '{name[:80]}': {one.reason}")
        for one in in_name(name)[:4]
        if not one.country or not country or one.country == country
    ]


@cache
def _by_naics() -> dict[str, str]:
    return {code: one.id for one in sectors().values() for code in one.naics}


@cache
def _by_word() -> dict[str, str]:
    words = {word: one.id for one in sectors().values() for word in one.words}
    return {" ".join(words_of(word)): sector for word, sector in words.items()}


def naics_sector(code: str) -> str:
    """The sector of an industry code of 2 to 6 digits, by its longest known beginning; or ''."""
    if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 6):
        return ""
    known = _by_naics()
    return next((known[code[:n]] for n in range(len(code), 1, -1) if code[:n] in known), "")


def sector_named(text: str) -> str:
    """The sector that a list's own word for it means, or ''."""
    if text in sectors():
        return text
    return _by_word().get(" ".join(words_of(text)), "")


@lru_cache(maxsize=4_096)
def list_hints(naics: str, word: str) -> tuple[SectorHint, ...]:
    """What the industry code and the sector of a list say of whoever is at an address."""
    found = []
    carrier = " ".join(words_of(word)) in _PROVIDER_TITLES
    sector = naics_sector(naics.strip())
    if sector:
        reason = f"the list gives the industry code {naics.strip()} (NAICS)"
        found.append(_by_list(sector, _NAICS, reason, carrier=carrier))
    named = sector_named(word)
    if named:
        found.append(_by_list(named, _WORD, f"the list gives the sector '{word}'", carrier=carrier))
    elif carrier and not sector:
        found.append(_by_list("telecom", _WORD, f"the list gives '{word}'", carrier=True))
    return tuple(found)


def _by_list(sector: str, weight: int, reason: str, *, carrier: bool) -> SectorHint:
    if carrier or sector in PROVIDERS:
        reason = f"{reason}: that is the provider's, not its customer's"
        return SectorHint(sector, _PROVIDER_BY_LIST, reason)
    return SectorHint(sector, weight, reason)


def decide_sector(hints: Iterable[SectorHint]) -> SectorDecision:
    """One sector from all hints: the weightiest, or an exact one that lies in it."""
    weights: dict[str, int] = {}
    for hint in hints:
        weights[hint.sector] = max(weights.get(hint.sector, 0), hint.weight)
    if not weights:
        return SectorDecision("", 0)
    best = max(weights, key=weights.__getitem__)
    if len(weights) > 1:
        best = _more_exact(best, weights)
    weight = weights[best]
    if weight < ENOUGH:
        return SectorDecision("", weight)
    known = sectors()
    wider = known[best].within
    others = [
        name for name, other in weights.items()
        if name != best and name not in wider and best not in known[name].within
        and other >= max(_EXACT_ENOUGH, weight - _STEP)
    ]  # fmt: skip
    return SectorDecision(best, weight, tuple(sorted(others)))


def _more_exact(best: str, weights: dict[str, int]) -> str:
    """The weightiest sector that lies within the best one and is certain enough, step by step."""
    known = sectors()
    while True:
        inner = [
            name for name, weight in weights.items()
            if best in known[name].within and weight >= max(_EXACT_ENOUGH, weights[best] - _STEP)
        ]  # fmt: skip
        if not inner:
            return best
        best = max(inner, key=weights.__getitem__)
