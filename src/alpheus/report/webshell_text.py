"""Judged pages for a terminal of 80 columns. Evidence is text, never markup or an escape."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from alpheus.report.page_mask import PageMask
from alpheus.report.views import size_text
from alpheus.report.visible import visible
from alpheus.report.webshell_views import (
    Alike,
    Group,
    PageReason,
    PageResult,
    WebshellResults,
    grouped,
    headline,
    next_steps,
    redacted,
    redactor_of,
    tally,
    weightiest,
)

if TYPE_CHECKING:
    from rich.console import Console

Line = tuple[tuple[str, str], ...]
STYLES = {
    "malicious": "bold red",
    "suspicious": "bold yellow",
    "unknown": "bold blue",
    "benign": "green",
    "known-good": "green",
}
_INDENT = 4
_REASONS = 4
_REASON_LINES = 3
_OTHERS = 3
_AROUND = 2
_MOST_CELLS = 100
_SEARCHED = 1 << 20
_LONGEST = 4096
_IMPORT = re.compile(r"<%\s{0,9}@\s{0,9}import\b[^%>]{0,400}%>", re.IGNORECASE)
"""Names a name space as a shell's parameter is named where it is used."""

_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")


def print_webshell_summary(results: WebshellResults, console: Console, key: bytes) -> None:
    """Print the sentence that matters, the pages that are listed, and what to do next."""
    screen = _Screen(console)
    screen.show(screen.summary(redacted(results, key)))


def print_webshell_page(
    page: PageResult, text: str, console: Console, key: bytes, known: Collection[str] = ()
) -> None:
    """Print one page with every reason and its points, and the lines around each.

    `text` is the page as it is decoded. What any line gives away as a secret is masked in all, and
    so is everything in quotes that could be one. `known` are words, in lower case, that are none.
    """
    searched = _IMPORT.sub(lambda found: " " * len(found[0]), text[:_SEARCHED])
    redactor = redactor_of(page, key, searched)
    mask = PageMask(redactor, searched, [one.text for one in page.reasons], known)
    reasons = tuple(replace(one, text=redactor.text(one.text)) for one in page.reasons)
    shown = {
        number: line if _IMPORT.fullmatch(line.strip()) else mask.line(line, at)
        for number, at, line in _cut_out(text, _around(reasons))
    }
    screen = _Screen(console)
    screen.show(screen.explained(replace(page, reasons=reasons), shown))


def _around(reasons: Sequence[PageReason]) -> set[int]:
    """The numbers of all lines that are shown."""
    wanted = {number for one in reasons if one.line for number in (*one.sources, one.line)}
    return {near for n in wanted for near in range(n - _AROUND, n + _AROUND + 1)}


def _cut_out(text: str, wanted: Collection[int]) -> Iterator[tuple[int, int, str]]:
    """The lines that are wanted and there: number, place and beginning of each."""
    at, last = 0, max(wanted, default=0)
    for number in range(1, last + 1):
        found = _BREAK.search(text, at)
        end = len(text) if found is None else found.start()
        if number in wanted:
            yield number, at, text[at : min(end, at + _LONGEST)]
        if found is None:
            return
        at = found.end()


