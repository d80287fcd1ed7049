"""Tests of `alpheus.detect.sigma.filters`."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.detect.sigma import RuleSet, compile_rules
from alpheus.knowledge.model import RuleMeaning
from detect.sigma.building import OURS, event, sigma_file

SECURITY = {"product": "windows", "service": "security"}
ID = "0f06a3a5-6a09-413f-8743-e6cf35561297"


def filtered(
    rules: object,
    definition: dict[str, Any] | None = None,
    condition: str = "not sel",
    logsource: dict[str, str] = SECURITY,
    meaning: RuleMeaning | None = None,
) -> RuleSet:
    """A rule with one filter."""
    parts = definition or {"sel": {"User": "backup"}}
    body = {"rules": rules, **parts, "condition": condition}
    return compile_rules(
        [
            sigma_file(None, logsource, meaning=None, title="F", filter=body),
            sigma_file({"EventID": 1}, SECURITY, meaning=meaning, title="R", name="r", id=ID),
        ]
    )


@pytest.mark.parametrize("rules", ["any", [], "r", [ID], ["other", "r"]])
def test_a_filter_narrows_the_rules_it_names(rules: object) -> None:
    """By name, by id, or any of its log source."""
    found = filtered(rules)
    assert not found.rejected
    assert found.match(event({"EventID": "1", "User": "alice"}, "windows-security"))
    assert not found.match(event({"EventID": "1", "User": "backup"}, "windows-security"))


@pytest.mark.parametrize(
    "condition", ["not 1 of sel*", "not (sel_a or sel_b)", "not 1 of them", "not sel_a"]
)
def test_conditions_of_filters(condition: str) -> None:
    """Quantifiers in a filter speak of the filter's own parts."""
    parts = {"sel_a": {"User|utf16le": "x"}, "sel_b": {"User": "nobody"}}
    found = filtered("any", parts, condition)
    assert not found.rejected
    assert found.match(event({"EventID": "1", "User": "alice"}, "windows-security"))
    assert not found.match(event({"EventID": "1", "User": "x\0"}, "windows-security"))


def test_a_filter_leaves_other_log_sources_alone() -> None:
    """It applies only to rules of its log source, and is reported if there are none."""
    found = filtered("any", logsource={"product": "windows", "service": "system"})
    assert found.match(event({"EventID": "1", "User": "backup"}, "windows-security"))
    assert "applies to no" in found.rejected[0].reason


def test_a_filter_never_silences_our_own_rules() -> None:
    """A foreign file must not be able to hide what the shipped rules find."""
    found = filtered(["r"], meaning=OURS)
    assert found.match(event({"EventID": "1", "User": "backup"}, "windows-security"))
    assert [one.title for one in found.rejected] == ["F"]


@pytest.mark.parametrize(
    "body",
    [
        {"sel": {"A": "b"}, "condition": "not sel"},
        {"rules": "any", "sel": {"A": "b"}},
        {"rules": 5, "sel": {"A": "b"}, "condition": "not sel"},
        "nonsense",
        None,
    ],
)
def test_broken_filters_are_named(body: object) -> None:
    """A filter that cannot be used costs only itself."""
    found = compile_rules(
        [
            sigma_file(None, SECURITY, meaning=None, title="F", filter=body),
            sigma_file({"EventID": 1}, SECURITY, meaning=None, title="R"),
        ]
    )
    assert len(found.rules) == 1
    assert [one.title for one in found.rejected] == ["F"]
    assert found.rejected[0].reason
