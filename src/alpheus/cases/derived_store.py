"""Derived tables: which are current, and how one server in them is brought up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from secrets import token_hex
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from alpheus.cases.acts import Act, ActKind
from alpheus.cases.bulk import among
from alpheus.cases.database import Database
from alpheus.cases.day_rows import Step, day_rows
from alpheus.cases.failures import is_unknown_table
from alpheus.cases.groups import Detail
from alpheus.cases.identity import Kind
from alpheus.cases.lifecycle import Change
from alpheus.cases.observations import report_of
from alpheus.cases.organisation_rows import recount, renew
from alpheus.cases.questions import Question, of_tables
from alpheus.cases.remembered import memo_of
from alpheus.cases.schema import DERIVED_FORM, Derived, acts, derived, facts, meta, observations
from alpheus.cases.server_rows import (
    ASIDE,
    Identity,
    Part,
    Row,
    dimensions,
    identity_of,
    place_of,
    server_row,
    words_of,
)
from alpheus.cases.sums import add_to
from alpheus.cases.system_counts import Systems, beside, difference
from alpheus.errors import NotWorkedOutError
from alpheus.exposure.model import CveEntry
from alpheus.exposure.output.names import CHIEF

_PART = ("id", "kind", "source", "seen", "build", "product", "facts_id", "flags", "verdict",
         "stage", "breach", "address", "port")  # fmt: skip
_AT_ONCE = 500
_COUNTED = ("observations", "entries", "victim_entries")
_Answer = TypeVar("_Answer")


class Standing(msgspec.Struct, omit_defaults=True):
    """Where the derived tables stand: their generation, form, and what they are made of.

    `directory` is the file by which owners were found. `observation` and `act` are the newest that
    are in them; `again`: a decision has come since that
    only a rebuild can take in. `mark` is another one whenever something in them was changed.
    """

    generation: str = ""
    form: str = ""
    as_of: str = ""
    watched: str = CHIEF
    directory: str = ""
    observation: int = 0
    act: int = 0
    again: bool = False
    mark: str = ""


def standing(connection: Connection) -> Standing:
    """Where they stand; a generation of '' where there are none yet, or of another form.

    A transaction that only reads asks once. What is given is not to be changed there.
    """
    memo = memo_of(connection)
    if memo is not None and memo.found is not None:
        known: Standing = memo.found
        return known
    text = str(_STANDING.value(connection) or "")
    found = msgspec.json.decode(text, type=Standing) if text else Standing()
    if found.form != DERIVED_FORM:
        return Standing(watched=found.watched, directory=found.directory)
    if memo is not None:
        memo.found, memo.text = found, text
    return found


_STANDING = Question(select(meta.c.value).where(meta.c.key == "derived"))


def set_standing(connection: Connection, found: Standing) -> None:
    """Say where they stand, and that something was changed: `mark` is another one each time."""
    found.mark = token_hex(8)
    text = msgspec.json.encode(found).decode()
    done = connection.execute(update(meta).where(meta.c.key == "derived").values(value=text))
    if not done.rowcount:
        connection.execute(insert(meta).values(key="derived", value=text))


def current(connection: Connection, place: str) -> tuple[Derived, Standing]:
    """The tables that are current. Raises NotWorkedOutError where there are none."""
    found = standing(connection)
    if not found.generation:
        raise NotWorkedOutError(
            f"{place}: servers have not been worked out yet; run: alpheus case rebuild"
        )
    return _known_tables(found.generation), found


def read_current(
    database: Database, ask: Callable[[Connection, Derived, Standing], _Answer]
) -> _Answer:
    """Ask the tables that are current; once more if a rebuild exchanged them meanwhile.

    Raises NotWorkedOutError where there are none, and DatabaseError.
    """
    try:
        return _read_once(database, ask)
    except DBAPIError as error:
        if not is_unknown_table(error):
            raise
        return _read_once(database, ask)


def _read_once(
    database: Database, ask: Callable[[Connection, Derived, Standing], _Answer]
) -> _Answer:
    with database.read() as connection:
        tables, found = current(connection, database.place)
        return ask(connection, tables, found)


_known_tables = cache(derived)
"""Made once for all who ask; a rebuild makes its own, since it gives them indices."""


class Tally:
    """Servers and observations by what they are counted under, and changes by day."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self.days = Counter[tuple[str, ...]]()

    def add(self, row: Row, changes: Iterable[Change | Step]) -> None:
        """Count a server."""
        self._count(row, 1)
        self.days.update(day_rows(row, changes))

    def take(self, row: Mapping[str, object], changes: Iterable[Step]) -> None:
        """Count a server no more."""
        self._count(row, -1)
        self.days.subtract(day_rows(row, changes))

    def merge(self, other: Tally) -> None:
        """Count what another counted."""
        self.days.update(other.days)
        for key, numbers in other._counts.items():
            held = self._counts.get(key)
            if held is None:
                self._counts[key] = list(numbers)
            else:
                held[:] = map(sum, zip(held, numbers, strict=True))

    def counted(self) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
        """Rows of `counts`: their key, and their numbers."""
        for key, numbers in self._counts.items():
            yield key, tuple(numbers)

    def _count(self, row: Mapping[str, object], sign: int) -> None:
        counts, servers = self._counts, 0 if row["service"] else sign
        observed, entries, victims = [sign * int(str(row[name])) for name in _COUNTED]
        for key in dimensions(row):
            held = counts.get(key)
            if held is None:
                held = counts[key] = [0, 0, 0, 0, 0]
            held[0] += sign if key[0] == ASIDE else servers
            held[1] += observed
            held[2] += entries
            held[3] += victims
            held[4] += sign


