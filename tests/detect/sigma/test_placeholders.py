"""Tests of `alpheus.detect.sigma.placeholders`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alpheus.detect.sigma import Rule, compile_rules
from alpheus.detect.sigma.placeholders import EXPANSIONS_LIMIT
from detect.sigma.building import event, sigma_file

SYSMON = {"product": "windows", "service": "sysmon"}


def compiled(detection: dict[str, Any], **given: tuple[str, ...]) -> Rule:
    """A rule with values for its placeholders."""
    found = compile_rules([replace(sigma_file(detection, SYSMON), placeholders=given)])
    assert not found.rejected, found.rejected
    return found.rules[0]


@pytest.mark.parametrize(
    ("detection", "yes", "no"),
    [
        ({"A|expand": "%admins%"}, "ALICE", "carol"),
        ({"A|expand": "%admins%@%domains%"}, "bob@corp.example", "bob@other.example"),
        ({"A|contains|expand": "<%admins%>"}, "x <alice> y", "x alice y"),
        ({"A|cased|expand": "%admins%"}, "alice", "Alice"),
        ({"A|re|expand": "^%admins%[0-9]+$"}, "alice12", "alice"),
        ({"A|expand": "%patterns%"}, "svc-backup", "backup"),
    ],
)
def test_every_value_is_an_alternative(detection: dict[str, Any], yes: str, no: str) -> None:
    """A placeholder stands for each of its values; in strings they may hold wildcards."""
    rule = compiled(
        detection,
        admins=("alice", "bob"),
        domains=("corp.example", "test.example"),
        patterns=("svc-*",),
    )
    assert rule.matches(event({"A": yes}, "sysmon"))
    assert not rule.matches(event({"A": no}, "sysmon"))


def test_a_keyword_may_be_a_placeholder() -> None:
    """Values are also searched for in the whole record."""
    rule = compiled({"k": {"|expand": "%admins%"}, "condition": "k"}, admins=("alice",))
    assert rule.matches(event({"A": "by Alice"}, "sysmon"))


def test_all_values_of_a_list_are_still_needed() -> None:
    """With `all`, each item of the rule is needed, in any of its values."""
    rule = compiled({"A|contains|expand|all": ["%x%", "%y%"]}, x=("1", "2"), y=("3",))
    assert rule.matches(event({"A": "2 3"}, "sysmon"))
    assert not rule.matches(event({"A": "1 2"}, "sysmon"))


def test_a_missing_value_is_named_with_the_remedy() -> None:
    """A rule whose placeholder has no value is rejected, and the reason tells where to give it."""
    found = compile_rules([sigma_file({"A|expand": "%admins%"}, SYSMON)])
    assert "%admins%" in found.rejected[0].reason
    assert "placeholders.yml" in found.rejected[0].reason


def test_expansion_is_bounded() -> None:
    """Combinations of many values cost the rule, not the memory."""
    many = tuple(map(str, range(int(EXPANSIONS_LIMIT**0.5) + 1)))
    file = replace(sigma_file({"A|expand": "%a%%a%"}, SYSMON), placeholders={"a": many})
    assert "more than" in compile_rules([file]).rejected[0].reason
