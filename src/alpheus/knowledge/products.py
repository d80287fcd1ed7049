"""Which products a server runs, as its evidence shows: a table, and what packs add to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from alpheus.errors import KnowledgeError
from alpheus.knowledge.model import Pack, ProductSign
from alpheus.knowledge.patterns import found_in
from alpheus.knowledge.tables import read_table
from alpheus.model import Stage

EXCHANGE = "Microsoft Exchange Server"
_KINDS = ("source", "page", "header")
_COLUMNS = ("product", "kind", "value")


@cache
def shipped_signs() -> tuple[ProductSign, ...]:
    """The signs of `tables/product_signs.csv`. Raises KnowledgeError."""
    rows = read_table("product_signs.csv", _COLUMNS)
    for number, row in enumerate(rows, 2):
        if row["kind"] not in _KINDS:
            kinds = ", ".join(_KINDS)
            message = f"tables/product_signs.csv: line {number}: kind is one of {kinds}"
            raise KnowledgeError(message)
    return tuple(ProductSign(row["product"], row["kind"], row["value"]) for row in rows)


def signs_of(packs: Sequence[Pack]) -> tuple[ProductSign, ...]:
    """Those that ship, and those of packs. Raises KnowledgeError."""
    return (*shipped_signs(), *(sign for pack in packs for sign in pack.signs))


def products_seen(
    signs: Iterable[ProductSign],
    sources: Iterable[str],
    pages: Iterable[str],
    rules: Collection[str] = (),
) -> tuple[str, ...]:
    """The products that labels of coverage, pages that answered or rules that matched show."""
    labels, stems = list(sources), "\n".join(pages)
    return tuple(
        dict.fromkeys(sign.product for sign in signs if _holds(sign, labels, stems, rules))
    )  # fmt: skip


def telling(packs: Sequence[Pack]) -> frozenset[str]:
    """The rules that only tell which product it is: their matches are no findings."""
    return frozenset(
        str(file.document.get("name"))
        for pack in packs
        for file in pack.sigma
        if file.meaning is not None
        and file.meaning.stage is Stage.NONE
        and any(s.kind == "rule" and s.value == file.document.get("name") for s in pack.signs)
    )


def _holds(sign: ProductSign, labels: Sequence[str], stems: str, rules: Collection[str]) -> bool:
    if sign.kind == "rule":
        return sign.value in rules
    if sign.kind == "page":
        return found_in(sign.value, stems)
    if sign.kind != "source":
        return False
    if sign.value.endswith("*"):
        return any(label.startswith(sign.value[:-1]) for label in labels)
    return sign.value in labels