class PatchStates:
    """The state of the CVE that is watched, by the number of the states in `facts`."""

    def __init__(self, watched: str) -> None:
        self._watched = watched
        self._known: dict[int, str] = {}
        self._read = msgspec.json.Decoder(dict[str, CveEntry]).decode

    def of(self, connection: Connection, number: int | None) -> str:
        """A state, '' for none."""
        if number is None:
            return ""
        found = self._known.get(number)
        if found is None:
            text = connection.execute(select(facts.c.content).where(facts.c.id == number)).scalar()
            entry = self._read(text or "{}").get(self._watched)
            found = self._known[number] = entry.state if entry else ""
        return found


VICTIM = case(
    (and_(observations.c.kind == Kind.LIST.value, observations.c.breach != ""),
     observations.c.body), else_="",
)  # fmt: skip
"""The body of what a list of victims says; the others are not read again."""


def parts_between(
    connection: Connection, tables: Derived, states: PatchStates, first: int, last: int
) -> dict[int, list[Part]]:
    """The observations of servers from `first` to `last`, by server."""
    return _parts(connection, tables, states, tables.members.c.server.between(first, last))


def parts_of(
    connection: Connection, tables: Derived, states: PatchStates, servers: Sequence[int]
) -> dict[int, list[Part]]:
    """The observations of some servers, by server."""
    return _parts(connection, tables, states, tables.members.c.server.in_(servers))


def parts_of_observations(
    connection: Connection, states: PatchStates, numbers: Iterable[int]
) -> dict[int, Part]:
    """Some observations, by their numbers."""
    o, ordered, found = observations.c, sorted(numbers), dict[int, Part]()
    query = select(*(o[name] for name in _PART), VICTIM)
    for begin in range(0, len(ordered), _AT_ONCE):
        some = ordered[begin : begin + _AT_ONCE]
        for row in connection.execute(query.where(among(connection, o.id, some))).all():
            found[row[0]] = _part(connection, states, row)
    return found


def _part(connection: Connection, states: PatchStates, row: Sequence[Any]) -> Part:
    """An observation by the columns of `_PART` and the body of a victim."""
    values = [*row[:6], states.of(connection, row[6]), *row[7:-1]]
    values.append(report_of(row[-1]) if row[-1] else "")
    return Part(*values)


def _parts(
    connection: Connection, tables: Derived, states: PatchStates, which: ColumnElement[bool]
) -> dict[int, list[Part]]:
    m, o = tables.members.c, observations.c
    query = (
        select(m.server, *(o[name] for name in _PART), VICTIM)
        .select_from(tables.members.join(observations, o.id == m.observation))
        .where(which)
        .order_by(m.server, m.observation)
    )
    found: dict[int, list[Part]] = {}
    for row in connection.execute(query).all():
        found.setdefault(row[0], []).append(_part(connection, states, row[1:]))
    return found


