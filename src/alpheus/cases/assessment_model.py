"""The nouns of assessments that are kept: those of `model`, as their JSON is read.

What a document does not have is as if nothing was found; what it has and is not foreseen is not
read.
"""

from __future__ import annotations

import re

import msgspec

from alpheus.model import Stage

FORM = 1
"""The form in which outlines are kept."""

_SECRET = re.compile(r"\[secret:[0-9a-f]{8}\]")


class Citation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record or a file that proves a finding; the fields are those of `model.Citation`."""

    evidence: str = ""
    path: str = ""
    line: int | None = None
    offset: int | None = None
    record_id: int | None = None
    text: str = ""
    sha256: str | None = None

    @property
    def place(self) -> tuple[str, str, str, int]:
        """Where it stands: evidence, path, and which kind of place with its number."""
        for name in ("line", "offset", "record_id"):
            number = getattr(self, name)
            if number is not None:
                return self.evidence, self.path, name, number
        return self.evidence, self.path, "", 0

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keyed hashes in it, each once."""
        return tuple(dict.fromkeys(_SECRET.findall(self.text)))


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding without its citations, of which `kept` are there and `citations_total` were."""

    rule: str = ""
    pack: str = ""
    title: str = ""
    stage: Stage = Stage.NONE
    weight: str = "context"
    confidence: str = "low"
    time: str | None = None
    cves: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    citations_total: int = 0
    kept: int = 0
    last: str | None = None


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record of the evidence at its time (milliseconds since 1970, UTC), once.

    `finding` is the gravest that cites it, as its `citation`-th; `others` cite it as well.
    """

    time: int
    finding: int
    citation: int
    others: tuple[int, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """A step of the story; `findings` are rule ids."""

    summary: str = ""
    stage: Stage = Stage.NONE
    time: str | None = None
    findings: tuple[str, ...] = ()


class Span(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """From when to when (ISO 8601 UTC)."""

    start: str | None = None
    end: str | None = None


class Coverage(msgspec.Struct, frozen=True):
    """What one source covers; the fields are those of `model.Coverage`.

    `days` is empty in assessments that were made before rows were counted by day; so is `silent`
    before silence outside a window was told.
    """

    source: str = ""
    files: int = 0
    rows: int = 0
    skipped: int = 0
    first: str | None = None
    last: str | None = None
    time_basis: str = "unknown"
    gaps: tuple[Span, ...] = ()
    deciding: bool = False
    covers_window: bool = False
    days: dict[str, int] = {}
    silent: tuple[Span, ...] = ()
    parts: dict[str, tuple[Span, ...]] = {}


class Campaign(msgspec.Struct, frozen=True):
    """The verdict of one pack."""

    pack: str = ""
    window: Span | None = None
    verdict: str = ""
    stage: str = ""
    assessed: bool = False
    why: str = ""


class NextStep(msgspec.Struct, frozen=True):
    """What to do, why; 1 is the most urgent."""

    priority: int = 0
    action: str = ""
    why: str = ""


class Witness(msgspec.Struct, frozen=True):
    """Who saw which build, from when to when."""

    source: str = ""
    build: str = ""
    first: str | None = None
    last: str | None = None


class BuildSeen(msgspec.Struct, frozen=True):
    """The newest build and its witnesses."""

    value: str = ""
    precision: int = 0
    witnesses: tuple[Witness, ...] = ()


class CveSaid(msgspec.Struct, frozen=True):
    """The state of a flaw, and why."""

    state: str = ""
    why: str = ""


class Stored(msgspec.Struct, frozen=True):
    """Where in a store a package lies, and which version was read."""

    address: str = ""
    etag: str = ""


class Package(msgspec.Struct, frozen=True):
    """A package of evidence.

    `sha256` is none where a folder was handed in, or not all of what lies in a store was read.
    """

    id: str = ""
    name: str = ""
    sha256: str | None = None
    bytes: int = 0
    store: Stored | None = None


class Loss(msgspec.Struct, frozen=True):
    """What could not be read."""

    evidence: str = ""
    path: str = ""
    offset: int | None = None
    reason: str = ""
    count: int = 1


class Pack(msgspec.Struct, frozen=True):
    """Which knowledge was used."""

    id: str = ""
    version: str = ""


class Run(msgspec.Struct, frozen=True):
    """How the assessment was made."""

    started: str = ""
    finished: str = ""
    version: str = ""
    packs: tuple[Pack, ...] = ()
    bytes_read: int = 0
    files_read: int = 0


class Page(msgspec.Struct, frozen=True):
    """A server page that no list of the product's files has."""

    evidence: str = ""
    path: str = ""
    sha256: str = ""


class Code(msgspec.Struct, frozen=True):
    """What web sites load beside pages."""

    total: int = 0
    files: tuple[Page, ...] = ()


class Pages(msgspec.Struct, frozen=True):
    """How many pages were read, and which of them are such; None before these were told."""

    read: int = 0
    total: int = 0
    files: tuple[Page, ...] = ()
    code: Code | None = None


class Outline(msgspec.Struct, frozen=True):
    """An assessment of a server without what it quotes.

    `records` are the dated records of all findings in the order of time; `undated` is how many
    have no time, and `left_out` how many findings were too many to be kept. `frames` is how long
    each frame of citations is, and `more` that of the files that a finding condemns beyond these,
    0 for none; they come last.
    """

    name: str = ""
    aliases: tuple[str, ...] = ()
    product: str = ""
    build: BuildSeen | None = None
    cves: dict[str, CveSaid] = {}
    verdict: str = ""
    stage: str = ""
    confidence: str = ""
    headline: str = ""
    campaigns: tuple[Campaign, ...] = ()
    findings: tuple[Finding, ...] = ()
    story: tuple[Step, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    evidence: tuple[Package, ...] = ()
    skipped: tuple[Loss, ...] = ()
    skipped_total: int = 0
    run: Run = Run()
    records: tuple[Record, ...] = ()
    undated: int = 0
    left_out: int = 0
    frames: tuple[int, ...] = ()
    form: int = FORM
    pages: Pages | None = None
    more: tuple[int, ...] = ()


class Head(msgspec.Struct):
    """What an assessment says of all its servers together."""

    run: Run = Run()
    evidence: tuple[Package, ...] = ()
    skipped: tuple[Loss, ...] = ()


class Found(msgspec.Struct):
    """A finding as `alpheus triage` writes it."""

    rule: str = ""
    pack: str = ""
    title: str = ""
    stage: Stage = Stage.NONE
    weight: str = "context"
    confidence: str = "low"
    time: str | None = None
    cves: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    citations: list[Citation] = []
    citations_total: int = 0
    last: str | None = None
    more_files: list[Citation] = []


class Whole(msgspec.Struct):
    """A server as `alpheus triage` writes it."""

    pages: Pages | None = None

    name: str = ""
    aliases: tuple[str, ...] = ()
    product: str = ""
    build: BuildSeen | None = None
    cves: dict[str, CveSaid] = {}
    verdict: str = ""
    stage: str = ""
    confidence: str = ""
    headline: str = ""
    campaigns: tuple[Campaign, ...] = ()
    findings: list[Found] = []
    story: tuple[Step, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
