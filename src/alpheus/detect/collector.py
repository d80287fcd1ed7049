"""Gathers what is learned from every file; its size does not grow with the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from alpheus.detect.model import (
    EVENTS_PER_CLIENT,
    CodeFile,
    FileMatch,
    HitGroup,
    Hours,
    Origin,
    PageUse,
    RuleInfo,
    ServerPage,
)
from alpheus.detect.process_tree import ProcessTree
from alpheus.evidence.sparing import LeftThere
from alpheus.knowledge.mitigations import MitigationState
from alpheus.model import BuildWitness, Citation, Event, Skipped

EVENTS_KEPT = 40_000
PAGES_KEPT = 20_000
PAGE_EVENTS_KEPT = 20_000
PAGE_EVENTS_ALWAYS = 5
"""Every page keeps so many events, however many other pages there are."""

SKIPPED_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class MitigationSeen:
    """A record that switches a mitigation on or off, and where it stands."""

    state: MitigationState
    origin: Origin
    citation: Citation


@dataclass(slots=True)
class WitnessSpan:
    """When a build was witnessed by one source."""

    first: datetime | None
    last: datetime | None

    def extend(self, witness: BuildWitness) -> None:
        """Take in another sighting of the same build."""
        times = [t for t in (self.first, self.last, witness.first, witness.last) if t is not None]
        self.first = min(times, default=None)
        self.last = max(times, default=None)


@dataclass(slots=True)
class Collector:
    """Everything learned so far. `start` and `end` bound the events that may become findings.

    `hashes` holds the SHA-256 of the files that kept events cite, by package and path; it is
    empty until such a file was read to its end.
    """

    start: datetime | None = None
    end: datetime | None = None
    hits: dict[tuple[str, Origin, bool], HitGroup] = field(default_factory=dict)
    uses: dict[tuple[Origin, str], PageUse] = field(default_factory=dict)
    hours: dict[tuple[Origin, str], Hours] = field(default_factory=dict)
    witnesses: dict[tuple[str, str, Origin], WitnessSpan] = field(default_factory=dict)
    mitigations: list[MitigationSeen] = field(default_factory=list)
    pages: list[ServerPage] = field(default_factory=list)
    code: list[CodeFile] = field(default_factory=list)
    file_matches: list[FileMatch] = field(default_factory=list)
    origins: dict[Origin, None] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    exchange: set[Origin] = field(default_factory=set)
    processes: ProcessTree = field(default_factory=ProcessTree)
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)
    files_read: int = 0
    bytes_read: int = 0
    page_events: int = 0
    _events: int = 0
    _losses_beyond: int = 0
    _left: dict[str, LeftThere] = field(default_factory=dict)

    def hit(self, rule: RuleInfo, origin: Origin, event: Event, *, raw: bool = False) -> None:
        """Keep a match, unless it lies outside the span asked for."""
        if not self.in_span(event.time):
            return
        group = self.hits.get((rule.id, origin, raw))
        if group is None:
            group = self.hits[rule.id, origin, raw] = HitGroup(rule, origin, raw)
        if self._events >= EVENTS_KEPT and group.total >= EVENTS_PER_CLIENT:
            group.count_only(event)
        elif group.add(event):
            self._events += 1
            self.cite(event.citation)

    def cite(self, citation: Citation) -> None:
        """Remember that an event of this file is kept, so that its hash is wanted."""
        self.hashes.setdefault((citation.evidence, citation.path), "")

    def hashed(self, evidence: str, path: str, sha256: str) -> None:
        """Take in the hash of a file that was read to its end; kept only if it is wanted."""
        if (evidence, path) in self.hashes:
            self.hashes[evidence, path] = sha256

    def in_span(self, time: datetime | None) -> bool:
        """Whether a time lies in the span asked for; an unknown time does."""
        if time is None:
            return True
        return not (
            (self.start is not None and time < self.start)
            or (self.end is not None and time > self.end)
        )

    def use(self, origin: Origin, stem: str) -> PageUse | None:
        """The record of requests for a page; None when too many pages are already kept."""
        found = self.uses.get((origin, stem))
        if found is None:
            if len(self.uses) >= PAGES_KEPT:
                return None
            found = self.uses[origin, stem] = PageUse(stem, origin)
        return found

    def keeps_use(self, use: PageUse, time: datetime | None) -> bool:
        """Whether a request of that time, answered by a page, would be kept."""
        full = self.page_events >= PAGE_EVENTS_KEPT and not use.closed
        return not (full and len(use.succeeded) >= PAGE_EVENTS_ALWAYS) and use.keeps(time)

    def keep_use(self, use: PageUse, event: Event) -> bool:
        """Keep a request that a page answered, if there is room; True if it was kept."""
        if not self.keeps_use(use, event.time):
            return False
        before = len(use.succeeded)
        kept = use.keep(event)
        self.page_events += len(use.succeeded) - before
        return kept

    def cover(self, origin: Origin, label: str) -> Hours:
        """The hours of one source and origin."""
        self.origins[origin] = None
        return self.hours.setdefault((origin, label), Hours())

    def witness(self, witness: BuildWitness, origin: Origin) -> None:
        """Keep a sighting of a build."""
        key = (witness.source, witness.build, origin)
        span = self.witnesses.setdefault(key, WitnessSpan(witness.first, witness.last))
        span.extend(witness)

    def absorb(self, other: Collector) -> None:
        """Add everything that another part of the evidence gave; bounds hold as before."""
        for key, group in other.hits.items():
            if key in self.hits:
                self._events += self.hits[key].absorb(group)
            else:
                self.hits[key] = group
                self._events += sum(1 for _ in group.kept())
        for place, use in other.uses.items():
            self._absorb_use(place, use)
        for source, hours in other.hours.items():
            self.hours.setdefault(source, Hours()).merge(hours)
        for seen, span in other.witnesses.items():
            known = self.witnesses.setdefault(seen, span)
            known.extend(BuildWitness(seen[0], seen[1], None, span.first, span.last))
        self._absorb_files(other)

    def _absorb_use(self, place: tuple[Origin, str], use: PageUse) -> None:
        mine = self.uses.get(place)
        if mine is None:
            if len(self.uses) >= PAGES_KEPT:
                return
            mine = self.uses[place] = use
            before = 0
        else:
            before = len(mine.succeeded)
            mine.absorb(use)
        if self.page_events >= PAGE_EVENTS_KEPT and not mine.closed:
            del mine.succeeded[max(before, PAGE_EVENTS_ALWAYS) :]
        self.page_events += len(mine.succeeded) - before

    def _absorb_files(self, other: Collector) -> None:
        self.mitigations.extend(other.mitigations)
        self.pages.extend(other.pages)
        self.code.extend(other.code)
        self.file_matches.extend(other.file_matches)
        self.origins.update(other.origins)
        self.exchange |= other.exchange
        self.processes.absorb(other.processes)
        self.hashes.update(other.hashes)
        self.files_read += other.files_read
        self.bytes_read += other.bytes_read
        self._losses_beyond += other._losses_beyond
        for loss in (*other.skipped, *other._left.values()):
            self.lose(loss)

    def lose(self, loss: Skipped) -> None:
        """Keep a loss; beyond `SKIPPED_KEPT` records they are summed up.

        What was left in a store is one of each package, in however many parts it is read.
        """
        if isinstance(loss, LeftThere):
            known = self._left.get(loss.evidence)
            self._left[loss.evidence] = loss if known is None else known.with_that(loss)
        elif len(self.skipped) < SKIPPED_KEPT:
            self.skipped.append(loss)
        else:
            self._losses_beyond += loss.count

    def losses(self) -> tuple[Skipped, ...]:
        """All losses, with one sum for those that were too many to list."""
        found = [*self.skipped, *(one.plain() for one in self._left.values())]
        if not self._losses_beyond:
            return tuple(found)
        rest = Skipped(
            "", "", None, "further losses, too many to list one by one", self._losses_beyond
        )
        return (*found, rest)
