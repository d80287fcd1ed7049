"""An assessment as it is read back (`alpheus.assessment/1`, JSON of `alpheus triage`).

Times are as they are written, ISO 8601 in UTC; `moment` reads one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from alpheus import model
from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError
from alpheus.model import Confidence, PatchState, Stage, Verdict, Weight

SCHEMA = "alpheus.assessment/1"
_CONDEMNED = (
    ".aspx", ".ashx", ".asmx", ".asax", ".ascx", ".asp", ".cer", ".asa", ".cshtml", ".svc", ".soap",
    ".php", ".jsp", ".compiled", ".dll", ".config",
)  # fmt: skip
"""Ends of names of files that are a finding by themselves."""

FILE = "assessment.json"


class Citation(msgspec.Struct, frozen=True):
    """Where a record stands; see `model.Citation`."""

    evidence: str
    path: str
    line: int | None = None
    offset: int | None = None
    record_id: int | None = None
    text: str = ""
    sha256: str | None = None
    structure: str = ""


class Finding(msgspec.Struct, frozen=True):
    """See `model.Finding`."""

    rule: str
    pack: str
    title: str
    stage: Stage
    weight: Weight
    confidence: Confidence
    time: str | None
    techniques: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    citations_total: int = 0
    last: str | None = None
    detail: str = ""
    more_files: tuple[Citation, ...] = ()
    cves: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    tlp: str = ""

    def whole(self) -> Finding:
        """With all files that it condemns among its citations."""
        if not self.more_files:
            return self
        every = (*self.citations, *self.more_files)
        return msgspec.structs.replace(self, citations=every, more_files=())

    @property
    def unnamed(self) -> int:
        """Files that it counts and does not name."""
        files = bool(self.citations) and all(
            one.sha256 and one.path.lower().endswith(_CONDEMNED) for one in self.citations
        )
        return max(0, self.citations_total - len(self.citations)) if files else 0


class Span(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """A gap, or the window of a campaign; times as they are written, None where none is."""

    start: str | None
    end: str | None


class Coverage(msgspec.Struct, frozen=True):
    """See `model.Coverage`."""

    source: str
    files: int = 0
    last: str | None = None
    deciding: bool = False
    first: str | None = None
    covers_window: bool = False
    gaps: tuple[Span, ...] = ()
    silent: tuple[Span, ...] = ()
    rows: int = 0
    time_basis: str = "utc"
    parts: dict[str, tuple[Span, ...]] = {}


class Campaign(msgspec.Struct, frozen=True):
    """See `model.Campaign`."""

    pack: str
    window: Span | None = None
    assessed: bool = False
    verdict: Verdict = Verdict.NOT_DETERMINABLE
    stage: Stage = Stage.NONE


class CveState(msgspec.Struct, frozen=True):
    """See `model.CveState`."""

    state: PatchState
    why: str = ""


class Page(msgspec.Struct, frozen=True):
    """See `model.SeenPage`."""

    path: str
    sha256: str
    evidence: str = ""


class Code(msgspec.Struct, frozen=True):
    """See `model.UnlistedCode`."""

    total: int = 0
    files: tuple[Page, ...] = ()


class Pages(msgspec.Struct, frozen=True):
    """See `model.UnlistedPages`; `code` is None where an older program said nothing of it."""

    read: int = 0
    total: int = 0
    files: tuple[Page, ...] = ()
    code: Code | None = None


class Build(msgspec.Struct, frozen=True):
    """See `model.Build`."""

    value: str = ""
    precision: int = 0


class Server(msgspec.Struct, frozen=True):
    """See `model.ServerAssessment`."""

    name: str
    product: str
    verdict: Verdict
    stage: Stage
    headline: str
    findings: tuple[Finding, ...]
    cves: dict[str, CveState] = {}
    coverage: tuple[Coverage, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    aliases: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    build: Build | None = None
    pages: Pages | None = None
    addresses: tuple[str, ...] = ()


class Loss(msgspec.Struct, frozen=True):
    """See `model.Skipped`."""

    path: str
    reason: str
    evidence: str = ""
    offset: int | None = None


class Package(msgspec.Struct, frozen=True):
    """See `model.Evidence`."""

    name: str
    id: str = ""
    sha256: str | None = None
    bytes: int = 0


class Pack(msgspec.Struct, frozen=True):
    """See `model.PackVersion`."""

    id: str
    version: str


class Asked(msgspec.Struct, frozen=True):
    """See `model.Asked`."""

    packs: tuple[str, ...] | None = None
    timezone: str = ""
    since: str | None = None
    until: str | None = None


class Run(msgspec.Struct, frozen=True):
    """See `model.Run`."""

    finished: str
    version: str
    packs: tuple[Pack, ...] = ()
    knowledge: str = ""
    asked: Asked = Asked()


class Assessment(msgspec.Struct, frozen=True):
    """See `model.Assessment`. `digest` is the SHA-256 of the file that was read."""

    schema: str
    run: Run
    servers: tuple[Server, ...]
    digest: str = ""
    evidence: tuple[Package, ...] = ()
    skipped: tuple[Loss, ...] = ()

    def server(self, name: str = "") -> Server:
        """The server of this name, in any case; the only one for ''. Raises EvidenceFormatError."""
        found = [one for one in self.servers if not name or one.name.upper() == name.upper()]
        if len(found) == 1:
            return found[0]
        every = ", ".join(one.name for one in self.servers) or "none"
        message = f"it is of these servers: {every}; name one of them by --server NAME"
        raise EvidenceFormatError(message)


def of_model(found: model.Assessment) -> Assessment:
    """The same of a triage that has just been done."""
    servers = tuple(
        Server(
            one.name, one.product, one.verdict, one.stage, one.headline,
            tuple(_finding(finding) for finding in one.findings),
            {cve: CveState(state.state, state.why) for cve, state in one.cves.items()},
            tuple(_coverage(coverage) for coverage in one.coverage),
            tuple(_campaign(campaign) for campaign in one.campaigns),
            one.aliases, one.packages,
            Build(one.build.value, one.build.precision) if one.build else None, _pages(one.pages),
            one.addresses,
        )
        for one in found.servers
    )  # fmt: skip
    packs = tuple(Pack(pack.id, pack.version) for pack in found.run.packs)
    run = Run(_iso(found.run.finished) or "", found.run.version, packs)
    return Assessment(
        SCHEMA, run, servers, evidence=tuple(Package(one.name, one.id) for one in found.evidence),
        skipped=tuple(
            Loss(one.path, one.reason, one.evidence, one.offset) for one in found.skipped
        ),
    )  # fmt: skip


def moment(text: str | None) -> datetime | None:
    """A time as it is written, in UTC; None for none. Raises EvidenceFormatError."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise EvidenceFormatError(f"{text[:40]!r} is no time of an assessment") from error


