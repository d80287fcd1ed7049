"""Rows that are shown one by one, read again from where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from alpheus.exposure.output.lines import Facts, Line, LineReader
from alpheus.exposure.output.names import in_order, short_name
from alpheus.exposure.report.history import Change, Place
from alpheus.exposure.report.hosts import Numbers
from alpheus.exposure.report.model import ChangeRow, HostRow
from alpheus.exposure.report.runs import Run

T = TypeVar("T")

_BATCH = 1000
_LONGEST = 300


def host_row(line: Line, facts: Facts) -> HostRow:
    """A host as it is shown."""
    vulnerable = in_order(cve for cve, state in facts.states if state == "vulnerable")
    named = line.target if line.target != line.address else ""
    return HostRow(
        line.address or line.target, line.port, next(iter(line.names), named),
        next(iter(line.servers), ""), line.build or "",
        short_name(line.build) or line.product, line.status.value, tuple(vulnerable),
        facts.flags, line.reason[:_LONGEST], line.target,
    )  # fmt: skip


class Describer:
    """Reads lines again. `runs` are in the order of their numbers."""

    def __init__(self, runs: Sequence[Run], reader: LineReader, facts: Numbers[Facts]) -> None:
        self._runs = runs
        self._reader = reader
        self._facts = facts

    def hosts(self, found: Iterable[tuple[Place, int]]) -> Iterator[HostRow]:
        """Hosts by their places and facts, in this order."""
        for batch in _batches(found):
            lines = self._lines([place for place, _ in batch])
            for place, facts in batch:
                yield host_row(lines[place], self._facts[facts])

    def changes(self, changes: Iterable[Change]) -> Iterator[ChangeRow]:
        """Changes, in this order."""
        for batch in _batches(changes):
            places = {one for change in batch for one in (change.before, change.after) if one}
            lines = self._lines(sorted(places))
            for change in batch:
                yield self._change(change, lines)

    def _change(self, change: Change, lines: dict[Place, Line]) -> ChangeRow:
        before = lines[change.before] if change.before else None
        after = lines[change.after] if change.after else None
        facts = change.after_facts if change.after else change.before_facts
        shown = after or before
        assert shown is not None
        host = host_row(shown, self._facts[facts])
        if before and not (host.name or host.server):
            old = host_row(before, self._facts[change.before_facts])
            host = replace(host, name=old.name, server=old.server)
        known = self._facts[change.before_facts].states if before else ()
        return ChangeRow(
            change.kind.value, host, (before.build or "") if before else "",
            short_name(before.build) if before else "",
            (before.address or before.target) if before and change.moved else "",
            tuple(in_order((*change.regressed, *(change.found or change.fixed)))),
            tuple(in_order(cve for cve, state in known if state == "vulnerable")),
        )  # fmt: skip

    def _lines(self, places: Iterable[Place]) -> dict[Place, Line]:
        wanted = sorted(set(places))
        found: dict[Place, Line] = {}
        for number in {place.run for place in wanted}:
            own = [place for place in wanted if place.run == number]
            lines = self._runs[number].lines_at([place.offset for place in own], self._reader)
            found.update(zip(own, lines, strict=True))
        return found


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
