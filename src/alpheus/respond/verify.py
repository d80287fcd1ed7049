"""New evidence triaged, and compared with what was found before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from alpheus.errors import EvidenceNotFoundError
from alpheus.job import TriageOptions, TriageResult
from alpheus.model import Weight
from alpheus.report.assessment_file import Assessment, Server, of_model, read_assessment
from alpheus.respond.verification import Verification, compare
from alpheus.respond.verification_copies import copies_in
from alpheus.respond.verification_evidence import file_of
from alpheus.respond.verification_listing import Listing, folder_of, listings_of, place_of
from alpheus.respond.verification_logs import end_of
from alpheus.respond.verification_looked import Looked
from alpheus.respond.verification_losses import missing
from alpheus.respond.verification_server import (
    ALSO,
    BY_WORD,
    Renamed,
    folded_names,
    same_server,
)
from alpheus.triage import triage

_AS_EVER = TriageOptions()
_EMPTY = sha256(b"").hexdigest()


def verify(
    assessment: Path,
    name: str,
    evidence: Sequence[Path],
    since: datetime | None,
    heard: Callable[[TriageResult], None] | None = None,
    *,
    same: bool = False,
    complete: Sequence[str] = (),
    own: Collection[str] = (),
    renamed: Renamed | None = None,
    how: TriageOptions = _AS_EVER,
) -> tuple[Verification | None, tuple[str, ...]]:
    """Compare, and say what could not be opened; None where nothing could.

    `name` is the server, '' where there is only one; `since` is when it was cleaned, else the last
    record of the old evidence. `heard` is told what the triage found. `same`: the caller knows that
    evidence which names no computer is of this server. `complete` are folders of the server, such
    as `C:/inetpub/wwwroot`, all of which the caller says was collected, and `own` are hashes of
    pages that are right by the caller's word; so is that the server was `renamed`. `how` is what
    the triage is told. Raises EvidenceError, also where a package is not there, or the evidence is
    of another server.
    """
    old = read_assessment(assessment)
    before = old.server(name)
    if renamed is not None:
        renamed.check(before)
    for one in evidence:
        if not one.exists():
            message = f"{one} is not there; nothing was compared"
            raise EvidenceNotFoundError(message)
    result = triage(evidence, replace(how, remember=True, listing=True))
    if heard is not None:
        heard(result)
    unopened = tuple(f"{one.path}: {one.error}" for one in result.unopened)
    if not result.assessment.servers:
        return None, unopened
    when = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if since else end_of(before)
    new = of_model(result.assessment)
    found = compared(
        old, before, new, since=when, unopened=unopened, same=same, complete=complete, own=own,
        renamed=renamed,
        listings=listings_of(
            evidence, options=how.opening, servers=every_name(new),
            copies=copies_in(result.manifests, found_files(before)),
        ),
    )  # fmt: skip
    return found, unopened


def compared(
    old: Assessment, before: Server, new: Assessment, *, since: str, listings: Sequence[Listing],
    unopened: Sequence[str] = (), same: bool = False, complete: Sequence[str] = (),
    own: Collection[str] = (), renamed: Renamed | None = None,
) -> Verification:  # fmt: skip
    """The comparison of a server with an assessment of new evidence; see `compare`.

    Folders count in packages in which a record names the server; in others if `same` says that
    they are of it too. Raises EvidenceFormatError where the new evidence is of another server.
    """
    found = same_server(old, before, new, renamed)
    if found.others:
        listings = [one for one in listings if one.owner in {"", *found.names}]
    by_word = found.by_word or any(one.evidence not in found.packages for one in listings)
    told = [] if same or not by_word else [BY_WORD.format(server=before.name)]
    told += _unused_packs(old, before, new)
    if found.others and any(not one.owner and _is_of_volume(one) for one in listings):
        told.append(ALSO.format(others=", ".join(found.others), server=before.name))
    looked = Looked((one for one in listings if same or one.evidence in found.packages), since,
                    [folder_of(place_of(f"{one}/x")) for one in complete])  # fmt: skip
    return compare(
        before, found.after, since=since, looked=looked, assessment=old.digest,
        missing=(*told, *missing(new, unopened)), by_word=by_word, own=own,
        renamed=str(renamed or ""),
    )  # fmt: skip


def every_name(new: Assessment) -> frozenset[str]:
    """All names of all servers that evidence is of."""
    return folded_names(*(name for one in new.servers for name in (one.name, *one.aliases)))


def _is_of_volume(listing: Listing) -> bool:
    """Whether folders of a server are in what lies in no folder of a server's name."""
    return any(":" in folder for folder in (*listing.held, *listing.empty))


def _unused_packs(old: Assessment, before: Server, new: Assessment) -> list[str]:
    """Rules by which something was found, and that did not look again."""
    found = {one.pack for one in before.findings if one.weight is not Weight.CONTEXT}
    lacking = found & {one.id for one in old.run.packs} - {one.id for one in new.run.packs}
    return [f"pack {one}: something was found by it, and it was not used again; bring its rules"
            for one in sorted(lacking)]  # fmt: skip


def found_files(before: Server) -> frozenset[str]:
    """Hashes (SHA-256) of files that are findings, which must not lie under another name now."""
    return frozenset(
        citation.sha256
        for finding in before.findings
        if finding.weight is not Weight.CONTEXT
        for citation in finding.citations
        if citation.sha256 and citation.sha256 != _EMPTY and file_of(finding, citation)
    )
