"""Laws and directives that ask for something by a day: whom they bind, and for what.

They stand in `knowledge/tables/case_laws.csv` and `case_deadlines.csv`, with their sources.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import NamedTuple

from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

_LAWS = "case_laws.csv"
_LAW_COLUMNS = ("law", "title", "from", "until", "basis", "countries", "sectors", "perhaps",
                "condition", "source")  # fmt: skip
_STEPS = "case_deadlines.csv"
_STEP_COLUMNS = ("law", "step", "title", "begins", "after", "due", "met_by", "cves", "source")


class MetBy(StrEnum):
    """What meets a step."""

    REPORT = "report"
    REPORT_IF_ONGOING = "report-if-ongoing"
    """A report, asked for if the incident goes on when it is due."""
    REPORT_WHEN_HANDLED = "report-when-handled"
    """A report, put off until the incident is handled if that takes longer."""
    FIXED = "fixed"
    """The fix, or the end of the server."""


class Law(NamedTuple):
    """One law. `since` and `until` are days in ISO 8601, '' without end.

    `countries` are two letters each; `sectors` are bound, `perhaps` are where a country says so.
    """

    law: str
    title: str
    since: str
    until: str
    of_incident: bool
    """Its clocks run of an incident; else of a server."""
    countries: frozenset[str]
    sectors: frozenset[str]
    perhaps: frozenset[str]
    condition: str
    source: str

    def binds(self, sector: str) -> bool:
        """Whether it binds a sector at all, for sure or perhaps; an unknown one perhaps."""
        return not sector or sector in self.sectors or sector in self.perhaps


class Rule(NamedTuple):
    """One step of a law. `hours` or `months` after `begins`, or at `due`.

    `begins` is `aware` or an earlier step; `cves` are the flaws that it is about, empty for all.
    """

    law: str
    step: str
    title: str
    begins: str
    hours: int
    months: int
    due: str
    met_by: MetBy
    cves: frozenset[str]
    source: str


def laws_in(country: str) -> tuple[Law, ...]:
    """The laws that bind somebody in a country. Raises KnowledgeError."""
    return _by_country().get(country, ())


@cache
def laws() -> tuple[Law, ...]:
    """All laws of the table. Raises KnowledgeError."""
    return tuple(_law(row) for row in read_table(_LAWS, _LAW_COLUMNS))


@cache
def rules() -> tuple[Rule, ...]:
    """All steps; a step stands after the one that it begins with. Raises KnowledgeError."""
    known: dict[str, set[str]] = {law.law: {"", "aware"} for law in laws()}
    found = []
    for row in read_table(_STEPS, _STEP_COLUMNS):
        rule = _rule(row, known)
        known[rule.law].add(rule.step)
        found.append(rule)
    return tuple(found)


@cache
def _by_country() -> dict[str, tuple[Law, ...]]:
    countries = {country for law in laws() for country in law.countries}
    return {one: tuple(law for law in laws() if one in law.countries) for one in countries}


def _law(row: dict[str, str]) -> Law:
    if row["basis"] not in {"incident", "server"}:
        raise KnowledgeError(f"tables/{_LAWS}: {row['law']}: its basis is incident or server")
    return Law(
        row["law"], row["title"], row["from"], row["until"], row["basis"] == "incident",
        frozenset(row["countries"].split()), frozenset(row["sectors"].split()),
        frozenset(row["perhaps"].split()), row["condition"], row["source"],
    )  # fmt: skip


def _rule(row: dict[str, str], known: dict[str, set[str]]) -> Rule:
    number, _, unit = row["after"].partition(" ")
    sound = (
        unit.removesuffix("s") in {"hour", "month", ""}
        and bool(row["after"]) != bool(row["due"])
        and bool(row["after"]) == bool(row["begins"])
        and (not number or number.isdigit())
        and row["met_by"] in {*MetBy}
        and row["begins"] in known.get(row["law"], ())
    )
    if not sound:
        raise KnowledgeError(f"tables/{_STEPS}: {row['law']} {row['step']}: no clock can be made")
    span = int(number or 0)
    hours, months = (span, 0) if unit.startswith("hour") else (0, span)
    return Rule(
        row["law"], row["step"], row["title"], row["begins"], hours, months, row["due"],
        MetBy(row["met_by"]), frozenset(row["cves"].split()), row["source"],
    )  # fmt: skip
