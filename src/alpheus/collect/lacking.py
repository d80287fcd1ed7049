"""What of the table an assessment lacks: not there, too late, too early, with gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from alpheus.errors import EvidenceFormatError
from alpheus.knowledge.collection import Entry
from alpheus.report.assessment_file import Coverage, Server

_TOLERANCE = timedelta(hours=24)
"""As in the judge: a source that begins or ends less than this beside the window covers it."""

_UNCOVERED = frozenset({"server-page", "file-version"})
"""Sources that coverage has no row of."""

_NO_NAMES = frozenset({"microsoft", "server", "unknown"})
"""Words of a product that are the name of none in the table."""

NONE = "none in the evidence"


def products_of(server: Server) -> frozenset[str]:
    """What of the table is asked of this server."""
    words = {word for word in server.product.lower().split() if word.isalpha()}
    return frozenset({"windows", "iis", *(words - _NO_NAMES)})


def lacks(entry: Entry, server: Server) -> str | None:
    """What is missing of an entry, as a remark; '' if nothing is, None if nothing tells.

    Raises EvidenceFormatError for a time that is none.
    """
    several = entry.source.endswith("*")  # how many sites there are is not known
    if several or not entry.source or entry.source in _UNCOVERED or not entry.triage:
        return None
    rows = [one for one in server.coverage if entry.fills(one.source) and one.files]
    if not rows:
        return NONE
    if not entry.log or any(one.covers_window for one in rows):
        return ""
    return "; ".join(dict.fromkeys(_short(rows, server)))


def _short(rows: Sequence[Coverage], server: Server) -> list[str]:
    found: list[str] = []
    window = _window(server)
    if window is None:
        return found
    start, end = window
    first = min((_time(one.first) for one in rows if one.first), default=None)
    last = max((_time(one.last) for one in rows if one.last), default=None)
    if first is None or last is None:
        return ["without a time that is known"]
    if first - start >= _TOLERANCE:
        found.append(f"begins only on {first:%Y-%m-%d %H:%M}, the window on {start:%Y-%m-%d}")
    if end - last >= _TOLERANCE:
        found.append(f"ends already on {last:%Y-%m-%d %H:%M}, the window on {end:%Y-%m-%d}")
    for gap in (gap for one in rows for gap in one.gaps):
        if gap.start and gap.end:
            span = f"{_time(gap.start):%Y-%m-%d %H:%M} to {_time(gap.end):%Y-%m-%d %H:%M}"
            found.append(f"no row from {span}")
    return found


def _window(server: Server) -> tuple[datetime, datetime] | None:
    """The window of the first campaign that was in question, as coverage was reckoned by it."""
    campaigns = sorted(server.campaigns, key=lambda one: not one.assessed)
    for one in campaigns:
        if one.window is not None and one.window.start and one.window.end:
            return _time(one.window.start), _time(one.window.end)
    return None


def _time(text: str) -> datetime:
    """A time of an assessment; raises EvidenceFormatError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"the assessment has a time that is none: {text[:40]!r}; triage the server again"
        raise EvidenceFormatError(message) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
