"""Where observations stand once more: the lines of later files that say what is known already.

A list that grows every day says most of what it said the day before, in the same order. So lines
are kept as runs, of which a day has few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, select

from alpheus.cases.bulk import among
from alpheus.cases.schema import imports, observations, repeats

LONGEST = 500
"""Lines of a run: so far is looked back for one that holds an observation."""

MOST = 20
"""Places of an observation that are told, the newest first."""

_AT_ONCE = 500


class Place(NamedTuple):
    """A line of a file, and when it was taken in (ISO 8601 UTC) by whom."""

    file: str
    line: int
    imported: str
    who: str


class _Run(NamedTuple):
    import_id: int
    line: int
    observation: int
    lines: int


def add(connection: Connection, import_id: int, lines: Iterable[tuple[int, int]]) -> None:
    """Keep lines of a file, each with the observation that says the same, in their order."""
    runs = [one._asdict() for one in _runs(import_id, lines)]
    if runs:
        connection.execute(repeats.insert(), runs)


def places_of(connection: Connection, numbers: Collection[int]) -> dict[int, tuple[Place, ...]]:
    """Where else observations stand, the newest file first; without those that stand once."""
    found: dict[int, dict[Place, None]] = {}
    r, o, i = repeats.c, observations.c, imports.c
    names = (o.id, r.line, r.observation, i.file, i.started, i.who)
    ordered = sorted(numbers)
    for begin in range(0, len(ordered), _AT_ONCE):
        query = _over(connection, ordered[begin : begin + _AT_ONCE], *names)
        query = query.order_by(r.import_id.desc(), r.line)
        for number, line, first, file, started, who in connection.execute(query):
            mine = found.setdefault(number, {})
            if len(mine) < MOST:
                mine[Place(file, line + number - first, started, who)] = None
    return {number: tuple(places) for number, places in found.items()}


def forget(connection: Connection, gone: Sequence[int]) -> None:
    """Forget where some observations stand, before they are; what is told of others stays."""
    r, lost = repeats.c, set(gone)
    for begin in range(0, len(gone), _AT_ONCE):
        part = gone[begin : begin + _AT_ONCE]
        query = _over(connection, part, r.id, r.import_id, r.line, r.observation, r.lines)
        for key, *values in connection.execute(query.distinct()).all():
            run = _Run(*values)
            connection.execute(delete(repeats).where(r.id == key))
            left = [(run.line + step, run.observation + step) for step in range(run.lines)]
            add(connection, run.import_id, [one for one in left if one[1] not in lost])


def _runs(import_id: int, lines: Iterable[tuple[int, int]]) -> Iterator[_Run]:
    run: _Run | None = None
    for line, number in lines:
        if run is not None:
            goes_on = (line, number) == (run.line + run.lines, run.observation + run.lines)
            if goes_on and run.lines < LONGEST:
                run = run._replace(lines=run.lines + 1)
                continue
            yield run
        run = _Run(import_id, line, number, 1)
    if run is not None:
        yield run


def _over(connection: Connection, numbers: Sequence[int], *names: Any) -> Select[Any]:  # noqa: ANN401
    """The runs that hold some observations, each once for every one of these."""
    r, o, i = repeats.c, observations.c, imports.c
    holds = (r.observation.between(o.id - (LONGEST - 1), o.id), r.observation + r.lines > o.id)
    joined = observations.join(repeats, holds[0] & holds[1]).join(imports, i.id == r.import_id)
    return select(*names).select_from(joined).where(among(connection, o.id, numbers))
