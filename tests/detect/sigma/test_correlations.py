"""Tests of `alpheus.detect.sigma.correlations`."""

from __future__ import annotations

import random
import time
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import Correlation, Rule, RuleSet, compile_rules, evaluate
from alpheus.model import Event
from detect.sigma.building import HTTPPROXY, WEBSERVER, event, sigma_file

STEPS = ("a", "b", "c")


def rules(**correlation: Any) -> RuleSet:
    """Rules `a`, `b` and `c` for pages of those names, `p` for HttpProxy, and a correlation."""
    basic = [
        sigma_file({"cs-uri-stem": f"/{name}"}, {**WEBSERVER, "service": "iis"}, name=name)
        for name in STEPS
    ]
    proxy = sigma_file({"UrlStem": "/p"}, HTTPPROXY, name="p")
    block = {"timespan": "10s", "group-by": ["c-ip"], **correlation}
    found = compile_rules([*basic, proxy, sigma_file(name="corr", correlation=block)])
    assert not found.rejected, found.rejected
    return found


def requests(found: RuleSet, text: str) -> list[tuple[Rule, Event]]:
    """Matches from words like `a@3` or `b@4/2.2.2.2`: page, second, client."""
    matches = []
    for word in text.split():
        page, _, rest = word.partition("@")
        second, _, client = rest.partition("/")
        fields = {"cs-uri-stem": f"/{page}", "c-ip": client or "1.1.1.1", "cs-username": page}
        one = event(fields, seconds=float(second) if second else None, text=word)
        matches += [(rule, one) for rule in found.match(one)]
    return matches


def groups(found: RuleSet, text: str) -> list[str]:
    """The groups of the correlation, in the words of `requests`."""
    satisfied = evaluate(found.correlations[0], requests(found, text))
    return [" ".join(one.citation.text for one in group) for group in satisfied]


def test_event_count() -> None:
    """Enough events of one group within the span; a group grows while the events keep coming."""
    found = rules(type="event_count", rules=["a"], condition={"gte": 3})
    assert groups(found, "a@0 a@1") == []
    assert groups(found, "a@0 a@1 a@2/9.9.9.9") == []
    assert groups(found, "a@0 a@8 a@16 a@24") == []
    assert groups(found, "a@0 a@5 a@10") == ["a@0 a@5 a@10"]
    assert groups(found, "a@2 a@0 a@1 a@9 a@13 a@60 a@61 a@62") == [
        "a@0 a@1 a@2 a@9",
        "a@60 a@61 a@62",
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"gt": 2}, ["a@0 a@1 a@2"]),
        ({"eq": 2}, ["a@20 a@21"]),
        ({"lt": 2}, ["a@40"]),
        ({"lte": 2}, ["a@20 a@21", "a@40"]),
        ({"neq": 3}, ["a@20 a@21", "a@40"]),
    ],
)
def test_operators(condition: dict[str, int], expected: list[str]) -> None:
    """Every operator; those that do not grow look at spans from the first event on."""
    found = rules(type="event_count", rules=["a"], condition=condition)
    assert groups(found, "a@0 a@1 a@2 a@20 a@21 a@40") == expected


def test_value_count() -> None:
    """Different values count, not events."""
    found = rules(
        type="value_count", rules=["a", "b"], condition={"gte": 2, "field": "cs-username"}
    )
    assert groups(found, "a@0 a@1 a@2") == []
    assert groups(found, "a@0 a@1 b@2") == ["a@0 a@1 b@2"]


def test_temporal() -> None:
    """All rules within the span, in any order."""
    found = rules(type="temporal", rules=["a", "b", "c"])
    assert groups(found, "c@0 a@1") == []
    assert groups(found, "c@0 a@1 b@5") == ["c@0 a@1 b@5"]
    assert groups(found, "c@0 a@1 b@50") == []
    assert groups(found, "c@0 a@1 b@5/2.2.2.2") == []


def test_temporal_of_some() -> None:
    """A condition asks for fewer rules than are listed."""
    found = rules(type="temporal", rules=["a", "b", "c"], condition={"gte": 2})
    assert groups(found, "a@0 a@1 c@2") == ["a@0 a@1 c@2"]


def test_temporal_ordered() -> None:
    """All rules within the span, in the order of the list."""
    found = rules(type="temporal_ordered", rules=["a", "b", "c"])
    assert groups(found, "a@0 b@1 c@2") == ["a@0 b@1 c@2"]
    assert groups(found, "b@0 a@1 c@2") == []
    assert groups(found, "a@0 b@1 c@11") == []
    assert groups(found, "a@0 a@5 b@6 c@12") == ["a@5 b@6 c@12"]
    assert groups(found, "a@0 b@1 c@2 a@3 b@4 c@5") == ["a@0 b@1 c@2", "a@3 b@4 c@5"]


