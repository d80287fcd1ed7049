"""Who is told what next: one pass over all organisations that have something open.

Nothing is written before the whole is known; until then drafts lie in a file without a name. What
goes to providers and national teams is gathered by recipient, and made at the end. Planned notices
that are no longer so are withdrawn with the same stroke.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.organisations import Organisation
from alpheus.cases.schema import Derived
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.notify import history, store
from alpheus.notify.ladder import Decision, Left, Open, Rules, Step, Told, decide
from alpheus.notify.model import EventKind, Notice, Page, Recipient, Status
from alpheus.notify.news import Facts, facts_of, is_answered, is_breached, is_tellable, situation_of
from alpheus.notify.pages import pages_of
from alpheus.notify.recipients import AGGREGATED, Ways, ways_of
from alpheus.notify.records import UNREACHED, Batch, Omission
from alpheus.notify.settings import Settings
from alpheus.notify.status import OPEN
from alpheus.notify.store import Draft
from alpheus.notify.subjects import Change, Said, changes_of, rows_of, subject_of

MOST_SUBJECTS = 500
"""Servers of one notice to a provider or a national team; more make several."""

_ORGANISATIONS = 200
_PAGE = 500
_SUPERSEDED = "another notice, with what is known since, takes its place"
_NOBODY_BELOW = "nobody below is known for sure, or has answered; or mail there may be read"
OVER = "what it says is no longer so"
"""Why a notice is withdrawn that has not gone out."""


class Spool:
    """Drafts in a file without a name, given back the most urgent first."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=1 << 16)  # noqa: SIM115 - lives with it
        self._places: list[tuple[int, int, int]] = []
        self._write = msgspec.json.Encoder().encode
        self._end = 0

    def add(self, draft: Draft, priority: int) -> None:
        """Keep a draft."""
        line = self._write(draft)
        self._places.append((-priority, self._end, len(line)))
        self._end += self._file.write(line)

    def __iter__(self) -> Iterator[Draft]:
        read = msgspec.json.Decoder(Draft).decode
        for _, begin, length in sorted(self._places):
            self._file.seek(begin)
            yield read(self._file.read(length))

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class _Gathered(NamedTuple):
    """A server that somebody is told of who carries it: its number, whose it is, in what words."""

    server: int
    key: str
    name: str
    language: str


class _Group(NamedTuple):
    """An organisation with its servers by their numbers, and what is to be told of them."""

    organisation: Organisation
    rows: Mapping[int, dict[str, Any]]
    facts: Mapping[int, Facts]

    @property
    def breached(self) -> bool:
        """Whether an intruder may read the mail of the organisation."""
        return bool(self.organisation.compromised) or is_breached(self.rows.values())


@dataclass(slots=True)
class _Found:
    """What a plan has come to."""

    drafts: Spool
    gathered: dict[Recipient, list[_Gathered]] = field(default_factory=dict)
    withdrawn: dict[int, str] = field(default_factory=dict)
    omitted: Counter[str] = field(default_factory=Counter)
    unreached: list[Omission] = field(default_factory=list)
    channels: Counter[str] = field(default_factory=Counter)
    organisations: int = 0
    servers: int = 0


def plan(
    database: Database,
    settings: Settings,
    filters: Filters,
    *,
    who: str,
    now: str,
    dry_run: bool,
    omitted: Callable[[Omission], None] | None,
    drafted: Callable[[Draft], None] | None = None,
    within: Collection[str] | None = None,
    heard: Callable[[int], None] | None = None,
) -> Batch:
    """Plan the next notices; see `service.Notices.plan`."""
    drafts = Spool()
    try:
        with database.work():
            planner = _Planner(database, settings, now, _Found(drafts), omitted)
            planner.heard = heard
            planner.look_over(within)
            planner.go_through(filters)
            planner.make_gathered()
            if drafted is not None:
                for draft in drafts:
                    drafted(draft)
            return _batch(planner.found, filters, who, now) if dry_run else _write(
                database, planner.found, filters, who, now)  # fmt: skip
    finally:
        drafts.close()


