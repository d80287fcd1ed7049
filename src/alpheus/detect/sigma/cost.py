"""What a rule costs: how many ordinary records it is tried on, and how long one such trial takes.

Times are relative to `REFERENCE`, measured in the same run, so that they compare over machines.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache

from alpheus.detect.sigma.benign_traffic import share
from alpheus.detect.sigma.conditions import (
    AllOf,
    AnyOf,
    FieldReference,
    FieldTest,
    Node,
    Not,
)
from alpheus.detect.sigma.fields import EventView, FieldName, field_name
from alpheus.detect.sigma.logsources import TEXT_SOURCES, Dialect
from alpheus.detect.sigma.names import WEB_COLUMNS
from alpheus.detect.sigma.needles import needle_patterns, required_pieces
from alpheus.detect.sigma.rules import CHANNEL, EVENT_ID, Rule, RuleSet
from alpheus.detect.sigma.values import Contains
from alpheus.model import Citation, Event, TimeBasis

_TRIALS = 20
_REPEATS = 3
_REQUEST_SOURCES = ("iis", "httpproxy")

REQUEST: dict[str, str] = {
    "method": "POST",
    "stem": "/owa/service.svc",
    "query": "action=FindItem&EP=1&ID=-1&AC=1",
    "agent": "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+Chrome/88.0",
    "client": "203.0.113.7",
    "status": "200",
    "username": "CORP\\user",
    "host": "mail.corp.example",
}
"""An ordinary request, by the roles of its columns."""

VALUES: dict[str, str] = {
    "image": r"C:\Windows\System32\svchost.exe",
    "parentimage": r"C:\Windows\System32\services.exe",
    "commandline": r"C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule",
    "targetfilename": r"C:\Windows\Temp\MpCmdRun.log",
    "targetobject": r"HKLM\System\CurrentControlSet\Services\W32Time\Config\Status",
    "user": r"NT AUTHORITY\SYSTEM",
    "computer": "EX01.corp.example",
}
"""Ordinary values of fields in event logs, by name in lower case."""

ANY_VALUE = r"C:\Program Files\Microsoft\Exchange Server\V15\Bin\Microsoft.Exchange.dll"
"""The value of every other field."""

REFERENCE = Contains(("alpheus reference text",))
"""The test whose time is 1."""


class Search(StrEnum):
    """By what records are chosen on which a rule is tried."""

    NEEDLES = "needles"
    EVENT_ID = "event-id"
    CHANNEL = "channel"
    EVERY_RECORD = "every-record"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule costs on one source.

    `search` is None where nothing is searched for first. `share` is the part of ordinary records
    (0 to 1) on which the rule is tried, where it is known; `trial` is how long one trial takes, in
    units of the reference test.
    """

    source: str
    search: Search | None
    share: float | None
    trial: float


def measure(rule: Rule) -> list[Cost]:
    """The cost of a rule on every source it reads; takes about a millisecond for each."""
    found = []
    for source in sorted(rule.sources):
        search, part = _search(rule, source)
        found.append(Cost(source, search, part, round(_trial(rule, source), 2)))
    return found


def _search(rule: Rule, source: str) -> tuple[Search, float | None]:
    if source in TEXT_SOURCES:
        if needle_patterns(RuleSet((rule,)), source).always:
            return Search.EVERY_RECORD, 1.0
        pieces = required_pieces(rule.condition, source)
        known = source in _REQUEST_SOURCES and pieces is not None
        return Search.NEEDLES, share(pieces or ()) / 1000 if known else None
    chosen = [one for one in rule.logsource.selections if one.source == source]
    if all(one.event_ids for one in chosen) or rule.event_ids is not None:
        return Search.EVENT_ID, None
    if all(one.channels for one in chosen):
        return Search.CHANNEL, None
    return Search.EVERY_RECORD, 1.0


def _trial(rule: Rule, source: str) -> float:
    view = EventView(benign_event(rule, source))
    return _seconds(rule.condition, view) / _reference_seconds()


@cache
def _reference_seconds() -> float:
    name = field_name(Dialect.NATIVE, "commandline")
    fields = {"commandline": VALUES["commandline"]}
    return max(_seconds(FieldTest(name, REFERENCE), EventView(_event("sysmon", fields))), 1e-9)


def _seconds(node: Node, view: EventView) -> float:
    """The best of some series; what the view resolves once for all rules is not counted."""
    node.holds(view)
    best = float("inf")
    for _ in range(_REPEATS):
        start = time.perf_counter()
        for _ in range(_TRIALS):
            node.holds(view)
        best = min(best, time.perf_counter() - start)
    return best / _TRIALS


def benign_event(rule: Rule, source: str) -> Event:
    """An ordinary record of a source that has every field which the rule tests."""
    columns = WEB_COLUMNS.get(source, {})
    fields = {columns[role]: value for role, value in REQUEST.items() if role in columns}
    for name in fields_of(rule.condition):
        request = name.dialect in {Dialect.WEBSERVER, Dialect.JOINED}
        if not request and name.name not in {EVENT_ID.lower(), CHANNEL.lower()}:
            fields.setdefault(name.name, VALUES.get(name.name, ANY_VALUE))
    ids = rule.event_ids or frozenset[str]().union(
        *(one.event_ids for one in rule.logsource.selections if one.source == source)
    )
    if ids:
        fields[EVENT_ID] = min(ids)
    return _event(source, fields)


def _event(source: str, fields: dict[str, str]) -> Event:
    now = datetime(2021, 1, 5, tzinfo=UTC)
    text = " ".join(fields.values())
    return Event(source, now, TimeBasis.UTC, None, fields, Citation("", "", text=text))


def fields_of(node: Node) -> Iterator[FieldName]:
    """Every field that a condition tests; those tested twice come twice."""
    if isinstance(node, AllOf | AnyOf):
        for child in node.nodes:
            yield from fields_of(child)
    elif isinstance(node, Not):
        yield from fields_of(node.node)
    elif isinstance(node, FieldTest):
        yield node.field
    elif isinstance(node, FieldReference):
        yield from (node.left, node.right)
