"""What the needles of rules cost."""

from __future__ import annotations

import pytest

from alpheus.detect.cost import NeedleCost, measure
from alpheus.detect.sigma import RuleSet, compile_rules
from alpheus.knowledge.packs import load_packs
from detect.sigma.building import WEBSERVER, rule


@pytest.mark.parametrize("source", ["iis", "httpproxy"])
def test_no_shipped_rule_is_dear(source: str) -> None:
    """At most one ordinary line in two hundred is parsed for a rule."""
    rules = compile_rules([file for pack in load_packs() for file in pack.sigma])
    for name, cost in measure(rules, source).items():
        assert cost.candidates <= 0.005, name


def test_a_rule_that_needs_every_line_says_so() -> None:
    """It has no needles to be measured."""
    needy = rule({"sc-status": 200}, WEBSERVER, name="needy")
    cheap = rule({"cs-uri-stem|contains": "/rare.text"}, WEBSERVER, name="cheap")
    found = measure(RuleSet((needy, cheap)), "iis")
    assert found["needy"] == NeedleCost(1.0, 0.0)
    assert found["cheap"].candidates == 0.0


def test_a_frequent_text_shows_in_its_candidates() -> None:
    """Its share of ordinary lines is counted."""
    frequent = rule({"cs-uri-stem|contains": "/ews/exchange.asmx"}, WEBSERVER, name="frequent")
    assert 0.1 < measure(RuleSet((frequent,)), "iis")["frequent"].candidates < 0.2