class _Planner:
    """One plan, step by step."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        now: str,
        found: _Found,
        omitted: Callable[[Omission], None] | None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._now = now
        self.found = found
        self._omitted = omitted
        self.heard: Callable[[int], None] | None = None

    def look_over(self, within: Collection[str] | None = None) -> None:
        """See which notices that have not gone out are no longer so; of all, or of some keys alone.

        A planned one is withdrawn for one server that is not, since another is made at once; an
        approved one when none of its servers is: what is not so of it is left out when it is sent.
        """
        after = 0
        while True:
            with self._database.read() as connection:
                tables, _ = current(connection, self._database.place)
                page = store.page(connection, 0, OPEN, after, _PAGE)
                facts = history.facts_in(connection, [one.id for one, _ in page])
                states = history.states_of(
                    connection, tables, (s.anchor for one, _ in page for s in one.subjects)
                )
            for notice, status in page:
                if not _is_within(notice, within):
                    continue
                so = history.still_so(notice, facts[notice.id], states)
                whole = len(so) == len(notice.subjects)
                if not so or (status is Status.PLANNED and not whole):
                    self.found.withdrawn[notice.id] = OVER
            if len(page) < _PAGE:
                return
            after = page[-1][0].id

    def go_through(self, filters: Filters) -> None:
        """Decide for each organisation what comes next."""
        part: list[tuple[Organisation, list[dict[str, Any]]]] = []
        cases = Cases(self._database, lambda: datetime.fromisoformat(self._now))
        for number, (organisation, rows) in enumerate(cases.by_organisation(filters), start=1):
            part.append((organisation, rows))
            if len(part) == _ORGANISATIONS:
                self._decide(part)
                part = []
                if self.heard is not None:
                    self.heard(number)
        self._decide(part)

    def _decide(self, part: Sequence[tuple[Organisation, list[dict[str, Any]]]]) -> None:
        open_ = [_Group(one, {int(row["id"]): row for row in rows}, facts) for one, rows in part
                 if (facts := _open(rows))]  # fmt: skip
        if not open_:
            return
        with self._database.read() as connection:
            tables, _ = current(connection, self._database.place)
            told = _by_organisation(connection, tables, open_, self.found.withdrawn)
            decided = [(group, self._next(group, one)) for group, one in
                       zip(open_, told, strict=True)]  # fmt: skip
            wanted = sorted({n for _, found in decided for step in found.steps
                             for n in step.servers})  # fmt: skip
            changes = changes_of(connection, tables, wanted)
            pages = pages_of(connection, tables, wanted)
        for group, decision in decided:
            self._take(group, decision, changes, pages)

    def _next(self, group: _Group, told: Sequence[Told]) -> Decision:
        ways: dict[int, Ways] = {}
        servers = []
        organisation = group.organisation
        for number, facts in group.facts.items():
            row = group.rows[number]
            # Where a server has no address that is known, its owner's networks stand for its own.
            network = row["ownership"].contacts if row["address"] else organisation.contacts
            ways[number] = ways_of(organisation, network, self._settings)
            known = is_answered(facts, row)
            why = f"the case is {row['work']} since {row['work_since']}" if known else ""
            servers.append(Open(number, facts, why))
        rules = Rules(self._now, self._settings.wait_days, group.breached)
        return decide(servers, ways, told, rules)

    def _take(
        self, group: _Group, decision: Decision, changes: Mapping[int, Sequence[Change]],
        pages: Mapping[int, tuple[Page, ...]],
    ) -> None:  # fmt: skip
        """Keep what was decided for one organisation."""
        organisation = group.organisation
        for left in decision.left:
            self._leave_out(organisation, left)
        self.found.withdrawn.update(dict.fromkeys(decision.superseded, _SUPERSEDED))
        if not decision.steps:
            return
        self.found.organisations += 1
        self.found.servers += len({n for step in decision.steps for n in step.servers})
        language = self._settings.language(organisation.key, organisation.country)
        for step in decision.steps:
            if step.recipient.rung in AGGREGATED:
                self.found.gathered.setdefault(step.recipient, []).extend(
                    _Gathered(n, organisation.key, organisation.name, language)
                    for n in step.servers
                )
                continue
            said = [
                Said(subject_of(group.rows[n], changes.get(n, ()), organisation, pages.get(n, ())),
                     group.facts[n])
                for n in step.servers
            ]  # fmt: skip
            self._draft(group, step, language, said)

    def _leave_out(self, organisation: Organisation, left: Left) -> None:
        omission = Omission(
            organisation.key, organisation.name, left.servers[0], len(left.servers), left.reason,
            left.why, left.until,
        )  # fmt: skip
        self.found.omitted[left.reason.value] += 1
        if left.reason in UNREACHED:
            self.found.unreached.append(omission)
        if self._omitted is not None:
            self._omitted(omission)

    def make_gathered(self) -> None:
        """Make the notices about servers of several organisations."""
        for to, servers in self.found.gathered.items():
            language = self._language_of(to, servers)
            for begin in range(0, len(servers), MOST_SUBJECTS):
                part = servers[begin : begin + MOST_SUBJECTS]
                with self._database.read() as connection:
                    tables, _ = current(connection, self._database.place)
                    rows, said = _gathered(connection, tables, part)
                group = _Group(Organisation("", ""), rows, {})
                self._draft(group, Step(to, (), _NOBODY_BELOW), language, said)

    def _language_of(self, to: Recipient, servers: Iterable[_Gathered]) -> str:
        """That of the settings for its domain, else what most of its customers speak."""
        chosen = self._settings.languages.get(to.address.rpartition("@")[2])
        spoken = Counter(one.language for one in servers)
        return chosen or min(spoken, key=lambda tag: (-spoken[tag], tag))

    def _draft(self, group: _Group, step: Step, language: str, said: Sequence[Said]) -> None:
        """Keep a notice."""
        facts = tuple(one.facts for one in said)
        if not facts:
            return
        organisation, to = group.organisation, step.recipient
        notice = Notice(
            id=0, batch=0, reference="", organisation=organisation.key, owner=organisation.name,
            recipient=to, language=language, tlp=self._settings.tlp,
            situation=situation_of(facts), reduced=to.on_server and group.breached,
            subjects=tuple(one.subject for one in said), made=self._now, facts_digest=_digest(said),
        )  # fmt: skip
        priority = max(int(group.rows[one.subject.server]["priority"]) for one in said)
        self.found.drafts.add(Draft(notice, facts, step.why), priority)
        self.found.channels[to.channel.value] += 1


def _is_within(notice: Notice, within: Collection[str] | None) -> bool:
    """Whether a notice is about servers of these organisations alone; of any for None."""
    if within is None:
        return True
    return {one.organisation for one in notice.subjects} <= set(within) - {""}


def _open(rows: Sequence[Mapping[str, Any]]) -> dict[int, Facts]:
    """What is to be told of the servers of an organisation.

    What was seen of a service without its members is told of only where these are not known.
    """
    members = [row for row in rows if not row["service"]] or rows
    found = {int(row["id"]): facts_of(row) for row in members}
    return {number: facts for number, facts in found.items() if is_tellable(facts)}


def _by_organisation(
    connection: Connection,
    tables: Derived,
    groups: Sequence[_Group],
    withdrawn: Mapping[int, str],
) -> list[list[Told]]:
    """What each was told before, without what is going to be withdrawn."""
    told = history.told_of(
        connection, tables, (group.organisation.key for group in groups),
        (number for group in groups for number in group.rows),
    )  # fmt: skip
    by_key: dict[str, list[Told]] = {}
    by_server: dict[int, list[Told]] = {}
    for key, one in told:
        if one.notice not in withdrawn:
            by_key.setdefault(key, []).append(one)
            by_server.setdefault(one.server, []).append(one)
    found = []
    for group in groups:
        key = group.organisation.key
        mine = dict.fromkeys(by_key.get(key, ()) if key else ())
        for number in group.rows:
            mine |= dict.fromkeys(by_server.get(number, ()))
        found.append(list(mine))
    return found


def _gathered(
    connection: Connection, tables: Derived, part: Sequence[_Gathered]
) -> tuple[dict[int, dict[str, Any]], list[Said]]:
    """The rows of gathered servers, and what is told of them."""
    numbers = [one.server for one in part]
    rows, changes = rows_of(connection, tables, numbers), changes_of(connection, tables, numbers)
    pages = pages_of(connection, tables, numbers)
    said = []
    for number, key, name, _ in part:
        row = rows.get(number)
        facts = facts_of(row) if row else Facts()
        if row is not None and is_tellable(facts):
            owner = Organisation(key, name)
            subject = subject_of(row, changes.get(number, ()), owner, pages.get(number, ()))
            said.append(Said(subject, facts))
    return rows, said


def _digest(said: Iterable[Said]) -> str:
    """Over what is told of which servers."""
    told = sorted((one.subject.anchor, *one.facts) for one in said)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _batch(found: _Found, filters: Filters, who: str, now: str) -> Batch:
    asked = {name: value for name in filters.__slots__ if (value := getattr(filters, name))}
    return Batch(
        0, now, who, msgspec.json.encode(asked).decode() if asked else "", len(found.drafts),
        found.servers, found.organisations, len(found.withdrawn), dict(found.omitted),
        dict(found.channels),
    )  # fmt: skip


def _write(database: Database, found: _Found, filters: Filters, who: str, now: str) -> Batch:
    """Write all of it at once. What was sent meanwhile is not withdrawn any more."""
    with database.write() as connection:
        open_ = set(store.numbers(connection, 0, OPEN))
        gone = [(number, why) for number, why in found.withdrawn.items() if number in open_]
        store.append_many(connection, EventKind.WITHDRAWN, gone, who=who, time=now)
        batch = msgspec.structs.replace(_batch(found, filters, who, now), withdrawn=len(gone))
        number = store.add_batch(connection, batch, whole=not batch.filters)
        store.add_notices(connection, number, who, found.drafts)
        store.add_unreached(connection, number, found.unreached)
        return store.batch_of(connection, number)
