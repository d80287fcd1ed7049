"""What a report says, as data: the HTML page shows it, and `report.json` is it.

Counts are of hosts (an address and port), not of lines. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "alpheus.exposure-report/1"


@dataclass(frozen=True, slots=True)
class States:
    """Servers per state of a CVE."""

    vulnerable: int = 0
    undetermined: int = 0
    mitigated: int = 0
    fixed: int = 0
    not_affected: int = 0


@dataclass(frozen=True, slots=True)
class CveCount:
    """Servers per state of one CVE, and what changed since the run before."""

    cve: str
    name: str
    states: States
    fixed_since: int = 0
    found_since: int = 0
    again_since: int = 0


@dataclass(frozen=True, slots=True)
class StatusCount:
    """Hosts of one status."""

    status: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class BuildCount:
    """Servers of one build. `supported` is None where that is not known; `support` says more."""

    build: str
    product: str
    cu: str
    su: str
    name: str
    released: str
    count: int
    vulnerable: bool | None
    supported: bool | None
    support: str


@dataclass(frozen=True, slots=True)
class CauseCount:
    """Servers whose state stays open for one cause, and what would settle it."""

    why: str
    settles: str
    count: int


@dataclass(frozen=True, slots=True)
class FlagCount:
    """Hosts with one flag."""

    flag: str
    meaning: str
    count: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Servers of a network, provider, sector or country."""

    place: str
    servers: int
    states: States


@dataclass(frozen=True, slots=True)
class HostRow:
    """One server. `vulnerable` are the CVEs to which it is."""

    address: str
    port: int
    name: str
    server: str
    build: str
    product: str
    status: str
    vulnerable: tuple[str, ...]
    flags: tuple[str, ...]
    reason: str
    target: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What became of one host. `cves` are those by which it changed.

    `address_before` is '' unless it moved, `vulnerable_before` to what it was when last seen.
    """

    kind: str
    host: HostRow
    build_before: str
    product_before: str
    address_before: str
    cves: tuple[str, ...]
    vulnerable_before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeList:
    """Hosts of one kind of change: how many, and the first of them."""

    kind: str
    count: int
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run. `audit` is the last hash of its log, `audit_fault` what is wrong with that.

    `results` counts lines, `hosts` what they are of, `lost` lines that could not be read.
    `finished` is '' where the run is not, or nobody says.
    """

    name: str
    path: str
    is_list: bool
    began: str
    finished: str
    first: str
    last: str
    owner: str
    authorisation: str
    scope: str
    targets: str
    version: str
    audit: str
    audit_lines: int
    audit_fault: str
    results: int
    hosts: int
    requests: int
    lost: int
    losses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run in the trend; `changes` counts hosts per kind, of this run against those before."""

    run: RunFacts
    asked: int
    exchange: int
    any_vulnerable: int
    states: States
    shielded: int
    silent: int
    changes: dict[str, int]
    fates: dict[str, int]
    moved: int
    newly_compromised: int


@dataclass(frozen=True, slots=True)
class FileNames:
    """What stands beside each other: the page, these data, and two tables."""

    html: str = "report.html"
    json: str = "report.json"
    changes: str = "report-changes.csv"
    vulnerable: str = "report-vulnerable.csv"


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """All of it. `chief` is what headline, networks and trend are about; `made` is a day."""

    headline: str
    change: str
    chief: str
    chief_name: str
    grave: bool
    trend: tuple[TrendPoint, ...]
    statuses: tuple[StatusCount, ...]
    cves: tuple[CveCount, ...]
    builds: tuple[BuildCount, ...]
    builds_total: int
    causes: tuple[CauseCount, ...]
    flags: tuple[FlagCount, ...]
    tls: tuple[StatusCount, ...]
    networks: tuple[PlaceCount, ...]
    networks_total: int
    providers: tuple[PlaceCount, ...]
    sectors: tuple[PlaceCount, ...]
    countries: tuple[PlaceCount, ...]
    vulnerable: tuple[HostRow, ...]
    vulnerable_total: int
    compromised: tuple[HostRow, ...]
    compromised_total: int
    changes: tuple[ChangeList, ...]
    schema: str = SCHEMA
    version: str = ""
    made: str = ""
    files: FileNames = FileNames()

    @property
    def newest(self) -> TrendPoint:
        """The run that the report is of."""
        return self.trend[-1]