class _Screen:
    """Makes lines that fit the console, in characters that it can show."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = min(max(console.width, 40), _MOST_CELLS)
        self._encoding = console.encoding or "utf-8"
        self._ellipsis = "…" if self._encoding.lower().startswith("utf") else "..."

    def show(self, lines: Iterator[Line]) -> None:
        """Print the lines; brackets in evidence stay brackets."""
        from rich.text import Text  # noqa: PLC0415 - slow to load, only for a terminal

        for line in lines:
            text = Text.assemble(*line)
            self._console.print(text, no_wrap=True, overflow="crop", highlight=False)

    def _plain(self, text: str) -> str:
        return visible(text).encode(self._encoding, "backslashreplace").decode(self._encoding)

    def _arrow(self, where: str) -> str:
        return where if self._ellipsis == "…" else where.replace("→", "->")

    def _cut(self, text: str, room: int) -> str:
        shown = self._plain(text[: room * 2])
        if cell_len(shown) <= room and len(text) <= room * 2:
            return shown
        return set_cell_size(shown, room - len(self._ellipsis)).rstrip() + self._ellipsis

    def _path(self, path: str, room: int) -> str:
        """A path cut in its middle: both its root and its name tell something."""
        shown = self._plain(path)
        if cell_len(shown) <= room:
            return shown
        tail = room * 3 // 4
        end = shown[-tail:]
        while cell_len(end) > tail:
            end = end[1:]
        head = set_cell_size(shown, room - tail - len(self._ellipsis)).rstrip()
        return head + self._ellipsis + end

    def _wrapped(self, text: str, room: int, most: int = 0) -> list[str]:
        """A text in lines of so many cells; with `most`, the last one ends with an ellipsis."""
        lines = [
            piece
            for line in textwrap.wrap(self._plain(text), room, break_on_hyphens=False) or [""]
            for piece in self._narrow(line, room)
        ]
        if most and len(lines) > most:
            last = set_cell_size(lines[most - 1], room - len(self._ellipsis)).rstrip()
            lines = [*lines[: most - 1], last + self._ellipsis]
        return lines

    @staticmethod
    def _narrow(line: str, room: int) -> Iterator[str]:
        """A line with wide characters, broken by the cells that they take."""
        while cell_len(line) > room:
            at = min(room, len(line))
            while cell_len(line[:at]) > room:
                at -= 1
            yield line[:at]
            line = line[at:]
        yield line

    def summary(self, results: WebshellResults) -> Iterator[Line]:
        """Everything about all pages."""
        for line in self._wrapped(headline(results), self._width):
            yield ((line, "bold"),)
        for group in grouped(results.pages):
            yield (("", ""),)
            yield from self._group(group)
        yield (("", ""),)
        steps = list(next_steps(results))
        if steps:
            yield (("What to do next", "bold"),)
        for number, step in enumerate(steps, start=1):
            for place, line in enumerate(self._wrapped(step, self._width - _INDENT)):
                yield ((f" {number}. " if not place else " " * _INDENT, ""), (line, ""))
        read = f"{results.judged:,} files judged, {size_text(results.bytes_read)}: {tally(results)}"
        if results.lost:
            read += f"; {results.lost:,} lost, see the lines on standard error"
        for line in self._wrapped(read, self._width):
            yield ((line, "dim"),)

    def _group(self, group: Group) -> Iterator[Line]:
        count = sum(1 + len(one.others) for one in group.pages)
        badge = f" {group.judgement.upper()} "
        words = f"{count:,} {'page' if count == 1 else 'pages'}"
        if group.family is not None:
            words += f" of one hand: {group.family}" if count > 1 else f", family {group.family}"
        room = self._width - len(badge) - 1
        style = STYLES.get(group.judgement, "bold")
        yield (badge, f"{style} reverse"), (" " + self._cut(words, room), "bold")
        for one in group.pages:
            yield from self._page(one)

    def _page(self, one: Alike) -> Iterator[Line]:
        page = one.page
        yield (("  " + self._path(page.path, self._width - 2), "bold"),)
        for path in one.others[:_OTHERS]:
            yield (("  = " + self._path(path, self._width - 4), ""),)
        if len(one.others) > _OTHERS:
            yield ((f"  = and {len(one.others) - _OTHERS:,} more with the same content", ""),)
        reasons = weightiest(page)
        for reason in reasons[:_REASONS]:
            yield from self._reason(reason, _REASON_LINES)
        if len(reasons) > _REASONS:
            more = len(reasons) - _REASONS
            words = f"{more} more {'reason' if more == 1 else 'reasons'}: use --explain"
            yield ((" " * _INDENT + words, "dim"),)
        yield ((" " * _INDENT + f"{page.score} of 100, {size_text(page.size)}", "dim"),)
        yield ((" " * _INDENT + self._cut(f"SHA-256 {page.sha256}", self._width - _INDENT), "dim"),)

    def _reason(self, reason: PageReason, most: int = 0, lead: str = "") -> Iterator[Line]:
        head = lead + (f"{self._arrow(reason.where)}: " if reason.where else "")
        for place, line in enumerate(
            self._wrapped(head + reason.text, self._width - _INDENT - 2, most)
        ):
            yield ((" " * (_INDENT if not place else _INDENT + 2) + line, ""),)

    def explained(self, page: PageResult, lines: Mapping[int, str]) -> Iterator[Line]:
        """Everything about one page."""
        badge = f" {page.judgement.upper()} "
        style = STYLES.get(page.judgement, "bold")
        shown = self._path(page.path, self._width - len(badge) - 1)
        yield (badge, f"{style} reverse"), (" " + shown, "bold")
        family = f"; family {page.family}" if page.family is not None else ""
        facts = f"{page.score} of 100; {size_text(page.size)}; SHA-256 {page.sha256}{family}"
        for line in self._wrapped(facts, self._width):
            yield ((line, "dim"),)
        if not page.reasons:
            yield (("Nothing speaks against it.", ""),)
        for reason in sorted(page.reasons, key=lambda one: -one.points):
            yield (("", ""),)
            yield from self._reason(reason, lead=f"{reason.points:+d} {reason.kind}: ")
            if reason.line is not None:
                yield from self._quoted(lines, sorted({*reason.sources, reason.line}))

    def _quoted(self, lines: Mapping[int, str], wanted: Sequence[int]) -> Iterator[Line]:
        """The lines around those wanted, with their numbers; what matters is marked."""
        near = {n for one in wanted for n in range(one - _AROUND, one + _AROUND + 1)}
        shown = sorted(near & lines.keys())
        width = len(str(shown[-1])) if shown else 1
        before = 0
        for number in shown:
            if before and number > before + 1:
                yield ((" " * _INDENT + self._ellipsis, "dim"),)
            before = number
            marked = number in wanted
            lead = f"{'>' if marked else ' '} {number:>{width}} | "
            room = self._width - _INDENT - len(lead)
            content = self._cut(lines[number].replace("\t", "    "), room)
            yield (" " * _INDENT + lead, "dim"), (content, "bold" if marked else "")
