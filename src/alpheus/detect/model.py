"""What detection learns, kept in bounded memory until the whole evidence was read."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alpheus.detect.page_detail import PageDetails, Served, earliest, latest
from alpheus.knowledge.model import RuleMeaning
from alpheus.model import Citation, Event

EVENTS_PER_CLIENT = 100
CLIENTS_PER_RULE = 500
_UNKNOWN = "unknown"
NAMES_PER_RULE = 200


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What the judge needs to know of a rule."""

    id: str
    pack: str
    title: str
    meaning: RuleMeaning
    tlp: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose record it is, as far as the file knows: a host it names, or only its folder.

    `folder` is the address of the folder inside the package; `scope` that of the inner package.
    """

    evidence: str
    host: str | None
    folder: str
    scope: str


@dataclass(slots=True)
class HitGroup:
    """Every match of one rule with one origin.

    Up to `EVENTS_PER_CLIENT` events for each of `CLIENTS_PER_RULE` clients are kept; `total`,
    `first`, `last`, `measured` and `names` speak of all of them.
    """

    rule: RuleInfo
    origin: Origin
    raw: bool = False
    events: dict[str, list[Event]] = field(default_factory=dict)
    total: int = 0
    measured: int = 0
    names: dict[str, None] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, event: Event) -> bool:
        """Take in one match; True if its event was kept."""
        self.count_only(event)
        client = text_of(event, self.rule.meaning.client)
        if client not in self.events and len(self.events) >= CLIENTS_PER_RULE:
            client = "others"
        kept = self.events.setdefault(client, [])
        if len(kept) >= EVENTS_PER_CLIENT:
            return False
        kept.append(event)
        return True

    def absorb(self, other: HitGroup) -> int:
        """Add what another part of the evidence gave; returns how many more events are kept."""
        self.total += other.total
        self.measured += other.measured
        self._note_time(other.first)
        self._note_time(other.last)
        for name in other.names:
            if len(self.names) < NAMES_PER_RULE:
                self.names[name] = None
        before = sum(map(len, self.events.values()))
        for client, events in other.events.items():
            known = client in self.events or len(self.events) < CLIENTS_PER_RULE
            kept = self.events.setdefault(client if known else "others", [])
            kept.extend(events[: EVENTS_PER_CLIENT - len(kept)])
        return sum(map(len, self.events.values())) - before

    def count_only(self, event: Event) -> None:
        """Take in one match without keeping its event."""
        self.total += 1
        self._note_time(event.time)
        self._measure(event)

    def kept(self) -> Iterator[Event]:
        """The events that were kept, client by client."""
        for events in self.events.values():
            yield from events

    def _note_time(self, time: datetime | None) -> None:
        if time is None:
            return
        if self.first is None or time < self.first:
            self.first = time
        if self.last is None or time > self.last:
            self.last = time

    def _measure(self, event: Event) -> None:
        meaning = self.rule.meaning
        if meaning.measure:
            number = text_of(event, meaning.measure)
            self.measured += int(number) if number.isascii() and number.isdigit() else 0
        for name in meaning.names:
            value = text_of(event, name)
            if value and len(self.names) < NAMES_PER_RULE:
                self.names[value] = None


def text_of(event: Event, name: str | None) -> str:
    """The value of a field as text; '' if it is absent."""
    if name is None:
        return ""
    value = event.fields.get(name, "")
    return value if isinstance(value, str) else " ".join(value)


@dataclass(slots=True)
class PageUse:
    """All requests for one server page that Exchange does not ship, with one origin.

    `answers` counts requests by (method, status); `succeeded` keeps the earliest events answered
    2xx, `others` some of the rest, both bounded. `clients` is exact up to `CLIENTS_PER_PAGE`.
    `first` and `last` are those of all requests answered 2xx, `missing_first` and `missing_last` of
    those answered 404 or 410. `details` are None before anything was answered 2xx, and once the
    page is `crowded`: too many clients or hours for a rare one. `closed`: it lies where only the
    product's own pages belong, or has a published path, so that all its events are wanted.
    `referers` and `agents`: a request named one, so that the log has such a column. `passed_by`
    counts requests for a page that was `settled`, of which only the clients were looked at: there
    may be as many more of any answer.
    """

    stem: str
    origin: Origin
    answers: dict[tuple[str, int], int] = field(default_factory=dict)
    succeeded: list[Event] = field(default_factory=list)
    others: list[Event] = field(default_factory=list)
    clients: dict[str, int] = field(default_factory=dict)
    malformed: int = 0
    source: str = ""
    closed: bool = False
    crowded: bool = False
    referers: bool = False
    agents: bool = False
    passed_by: int = 0
    details: PageDetails | None = None
    first: datetime | None = None
    last: datetime | None = None
    missing_first: datetime | None = None
    missing_last: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether so many were served that further requests could not make the page a rare one."""
        return self.crowded and not self.closed and sum(self.answers.values()) >= SETTLED

    def note(
        self,
        method: str,
        status: int,
        client: str,
        time: datetime | None,
        *,
        last: datetime | None = None,
        times: int = 1,
    ) -> None:
        """Count a request, whatever its answer; or several, the first at `time`."""
        last = last or time
        answer = (method, status)
        self.answers[answer] = self.answers.get(answer, 0) + times
        self.asked_by(client, times)
        if 200 <= status < 300:
            self.first, self.last = earliest(self.first, time), latest(self.last, last)
        elif status in _MISSING:
            self.missing_first = earliest(self.missing_first, time)
            self.missing_last = latest(self.missing_last, last)

    def asked_by(self, client: str, times: int) -> None:
        """Count requests of a client, of the first `CLIENTS_PER_PAGE` ones."""
        if client in self.clients or len(self.clients) < CLIENTS_PER_PAGE:
            self.clients[client] = self.clients.get(client, 0) + times

    def detail(self, served: Served) -> None:
        """Keep the particulars of a request answered 2xx while the page may be a rare one."""
        if self.crowded:
            return
        if self.details is None:
            self.details = PageDetails()
        if not self.details.note(served):
            self._crowd()

    def keeps(self, time: datetime | None) -> bool:
        """Whether a request of that time, answered 2xx, would be among the earliest ones."""
        kept = self.succeeded
        limit = EVENTS_PER_CROWD if self.crowded and not self.closed else EVENTS_PER_PAGE
        return len(kept) < limit or (time or _FAR) < (kept[-1].time or _FAR)

    def keep(self, event: Event) -> bool:
        """Keep one answered 2xx if it is among the earliest; True if it was kept."""
        if not self.keeps(event.time):
            return False
        kept = self.succeeded
        limit = EVENTS_PER_CROWD if self.crowded and not self.closed else EVENTS_PER_PAGE
        if len(kept) >= limit:
            kept.pop()
        insort(kept, event, key=_when)
        return True

    def absorb(self, other: PageUse) -> None:
        """Add what another part of the evidence gave for the same page and origin."""
        for answer, count in other.answers.items():
            self.answers[answer] = self.answers.get(answer, 0) + count
        for client, count in other.clients.items():
            self.asked_by(client, count)
        self.source = self.source or other.source
        self.closed = self.closed or other.closed
        self.referers = self.referers or other.referers
        self.agents = self.agents or other.agents
        self.first = earliest(self.first, other.first)
        self.last = latest(self.last, other.last)
        self.missing_first = earliest(self.missing_first, other.missing_first)
        self.missing_last = latest(self.missing_last, other.missing_last)
        self.malformed += other.malformed
        self.passed_by += other.passed_by
        self.succeeded = sorted((*self.succeeded, *other.succeeded), key=_when)[:EVENTS_PER_PAGE]
        self.others.extend(other.others[: OTHERS_PER_PAGE - len(self.others)])
        self._absorb_details(other)

    def _absorb_details(self, other: PageUse) -> None:
        if self.crowded or other.crowded:
            self._crowd()
        elif other.details is not None:
            if self.details is None:
                self.details = PageDetails()
            if not self.details.absorb(other.details):
                self._crowd()

    def _crowd(self) -> None:
        self.crowded = True
        self.details = None
        if not self.closed:
            del self.succeeded[EVENTS_PER_CROWD:]


