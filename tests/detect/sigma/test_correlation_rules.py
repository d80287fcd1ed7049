"""Tests of `alpheus.detect.sigma.correlation_rules`: expressions, numbers, chains of rules."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import RuleSet, compile_rules, evaluate
from alpheus.knowledge.model import RuleMeaning
from detect.sigma.building import OURS, WEBSERVER, event, sigma_file

IIS = {**WEBSERVER, "service": "iis"}


def compiled(
    *blocks: dict[str, Any], meaning: RuleMeaning | None = OURS, whole: bool = True
) -> RuleSet:
    """Rules `a`, `b`, `c` for the pages of those names, and correlations `c0`, `c1` and so on."""
    files = [
        sigma_file({"cs-uri-stem": f"/{name}"}, IIS, name=name, meaning=meaning) for name in "abc"
    ]
    files += [
        sigma_file(name=f"c{n}", meaning=meaning, correlation={"timespan": "10s", **block})
        for n, block in enumerate(blocks)
    ]
    found = compile_rules(files)
    assert not whole or not found.rejected, found.rejected
    return found


def groups(found: RuleSet, text: str, name: str = "c0") -> list[str]:
    """The groups of a correlation in words like `a@3` or `b@4=17`: page, second, bytes."""
    matches = []
    for word in text.split():
        page, _, rest = word.partition("@")
        second, _, size = rest.partition("=")
        fields = {
            "cs-uri-stem": f"/{page}",
            "c-ip": "1.1.1.1",
            **({"sc-bytes": size} if size else {}),
        }
        one = event(fields, seconds=float(second), text=word)
        matches += [(rule, one) for rule in found.match(one)]
    (correlation,) = [one for one in found.correlations if one.id == name]
    return [" ".join(e.citation.text for e in group) for group in evaluate(correlation, matches)]


def numeric(kind: str, condition: dict[str, Any]) -> RuleSet:
    """A correlation on the bytes of requests for page a."""
    return compiled({"type": kind, "rules": ["a"], "condition": {"field": "sc-bytes", **condition}})


@pytest.mark.parametrize(
    ("kind", "condition", "yes", "no"),
    [
        ("value_sum", {"gte": 10}, "a@0=4 a@1=6", "a@0=4 a@20=6"),
        ("value_sum", {"lt": 5}, "a@0=4", "a@0=4 a@1=1"),
        ("value_avg", {"gt": 5}, "a@0=4 a@1=7", "a@0=4 a@1=6"),
        ("value_median", {"gte": 5}, "a@0=5 a@1=5 a@2=900", "a@0=1 a@1=4 a@2=4"),
        ("value_median", {"eq": 5.5}, "a@0=5 a@1=6", "a@0=5 a@1=5"),
        ("value_percentile", {"percentile": 90, "lt": 9}, "a@0=1 a@1=8", "a@0=1 a@1=9"),
        ("value_sum", {"gte": 2}, "a@0=0x2", "a@0=x a@1=nan a@2=inf a@3"),
    ],
)
def test_numbers(kind: str, condition: dict[str, Any], yes: str, no: str) -> None:
    """Sums, averages, medians and percentiles of a field; what is no number is left out."""
    found = numeric(kind, condition)
    assert groups(found, yes)
    assert not groups(found, no)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(-9, 9)), min_size=1, max_size=12),
    st.sampled_from(["value_sum", "value_avg", "value_median", "value_percentile"]),
    st.integers(-9, 12),
)
def test_numbers_agree_with_trying_everything(
    rows: list[tuple[int, int]], kind: str, least: int
) -> None:
    """A group is found exactly if some span that ends in an event reaches the number."""
    rows = sorted(rows)
    measure = {
        "value_sum": sum,
        "value_avg": statistics.mean,
        "value_median": statistics.median,
        "value_percentile": lambda values: sorted(values)[-(-len(values) * 75 // 100) - 1],
    }[kind]
    naive = any(
        measure([v for t, v in rows[: n + 1] if end - t <= 10]) >= least
        for n, (end, _) in enumerate(rows)
    )
    text = " ".join(f"a@{second}={value}" for second, value in rows)
    assert bool(groups(numeric(kind, {"percentile": 75, "gte": least}), text)) is naive


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ("a and b", "b@0 a@5", "a@0 b@20"),
        ("a or b", "b@0", "c@0"),
        ("a and not b", "a@0 c@1", "a@0 b@5"),
        ("a and (b or c)", "c@1 a@2", "b@0 c@1"),
        ("not (a or b) and c", "c@3", "b@0 c@1"),
        ("not (a and b) and c", "c@3 b@4", "a@3 c@3 b@4"),
    ],
)
def test_expressions(condition: str, yes: str, no: str) -> None:
    """A temporal correlation may name its rules in an expression."""
    found = compiled({"type": "temporal", "condition": condition})
    assert groups(found, yes)
    assert not groups(found, no)


@pytest.mark.parametrize(
    ("block", "yes", "no"),
    [
        ({"condition": "a and b"}, "a@0 b@1", "b@0 a@1"),
        ({"condition": "(a or b) and c"}, "b@0 c@1", "c@0 b@1"),
        ({"condition": "a and c and not b"}, "a@0 c@2", "a@0 b@1 c@2"),
        ({"rules": ["a", "b", "c"], "condition": {"gte": 2}}, "a@0 c@1", "c@0 a@1"),
        ({"rules": ["a", "b", "c"], "condition": {"gt": 2}}, "a@0 b@1 c@2", "a@0 c@1"),
        ({"rules": ["a", "b"], "condition": {"eq": 2}}, "a@0 b@1", "b@0 a@1"),
    ],
)
def test_orders(block: dict[str, Any], yes: str, no: str) -> None:
    """Of ordered rules, an expression or a number may choose; an unwanted one breaks the chain."""
    found = compiled({"type": "temporal_ordered", **block})
    assert groups(found, yes)
    assert not groups(found, no)


def test_correlations_of_correlations() -> None:
    """What a correlation finds is one event for another, in whatever order they are written."""
    outer = {
        "type": "temporal_ordered",
        "rules": ["c1", "b"],
        "group-by": ["client"],
        "aliases": {"client": {"c1": "who", "b": "c-ip"}},
    }
    inner = {
        "type": "event_count",
        "rules": ["a"],
        "group-by": ["who"],
        "aliases": {"who": {"a": "c-ip"}},
        "condition": {"gte": 2},
    }
    found = compiled(outer, inner)
    assert groups(found, "a@0 a@1 b@2") == ["a@0 a@1 b@2"]
    assert groups(found, "a@0 b@1 a@2") == []
    assert groups(found, "a@0 b@1") == []


def test_generate_decides_on_the_rules_below() -> None:
    """Foreign rules below a correlation are silent unless it generates; ours never are."""
    block = {"type": "temporal", "rules": ["a", "b"]}
    assert compiled(block, meaning=None).silent == {"a", "b"}
    assert compiled({**block, "generate": True}, meaning=None).silent == set()
    assert compiled(block).silent == set()
    above = {"type": "event_count", "rules": ["c0"], "condition": {"gte": 2}}
    assert compiled(block, above, meaning=None).silent == {"a", "b", "c0"}


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ({"type": "temporal", "rules": ["a", "nowhere"]}, "nowhere"),
        ({"type": "temporal", "rules": ["c0"]}, "not there"),
        ({"type": "temporal", "condition": "a and ("}, ""),
        ({"type": "temporal", "condition": "not a"}, "no rule matched"),
        ({"type": "temporal", "condition": "a or not b"}, "no rule matched"),
        ({"type": "event_count", "rules": ["a"], "condition": "a and b"}, "temporal"),
        ({"type": "temporal_ordered", "rules": ["a"], "condition": {"lt": 3}}, "gt and gte"),
        ({"type": "temporal_ordered", "rules": ["a"], "condition": {"eq": 0}}, "gt and gte"),
        ({"type": "temporal_ordered", "rules": ["a"], "condition": {"gte": 0}}, "cannot match"),
        ({"type": "value_sum", "rules": ["a"], "condition": {"gte": 1}}, "field"),
        (
            {"type": "value_sum", "rules": ["a"], "condition": {"gte": 1, "field": ["x", "y"]}},
            "exactly one field",
        ),
        (
            {
                "type": "value_percentile",
                "rules": ["a"],
                "condition": {"gte": 1, "field": "x", "percentile": 101},
            },
            "between 0 and 100",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_named(block: dict[str, Any], reason: str) -> None:
    """A correlation that makes no sense is rejected with the reason; the rules remain."""
    found = compiled(block, whole=False)
    assert len(found.rules) == 3
    assert reason in found.rejected[0].reason


def test_too_many_alternatives_are_refused() -> None:
    """An expression cannot blow up."""
    names = [f"r{n}" for n in range(24)]
    files = [sigma_file({"cs-uri-stem": f"/{name}"}, IIS, name=name) for name in names]
    pairs = " and ".join(f"({a} or {b})" for a, b in zip(names[::2], names[1::2], strict=True))
    block = {"type": "temporal", "timespan": "1m", "condition": pairs}
    found = compile_rules([*files, sigma_file(name="x", correlation=block)])
    assert "alternatives" in found.rejected[0].reason
