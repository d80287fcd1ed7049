"""The queue of administrator audit records (CosmosQueue), which carry JSON in a column."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from alpheus.parsers.exchange import ExchangeFormat, ExchangeKind, Fields
from alpheus.parsers.separated import names

_COLUMNS = names(
    "Timestamp Server TenantId RecordType Data UserKey RecordId Operation Workload "
    "ResultStatus Version Scope"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def audit_fields(fields: Fields) -> Fields:
    """`Cmdlet`, `Parameters` (`-Name "Value" …`) and `User` beside the columns."""
    record = _record(fields.get("Data", ""))
    cmdlet = _text(record.get("Operation")) or fields.get("Operation", "")
    user = _text(record.get("UserId")) or _text(record.get("UserKey")) or fields.get("UserKey", "")
    status = fields.get("ResultStatus") or _text(record.get("ResultStatus"))
    added = {
        "Cmdlet": cmdlet,
        "Parameters": _parameters(record.get("Parameters")),
        "User": user,
        "ResultStatus": status,
    }
    return {**fields, **{name: value for name, value in added.items() if value}}


def _record(data: str) -> Mapping[str, object]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _text(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return _SURROGATE.sub("\ufffd", text)


def _parameters(value: object) -> str:
    pairs = value if isinstance(value, list) else []
    return " ".join(
        f'-{_text(pair.get("Name"))} "{_text(pair.get("Value"))}"'
        for pair in pairs
        if isinstance(pair, dict)
    )


def _guess(values: Sequence[str]) -> Sequence[str] | None:
    known = len(values) == len(_COLUMNS) and values[4].startswith("{")
    return _COLUMNS if known else None


AUDIT = ExchangeFormat(
    ExchangeKind(
        source="exchange-audit",
        log_types=frozenset({"audit"}),
        signature=frozenset({"recordtype", "data", "operation", "workload"}),
        guess=_guess,
        enrich=audit_fields,
        header_build=True,
    )
)