EVENTS_PER_PAGE = 100
EVENTS_PER_CROWD = 10
SETTLED = 2_000
OTHERS_PER_PAGE = 5
CLIENTS_PER_PAGE = 1_000
_MISSING = frozenset({404, 410})
_FAR = datetime.max.replace(tzinfo=UTC)


def _when(event: Event) -> datetime:
    return event.time or _FAR


@dataclass(frozen=True, slots=True)
class PageMatch:
    """A content rule that a server page matched."""

    rule: RuleInfo
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class ServerPage:
    """A file that the web server would run, found in evidence.

    `windows_path` is lower case with `/`, without drive. `relative` is the path below the Exchange
    install directory, None if it is not below one. `place` names a directory where only Exchange's
    own pages belong.
    """

    origin: Origin
    citation: Citation
    windows_path: str
    relative: str | None
    place: str | None
    known_name: bool
    known_hash: bool
    modified: datetime | None
    matches: tuple[PageMatch, ...]


@dataclass(frozen=True, slots=True)
class CodeFile:
    """An assembly or a source that a web site may load."""

    origin: Origin
    citation: Citation


@dataclass(frozen=True, slots=True)
class FileMatch:
    """A file whose hash is a published indicator."""

    rule: RuleInfo
    origin: Origin
    citation: Citation
    time: datetime | None