def _pages(found: model.UnlistedPages | None) -> Pages | None:
    if found is None:
        return None
    code = Code(found.code.total, _seen(found.code.files)) if found.code is not None else None
    return Pages(found.read, found.total, _seen(found.files), code)


def _seen(files: Iterable[model.SeenPage]) -> tuple[Page, ...]:
    return tuple(Page(one.path, one.sha256, one.evidence) for one in files)


def _coverage(found: model.Coverage) -> Coverage:
    return Coverage(
        found.source, found.files, _iso(found.last), found.deciding, _iso(found.first),
        found.covers_window, _spans(found.gaps), _spans(found.silent), found.rows,
        found.time_basis.value, {name: _spans(gaps) for name, gaps in found.parts.items()},
    )  # fmt: skip


def _spans(gaps: tuple[model.Gap, ...]) -> tuple[Span, ...]:
    return tuple(Span(_iso(gap.start), _iso(gap.end)) for gap in gaps)


def _campaign(found: model.Campaign) -> Campaign:
    window = Span(_iso(found.window_from), _iso(found.window_to))
    known = window if window.start or window.end else None
    return Campaign(found.pack, known, found.assessed, found.verdict, found.stage)


def _finding(found: model.Finding) -> Finding:
    citations = tuple(
        Citation(c.evidence, c.path, c.line, c.offset, c.record_id, c.text, c.sha256, c.structure)
        for c in (*found.citations, *found.more_files)
    )
    return Finding(
        found.rule, found.pack, found.title, found.stage, found.weight, found.confidence,
        _iso(found.time), found.techniques, citations, found.citations_total, _iso(found.last),
        found.detail, (), found.cves, found.clients, found.tlp,
    )  # fmt: skip


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_assessment(path: Path) -> Assessment:
    """An assessment from its JSON file, or from the folder of a report.

    Raises EvidenceNotFoundError, EvidenceFormatError.
    """
    file = path / FILE if path.is_dir() else path
    try:
        content = file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {(error.strerror or str(error)).lower()}"
        raise EvidenceNotFoundError(message) from error
    try:
        found = msgspec.json.decode(content, type=Assessment)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"{file} is no assessment of `alpheus triage --format json`: {error}"
        raise EvidenceFormatError(message) from error
    if found.schema != SCHEMA:
        message = f"{file}: its schema is {found.schema!r}; this program knows {SCHEMA!r}"
        raise EvidenceFormatError(message)
    servers = tuple(
        msgspec.structs.replace(one, findings=tuple(each.whole() for each in one.findings))
        for one in found.servers
    )
    return msgspec.structs.replace(found, digest=sha256(content).hexdigest(), servers=servers)
