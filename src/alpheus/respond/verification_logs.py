"""Whether the logs that a verdict needs go on beyond a clean-up, without a hole.

Needed is each source that decided the verdict before; where none did, each log of requests, of
which there must be one. A source counts from the clean-up on: it begins less than 24 hours after
it, ends after it, and if it is one that writes every hour, no 24 hours of it are silent. One that
writes only when something happens may be silent since, where another of its kind goes on.
A protocol of HttpProxy that was never silent for a day before must not be since.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from alpheus.judge.coverage import GAP, STEADY
from alpheus.judge.record import FILE_TIME_SOURCES
from alpheus.knowledge.pack_file import read_pack_file
from alpheus.knowledge.packs import FOLDER, pack_ids
from alpheus.report.assessment_file import Coverage, Server, Span

_LONG = timedelta(days=3)
"""How long a part must have been seen for its silence to mean something."""

_NO_LOG = "no log of requests goes on beyond the clean-up; bring those of IIS or HttpProxy"


def end_of(server: Server) -> str:
    """The last record of all logs: what came later was not seen. '' where nothing is known.

    Times of files are none: copying evidence leaves later ones.
    """
    return max(
        (one.last for one in server.coverage if one.last and one.source not in FILE_TIME_SOURCES),
        default="",
    )


def unseen_logs(before: Server, after: Server, since: str) -> Iterator[str]:
    """What is missing of logs, in sentences."""
    reached = {one.source: one for one in after.coverage}
    needed = _needed(before)
    if not needed and not any(
        not list(_wrong(one, since)) for one in after.coverage if one.source.startswith(STEADY)
    ):
        yield _NO_LOG
    for source in needed:
        found = reached.get(source)
        if not _is_excused(source, reached, since):
            yield from (f"{source}: {one}" for one in _wrong(found, since))
    for one in before.coverage:
        if (found := reached.get(one.source)) is not None and found.last and found.last > since:
            yield from (f"{one.source}: {told}" for told in _unseen_parts(one, found, since))


def _unseen_parts(before: Coverage, found: Coverage, since: str) -> Iterator[str]:
    """Parts that were never silent before, such as `ecp` of HttpProxy, and are since."""
    if not _is_later(before.last or "", before.first or "", _LONG):
        return
    for name in sorted(name for name, silent in before.parts.items() if not silent):
        if name not in found.parts:
            yield f"{name}: none of it was collected, and it wrote every day before"
            continue
        for gap in found.parts[name]:
            if not _is_told(gap, found.silent) and _is_later(
                gap.end or "", max(gap.start or "", since)
            ):
                yield f"{name}: no row from {gap.start} to {gap.end}; bring the log of that time"


def seen_until(before: Server, after: Server, since: str) -> str:
    """Up to when all needed logs were seen, '' where one was not."""
    reached = {one.source: one for one in after.coverage}
    needed = [one for one in _needed(before) if not _is_excused(one, reached, since)]
    if not needed:
        needed = [one.source for one in after.coverage if one.source.startswith(STEADY)]
    return min(((reached[one].last or "") if one in reached else "" for one in needed), default="")


def _needed(before: Server) -> list[str]:
    deciding = [one.source for one in before.coverage if one.deciding]
    return deciding or [one.source for one in before.coverage if one.source.startswith(STEADY)]


def _wrong(found: Coverage | None, since: str) -> Iterator[str]:
    if found is None or not found.last:
        yield "none of it was collected"
        return
    if found.last <= since:
        yield f"it ends {found.last}, before the clean-up was done"
        return
    if found.first and _is_later(found.first, since):
        yield f"it begins {found.first}, after the clean-up was done; bring what lies between"
    for gap in found.silent:
        if _is_later(gap.end or "", max(gap.start or "", since)):
            yield f"no row from {gap.start} to {gap.end}; bring the log of that time"


def _is_told(gap: Span, silent: tuple[Span, ...]) -> bool:
    """Whether all of the source was silent then, which is told of itself."""
    return any((one.start or "") <= (gap.start or "") and (gap.end or "") <= (one.end or "")
               for one in silent)  # fmt: skip


def _is_later(time: str, since: str, least: timedelta = GAP) -> bool:
    """Whether a time is a day or more after another; less without a row is no gap."""
    try:
        return datetime.fromisoformat(time) - datetime.fromisoformat(since) >= least
    except (ValueError, TypeError):
        return bool(since) and time > since


def _is_excused(source: str, reached: dict[str, Coverage], since: str) -> bool:
    """Whether another that decides the same covers for one that writes only now and then."""
    if source.startswith(STEADY):
        return False
    found = reached.get(source)
    if found is None or not list(_wrong(found, since)):
        return False
    others = {one for group in _groups() if source in group for one in group} - {source}
    return any(one in reached and not list(_wrong(reached[one], since)) for one in others)


@lru_cache(maxsize=1)
def _groups() -> tuple[tuple[str, ...], ...]:
    packs = (read_pack_file(FOLDER / one / "pack.yaml") for one in pack_ids())
    return tuple(tuple(group.any_of) for pack in packs for group in pack.deciding)
