"""Logs of the Exchange control panel: what its server did (Server) and for whom (Activity)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpheus.parsers.exchange import ExchangeFormat, ExchangeKind, Fields
from alpheus.parsers.separated import split_pairs

_COLUMNS = ("TimeStamp", "ServerName", "EventId", "EventData")
_CUT = ("TimeStamp", "EventData")
_BUILD = re.compile(rb"[,;\"']S:(?:BLD|Bld)=([0-9.]+)")
_ACTIVITY = re.compile(r"S:Bld=|S:PSA=|ECPActivity|ECP/Activity")


def event_data(fields: Fields) -> Fields:
    """The keys of `EventData` beside it, upper case.

    A client chooses what stands in `URL` and `REFERRER`, and could put pairs into them: what was
    read before `URL` is not overwritten by what follows it, and after it the last one counts.
    """
    text = fields.get("EventData", "")
    # A cut or re-saved column still carries the doubled quotes of the CSV it came from.
    pairs = split_pairs(text.replace('""', '"'))
    settled: frozenset[str] = frozenset()
    keys: Fields = {}
    for name, value in pairs:
        key = name.upper()
        if key in settled:
            continue
        keys[key] = value
        if key == "URL" and not settled:
            settled = frozenset(keys)
    return {**{key: value for key, value in keys.items() if value}, **fields}


def _shape(values: Sequence[str]) -> Sequence[str] | None:
    if len(values) >= 4 and ("Request" in values[2] or values[2].startswith("ECP")):
        return _COLUMNS
    if len(values) >= 2 and values[1].startswith(("S:", "'S:")):
        return _CUT
    return None


def _guess_server(values: Sequence[str]) -> Sequence[str] | None:
    return None if _ACTIVITY.search(",".join(values)) else _shape(values)


def _guess_activity(values: Sequence[str]) -> Sequence[str] | None:
    return _shape(values) if _ACTIVITY.search(",".join(values)) else None


_SIGNATURE = frozenset({"timestamp", "servername", "eventid", "eventdata"})

ECP_ACTIVITY = ExchangeFormat(
    ExchangeKind(
        source="ecp-activity",
        log_types=frozenset({"ecp activity context log"}),
        signature=_SIGNATURE,
        proof=_ACTIVITY,
        guess=_guess_activity,
        enrich=event_data,
        build_marker=_BUILD,
    )
)
ECP_SERVER = ExchangeFormat(
    ExchangeKind(
        source="ecp-server",
        log_types=frozenset({"ecp server log"}),
        signature=_SIGNATURE,
        proof=re.compile(r"S:|ECPServer|ECP/Server"),
        guess=_guess_server,
        enrich=event_data,
        build_marker=_BUILD,
    )
)
