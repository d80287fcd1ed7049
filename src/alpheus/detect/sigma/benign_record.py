"""An ordinary record of any source, to try rules on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from alpheus.detect.sigma.conditions import (
    AllOf,
    AnyOf,
    FieldReference,
    FieldTest,
    Node,
    Not,
)
from alpheus.detect.sigma.fields import FieldName
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.names import WEB_COLUMNS
from alpheus.detect.sigma.rules import CHANNEL, EVENT_ID, Rule
from alpheus.model import Citation, Event, TimeBasis

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
    return record(source, fields)


def record(source: str, fields: dict[str, str]) -> Event:
    """A record with these fields."""
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
