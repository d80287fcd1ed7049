"""Sequences of matches that mean more than their parts: Sigma correlations over one server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alpheus.detect.model import RuleInfo
from alpheus.detect.sigma import Rule, RuleSet, evaluate
from alpheus.judge.findings import finding_from
from alpheus.judge.record import ServerRecord
from alpheus.model import Event, Finding


def findings_of_sequences(record: ServerRecord, rules: RuleSet) -> list[Finding]:
    """One finding per correlation that the server's matches satisfy, timed by its completion."""
    by_id = {rule.id: rule for rule in rules.rules}
    matches: list[tuple[Rule, Event]] = [
        (by_id[group.rule.id], event)
        for group, event in record.events()
        if group.rule.id in by_id and not group.raw and not event.malformed
    ]
    found = []
    for correlation in rules.correlations:
        groups = evaluate(correlation, matches)
        if groups:
            info = RuleInfo(
                correlation.id, correlation.pack, correlation.title, correlation.meaning
            )
            found.append(_finding(info, groups))
    return found


def _finding(info: RuleInfo, groups: Sequence[Sequence[Event]]) -> Finding:
    unique = {id(event): event for group in groups for event in group}
    finding = finding_from(info, unique.values())
    completed = min(
        (max(times) for group in groups if (times := [e.time for e in group if e.time])),
        default=finding.time,
    )
    often = f"{len(groups)} times" if len(groups) > 1 else "once"
    return replace(finding, time=completed, detail=f"the sequence was completed {often}")
