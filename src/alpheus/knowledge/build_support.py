"""How long a product is supported, and by what it is followed; one row for each product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from alpheus.errors import KnowledgeError
from alpheus.knowledge.build_number import BuildNumber
from alpheus.knowledge.tables import read_table

FILE = "exchange_support.csv"
STEPS = frozenset({"upgrade", "migrate", ""})
_TEXTS = ("product", "paid_updates_until", "successor", "step", "way", "source")
_COLUMNS = (*_TEXTS, "version", "support_ends")


@dataclass(frozen=True, slots=True)
class Support:
    """The life of one product.

    `support_ends` is its last supported day, None while none is set. `paid_updates_until` is the
    last month (`YYYY-MM`) of updates that only those get who pay for them; '' if there are none.
    `step` is how its successor is reached: `upgrade`, or `migrate` where it cannot be added to the
    same organisation; `way` says it in words.
    """

    product: str
    version: tuple[int, ...]
    support_ends: date | None
    paid_updates_until: str
    successor: str
    step: str
    way: str
    source: str

    def supported(self, today: date) -> bool:
        """Whether it still has support on that day."""
        return self.support_ends is None or today <= self.support_ends


@cache
def read_support() -> tuple[Support, ...]:
    """Every product, oldest first. Raises KnowledgeError."""
    found = []
    for number, row in enumerate(read_table(FILE, _COLUMNS), 2):
        try:
            version = tuple(int(part) for part in row["version"].split("."))
            ends = date.fromisoformat(row["support_ends"]) if row["support_ends"] else None
        except ValueError as error:
            message = f"tables/{FILE}: line {number}: {error}"
            raise KnowledgeError(message) from error
        if row["step"] not in STEPS:
            message = f"tables/{FILE}: line {number}: {row['step']!r} is not a known step"
            raise KnowledgeError(message)
        plain = {name: row[name] for name in _TEXTS}
        found.append(Support(version=version, support_ends=ends, **plain))
    return tuple(found)


def support_of(product: str | None, number: BuildNumber) -> Support | None:
    """The product's row; where the product is not known, that of the first parts of the number."""
    for row in read_support():
        if row.product == product:
            return row
        if product is None and number.parts[: len(row.version)] == row.version:
            return row
    return None
