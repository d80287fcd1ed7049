"""What detection learns, kept in bounded memory until the whole evidence was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

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

    `answers` counts requests by (method, status); `succeeded` keeps events answered 2xx, `others`
    the rest, both bounded.
    """

    stem: str
    origin: Origin
    answers: dict[tuple[str, int], int] = field(default_factory=dict)
    succeeded: list[Event] = field(default_factory=list)
    others: list[Event] = field(default_factory=list)
    clients: dict[str, int] = field(default_factory=dict)
    malformed: int = 0

    def absorb(self, other: PageUse) -> None:
        """Add what another part of the evidence gave for the same page and origin."""
        for answer, count in other.answers.items():
            self.answers[answer] = self.answers.get(answer, 0) + count
        for client, count in other.clients.items():
            self.clients[client] = self.clients.get(client, 0) + count
        self.succeeded.extend(other.succeeded)
        self.others.extend(other.others)
        self.malformed += other.malformed


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
class FileMatch:
    """A file whose hash is a published indicator."""

    rule: RuleInfo
    origin: Origin
    citation: Citation
    time: datetime | None


@dataclass(slots=True)
class Hours:
    """Rows per hour of one source and one origin; `hours` is keyed by hours since 1970 UTC."""

    files: int = 0
    rows: int = 0
    skipped: int = 0
    first: datetime | None = None
    last: datetime | None = None
    basis: str = "utc"
    hours: dict[int, int] = field(default_factory=dict)

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
