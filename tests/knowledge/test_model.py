"""What a pack is made of is what it says, and cannot change."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from alpheus.knowledge import model
from alpheus.knowledge.model import Mitigation, RuleMeaning
from alpheus.model import Confidence, Stage, Weight

RECORDS = [one for _, one in inspect.getmembers(model, dataclasses.is_dataclass)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_knowledge_is_frozen(record: type) -> None:
    """A run cannot change the knowledge that the report names."""
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_a_rule_needs_its_meaning_spelled_out_and_nothing_more() -> None:
    """Stage, weight and confidence have no default; a tie, a client, a measure are asked for."""
    with pytest.raises(TypeError):
        RuleMeaning()  # type: ignore[call-arg]
    plain = RuleMeaning(Stage.PROBED, Weight.CONTEXT, Confidence.LOW)
    assert (plain.tie, plain.client, plain.measure, plain.names) == (False, None, None, ())


def test_a_mitigation_stands_alone_and_for_good_unless_it_says_otherwise() -> None:
    """Without `together` and `undone_by` one record is enough."""
    made = Mitigation("m", ("CVE-2021-26855",), "iis-configuration", {"Name": "x"})
    assert (made.together, dict(made.undone_by)) == ((), {})
