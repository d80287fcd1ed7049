"""Servers of other products than Exchange: their build, where an answer or a list says it.

Which header says the build of which product is a sign of that product (`knowledge.products`), and
which builds hold a fix stands in packs (`knowledge.fixes`). Nothing is asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from alpheus.exposure.model import Answer, CveEntry, Witness
from alpheus.knowledge.fixes import other_product, other_states, packs_in_use, said_in_header
from alpheus.knowledge.products import signs_of
from alpheus.model import PatchState

_NO_NAMES = frozenset({"microsoft", "server", "subscription", "edition"})
"""Words of a product that name none."""

_LAGS = (
    "such a header may lag behind an update: the file version of the product's programs settles it"
)


@dataclass(frozen=True, slots=True)
class OtherBuild:
    """A build of a product that is not Exchange, and the states of its flaws by packs."""

    product: str
    build: str
    precision: int
    states: Mapping[str, CveEntry]


@lru_cache(maxsize=1024)
def other_build(said: str) -> OtherBuild | None:
    """What a build is of; None for what is no build, or of no product that packs know.

    Three parts, as headers show them, are a lower bound: then nothing is vulnerable by them.
    """
    number = said_in_header(said)
    product = other_product(number) if number is not None else ""
    if number is None or not product:
        return None
    states = {}
    for cve, one in other_states(number).items():
        entry = CveEntry(one.state.value, one.why)
        if one.state is PatchState.VULNERABLE and number.precision == 3:
            entry = CveEntry(PatchState.UNDETERMINED.value, f"{one.why}, but {_LAGS}")
        states[cve] = entry
    return OtherBuild(product, str(number), number.precision, states)


def header_builds(fields: Mapping[str, str]) -> tuple[Witness, ...]:
    """The builds that headers of an answer say, by lower-case names; only of known products."""
    names = _names()
    if names.keys().isdisjoint(fields):
        return ()
    found = ((label, other_build(fields[name])) for name, label in names.items() if name in fields)
    return tuple(Witness(label, one.build) for label, one in found if one is not None)


def told_by(answers: Sequence[Answer]) -> tuple[Witness, OtherBuild] | None:
    """The product that all of some answers are of, by their headers; None where one is not."""
    said = [answer.others for answer in answers]
    if not said or not all(said):
        return None
    witness = min((one for several in said for one in several), key=lambda one: one.build)
    found = other_build(witness.build)
    return (witness, found) if found is not None else None


@cache
def _names() -> dict[str, str]:
    """Headers in lower case, and as they are written; read once, for answers are many."""
    signs = signs_of(packs_in_use())
    return {sign.value.lower(): sign.value for sign in signs if sign.kind == "header"}


def names_product(said: str, about: str) -> bool:
    """Whether a text (lower case) names the product that a build is of."""
    found = other_build(said)
    words = set(found.product.lower().split()) - _NO_NAMES if found is not None else set()
    return any(word.isalpha() and word in about for word in words)