def read_acts(connection: Connection, anchors: Sequence[int] | None = None) -> dict[int, list[Act]]:
    """What was done, by the observation that it was done to; all of it, or of some."""
    query = select(acts).order_by(acts.c.id)
    found: dict[int, list[Act]] = {}
    parts: Iterable[Sequence[int] | None] = (
        [None] if anchors is None
        else [anchors[begin : begin + _AT_ONCE] for begin in range(0, len(anchors), _AT_ONCE)]
    )  # fmt: skip
    for part in parts:
        asked = query if part is None else query.where(acts.c.anchor.in_(part))
        for row in connection.execute(asked):
            detail = msgspec.json.decode(row.detail or "{}", type=Detail)
            found.setdefault(row.anchor, []).append(
                Act(row.id, row.time, row.who, ActKind(row.kind), row.why, row.evidence,
                    detail.to, detail.until)
            )  # fmt: skip
    return found


def server_of(connection: Connection, tables: Derived, observation: int) -> int | None:
    """The server that an observation is of."""
    found: int | None = _server_of(tables).value(connection, observation=observation)
    return found


@of_tables
def _server_of(tables: Derived) -> Question:
    m = tables.members.c
    return Question(select(m.server).where(m.observation == bindparam("observation")))


def refresh(
    connection: Connection, tables: Derived, server: int, found: Standing, *, now: str
) -> Row:
    """Bring the state of one server up to date after something was done; gives its row."""
    parts = parts_of(connection, tables, PatchStates(found.watched), [server])
    done = read_acts(connection, [part.id for part in parts[server]])
    every = {server: [act for each in done.values() for act in each]}
    return refresh_many(connection, tables, found, parts, every, now=now)[0]


def refresh_many(
    connection: Connection,
    tables: Derived,
    found: Standing,
    parts: Mapping[int, Sequence[Part]],
    done: Mapping[int, Sequence[Act]],
    *,
    now: str,
) -> list[Row]:
    """Bring the states of servers up to date after something was done; gives their rows.

    `parts` has their observations and `done` what was done to them; what follows from identity
    stays as it is.
    """
    s, c, tally = tables.servers, tables.changes, Tally()
    before_systems, systems = Systems(), Systems()
    numbers = sorted(parts)
    query = select(s).where(s.c.id.in_(numbers)).order_by(s.c.id)
    old = [row._asdict() for row in connection.execute(query)]
    before: dict[int, list[Step]] = {}
    told = select(c.c.server, c.c.axis, c.c.time, c.c.before, c.c.after)
    for server, *step in connection.execute(told.where(c.c.server.in_(numbers))):
        before.setdefault(server, []).append(Step(*step))
    rows, steps = [], []
    for values in old:
        number = int(values["id"])
        tally.take(values, before.get(number, ()))
        row, changes = server_row(identity_of(values), parts[number], done.get(number, ()),
                                  watched=found.watched, now=now)  # fmt: skip
        tally.add(row, changes)
        before_systems.add(values)
        systems.add(row)
        rows.append(row)
        steps += [{"server": number, **change._asdict()} for change in changes]
    for other in beside(connection, tables, (row["system"] for row in old), numbers):
        before_systems.add(other)
        systems.add(other)
    connection.execute(delete(c).where(c.c.server.in_(numbers)))
    if steps:
        connection.execute(insert(c), steps)
    _set_rows(connection, s, rows)
    _count(connection, tables, tally)
    add_to(connection, tables.systems, difference(before_systems, systems))
    recount(connection, tables, {str(row["organisation"]) for row in rows})
    if rows:
        set_standing(connection, found)
    return rows


_OF_STATE = ("patch", "patch_since", "compromise", "compromise_since", "work", "work_since",
             "assignee", "until", "due", "priority", "service", "detail")  # fmt: skip
"""What changes in a server's row when something is done to it."""


