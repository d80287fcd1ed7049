"""Builds rules and events for the tests of the Sigma engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from alpheus.detect.sigma import Rule, RuleSet, compile_rules
from alpheus.knowledge.model import Example, RuleMeaning, SigmaFile
from alpheus.model import Citation, Confidence, Event, Stage, TimeBasis, Weight

OURS = RuleMeaning(Stage.EXPLOITED, Weight.PROOF, Confidence.HIGH)
START = datetime(2021, 3, 3, 6, 0, tzinfo=UTC)

WEBSERVER = {"category": "webserver"}
HTTPPROXY = {"product": "exchange", "service": "httpproxy"}


def sigma_file(
    detection: Mapping[str, Any] | None = None,
    logsource: Mapping[str, str] = WEBSERVER,
    *,
    meaning: RuleMeaning | None = OURS,
    examples: tuple[Example, ...] = (),
    pack: str = "test",
    **more: Any,
) -> SigmaFile:
    """A rule file; a detection without a condition gets `sel`, or all of its parts."""
    document: dict[str, Any] = {"title": "A rule", "logsource": dict(logsource), **more}
    if detection is not None:
        whole = dict(detection)
        if "condition" not in whole:
            whole = {"sel": whole, "condition": "sel"}
        document["detection"] = whole
    if "correlation" in document:
        del document["logsource"]
    return SigmaFile(pack, Path("rules/rule.yml"), document, meaning, examples)


def rule(
    detection: Mapping[str, Any], logsource: Mapping[str, str] = WEBSERVER, **more: Any
) -> Rule:
    """One compiled rule."""
    compiled = compile_rules([sigma_file(detection, logsource, **more)])
    assert not compiled.rejected, compiled.rejected
    return compiled.rules[0]


def ruleset(text: str, meaning: RuleMeaning | None = OURS) -> RuleSet:
    """Rules from YAML documents."""
    return compile_rules(
        [SigmaFile("test", Path("x.yml"), d, meaning) for d in yaml.safe_load_all(text)]
    )


def event(
    fields: Mapping[str, str | tuple[str, ...]],
    source: str = "iis",
    *,
    text: str = "",
    seconds: float | None = 0,
) -> Event:
    """An event, `seconds` after `START`."""
    time = None if seconds is None else START + timedelta(seconds=seconds)
    return Event(source, time, TimeBasis.UTC, None, fields, Citation("e", "p", line=1, text=text))


def request(stem: str, query: str = "", **more: str) -> Event:
    """A request in an IIS log."""
    fields = {"cs-method": "GET", "cs-uri-stem": stem, "cs-uri-query": query, **more}
    return event({name: value for name, value in fields.items() if value})
