"""What every format says about a server, worked out once. No format, no escaping, no colour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from alpheus.model import (
    Assessment,
    Campaign,
    Citation,
    Coverage,
    Finding,
    PatchState,
    ServerAssessment,
    Stage,
    TimeBasis,
    Verdict,
    Weight,
)

VERDICT_WORDS = {
    Verdict.COMPROMISED: "Compromised",
    Verdict.SUSPICIOUS: "Suspicious",
    Verdict.ATTEMPTED: "Attempted",
    Verdict.NOT_DETERMINABLE: "Not determinable",
    Verdict.NO_EVIDENCE: "No evidence",
}

VERDICT_MEANINGS = {
    Verdict.COMPROMISED: "An attacker placed, ran or read something here; it is proven.",
    Verdict.SUSPICIOUS: "Something here needs a person to look at it.",
    Verdict.ATTEMPTED: "Exploitation was tried; no try is known to have succeeded.",
    Verdict.NOT_DETERMINABLE: "The evidence does not reach far enough to say.",
    Verdict.NO_EVIDENCE: "Nothing was found, and the deciding sources cover the window.",
}

STAGE_WORDS = {
    Stage.NONE: "nothing",
    Stage.PROBED: "looked at from outside",
    Stage.ATTEMPTED: "exploitation tried",
    Stage.EXPLOITED: "exploitation succeeded",
    Stage.IMPLANTED: "backdoor placed",
    Stage.OPERATED: "backdoor used",
    Stage.SPREAD: "data or other systems reached",
}

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_BARE_SECONDS = 1000


def time_text(time: datetime | None, absent: str = "") -> str:
    """Return a time as people read it, `2021-03-03 06:59:20`, to the second; the zone is UTC."""
    return absent if time is None else time.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")


def iso(time: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC with `Z`; fractions of a second only where known."""
    if time is None:
        return None
    digits = "seconds"
    if time.microsecond:
        digits = "milliseconds" if time.microsecond % _BARE_SECONDS == 0 else "microseconds"
    return time.replace(tzinfo=None).isoformat(timespec=digits) + "Z"


def ranked(servers: Iterable[ServerAssessment]) -> list[ServerAssessment]:
    """Return servers in the order in which a responder sees to them."""
    return sorted(
        servers,
        key=lambda one: (-one.verdict.rank, -one.stage.rank, -one.confidence.rank, one.name),
    )


def since(server: ServerAssessment) -> datetime | None:
    """Return when it began: the first finding worth something at the gravest kind of stage seen."""
    for floor in (Stage.EXPLOITED, Stage.ATTEMPTED):
        times = [
            finding.time
            for finding in server.findings
            if finding.time is not None
            and finding.stage.rank >= floor.rank
            and finding.weight is not Weight.CONTEXT
        ]
        if times:
            return min(times)
    return None


def chronological(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of time; those without a time last."""
    return sorted(
        findings,
        key=lambda one: (
            one.time is None,
            one.time or _EARLIEST,
            one.stage.rank,
            one.rule,
        ),
    )


def gravest(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of what they are worth: weight, stage, then time."""
    return sorted(chronological(findings), key=lambda one: (-one.weight.rank, -one.stage.rank))


def citations_total(finding: Finding) -> int:
    """Return how many records prove a finding, cited or not."""
    return max(finding.citations_total, len(finding.citations))


def place(citation: Citation) -> str:
    """Return where a record stands, in words: `line 12`, `byte 4096`, `record 77`, or nothing."""
    if citation.line is not None:
        return f"line {citation.line}"
    if citation.offset is not None:
        return f"byte {citation.offset}"
    if citation.record_id is not None:
        return f"record {citation.record_id}"
    return ""


def address(citation: Citation) -> str:
    """Return where a record stands in the short form: `path:12`, `path@4096`, `path#77`."""
    if citation.line is not None:
        return f"{citation.path}:{citation.line}"
    if citation.offset is not None:
        return f"{citation.path}@{citation.offset}"
    if citation.record_id is not None:
        return f"{citation.path}#{citation.record_id}"
    return citation.path


def windows(server: ServerAssessment) -> list[Campaign]:
    """Return the campaigns that were assessed and have a whole window."""
    return [
        one
        for one in server.campaigns
        if one.assessed
        and one.window_from is not None
        and one.window_to is not None
        and one.window_from <= one.window_to
    ]


def looked_at(server: ServerAssessment) -> str:
    """Return in a sentence what was read and from when to when: no 'nothing found' without it."""
    read = [one for one in server.coverage if one.rows]
    if not read:
        return "No log with a readable row was handed in for this server."
    parts = [
        f"{one.source} {span_text(one.first, one.last)}"
        if one.first and one.last
        else f"{one.source} without a time"
        for one in read
    ]
    return "Looked at: " + "; ".join(parts) + "."


def unseen(server: ServerAssessment) -> list[str]:
    """Return what could not be seen on this server, the most important first."""
    lines = [
        f"{one.pack}: {one.why}"
        for one in server.campaigns
        if one.assessed and one.verdict is Verdict.NOT_DETERMINABLE
    ]
    if not any(one.deciding for one in server.coverage):
        lines.append("None of the logs that decide a campaign was handed in for this server.")
    for one in sorted(server.coverage, key=lambda one: not one.deciding):
        lines.extend(_blind_spots(one))
    lines.extend(
        f"{cve}: the patch state could not be determined. {state.why}".strip()
        for cve, state in server.cves.items()
        if state.state is PatchState.UNDETERMINED
    )
    lines.extend(
        f"{one.pack} was not assessed: {one.why}" for one in server.campaigns if not one.assessed
    )
    return lines


def _blind_spots(coverage: Coverage) -> list[str]:
    """Return what one source does not show."""
    lines = []
    name = f"{coverage.source} (deciding)" if coverage.deciding else coverage.source
    if not coverage.rows:
        lines.append(f"{name}: not one row could be read.")
    elif coverage.deciding and not coverage.covers_window:
        reach = "its rows have no time"
        if coverage.first and coverage.last:
            reach = f"it runs {span_text(coverage.first, coverage.last)}"
        lines.append(f"{name} does not cover the window; {reach}.")
    lines.extend(
        f"{name}: not one row for {duration(gap.end - gap.start)}, {span_text(gap.start, gap.end)}."
        for gap in coverage.gaps
    )
    if coverage.skipped:
        rows = "1 row" if coverage.skipped == 1 else f"{coverage.skipped} rows"
        lines.append(f"{name}: {rows} could not be parsed; only the raw text was searched.")
    if coverage.rows and coverage.time_basis is TimeBasis.UNKNOWN:
        lines.append(f"{name}: its times may be local; they decide nothing without a time zone.")
    return lines


def span_text(start: datetime, end: datetime) -> str:
    """Return a span as people read it, to the minute."""
    return f"{time_text(start)[:16]} to {time_text(end)[:16]}"


def duration(span: timedelta) -> str:
    """Return a length of time in its two largest units: `2 d 4 h`, `3 h 20 min`, `12 s`."""
    seconds = max(int(span.total_seconds()), 0)
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2]) or "0 s"


def size_text(size: int) -> str:
    """Return a number of bytes in its largest binary unit: `1.9 GiB`."""
    amount = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if amount < 1024 or unit == "TiB":
            return f"{size} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{size} bytes"


def losses_total(assessment: Assessment) -> int:
    """Return how many records or files could not be read in all packages."""
    return sum(loss.count for loss in assessment.skipped)
