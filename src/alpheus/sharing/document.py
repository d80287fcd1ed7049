"""An assessment as it is handed on (`alpheus.assessment/1`, JSON of `alpheus triage`)."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError
from alpheus.model import Confidence, PatchState, Stage, Verdict, Weight

SCHEMA = "alpheus.assessment/1"
FILE = "assessment.json"


class Citation(msgspec.Struct, frozen=True):
    """See `model.Citation`."""

    evidence: str
    path: str
    line: int | None = None
    offset: int | None = None
    record_id: int | None = None
    text: str = ""
    sha256: str | None = None


class Finding(msgspec.Struct, frozen=True):
    """See `model.Finding`."""

    rule: str
    pack: str
    title: str
    stage: Stage
    weight: Weight
    confidence: Confidence
    time: datetime | None
    last: datetime | None = None
    cves: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    citations_total: int = 0
    clients: tuple[str, ...] = ()
    tlp: str = ""


class CveState(msgspec.Struct, frozen=True):
    """See `model.CveState`."""

    state: PatchState
    why: str = ""


class Campaign(msgspec.Struct, frozen=True):
    """See `model.Campaign`."""

    pack: str
    verdict: Verdict
    stage: Stage


class Server(msgspec.Struct, frozen=True):
    """See `model.ServerAssessment`."""

    name: str
    verdict: Verdict
    stage: Stage
    confidence: Confidence
    headline: str
    product: str | None = None
    aliases: tuple[str, ...] = ()
    cves: dict[str, CveState] = {}
    campaigns: tuple[Campaign, ...] = ()
    findings: tuple[Finding, ...] = ()


class Run(msgspec.Struct, frozen=True):
    """See `model.Run`."""

    finished: datetime
    version: str = ""


class Assessment(msgspec.Struct, frozen=True):
    """See `model.Assessment`. `digest` is the SHA-256 (hex) of the file."""

    schema: str
    run: Run
    servers: tuple[Server, ...]
    digest: str = ""


def read_assessment(path: Path) -> Assessment:
    """The assessment in a file, or in the folder of a report.

    Raises EvidenceNotFoundError and EvidenceFormatError.
    """
    place = path / FILE if path.is_dir() else path
    try:
        content = place.read_bytes()
        found = msgspec.json.decode(content, type=Assessment)
    except FileNotFoundError as error:
        message = f"{place}: no such file; name the JSON of alpheus triage, or its report's folder"
        raise EvidenceNotFoundError(message) from error
    except (OSError, ValueError) as error:
        raise EvidenceFormatError(f"{place}: no assessment of alpheus triage: {error}") from error
    if found.schema != SCHEMA:
        message = f"{place}: of the form {found.schema[:60]!r}, not {SCHEMA}"
        raise EvidenceFormatError(message)
    return msgspec.structs.replace(found, digest=sha256(content).hexdigest())


def stamp(time: datetime) -> str:
    """A time as ISO 8601 in UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
