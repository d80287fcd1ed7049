"""How units travel to workers that see no database, and results back: as JSON, checked.

A worker is given what a triage needs and nothing else: parameters, the key of hashes of secrets,
passwords, and the place of a package. What it answers is believed as little as evidence is: it has
to be of the form of a result, about the unit that was asked for, and bounded.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from alpheus.cases.identity import Kind
from alpheus.cases.observations import Row, digest_of_server, states_of
from alpheus.cases.strands import Strand, TraitKind
from alpheus.engine.base import Note, Work
from alpheus.fleet.model import Result, Unit, UnitKind
from alpheus.fleet.reading import Triaging
from alpheus.fleet.strands import LONGEST, MOST, MOST_OF_A_KIND
from alpheus.model import Verdict

CLASSES = ((64 << 20, 1 << 30), (1 << 30, 2 << 30))
"""Packages of so many bytes at most, and the memory that their reader is given first.

What is larger, or has ended a reader before, is given all that the operator allows.
"""

MOST_SERVERS = 10_000
_VERDICTS = {"", *(one.value for one in Verdict)}
_HASH = re.compile(r"[0-9a-f]{64}")
_LONGEST = 2_000
_decode_unit = msgspec.json.Decoder(Unit).decode
_decode_result = msgspec.json.Decoder(Result).decode


@dataclass(frozen=True, slots=True)
class Travelling:
    """A setup whose work is bytes in and bytes out."""

    triaging: Triaging

    def __call__(self) -> Work[bytes, bytes]:
        """Prepare a process, once."""
        read = self.triaging()

        def work(content: bytes, note: Note) -> bytes:
            return msgspec.json.encode(read(_decode_unit(content), note))

        return work


@dataclass(frozen=True)
class TriageOrder:
    """Triages as a cluster is asked for them; `most` is bytes of memory that each may take.

    `version` is that of program and knowledge, without rules of the operator, which workers read
    where they lie.
    """

    triaging: Triaging
    version: str
    most: int

    @cached_property
    def setup(self) -> bytes:
        """Prepares a process of a worker."""
        return pickle.dumps(Travelling(self.triaging))

    def encode(self, unit: Unit) -> bytes:
        """A unit as it travels."""
        return msgspec.json.encode(unit)

    def decode(self, unit: Unit, content: bytes) -> Result:
        """What a worker says of a unit. Raises ValueError."""
        try:
            result = _decode_result(content)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ValueError(f"it has not the form of a result ({error})") from None
        _check(unit, result)
        return result

    def memory(self, unit: Unit) -> int:
        """By its size, and whether it has ended a reader before."""
        if unit.strikes or unit.collected:
            return self.most
        fitting = (memory for size, memory in CLASSES if unit.bytes <= size)
        return min(next(fitting, self.most), self.most)


def _check(unit: Unit, result: Result) -> None:
    """Raises ValueError for a result that no triage of this unit gives."""
    document = result.document
    wrong = (
        result.verdict not in _VERDICTS
        or min(result.read, result.cpu) < 0
        or max(len(result.refused), len(result.away)) > _LONGEST
        or _kinds(result) != 1
        or (result.part is not None and unit.kind is not UnitKind.PART)
    )
    if document is not None:
        wrong |= unit.kind is not UnitKind.TRIAGE or (
            document.file != unit.place
            or not _HASH.fullmatch(document.sha256)
            or len(document.rows) > MOST_SERVERS
            or len(result.traces) != len(document.rows)
            or len(result.strands) != len(document.rows)
            or not all(map(_are_bounded, result.strands))
            or not all(map(_is_of_an_assessment, document.rows))
        )
    if wrong:
        raise ValueError("it is no result of this unit")


def _are_bounded(strands: Sequence[Strand]) -> bool:
    """A server has few intruders, and each few traits."""
    kinds = len(TraitKind)
    return len(strands) <= MOST and all(
        len(one.traits) <= kinds * MOST_OF_A_KIND
        and all(max(len(trait.value), len(trait.label)) <= LONGEST for trait in one.traits)
        for one in strands
    )


def _is_of_an_assessment(row: Row) -> bool:
    """By a digest that is not its own, a row would pass for another that is known already."""
    states = states_of(row.states.text) if row.states is not None else None
    return (
        row.kind == Kind.ASSESSMENT
        and bool(row.whole)
        and states == row.states
        and row.digest == digest_of_server(row.body.encode(), states, row.seen, row.breach)
    )


def _kinds(result: Result) -> int:
    """A result is one thing: an assessment, a part, or why there is none."""
    said = (result.document, result.part, result.refused or None, result.away or None)
    return sum(one is not None for one in said)
