"""The nouns of Alpheus. Every room imports them; they import no room.

All times are timezone-aware and in UTC. All records are frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CITATION_LIMIT = 100
"""Every proving line up to this many is cited; beyond it only the total is kept."""

MOST_DAYS = 2_000
"""Days of which a source's coverage counts rows; of more, those with the most rows are kept."""


def bounded_days(days: Mapping[str, int]) -> dict[str, int]:
    """Rows by day (ISO date), in the order of days: those with any, and no more than are kept."""
    some = [one for one in days.items() if one[1] > 0]
    if len(some) > MOST_DAYS:
        some = sorted(some, key=lambda one: -one[1])[:MOST_DAYS]
    return dict(sorted(some))


class _Ordered(StrEnum):
    """A string enumeration whose members are ordered as they are written, lowest first."""

    @property
    def rank(self) -> int:
        """Position in the order, from 0."""
        return list(type(self)).index(self)


class Stage(_Ordered):
    """How far an attacker got."""

    NONE = "none"
    PROBED = "probed"
    ATTEMPTED = "attempted"
    EXPLOITED = "exploited"
    IMPLANTED = "implanted"
    OPERATED = "operated"
    SPREAD = "spread"


class Weight(_Ordered):
    """What a finding is worth in a verdict."""

    CONTEXT = "context"
    INDICATION = "indication"
    PROOF = "proof"


class Confidence(_Ordered):
    """How sure we are that a finding means what its title says."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Verdict(_Ordered):
    """The compromise verdict, mildest first."""

    NO_EVIDENCE = "no-evidence"
    NOT_DETERMINABLE = "not-determinable"
    ATTEMPTED = "attempted"
    SUSPICIOUS = "suspicious"
    COMPROMISED = "compromised"


class PatchState(StrEnum):
    """State of one server with regard to one CVE."""

    VULNERABLE = "vulnerable"
    FIXED = "fixed"
    NOT_AFFECTED = "not-affected"
    MITIGATED = "mitigated"
    UNDETERMINED = "undetermined"


class TimeBasis(StrEnum):
    """How a record's time was established.

    `utc`: the format defines UTC. `converted`: local time, converted with a zone that was given.
    `unknown`: possibly local; never decides coverage.
    """

    UTC = "utc"
    CONVERTED = "converted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where in a store a package lies: its address without any secret, and which version it was.

    `etag` is as the store writes it, empty for a prefix and where the store gives none. `identity`
    stands for the content as far as it can be told without reading all of it: the same for two
    places means the same content.
    """

    address: str
    etag: str = ""
    version: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One package as it was handed in.

    `sha256` is None for a folder, and in a store where not all of it was read; there `store` says
    which it was.
    """

    id: str
    name: str
    sha256: str | None
    bytes: int
    store: StorePlace | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a record stands. At most one of `line` (from 1), `offset` (bytes), `record_id`.

    `path` is the address inside the package, with `/`. `sha256` is the hash of the file.
    `text` is the record as found, without its line end, at most 4,000 characters. `structure`: of a
    server page, the name of what is left of its code without names and values; '' for none.
    """

    evidence: str
    path: str
    line: int | None = None
    offset: int | None = None
    record_id: int | None = None
    text: str = ""
    sha256: str | None = None
    structure: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One record with a time and the field names of its source.

    `source` names the kind of log (see `alpheus.parsers.SOURCES`). `host` is the computer that the
    record itself names, as written, or None. `malformed` marks a record that its writer cannot
    have written as it stands (surplus columns): it was edited or damaged.
    """

    source: str
    time: datetime | None
    time_basis: TimeBasis
    host: str | None
    fields: Mapping[str, str | tuple[str, ...]]
    citation: Citation
    malformed: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """A loss is a result: what could not be read, where, why, and how often.

    `offset` is a byte offset (or, where a reader has no bytes, a record number), None for a file.
    """

    evidence: str
    path: str
    offset: int | None
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class BuildWitness:
    """A record that names the build that was running. `build` is dotted, without zero padding."""

    source: str
    build: str
    host: str | None
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that bears on the verdict, with the citations that prove it.

    `time` and `last` are those of the earliest and latest citation. `summary` is the sentence that
    the story tells of it; `detail` adds sizes, names and reservations. `local_time`: the times are
    those of a log whose zone is not known. `tlp`: to whom what it rests on may be told, as in
    `TLP:AMBER`; '' where nobody said. `more_files` are files that it condemns beyond those cited,
    without a quote: a clean-up has to know all.
    """

    rule: str
    pack: str
    title: str
    stage: Stage
    weight: Weight
    confidence: Confidence
    time: datetime | None
    cves: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    citations_total: int = 0
    last: datetime | None = None
    detail: str = ""
    summary: str = ""
    local_time: bool = False
    clients: tuple[str, ...] = ()
    tlp: str = ""
    more_files: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A span without one row."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one source of one server covers. `days` counts rows per UTC day (ISO date).

    `gaps` are those inside a campaign's window, `silent` all between the first and the last row,
    and `parts` those of each part that writes logs of its own (`ecp` of HttpProxy).
    """

    source: str
    files: int
    rows: int
    skipped: int
    first: datetime | None
    last: datetime | None
    time_basis: TimeBasis
    gaps: tuple[Gap, ...]
    deciding: bool
    covers_window: bool
    days: Mapping[str, int] = field(default_factory=dict)
    silent: tuple[Gap, ...] = ()
    parts: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CveState:
    """Patch state for one CVE, why, and which observation would settle it if undetermined."""

    state: PatchState
    why: str


@dataclass(frozen=True, slots=True)
class Build:
    """The newest build witnessed, its precision (3 or 4 parts), and all witnesses."""

    value: str
    precision: int
    witnesses: tuple[BuildWitness, ...]


@dataclass(frozen=True, slots=True)
class Campaign:
    """The verdict of one pack on one server."""

    pack: str
    window_from: datetime | None
    window_to: datetime | None
    verdict: Verdict
    stage: Stage
    assessed: bool
    why: str


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step of the attack in a sentence, with the ids of the rules that prove it."""

    time: datetime | None
    stage: Stage
    summary: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do, why; 1 is the most urgent."""

    priority: int
    action: str
    why: str


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A server page that was read."""

    evidence: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class UnlistedCode:
    """Assemblies and sources that web sites load beside pages: how many, and which.

    `files` names them by their paths; where they are too many the last are not named.
    """

    total: int
    files: tuple[SeenPage, ...] = ()