def _set_rows(connection: Connection, servers: Table, rows: Sequence[Row]) -> None:
    asked = (
        update(servers)
        .where(servers.c.id == bindparam("this"))
        .values({name: bindparam(f"new_{name}") for name in _OF_STATE})
    )
    values = [{"this": row["id"], **{f"new_{name}": row[name] for name in _OF_STATE}}
              for row in rows]  # fmt: skip
    if values:
        connection.execute(asked, values)


def replace_server(
    connection: Connection,
    tables: Derived,
    found: Standing,
    old: Sequence[Mapping[str, object]],
    new: Sequence[Identity],
    *,
    now: str,
) -> list[Row]:
    """Put servers in the place of others that have the same observations; gives their rows.

    Observations have to name their new servers already. An owner that has no `ownership` is the one
    that stands in the tables.
    """
    states = PatchStates(found.watched)
    tally, before, after = Tally(), Systems(), Systems()
    ids = {row["id"] for row in old} | {known.id for known in new}
    services = {*(row["system"] for row in old), *(known.system for known in new)}
    for other in beside(connection, tables, services, ids):
        before.add(other)
        after.add(other)
    for row in old:
        _take_out(connection, tables, row, tally)
        before.add(row)
    rows = []
    for known in new:
        parts = parts_between(connection, tables, states, known.id, known.id)[known.id]
        done = read_acts(connection, [part.id for part in parts])
        acts_here = [act for each in done.values() for act in each]
        row, changes = server_row(known, parts, acts_here, watched=found.watched, now=now)
        _put_in(connection, tables, known, row, changes)
        tally.add(row, changes)
        after.add(row)
        rows.append(row)
    _count(connection, tables, tally)
    add_to(connection, tables.systems, difference(before, after))
    _owners_of(connection, tables, old, new)
    set_standing(connection, found)
    return rows


def _owners_of(
    connection: Connection,
    tables: Derived,
    old: Sequence[Mapping[str, object]],
    new: Sequence[Identity],
) -> None:
    """Bring ownerships and organisations up to date."""
    keys = {str(row["organisation"]) for row in old} | {one.owner.organisation for one in new}
    o = tables.ownerships
    decided = [one for one in new if one.owner.ownership]
    gone = {int(str(row["id"])) for row in old} - {one.id for one in new}
    gone |= {one.id for one in decided}
    if not gone:
        recount(connection, tables, keys)
        return
    connection.execute(delete(o).where(o.c.server.in_(gone)))
    for one in decided:
        content = one.owner.ownership.decode()
        values = {"server": one.id, "weight": one.owner.weight, "content": content}
        connection.execute(insert(o).values(values))
    renew(connection, tables, keys)


def _take_out(
    connection: Connection,
    tables: Derived,
    row: Mapping[str, object],
    tally: Tally,
) -> None:
    number = int(str(row["id"]))
    c = tables.changes.c
    query = select(c.axis, c.time, c.before, c.after).where(c.server == number)
    tally.take(row, [Step(*step) for step in connection.execute(query)])
    connection.execute(delete(tables.servers).where(tables.servers.c.id == number))
    for table in (tables.words, tables.addresses, tables.changes):
        connection.execute(delete(table).where(table.c.server == number))


def _put_in(
    connection: Connection, tables: Derived, known: Identity, row: Row, changes: Sequence[Change]
) -> None:
    connection.execute(insert(tables.servers).values(row))
    words = [{"word": word, "server": known.id} for word in words_of(known)]
    places = [{"place": place, "server": known.id} for place in places_by(known)]
    told = [{"server": known.id, **change._asdict()} for change in changes]
    for table, values in ((tables.words, words), (tables.addresses, places),
                          (tables.changes, told)):  # fmt: skip
        if values:
            connection.execute(insert(table), values)


def places_by(known: Identity) -> list[str]:
    """The places of a server's addresses."""
    return [place for one in known.detail.addresses if (place := place_of(one.address))]


def _count(connection: Connection, tables: Derived, tally: Tally) -> None:
    add_to(connection, tables.counts, tally.counted())
    add_to(connection, tables.days, ((key, (number,)) for key, number in tally.days.items()))
