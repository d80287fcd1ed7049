"""Runs the examples of a rule or correlation against it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from alpheus.detect.sigma.correlations import Correlation, evaluate
from alpheus.detect.sigma.logsources import TEXT_SOURCES
from alpheus.detect.sigma.needles import needle_patterns
from alpheus.detect.sigma.rules import Rule, RuleSet
from alpheus.knowledge.model import Example, SigmaFile
from alpheus.model import Citation, Event, TimeBasis

_PARAMETER = re.compile(r'-(\w+) "([^"]*)"')


def check_examples(file: SigmaFile, rule: Rule) -> list[str]:
    """What is wrong with the examples of a rule, as sentences; nothing if all is well.

    Every positive example must match, and its raw line must be found by the rule's needles;
    no negative example may match. A rule needs at least one of each.
    """
    failures = [
        f"{rule.id} has no {kind} example"
        for kind, wanted in (("positive", True), ("negative", False))
        if not any(example.matches is wanted for example in file.examples)
    ]
    for number, example in enumerate(file.examples, 1):
        failures.extend(f"{rule.id}, example {number}: {text}" for text in _check(rule, example))
    return failures


def check_sequence(file: SigmaFile, correlation: Correlation, ruleset: RuleSet) -> list[str]:
    """What is wrong with the examples of a correlation, as sentences.

    The positive examples are one sequence of events, a second apart, in which the correlation
    must be found; the negative ones are one in which it must not.
    """
    failures: list[str] = []
    for kind, wanted in (("positive", True), ("negative", False)):
        chosen = [example for example in file.examples if example.matches is wanted]
        events = [event_of(example, second) for second, example in enumerate(chosen)]
        matches = [(rule, event) for event in events for rule in ruleset.match(event)]
        if not chosen:
            failures.append(f"{correlation.id} has no {kind} example")
        elif bool(evaluate(correlation, matches)) is not wanted:
            failures.append(
                f"{correlation.id}: the {kind} examples should {'' if wanted else 'not '}match"
            )
    return failures


def event_of(example: Example, second: int = 0) -> Event:
    """An example as an event, with the line that it would have stood in."""
    return Event(
        source=example.source,
        time=datetime(2021, 3, 3, tzinfo=UTC) + timedelta(seconds=second),
        time_basis=TimeBasis.UTC,
        host=None,
        fields=example.fields,
        citation=Citation("example", "example", line=second + 1, text=raw_line(example)),
    )


def raw_line(example: Example) -> str:
    """An example as its source would have written it: W3C, JSON in CSV, or CSV."""
    values = {name: _joined(value) for name, value in example.fields.items()}
    if example.source == "iis":
        return " ".join(value.replace(" ", "+") or "-" for value in values.values())
    if example.source == "exchange-audit":
        return _csv([json.dumps(_audit_data(values), ensure_ascii=True)])
    if example.source == "httpproxy" and "UserAgent" in values:
        values["UserAgent"] = values["UserAgent"].replace(",", " ")
    if example.source.startswith("ecp-"):
        data = ";".join(f"S:{name}={value}" for name, value in values.items())
        return _csv([data.replace("'", "''")])
    return _csv(values.values())


def _check(rule: Rule, example: Example) -> Iterable[str]:
    event = event_of(example)
    if example.matches and not rule.selects(event):
        yield f"the log source does not select this record of {example.source}"
    elif rule.matches(event) is not example.matches:
        yield "it should match" if example.matches else "it should not match"
    elif example.matches and example.source in TEXT_SOURCES:
        plan = needle_patterns(RuleSet((rule,)), example.source)
        if not plan.finds(event.citation.text):
            yield "its raw line is not found by the needles of the rule"


def _audit_data(values: dict[str, str]) -> dict[str, object]:
    data: dict[str, object] = dict(values)
    pairs = _PARAMETER.findall(values.get("Parameters", ""))
    if pairs:
        data["Parameters"] = [{"Name": name, "Value": value} for name, value in pairs]
    return data


def _joined(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " ".join(value)


def _csv(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(values)
    return buffer.getvalue()