@dataclass(frozen=True, slots=True)
class UnlistedPages:
    """Pages that no list of the product's files has, `total` of all that were `read`.

    `files` names them by their paths; where they are too many the last are not named. `code` is
    what lies beside them.
    """

    read: int
    total: int
    files: tuple[SeenPage, ...] = ()
    code: UnlistedCode | None = None


@dataclass(frozen=True, slots=True)
class ServerAssessment:
    """Everything Alpheus says about one server.

    `packages` are the ids of those in which a record names it; `pages` are None where none was
    read. `addresses` are its own, as its logs have them.
    """

    name: str
    aliases: tuple[str, ...]
    product: str
    build: Build | None
    cves: Mapping[str, CveState]
    verdict: Verdict
    stage: Stage
    confidence: Confidence
    headline: str
    campaigns: tuple[Campaign, ...]
    findings: tuple[Finding, ...]
    story: tuple[StoryStep, ...]
    coverage: tuple[Coverage, ...]
    next_steps: tuple[NextStep, ...]
    packages: tuple[str, ...] = ()
    pages: UnlistedPages | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackVersion:
    """Which knowledge was used."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator asked for, as far as it decides what is found; times are in UTC.

    `packs` is None where all packs were used. `timezone` is that of logs in local time, or ''.
    """

    packs: tuple[str, ...] | None = None
    timezone: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """How the assessment was made.

    `knowledge` changes whenever a pack or table that it rests on does (SHA-256, hex).
    """

    started: datetime
    finished: datetime
    version: str
    packs: tuple[PackVersion, ...]
    bytes_read: int
    files_read: int
    knowledge: str = ""
    asked: Asked = Asked()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The result of `alpheus triage`, schema `alpheus.assessment/1`."""

    run: Run
    evidence: tuple[Evidence, ...]
    servers: tuple[ServerAssessment, ...]
    skipped: tuple[Skipped, ...]
