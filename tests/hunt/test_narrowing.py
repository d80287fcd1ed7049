"""A condition for the database loses no row that a rule matches; tests/hunt/test_sigma.py tries it.

Here is what it asks, so that it asks for little.
"""

from __future__ import annotations

import pytest
import yaml

from alpheus.hunt.narrowing import narrowed
from alpheus.hunt.questions import Kind, Question
from alpheus.hunt.sigma import rules_of


def _narrowed(detection: str, source: str = "iis", logsource: str = "category: webserver") -> str:
    text = f"title: T\nlogsource: {{{logsource}}}\nlevel: high\ndetection: {{{detection}}}"
    assert yaml.safe_load(text)
    (rule,) = rules_of(Question(Kind.SIGMA, text))
    found = narrowed(rule, source, ["date", "time"])
    start, end = f"source = '{source}' AND (", " OR damage = 'torn')"
    assert found.startswith(start)
    assert found.endswith(end)
    return found.removeprefix(start).removesuffix(end)


@pytest.mark.parametrize(
    ("detection", "asked"),
    [
        ("a: {c-ip: 198.51.100.7}, condition: a", "\"client\" IN ('198.51.100.7')"),
        ("a: {c-ip|cidr: 10.1.0.0/16}, condition: a",
         "(starts_with(\"client\", '10.1.') OR NOT regexp_full_match(\"client\", '[0-9.]+'))"),
        ("a: {sc-status: 200}, condition: a", '"status" = 200'),
        ("a: {sc-status|gt: 399}, condition: a", '"status" > 399'),
        ("a: {cs-method: POST}, condition: a", "contains(lower(\"method\"), 'post')"),
        ("a: {cs-user-agent: 'a, b'}, condition: a",
         "(contains(lower(\"agent\"), 'a') AND contains(lower(\"agent\"), 'b'))"),
        ("a: {x: y}, condition: a", "false"),
        ("a: {cs-method: POST}, b: {c-ip: 1.2.3.4}, condition: a and not b",
         "contains(lower(\"method\"), 'post')"),
        ("a: {cs-method: POST}, condition: not a", "true"),
        ("a: {cs-method|exists: true}, condition: a", '"method" IS NOT NULL'),
    ],
)  # fmt: skip
def test_what_is_asked(detection: str, asked: str) -> None:
    """The column, as plainly as may be; a negation asks nothing."""
    assert _narrowed(detection) == asked


def test_a_request_is_asked_for_however_it_is_encoded() -> None:
    """Plainly first; what holds a percent sign is looked at more closely."""
    asked = _narrowed("a: {cs-uri-stem|contains: /ecp/y.js}, condition: a")
    assert asked.startswith(
        "((contains(lower(\"url\"), '/ecp/y.js') OR (contains(\"url\", '%') AND "
    )


def test_events_are_asked_for_by_their_number() -> None:
    """Or by none, where it is no plain number."""
    asked = _narrowed("a: {Image|endswith: cmd.exe}, condition: a", "sysmon",
                      "category: process_creation, product: windows")  # fmt: skip
    assert asked == ("(event IN (1) OR event IS NULL) AND contains(lower(\"image\"), 'cmd.exe')")
