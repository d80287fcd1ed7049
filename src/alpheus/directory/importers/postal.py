"""Postal addresses, with their lines in the order of a country (`postal_addresses.csv`).

In the table, `|` ends a line; what a list does not tell is left out with what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from alpheus.directory.domains import STATES
from alpheus.knowledge.tables import read_table

ROLES = ("street", "city", "region", "zip")
_ANY = "*"
_PART = re.compile(r"([^{}|]*)\{([a-z]+)\}")
_US_ZIP = re.compile(r"\d{5}(?:-\d{4})?")
_US_STATES = frozenset(code.upper() for code in STATES)


def address(country: str, said: Mapping[str, str]) -> str:
    """The address on one line, its lines apart by `; `; '' without a street.

    `said` is by `ROLES`, `country` two letters in capitals or ''. A state of the United States with
    its ZIP code tells the country.
    """
    if not said.get("street"):
        return ""
    if not country and said.get("region") in _US_STATES and _US_ZIP.fullmatch(said.get("zip", "")):
        country = "US"
    orders = _orders()
    lines = (_line(line, said) for line in orders.get(country, orders[_ANY]).split("|"))
    return "; ".join(filter(None, lines))


def _line(order: str, said: Mapping[str, str]) -> str:
    line = ""
    for before, role in _PART.findall(order):
        if value := said.get(role, "").replace(";", ","):
            line += f"{before}{value}" if line else value
    return line


@cache
def _orders() -> dict[str, str]:
    return {row["country"]: row["lines"] for row in read_table("postal_addresses.csv",
                                                               ("country", "lines"))}  # fmt: skip