def test_equal_times_count_as_ordered() -> None:
    """Logs know seconds only: events of the same second may be in any order."""
    found = rules(type="temporal_ordered", rules=["a", "b"])
    assert groups(found, "b@1 a@1") == ["a@1 b@1"]


def test_a_rule_may_be_a_step_twice() -> None:
    """One event is never two steps."""
    found = rules(type="temporal_ordered", rules=["a", "b", "a"])
    assert groups(found, "a@0 b@1") == []
    assert groups(found, "a@0 b@1 a@2") == ["a@0 b@1 a@2"]


def test_one_event_of_two_rules_is_one_step() -> None:
    """An event that matches both rules does not make a sequence by itself."""
    files = [
        sigma_file({"cs-uri-stem": "/x"}, name="one"),
        sigma_file({"cs-method": "GET"}, name="two"),
        sigma_file(
            name="corr",
            correlation={"type": "temporal_ordered", "rules": ["one", "two"], "timespan": "1m"},
        ),
    ]
    found = compile_rules(files)
    both = event({"cs-uri-stem": "/x", "cs-method": "GET"})
    later = event({"cs-uri-stem": "/y", "cs-method": "GET"}, seconds=5)
    matches = [(rule, one) for one in (both, later) for rule in found.match(one)]
    assert evaluate(found.correlations[0], matches[:2]) == []
    assert evaluate(found.correlations[0], matches) == [[both, later]]


def test_aliases_join_sources() -> None:
    """A client is the same client, whatever the column is called."""
    found = rules(
        type="temporal_ordered",
        rules=["p", "a"],
        aliases={"client": {"p": "ClientIpAddress", "a": "c-ip"}},
        **{"group-by": ["client"]},
    )
    proxy = event({"UrlStem": "/p", "ClientIpAddress": "1.1.1.1"}, "httpproxy")
    other = event({"UrlStem": "/p", "ClientIpAddress": "2.2.2.2"}, "httpproxy")
    front = event({"cs-uri-stem": "/a", "c-ip": "1.1.1.1"}, seconds=3)

    def joined(*events: Event) -> list[list[Event]]:
        matches = [(rule, one) for one in events for rule in found.match(one)]
        return evaluate(found.correlations[0], matches)

    assert joined(proxy, front) == [[proxy, front]]
    assert joined(other, front) == []


def test_what_is_left_out() -> None:
    """Events without a time, without the group's field, or of other rules do not count."""
    found = rules(type="event_count", rules=["a"], condition={"gte": 2})
    assert groups(found, "a@0 a@ b@1 c@1") == []
    nameless = [(found.rules[0], event({"cs-uri-stem": "/a"}, seconds=n)) for n in range(5)]
    assert evaluate(found.correlations[0], nameless) == []


WORDS = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 25)), max_size=9)


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_ordered_agrees_with_trying_everything(words: list[tuple[str, int]]) -> None:
    """A sequence is found exactly if some choice of events is one."""
    text = " ".join(f"{page}@{second}" for page, second in words)
    naive = any(
        {page for page, _ in chosen} == set(STEPS)
        and (order := dict(chosen))["a"] <= order["b"] <= order["c"] <= order["a"] + 10
        for chosen in combinations(words, 3)
    )
    assert bool(groups(ORDERED, text)) is naive


ORDERED = rules(type="temporal_ordered", rules=list(STEPS))
COUNTED = rules(type="event_count", rules=list(STEPS), condition={"gte": 3})


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_count_agrees_with_trying_everything(words: list[tuple[str, int]]) -> None:
    """Enough events are found exactly if some span of the length holds them; none is used twice."""
    text = " ".join(f"{page}@{second}" for page, second in words)
    seconds = [second for _, second in words]
    naive = any(sum(0 <= other - start <= 10 for other in seconds) >= 3 for start in seconds)
    found = evaluate(COUNTED.correlations[0], requests(COUNTED, text))
    assert bool(found) is naive
    used = [id(one) for group in found for one in group]
    assert len(used) == len(set(used))


@pytest.mark.parametrize("kind", ["event_count", "temporal", "temporal_ordered"])
def test_cost_is_bounded(kind: str) -> None:
    """Thirty thousand matches of one client are a matter of a second."""
    condition = {"condition": {"gte": 5}} if kind == "event_count" else {}
    found = rules(type=kind, rules=["a", "b", "c"], **condition)
    correlation: Correlation = found.correlations[0]
    chosen = random.Random(1)
    matches = []
    for second in range(30_000):
        rule = chosen.choice(found.rules[:3])
        matches.append((rule, event({"c-ip": "1.1.1.1"}, seconds=second / 10)))
    began = time.process_time()
    assert evaluate(correlation, matches)
    assert time.process_time() - began < 3
