"""The nouns: orders that verdicts depend on, and records that nobody can change."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from alpheus import model
from alpheus.model import Confidence, Stage, Verdict, Weight

RECORDS = [one for _, one in inspect.getmembers(model, dataclasses.is_dataclass)]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Stage, "none probed attempted exploited implanted operated spread"),
        (Weight, "context indication proof"),
        (Confidence, "low medium high"),
        (Verdict, "no-evidence not-determinable attempted suspicious compromised"),
    ],
)
def test_orders_go_from_mild_to_grave(order: type[Stage], words: str) -> None:
    """`rank` counts from 0 in the order of the contract, and not by the alphabet."""
    assert [member.value for member in sorted(order, key=lambda m: m.rank)] == words.split()
    assert [member.rank for member in order] == list(range(len(words.split())))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_records_are_frozen_and_slotted(record: type) -> None:
    """What was learned from evidence cannot be changed afterwards, nor grow attributes."""
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(record)


def test_the_nouns_import_no_room() -> None:
    """Everybody imports them, so they import nobody."""
    modules = {getattr(value, "__module__", "") for value in vars(model).values()}
    assert {name for name in modules if name.startswith("alpheus")} == {"alpheus.model"}
