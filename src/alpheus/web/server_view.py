"""What the page of one server shows beside the story: in words, over time, and in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from alpheus.cases.acts import Act
from alpheus.cases.assessment_model import Citation, Coverage, Finding, Outline
from alpheus.cases.assessments import Kept, milliseconds, written
from alpheus.cases.deadlines import Duty, Standing
from alpheus.cases.explain import CveSaid
from alpheus.cases.lifecycle import Change
from alpheus.cases.service_server import Look
from alpheus.cases.states import Compromise
from alpheus.model import Stage
from alpheus.notify.about import Told
from alpheus.web import labels, reasons, server_days
from alpheus.web.pictures.strips import DAY, Segment, Strip, days_strip, strips, whole_days
from alpheus.web.pictures.timeline import NARROW, WIDE, Span, moment_words, widened
from alpheus.web.plainly import NOTHING, named, plain
from alpheus.web.words import Words

COMPROMISE_SAID = {
    "unknown": "nobody has looked whether somebody broke in",
    "not-determinable": "whether somebody broke in cannot be told by the evidence there was",
    "no-evidence": "no sign of an intruder was found",
    "attempted": "it was attacked, and nothing shows that this worked",
    "suspicious": "something on it must be looked at by a person",
    "reported": "others report that somebody broke in",
    "compromised": "somebody broke in",
    "cleaned": "somebody had broken in, and whether cleaning worked is not shown yet",
    "verified-clean": "somebody had broken in, and it was cleaned and verified",
    "re-infected": "somebody broke in again after it had been cleaned",
}
PATCH_SAID = {
    "unknown": "whether %(flaw)s is closed is not known",
    "vulnerable": "%(flaw)s is open",
    "mitigated": "%(flaw)s is not fixed, only mitigated by the word of %(by)s",
    "fixed": "%(flaw)s is fixed",
    "regressed": "%(flaw)s is open again after it had been closed",
    "not-affected": "%(flaw)s does not concern it",
}
WORK_SAID = {
    "new": "Nobody has been told.",
    "notified": "Its owner was told on %(since)s, and has not answered.",
    "acknowledged": "Its owner has known of it since %(since)s.",
    "in-progress": "Somebody has been at work on it since %(since)s.",
    "needs-help": "Its owner has asked for help since %(since)s.",
    "closed": "The case has been closed since %(since)s: %(why)s",
    "reopened": "The case was opened again on %(since)s: %(why)s",
    "false-positive": "It is a false positive until %(until)s: %(why)s",
}
_GRAVE = frozenset(Compromise) - {
    Compromise.UNKNOWN, Compromise.NOT_DETERMINABLE, Compromise.NO_EVIDENCE,
}  # fmt: skip
_TONES = (labels.BAD, labels.DOUBT, labels.NOTE, labels.PLAIN, labels.GOOD)
_AXES = (("patch", "Flaw"), ("compromise", "Intrusion"), ("work", "Work"))
_LONG = 300 * DAY
_DAYS = 200
_BESIDE = 30 * DAY


class Headline(NamedTuple):
    """The sentence that matters, how the work stands, what is overdue, and the colour of all."""

    text: str
    work: str
    overdue: tuple[str, ...]
    tone: str


class Event(NamedTuple):
    """Something in the history: a change of a state, or an act that changed none."""

    time: str
    change: Change | None
    act: Act | None


class Group(NamedTuple):
    """Findings of a stage, each with its place in the outline and its first citation.

    `number` is how many findings the stage has.
    """

    stage: str
    number: int
    findings: tuple[tuple[int, Finding, Citation | None], ...]


class CveGroup(NamedTuple):
    """Flaws of which the same source says the same."""

    state: str
    cves: tuple[str, ...]
    said: CveSaid


class Covered(NamedTuple):
    """What a source covers, with its strip."""

    coverage: Coverage
    strip: Markup


def headline(look: Look, words: Words) -> Headline:
    """What matters of a server, in a sentence."""
    row = look.row
    by = look.detail.mitigated_by or NOTHING
    flaw = plain(words, PATCH_SAID[row["patch"]], flaw=look.watched, by=by)
    intruder = plain(words, COMPROMISE_SAID[row["compromise"]])
    first, second = (intruder, flaw) if row["compromise"] in _GRAVE else (flaw, intruder)
    text = plain(words, "%(name)s: %(first)s, and %(second)s.", name=row["name"], first=first,
                 second=second)  # fmt: skip
    work = plain(
        words, WORK_SAID[row["work"]], since=words.day(row["work_since"]),
        until=words.day(row["until"]),
        why=reasons.said(look.detail.work_why, words.language) or NOTHING,
    )  # fmt: skip
    late = tuple(
        f"{one.law}: {reasons.said(one.title, words.language)}" for one in look.clocks
        if one.standing is Standing.OVERDUE and one.duty is Duty.YES
    )  # fmt: skip
    tones = [labels.tone("patch", row["patch"]), labels.tone("compromise", row["compromise"])]
    return Headline(text, work, late, min(tones, key=_TONES.index))


def axes(look: Look, notices: Sequence[Told], words: Words, *, now: str) -> list[Markup]:
    """Both axes and the work over time, for a phone and for a desk; none where no time is known."""
    times = [one.time for one in look.changes] + [look.row["first_seen"], look.row["last_seen"]]
    known = [found for time in times if (found := milliseconds(time)) is not None]
    end = milliseconds(now)
    if not known or end is None:
        return []
    begin = min(known)
    span = Span(begin, max(*known, end, begin + DAY))
    rows = [
        Strip(words.gettext(title), _segments(look, axis, span, words),
              _points(look, axis, notices, words))
        for axis, title in _AXES
    ]  # fmt: skip
    label = plain(
        words, "Flaw, intrusion and work from %(start)s to %(end)s; the table below says the same",
        start=words.day(min(filter(None, times))), end=words.day(now),
    )  # fmt: skip
    day = words.day if span.length > _LONG else words.short_day
    tick = lambda time, step: moment_words(time, step, day)  # noqa: E731 - short, used twice
    return [strips(rows, span, width, label, tick) for width in (NARROW, WIDE)]


def _segments(look: Look, axis: str, span: Span, words: Words) -> list[Segment]:
    changes = [one for one in look.changes if one.axis == axis]
    found: list[Segment] = []
    state, since = (changes[0].before if changes else str(look.row[axis])), span.start
    for change in changes:
        at = milliseconds(change.time)
        at = since if at is None else max(at, since)
        if at > since:
            found.append(_segment(axis, state, since, at, words))
        state, since = change.after, at
    found.append(_segment(axis, state, since, span.end, words))
    return found


def _segment(axis: str, state: str, start: int, end: int, words: Words) -> Segment:
    return Segment(start, end, labels.tone(axis, state), named(words, axis, state))


def _points(look: Look, axis: str, notices: Sequence[Told], words: Words) -> list[tuple[int, str]]:
    told: list[tuple[str, str]] = []
    if axis == "compromise":
        told = [(one.seen, words.gettext("Assessed")) for one in look.assessed]
    elif axis == "work":
        notice = words.gettext("Notice")
        told = [(one.handed_over, f"{notice} {one.reference}") for one in notices]
    return [(at, text) for time, text in told if (at := milliseconds(time)) is not None]


def history(look: Look) -> list[Event]:
    """What changed and what was done, the newest first; what did both is told once."""
    done = {(act.time, act.who, act.why) for act in look.acts}
    by_act = {(one.time, one.who, one.why): one for one in look.changes}
    events = [
        Event(one.time, one, None) for one in look.changes
        if (one.time, one.who, one.why) not in done
    ]  # fmt: skip
    events += [Event(act.time, by_act.get((act.time, act.who, act.why)), act) for act in look.acts]
    return sorted(events, key=lambda one: one.time, reverse=True)


def groups(
    kept: Kept, *, first: int = 0, size: int = 40, each: int = 0, stage: str = "", weight: str = ""
) -> tuple[list[Group], int]:
    """Findings by stage, the furthest stage first; and how many fit.

    `each` is how many of every stage are there, 0 for all.
    """
    order = {one.value: -one.rank for one in Stage}
    fit = [
        (number, one) for number, one in enumerate(kept.outline.findings)
        if (not stage or one.stage == stage) and (not weight or one.weight == weight)
    ]  # fmt: skip
    fit.sort(key=lambda pair: (order[pair[1].stage.value], pair[0]))
    numbers = Counter(one.stage.value for _, one in fit)
    found: dict[str, list[tuple[int, Finding, Citation | None]]] = {}
    for number, one in fit[first : first + size] if not each else fit:
        group = found.setdefault(one.stage.value, [])
        if each and len(group) >= each:
            continue
        cited = kept.citations(number)[:1] if one.kept else []
        group.append((number, one, cited[0] if cited else None))
    return [Group(name, numbers[name], tuple(rows)) for name, rows in found.items()], len(fit)


def cve_groups(look: Look) -> list[CveGroup]:
    """Flaws in groups of which the same is said by the same; the one that is watched first."""
    found: dict[tuple[str, str, str, int], list[str]] = {}
    for cve, said in sorted(look.cves.items(), key=lambda one: (one[0] != look.watched, one[0])):
        found.setdefault((said.state, said.why, said.source, said.observation), []).append(cve)
    return [CveGroup(key[0], tuple(cves), look.cves[cves[0]]) for key, cves in found.items()]


def coverage(outline: Outline, words: Words) -> tuple[list[Covered], Span | None]:
    """What each source covers, those that decide first; and the days that the strips show."""
    windows = _windows(outline)
    span = _days_shown(outline.coverage, windows)
    found = []
    for one in sorted(outline.coverage, key=lambda each: (not each.deciding, each.source)):
        start, end = milliseconds(one.first), milliseconds(one.last)
        covered = Span(start, end) if start is not None and end is not None else None
        gaps = [
            Span(a, b) for gap in one.gaps
            if (a := milliseconds(gap.start)) is not None
            and (b := milliseconds(gap.end)) is not None
        ]  # fmt: skip
        label = plain(
            words, "%(source)s: %(start)s to %(end)s, gaps: %(gaps)s", source=one.source,
            start=words.day(one.first or "") or NOTHING, end=words.day(one.last or "") or NOTHING,
            gaps=len(gaps),
        )  # fmt: skip
        counts = server_days.by_number(one.days)
        strip = Markup("")
        if span:
            label += server_days.said(one.days, words)
            strip = days_strip(covered, gaps, windows, span, label, counts=counts)
        found.append(Covered(one, strip))
    return found, span


def _windows(outline: Outline) -> list[Span]:
    found = []
    for one in outline.campaigns:
        if one.window is not None and one.assessed:
            start, end = milliseconds(one.window.start), milliseconds(one.window.end)
            if start is not None and end is not None and start < end:
                found.append(Span(start, end))
    return list(dict.fromkeys(found))


def _days_shown(every: Iterable[Coverage], windows: Sequence[Span]) -> Span | None:
    """All days if they are not too many, else the windows and what is around them."""
    times = [found for one in every for time in (one.first, one.last)
             if (found := milliseconds(time)) is not None]  # fmt: skip
    times += [edge for window in windows for edge in window]
    if not times:
        return None
    low, high = min(times), max(times)
    if high - low > _DAYS * DAY and windows:
        low = max(low, min(one.start for one in windows) - _BESIDE)
        high = min(high, max(one.end for one in windows) + _BESIDE)
    elif high - low > _DAYS * DAY:
        low = high - _DAYS * DAY
    span = widened(low, high, margin=0)
    return whole_days(span.start, span.end - 1)


def days_of(span: Span | None, words: Words) -> tuple[str, ...]:
    """The first and the last day that strips show."""
    return (words.day(written(span.start)), words.day(written(span.end - 1))) if span else ()


def name_of_axis(axis: str) -> str:
    """The name of an axis (English)."""
    return dict(_AXES).get(axis, axis)


def texts() -> Iterable[str]:
    """Every text, for those who translate."""
    every: Mapping[str, str] = {**COMPROMISE_SAID}
    yield from every.values()
    yield from PATCH_SAID.values()
    yield from WORK_SAID.values()
    yield from (title for _, title in _AXES)
