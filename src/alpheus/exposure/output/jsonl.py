"""Observations as JSON lines: one object a line, fields in the order of `Observation`, UTF-8.

Texts of others stand there unchanged, as JSON escapes them. The states of CVEs are the bulk of a
line and the same for every server of a build, so they are encoded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from operator import attrgetter

import msgspec

from alpheus.exposure.model import CveEntry, Observation
from alpheus.report.visible import portable

_NAMES = tuple(field.name for field in fields(Observation))
_VALUES = attrgetter(*_NAMES)
_CVES = _NAMES.index("cves")
_ENCODER = msgspec.json.Encoder()
_CACHED = 2_048
_encoded: dict[int, tuple[Mapping[str, CveEntry], msgspec.Raw]] = {}


def _line_type() -> type[msgspec.Struct]:
    """The fields of `Observation` with whatever is in them."""
    return msgspec.defstruct("Line", [(name, object) for name in _NAMES], gc=False)


_LINE = _line_type()


def encode(observation: Observation) -> bytes:
    """One line with its end. Text that is no Unicode is written out in ASCII."""
    values = list(_VALUES(observation))
    try:
        values[_CVES] = _encoded_cves(observation.cves)
        return _ENCODER.encode_lines((_LINE(*values),))
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(observation)
        return _ENCODER.encode_lines((_portable(plain),))


def _encoded_cves(cves: Mapping[str, CveEntry]) -> msgspec.Raw:
    """The states as JSON; the mapping itself is kept, so that its identity stays its own."""
    found = _encoded.get(id(cves))
    if found is not None and found[0] is cves:
        return found[1]
    raw = msgspec.Raw(_ENCODER.encode(dict(cves)))
    if len(_encoded) >= _CACHED:
        _encoded.clear()
    _encoded[id(cves)] = (cves, raw)
    return raw


def _portable(value: object) -> object:
    if isinstance(value, str):
        return portable(value)
    if isinstance(value, dict):
        return {portable(str(key)): _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    return value
