"""What came back, applied to the notices that it is about: each report once, none by hearsay.

A report changes a notice only with the keyed token beside its reference, and only one that went
out. Whoever got a notice, and read its headers, holds its token and could forge a report about that
one: that sends it one rung up the ladder, and never stops it, since only the one-time code or a
person's word acknowledges.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from alpheus.errors import RefusedError
from alpheus.notify.bounces import Kind, Report
from alpheus.notify.mail_headers import one_line
from alpheus.notify.model import Event, EventKind, Notice, Status
from alpheus.notify.send import tokens_of
from alpheus.notify.service import Notices
from alpheus.notify.status import impossible
from alpheus.notify.tokens import Match, Tokens

_EVENTS = {
    Kind.FAILED: EventKind.BOUNCED,
    Kind.DELAYED: EventKind.DELAYED,
    Kind.DELIVERED: EventKind.DELIVERED,
    Kind.EXPANDED: EventKind.DELIVERED,
    Kind.READ: EventKind.DELIVERED,
    Kind.UNREAD: EventKind.DELIVERED,
    Kind.AUTOMATIC: EventKind.AUTOMATIC_ANSWER,
    Kind.ANSWERED: EventKind.ANSWERED,
}
_WORDS = {
    Kind.EXPANDED: "passed on to all on its list",
    Kind.READ: "opened",
    Kind.UNREAD: "thrown away without being opened",
}
_MARK = re.compile(r"\[report ([0-9a-f]{16})\]$")
"""At the end alone, where nothing that others wrote can stand."""

_MOST = 50
"""Reports taken down of one notice; more than that is a loop, or somebody's game."""

FOR_A_PERSON = frozenset({Kind.ANSWERED, Kind.COMPLAINT, Kind.UNREADABLE})
"""What a person should read, applied or not."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done with a report. `event` is None where it changed nothing, `why` says why.

    `by` is the proof that it belongs to `reference`; without one `reference` is hearsay, or ''.
    """

    report: Report
    reference: str = ""
    by: Match | None = None
    event: EventKind | None = None
    why: str = ""

    @property
    def for_a_person(self) -> bool:
        """Whether somebody should read it."""
        return self.report.kind in FOR_A_PERSON


@dataclass
class Tally:
    """How many reports did what; `unmatched` belong to no notice of ours, proved."""

    read: int = 0
    applied: int = 0
    known: int = 0
    unmatched: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


def apply_reports(
    notices: Notices,
    reports: Iterable[Report],
    *,
    who: str,
    tell: Callable[[Applied], None] = lambda _: None,
    dry_run: bool = False,
) -> Tally:
    """Take down what reports say of the notices that they prove to be about.

    The same report changes nothing again, wherever it lies. `tell` hears of each. Raises
    DatabaseError; what was applied until then stays, and the rest can be read again.
    """
    tally, tokens = Tally(), tokens_of(notices)
    for report in reports:
        found = _apply(notices, tokens, report, who=who, dry_run=dry_run)
        tally.read += 1
        tally.by_kind[report.kind.value] = tally.by_kind.get(report.kind.value, 0) + 1
        tally.applied += found.event is not None
        tally.known += found.why == _KNOWN
        tally.unmatched += found.by is None
        tell(found)
    return tally


_KNOWN = "taken down already"


def _apply(notices: Notices, tokens: Tokens, report: Report, *, who: str, dry_run: bool) -> Applied:
    reference, by = _proved(tokens, report)
    if by is None:
        return _unproved(report)
    notice = notices.find(reference)
    if notice is None:
        return Applied(report, reference, by, why="there is no such notice")
    status, events = notices.status_of(notice), notices.events(notice)
    kind = _event(report, notice, status)
    why = _refusal(report, kind, status, events)
    if why or kind is None:
        return Applied(report, notice.reference, by, why=why or "it changes nothing")
    if not dry_run:
        try:
            notices.record(notice, kind, who=who, detail=_detail(report, notice, by))
        except RefusedError as error:
            return Applied(report, notice.reference, by, why=str(error))
    return Applied(report, notice.reference, by, kind)


def _proved(tokens: Tokens, report: Report) -> tuple[str, Match | None]:
    """The reference that a token proves; the envelope's is the surer proof."""
    proofs = [(tokens.match(claim), claim.reference) for claim in report.claims]
    for wanted in Match:
        for by, reference in proofs:
            if by is wanted:
                return reference, by
    return "", None


def _unproved(report: Report) -> Applied:
    if report.claims:
        first = report.claims[0].reference
        return Applied(report, first, why="its token is not ours: forged, or of another database")
    if report.mentioned:
        return Applied(report, report.mentioned[0], why="it names the notice, but proves nothing")
    return Applied(report, why="it belongs to no notice")


def _event(report: Report, notice: Notice, status: Status) -> EventKind | None:
    kind = report.fate(notice.recipient.address).kind if report.fates else report.kind
    if kind is Kind.RELAYED:
        # No proof that it arrived; but where it was not known to have gone out, now it is.
        return EventKind.HANDED_OVER if status is Status.UNCERTAIN else None
    return _EVENTS.get(kind)


def _refusal(report: Report, kind: EventKind | None, status: Status, events: list[Event]) -> str:
    marks = [mark for event in events for mark in _MARK.findall(event.detail)]
    if report.digest[:16] in marks:
        return _KNOWN
    if len(marks) >= _MOST:
        return f"{_MOST} reports of it are taken down already: a loop?"
    if kind is None:
        words = {Kind.COPY: "our own notice came back as it was: a forwarding, or a loop",
                 Kind.COMPLAINT: "somebody calls it spam: look at it",
                 Kind.RELAYED: "passed on; that is not known to have arrived"}  # fmt: skip
        return words.get(report.kind, "it changes nothing")
    reason = impossible(status, kind)
    return f"{reason}: nothing was sent that it could be about" if reason else ""


def _detail(report: Report, notice: Notice, by: Match) -> str:
    """One line: what it says, where it lies, by what it was matched, and its mark."""
    fate = report.fate(notice.recipient.address)
    if report.fates:
        words = _WORDS.get(fate.kind, "")
        said = f"{words}: {fate.reason}" if words and fate.reason != words else fate.reason
    else:
        said = f"from {report.sender}: {report.subject}"
    place = f"in {report.place}" if report.place else "on the standard input"
    line = one_line(f"{said[:400]}; {place[-200:]}; matched by {by.value}")
    return f"{line} [report {report.digest[:16]}]"
