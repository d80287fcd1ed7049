"""A package that is read in parts, and judged when all of them are there (ADR 43).

A part gives what its files said, as a triage on several processes merges it, sealed under the key
of the run: clear secrets are in it. What was sealed is opened by a reader that makes our own
records and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import pickle
import secrets
import zlib
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from importlib import import_module
from pathlib import PurePath

from alpheus.detect.collector import Collector
from alpheus.detect.work import Reading, ReadUnit, UnitResult
from alpheus.errors import EvidenceError
from alpheus.evidence.base import Share
from alpheus.evidence.place import Place, place_of
from alpheus.evidence.sharing import plan_shares
from alpheus.fleet.model import Unit
from alpheus.job import TriageOptions, TriageResult
from alpheus.pipeline import Pipeline, Prepared
from alpheus.store.address import Address

MOST_OPEN = 1 << 30
"""Bytes that a part may be when it is unpacked."""

_NONCE = 12
_PACKAGE = "E1"
_OURS = (
    "alpheus.model",
    "alpheus.detect.",
    "alpheus.evidence.",
    "alpheus.knowledge.",
    "alpheus.scan.",
)
_PLAIN = {
    ("datetime", one.__name__): one for one in (date, datetime, timedelta, timezone)
} | {("builtins", one.__name__): one for one in (set, frozenset, bytearray)}  # fmt: skip
Note = Callable[[str, int], None]


class PartError(EvidenceError, ValueError):
    """What should be a part is none, or of another run."""


def read_part(
    options: TriageOptions, prepared: Prepared, unit: Unit, key: bytes, note: Note
) -> tuple[bytes, int]:
    """What a part of a package says, sealed, and the bytes that were read.

    Raises EvidenceError where it cannot be opened.
    """
    place = place_of(unit.place)
    share = _share(place, options, unit)
    if share is None:  # it is read in fewer parts than its size promised
        return _sealed(UnitResult(Collector(options.start, options.end), None), unit, key), 0
    reading = Reading(
        packs=tuple(options.packs) if options.packs is not None else None,
        rules=tuple(options.rules), options=options.reading, start=options.start, end=options.end,
    )  # fmt: skip
    asked = ReadUnit(place, _PACKAGE, replace(options.opening, share=share), unit.part, unit.avoid)
    found = reading.reader(prepared.kit)(asked, note)
    if found.error is not None:
        raise found.error
    if found.identity and found.identity != unit.content:
        raise PartError(changed(unit.place))
    return _sealed(found, unit, key), found.collector.bytes_read


def _share(place: Place, options: TriageOptions, unit: Unit) -> Share | None:
    """Which members are in a part; None where there are fewer parts.

    A package in a store deals them out itself when it is opened, so that it is opened once.
    """
    if isinstance(place, Address):
        return Share(unit.part, unit.of)
    shares = {one.index: one for one in plan_shares(place, options.opening, unit.of)}
    return shares.get(unit.part)


def changed(place: str) -> str:
    """That a package is not what was registered, and what to do."""
    return f"{place}: has changed since it was found; run again with its folder"


def judge_parts(options: TriageOptions, prepared: Prepared, unit: Unit, key: bytes) -> TriageResult:
    """Judge a package by what its parts said, in their order. Raises PartError."""
    started = datetime.now(UTC)
    pipeline = Pipeline([place_of(unit.place)], options, None)
    return pipeline.merged(_opened(unit, key), started, prepared)


def _opened(unit: Unit, key: bytes) -> Iterator[UnitResult]:
    for number, content in enumerate(unit.collected):
        yield opened(content, unit.content, number, len(unit.collected), key)


def opened(content: bytes, package: str, number: int, of: int, key: bytes) -> UnitResult:
    """A part of the package with that content. Raises PartError."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - rare and heavy
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    bound = f"{package} {number} {of}".encode()
    try:
        packed = AESGCM(_derived(key)).decrypt(content[:_NONCE], content[_NONCE:], bound)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, MOST_OPEN)
        if unpacking.unconsumed_tail:
            raise PartError(f"part {number + 1} is larger than {MOST_OPEN >> 20:,} MB; read it "
                            "without --engine, by alpheus triage")  # fmt: skip
        found = _Ours(io.BytesIO(text)).load()
    except (InvalidTag, ValueError, zlib.error, pickle.UnpicklingError, AttributeError,
            TypeError, KeyError, IndexError, EOFError) as error:  # fmt: skip
        if isinstance(error, PartError):
            raise
        raise PartError(f"part {number + 1} cannot be read, or is of another key") from None
    if not isinstance(found, UnitResult):
        raise PartError(f"part {number + 1} is none")
    return found


def _sealed(found: UnitResult, unit: Unit, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - rare and heavy

    packed = zlib.compress(pickle.dumps(found), 1)
    nonce = secrets.token_bytes(_NONCE)
    bound = f"{unit.content} {unit.part} {unit.of}".encode()
    return nonce + AESGCM(_derived(key)).encrypt(nonce, packed, bound)


def _derived(key: bytes) -> bytes:
    return hmac.new(key, b"alpheus parts of packages", hashlib.sha256).digest()


class _Ours(pickle.Unpickler):
    """Makes our own records, times, paths and containers; nothing else has a name here."""

    def find_class(self, module: str, name: str) -> type:
        if (plain := _PLAIN.get((module, name))) is not None:
            return plain
        if module.startswith(_OURS):
            found = getattr(import_module(module), name, None)
            if isinstance(found, type) and _is_record(found):
                return found
        if module == "pathlib" and name in {"PosixPath", "WindowsPath", "PurePosixPath"}:
            return PurePath
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a result")


def _is_record(kind: type) -> bool:
    return is_dataclass(kind) or issubclass(kind, Enum) or hasattr(kind, "_fields")
