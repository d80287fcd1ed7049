"""The story of an attack on one server, as a page shows it: a view of time, and what is in it.

The view is in the address (`from`, `to`), and so is the record that is looked at (`record`, its
place among all dated records of the assessment).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from alpheus.cases.assessment_model import Citation, Finding, Outline, Record
from alpheus.cases.assessments import Kept, milliseconds
from alpheus.model import Stage
from alpheus.web.pictures.timeline import (
    KINDS,
    NARROW,
    SHORTEST,
    WIDE,
    Drawing,
    Lane,
    Mark,
    Span,
    clamped,
    closer,
    moment_words,
    moved,
    timeline,
    widened,
    zoomed,
)
from alpheus.web.plainly import named, plain
from alpheus.web.words import Words

RECORDS = 8
"""Records that are quoted below the picture."""

_LONG = 300 * 86_400_000
_FAR = 400 * 86_400_000
_RANKS = {kind: rank for rank, kind in enumerate(KINDS)}


class Quoted(NamedTuple):
    """A record with what it proves: its place among all, its time, the findings with their number.

    `time` is ISO 8601 UTC with milliseconds.
    """

    number: int
    time: str
    citation: Citation
    findings: tuple[tuple[int, Finding], ...]


class View(NamedTuple):
    """What is asked for: from when to when, which record, and from which one on they are quoted."""

    span: Span
    whole: bool
    record: int | None
    first: int


class Story:
    """The story of one assessment, in one view. `address` is the page that it stands on."""

    def __init__(
        self, kept: Kept, asked: Mapping[str, str], words: Words, address: str, observation: int
    ) -> None:
        self._kept = kept
        self._words = words
        self._address = address
        self._observation = observation
        self.outline: Outline = kept.outline
        self._times = [record.time for record in self.outline.records]
        self.everything = self._everything()
        self.view = self._view(asked)
        low = bisect_left(self._times, self.view.span.start)
        self._inside = range(low, bisect_right(self._times, self.view.span.end))

    # what is shown

    @property
    def is_there(self) -> bool:
        """Whether anything has a time."""
        return bool(self._times)

    @property
    def inside(self) -> int:
        """How many records are in view."""
        return len(self._inside)

    @property
    def outside(self) -> int:
        """How many are not."""
        return len(self._times) - len(self._inside)

    @property
    def start(self) -> str:
        """Where the view begins (ISO 8601 UTC)."""
        return precise(self.view.span.start)

    @property
    def end(self) -> str:
        """Where it ends."""
        return precise(self.view.span.end)

    @property
    def data(self) -> dict[str, str]:
        """What the script needs to zoom by hand: milliseconds, and the ends of everything."""
        return {
            "from": str(self.view.span.start), "to": str(self.view.span.end),
            "first": str(self.everything.start), "last": str(self.everything.end),
            "shortest": str(SHORTEST),
        }  # fmt: skip

    def pictures(self) -> tuple[Markup, Markup]:
        """For a phone, and for a desk."""
        drawing = Drawing(
            self._leads, self._words_of, self._label_of(), self._tick, self._windows(),
            self.view.record,
        )  # fmt: skip
        lanes, span = self._lanes(), self.view.span
        return timeline(lanes, span, NARROW, drawing), timeline(lanes, span, WIDE, drawing)

    def _lanes(self) -> list[Lane]:
        """The records by stage, as far as there are any at all; those in view have a mark."""
        findings = self.outline.findings
        weights = [_RANKS.get(one.weight, 0) for one in findings]
        rows: dict[Stage, tuple[list[int], list[int], list[int]]] = {}
        row_of = [rows.setdefault(one.stage, ([], [], [])) for one in findings]
        for number, record in enumerate(self.outline.records):
            times, weighs, numbers = row_of[record.finding]
            times.append(record.time)
            weighs.append(weights[record.finding])
            numbers.append(number)
        return [Lane(self._lane_title(stage), *rows[stage]) for stage in Stage
                if stage in rows and rows[stage][0]]  # fmt: skip

    @property
    def quotes(self) -> bool:
        """Whether records are quoted: not of everything, unless that is little."""
        return not self.view.whole or bool(self.view.first) or len(self._times) <= RECORDS

    def quoted(self) -> list[Quoted]:
        """The records in view that are quoted below the picture."""
        begin = max(self.view.first, self._inside.start)
        return self._quoted(range(begin, min(begin + RECORDS, self._inside.stop)))

    @property
    def next(self) -> str:
        """The address of the next records in view; '' for none."""
        begin = max(self.view.first, self._inside.start) + RECORDS
        return self.href(first=begin) if begin < self._inside.stop else ""

    @property
    def previous(self) -> str:
        """The address of the first records in view; '' where these are they."""
        return self.href() if self.view.first > self._inside.start else ""

    def chosen(self) -> Quoted | None:
        """The record that is looked at."""
        number = self.view.record
        return None if number is None else self._quoted([number])[0]

    @property
    def around(self) -> tuple[str, str]:
        """The addresses of the records before and after the one that is looked at, '' for none."""
        number = self.view.record
        if number is None:
            return "", ""
        return (
            self._at(number - 1) if number > 0 else "",
            self._at(number + 1) if number + 1 < len(self._times) else "",
        )

    # where it leads

    @property
    def links(self) -> dict[str, str]:
        """Addresses of other views, closer to whole; '' where there is none."""
        span, every = self.view.span, self.everything
        wider = self._kept_within(zoomed(span, 2))
        return {
            "closer": self.href(zoomed(span, 0.5, self._middle()))
            if span.length > SHORTEST else "",
            "wider": self.href(wider) if wider != span else "",
            "earlier": self.href(self._kept_within(moved(span, -0.5)))
            if span.start > every.start else "",
            "later": self.href(self._kept_within(moved(span, 0.5)))
            if span.end < every.end else "",
            "whole": self._href({}) if not self.view.whole else "",
        }  # fmt: skip

    def href(self, span: Span | None = None, **more: object) -> str:
        """The address of a view, as it is now for None, or of something in it."""
        span = span or self.view.span
        return self._href({"from": precise(span.start), "to": precise(span.end), **more})

    def step_href(self, time: str | None) -> str:
        """The address of the view around a step of the story; '' where it has no time."""
        at = milliseconds(time)
        return self.href(widened(at - 60_000, at + 60_000)) if at is not None else ""

    def _href(self, values: Mapping[str, object]) -> str:
        asked = {"assessment": self._observation, **values}
        return f"{self._address}?{urlencode(asked)}#story"

    def _leads(self, mark: Mark) -> str:
        """To the record, to a closer view, or, where none is closer, to all records of the mark."""
        if len(mark.numbers) == 1:
            return self.href(record=mark.numbers[0])
        near = closer(mark)
        if near.length < self.view.span.length:
            return self.href(near)
        return self.href(first=mark.numbers[0])

    def _at(self, number: int) -> str:
        """A record: in this view if it is there, else in one as long around it."""
        span = self.view.span
        if not span.holds(self._times[number]):
            half = span.length // 2
            span = clamped(Span(self._times[number] - half, self._times[number] + half))
        return self.href(span, record=number)

    def _middle(self) -> int | None:
        """The time of the record that is looked at, or of the middle one in view: never nothing."""
        if self.view.record is not None:
            return self._times[self.view.record]
        inside = self._inside
        return self._times[inside[len(inside) // 2]] if inside else None

    def _kept_within(self, span: Span) -> Span:
        """A view does not leave what there is to see."""
        every = self.everything
        if span.length >= every.length:
            return every
        over = max(every.start - span.start, 0) or min(every.end - span.end, 0)
        return Span(span.start + over, span.end + over)

    # what is asked

    def _view(self, asked: Mapping[str, str]) -> View:
        start, end = milliseconds(asked.get("from")), milliseconds(asked.get("to"))
        whole = start is None or end is None or start > end
        span = self._overview() if whole else clamped(Span(start or 0, end or 0))
        return View(
            span, whole, _number(asked.get("record", ""), len(self._times)),
            _number(asked.get("first", ""), len(self._times)) or 0,
        )  # fmt: skip

    def _everything(self) -> Span:
        edges = [*self._times[:1], *self._times[-1:]]
        edges += [edge for window in self._windows() for edge in window]
        return widened(min(edges), max(edges)) if edges else Span(0, SHORTEST)

    def _overview(self) -> Span:
        """All that weighs something, as far as it is near the gravest; all there is, without."""
        grave_ones = {
            place for place, one in enumerate(self.outline.findings) if one.weight != KINDS[0]
        }
        grave = [one for one in self.outline.records if one.finding in grave_ones]
        times = [one.time for one in grave or self.outline.records]
        if not times:
            return self.everything
        first = min(grave or self.outline.records, key=attrgetter("finding")).time
        near = [time for time in times if abs(time - first) <= _FAR]
        return widened(min(near), max(near))

    # in words

    def _windows(self) -> list[Span]:
        found = []
        for one in self.outline.campaigns:
            if one.window is None or not one.assessed:
                continue
            start, end = milliseconds(one.window.start), milliseconds(one.window.end)
            if start is not None and end is not None and start < end:
                found.append(Span(start, end))
        return list(dict.fromkeys(found))

    def _tick(self, time: int, step: int) -> str:
        day = self._words.day if self.view.span.length > _LONG else self._words.short_day
        return moment_words(time, step, day)

    def _lane_title(self, stage: Stage) -> str:
        if stage is Stage.NONE:
            return named(self._words, "weight", KINDS[0])
        return named(self._words, "stage", stage.value)

    def _label_of(self) -> str:
        return plain(
            self._words, "Records of the attack by stage, %(start)s to %(end)s; each is a link",
            start=self.moment(self.start), end=self.moment(self.end),
        )  # fmt: skip

    def _words_of(self, mark: Mark) -> str:
        records, findings = self.outline.records, self.outline.findings
        first = findings[records[mark.numbers[0]].finding]
        when = self.moment(precise(mark.span.start))
        if len(mark.numbers) == 1:
            weight = named(self._words, "weight", first.weight)
            return f"{when}, {weight}: {first.title}"
        last = self.moment(precise(mark.span.end))
        return plain(
            self._words, "%(number)s records from %(start)s to %(end)s, the first: %(title)s",
            number=self._words.number(len(mark.numbers)), start=when, end=last, title=first.title,
        )  # fmt: skip

    def moment(self, time: str) -> str:
        """A time to the second, in UTC and saying so."""
        return f"{self._words.day(time)}, {time[11:19]} UTC"

    def _quoted(self, numbers: Iterable[int]) -> list[Quoted]:
        read: dict[int, Sequence[Citation]] = {}
        found = []
        for number in numbers:
            record: Record = self.outline.records[number]
            if record.finding not in read:
                read[record.finding] = self._kept.citations(record.finding)
            each = read[record.finding]
            citation = each[record.citation] if record.citation < len(each) else Citation()
            proves = (record.finding, *record.others)
            found.append(
                Quoted(
                    number, precise(record.time), citation,
                    tuple((one, self.outline.findings[one]) for one in proves
                          if one < len(self.outline.findings)),
                )
            )  # fmt: skip
        return found


def precise(time: int) -> str:
    """Milliseconds since 1970 as ISO 8601 UTC, with milliseconds where there are some."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time)
    text = moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{text.removesuffix('.000')}Z"


def _number(text: str, below: int) -> int | None:
    """A place in a list; None for what is none."""
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return None
    return int(text) if int(text) < below else None