MOST_PARTS = 64


@dataclass(slots=True)
class Hours:
    """Rows per hour of one source and one origin; `hours` is keyed by hours since 1970 UTC.

    `parts` are the hours of each part that writes logs of its own, at most `MOST_PARTS`.
    """

    files: int = 0
    rows: int = 0
    skipped: int = 0
    first: datetime | None = None
    last: datetime | None = None
    basis: str = "utc"
    hours: dict[int, int] = field(default_factory=dict)
    parts: dict[str, set[int]] = field(default_factory=dict)

    def of_part(self, name: str) -> None:
        """All these rows are of one part of the source, such as `Ecp` of HttpProxy."""
        self.parts = {name: set(self.hours)}

    def note(self, time: datetime, count: int = 1) -> None:
        """Count rows at a time; first and last follow."""
        self.first = time if self.first is None else min(self.first, time)
        self.last = time if self.last is None else max(self.last, time)
        hour = int(time.timestamp()) // 3600
        self.hours[hour] = self.hours.get(hour, 0) + count

    def merge(self, other: Hours) -> None:
        """Add another span of the same source.

        Where only one of the two knows its time zone, only that one says when there were rows.
        """
        had_rows = self.rows > 0
        self.files += other.files
        self.rows += other.rows
        self.skipped += other.skipped
        if not other.rows:
            return
        for name, hours in other.parts.items():
            if name in self.parts or len(self.parts) < MOST_PARTS:
                self.parts.setdefault(name, set()).update(hours)
        if not had_rows or (self.basis == _UNKNOWN and other.basis != _UNKNOWN):
            self.basis, self.first, self.last = other.basis, other.first, other.last
            self.hours = dict(other.hours)
        elif self.basis == _UNKNOWN or other.basis != _UNKNOWN:
            self._join(other)

    def _join(self, other: Hours) -> None:
        for bound in (other.first, other.last):
            if bound is not None:
                self.first = bound if self.first is None else min(self.first, bound)
                self.last = bound if self.last is None else max(self.last, bound)
        for hour, count in other.hours.items():
            self.hours[hour] = self.hours.get(hour, 0) + count
