"""Judged pages as every format shows them: redacted, grouped, in words. No format, no escaping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alpheus.model import Skipped
from alpheus.report.redact import Redactor

JUDGEMENTS = ("malicious", "suspicious", "unknown", "benign", "known-good")
"""From worst to best."""

MEANINGS = {
    "malicious": "Web shells and other backdoors",
    "suspicious": "Suspicious: a person must look",
    "unknown": "Unknown: nothing speaks for or against them",
    "benign": "Benign: nothing in them serves an intruder",
    "known-good": "Known to be good by their hash",
}


_NAMED = re.compile(r"\bin lines? (\d{1,7})")
_MOST_SOURCES = 8


@dataclass(frozen=True, slots=True)
class PageReason:
    """One reason, with the line in the page as it is decoded, where it lies in one."""

    kind: str
    line: int | None
    text: str
    points: int = 0

    @property
    def sources(self) -> list[int]:
        """Other lines that the text names: where the data came in."""
        named = {int(number) for number in _NAMED.findall(self.text)[:_MOST_SOURCES]}
        return sorted(named - {self.line, 0})

    @property
    def where(self) -> str:
        """`line 3 → line 9`, `line 9`, or nothing."""
        if self.line is None:
            return ""
        sources = self.sources
        if not sources:
            return f"line {self.line}"
        numbers = ", ".join(map(str, sources))
        return f"{'line' if len(sources) == 1 else 'lines'} {numbers} → line {self.line}"


@dataclass(frozen=True, slots=True)
class PageResult:
    """One judged file."""

    path: str
    sha256: str
    size: int
    judgement: str
    score: int
    family: str | None = None
    reasons: tuple[PageReason, ...] = ()


@dataclass(frozen=True, slots=True)
class WebshellResults:
    """Everything a report says.

    `pages` are those that are listed, `counts` are of all that were judged, by judgement.
    `unopened` are inputs that could not be opened at all.
    """

    pages: Sequence[PageResult]
    counts: Mapping[str, int]
    losses: Sequence[Skipped] = ()
    version: str = ""
    unopened: int = 0
    bytes_read: int = 0

    @property
    def judged(self) -> int:
        """How many files were judged."""
        return sum(self.counts.values())

    @property
    def lost(self) -> int:
        """How many losses there were."""
        return sum(loss.count for loss in self.losses) + self.unopened


@dataclass(slots=True)
class Alike:
    """Files with one content: the page as it was first found, and where else it lies."""

    page: PageResult
    others: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """Pages of one judgement and, where it is known, of one family."""

    judgement: str
    family: str | None
    pages: list[Alike] = field(default_factory=list)


def redacted(results: WebshellResults, key: bytes) -> WebshellResults:
    """The same without secrets; equal ones stay recognisable under one key."""
    return replace(results, pages=[redacted_page(page, key) for page in results.pages])


def redacted_page(page: PageResult, key: bytes) -> PageResult:
    """One page without the secrets that its reasons give away."""
    if not page.reasons:
        return page
    redactor = redactor_of(page, key)
    reasons = (replace(one, text=redactor.text(one.text)) for one in page.reasons)
    return replace(page, reasons=tuple(reasons))


def redactor_of(page: PageResult, key: bytes, text: str = "") -> Redactor:
    """What replaces the secrets of one page, given away by its reasons or its `text`.

    Every page has its own: a parameter of one is an ordinary word of others.
    """
    redactor = Redactor(key)
    for part in (text, *(reason.text for reason in page.reasons)):
        for secret in redactor.find(part):
            redactor.learn(secret)
    return redactor


def ranked(pages: Sequence[PageResult]) -> list[PageResult]:
    """The worst first."""
    return sorted(pages, key=lambda one: (JUDGEMENTS.index(one.judgement), -one.score, one.path))


def weightiest(page: PageResult) -> list[PageReason]:
    """The weightiest reason of each kind first, then all others."""
    ordered = sorted(page.reasons, key=lambda reason: -reason.points)
    first: dict[str, PageReason] = {}
    for reason in ordered:
        first.setdefault(reason.kind, reason)
    kept = {id(reason) for reason in first.values()}
    return [*first.values(), *(reason for reason in ordered if id(reason) not in kept)]


def grouped(pages: Sequence[PageResult]) -> list[Group]:
    """The worst first; pages of one family together, and equal ones as one."""
    groups: dict[tuple[str, str | None], Group] = {}
    alike: dict[tuple[str, str, str], Alike] = {}
    for page in ranked(pages):
        same = alike.get((page.sha256, page.judgement, _weight(page)))
        if same is not None:
            same.others.append(page.path)
            continue
        one = Alike(page)
        alike[page.sha256, page.judgement, _weight(page)] = one
        key = page.judgement, page.family
        groups.setdefault(key, Group(*key)).pages.append(one)
    return sorted(groups.values(), key=lambda group: JUDGEMENTS.index(group.judgement))


def _weight(page: PageResult) -> str:
    """Equal contents are told apart where their places say something else."""
    return "|".join(f"{reason.kind}{reason.points}" for reason in page.reasons)


def headline(results: WebshellResults) -> str:
    """The sentence that matters first."""
    shells, doubtful = results.counts.get("malicious", 0), results.counts.get("suspicious", 0)
    judged = results.judged
    if not judged:
        return "No server page was found." + _unread(results)
    if shells:
        text = f"{shells:,} of {judged:,} {_plural(judged, 'page')} {_is(shells)}."
        if doubtful:
            text += f" {doubtful:,} more {'is' if doubtful == 1 else 'are'} suspicious."
    elif doubtful:
        verb = "is" if doubtful == 1 else "are"
        text = f"{doubtful:,} of {judged:,} {_plural(judged, 'page')} {verb} suspicious."
    elif judged == 1:
        text = "The one page is no web shell that can be told as such."
    else:
        text = f"None of {judged:,} pages is a web shell that can be told as such."
    return text + _unread(results)


def _unread(results: WebshellResults) -> str:
    return f" {results.lost:,} could not be read." if results.lost else ""


def _is(count: int) -> str:
    return "is a web shell" if count == 1 else "are web shells"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def tally(results: WebshellResults) -> str:
    """How many files have which judgement."""
    found = [f"{results.counts[one]:,} {one}" for one in JUDGEMENTS if results.counts.get(one)]
    return ", ".join(found) or "none judged"


def next_steps(results: WebshellResults) -> Iterator[str]:
    """What to do now, most urgent first."""
    counts = results.counts
    kinds = {reason.kind for page in results.pages for reason in page.reasons if reason.points}
    if counts.get("malicious"):
        yield "Take the server off the network, and leave it switched on: memory holds traces."
        yield (
            "Copy every page listed, with its times, before anything is removed. Deleting it does "
            "not undo what was done through it."
        )
        yield (
            "Ask who used it and since when: hand the web folders, the IIS logs and the event logs "
            "to `alpheus triage`."
        )
        yield (
            "Then build the server anew from a state before the first of them, and change the "
            "machine keys and every password that was used on it."
        )
    if counts.get("suspicious"):
        yield (
            "Look at each suspicious page with `alpheus webshell --explain FILE`, and ask who "
            "wrote it and when."
        )
    if "modified" in kinds:
        yield (
            "Compare changed pages with clean ones: `alpheus baseline make MEDIA -o FILE`, then "
            "`alpheus webshell PATH --baseline FILE`."
        )
    if results.lost:
        yield "What could not be read was not judged: see why, and hand it in again."
    if not counts.get("malicious") and not counts.get("suspicious"):
        yield (
            "This says nothing of shells that were deleted: logs, `$MFT` and compiled leftovers "
            "tell; hand them to `alpheus triage`."
        )
