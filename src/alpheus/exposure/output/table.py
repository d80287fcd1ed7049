"""Results for a person, in 80 columns: each one where they are few, and what they add up to.

The first line is the sentence that matters. Texts of others are shown as text, never as markup or
as an escape; colour is a terminal's alone.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len, set_cell_size

from alpheus.exposure.model import Observation, Status
from alpheus.exposure.output.lines import Facts, Line, LineReader
from alpheus.exposure.output.names import MAIN, campaign, cve_name, short_name
from alpheus.exposure.output.tally import (
    STATES,
    STATUS_WORDS,
    Tally,
    cause_counts,
    is_server,
    sentence,
)
from alpheus.report.visible import visible

if TYPE_CHECKING:
    from alpheus.exposure.run import Counts

ROWS = 60
"""Up to so many results are shown one by one."""

WIDTH = 80
BUILDS = 15

_STYLES = {
    "vulnerable": "bold red", "undetermined": "yellow", "mitigated": "blue", "fixed": "green",
    "not-affected": "",
}  # fmt: skip
_BAR = 20

Piece = tuple[str, str]
"""A text and its style."""


class TableWriter:
    """Implements `exposure.output.writers.ResultWriter`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._reader = LineReader()
        self._tally = Tally()
        self._rows: list[tuple[Facts, Line]] = []

    def write(self, observation: Observation, line: bytes) -> None:
        """A result and its JSON line."""
        del observation
        self.write_line(line)

    def write_line(self, line: bytes) -> None:
        """A result as its JSON line. Raises LineError for what is none."""
        read = self._reader.read(line)
        facts = self._reader.facts(read)
        self._tally.add(facts)
        if len(self._rows) <= ROWS:
            self._rows.append((facts, read))

    def end(self, counts: Counts) -> None:
        """Print all."""
        del counts
        if not self._tally.results:
            self._stream.write("There are no results.\n")
            return
        screen = _Screen(self._stream)
        screen.prose(sentence(self._tally))
        if len(self._rows) <= ROWS:
            for block in _rows(self._rows, self._reader):
                screen.lines(block)
        if self._tally.results > 1:
            for tell in (_statuses, _builds, _cves, _causes):
                screen.lines(tell(self._tally))
        screen.flush()


class _Screen:
    """Lines that fit, in characters that the stream can show; colour is the stream's decision."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - slow to load

        self._stream = stream
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._ellipsis = "…" if self._encoding.lower().startswith("utf") else "..."
        self._text = io.StringIO()
        self._console = Console(
            file=self._text, width=WIDTH, force_terminal=stream.isatty(), highlight=False,
            markup=False, emoji=False,
        )  # fmt: skip

    def prose(self, text: str) -> None:
        """A text that is broken into lines between words."""
        from rich.text import Text  # noqa: PLC0415 - as above

        for one in textwrap.wrap(self._shown(text), WIDTH):
            self._console.print(Text(one, "bold"))

    def lines(self, lines: Iterator[Sequence[Piece]]) -> None:
        """A block of lines, each cut at the width, after an empty one."""
        from rich.text import Text  # noqa: PLC0415 - as above

        for number, pieces in enumerate(lines):
            if not number:
                self._console.print()
            text = Text.assemble(*self._fitting(pieces))
            text.rstrip()
            self._console.print(text, no_wrap=True, overflow="crop")

    def flush(self) -> None:
        """Bring all out."""
        self._stream.write(self._text.getvalue())

    def _fitting(self, pieces: Sequence[Piece]) -> Iterator[Piece]:
        room = WIDTH
        for text, style in pieces:
            shown = self._shown(text)
            if cell_len(shown) > room:
                cut = max(room - len(self._ellipsis), 0)
                yield set_cell_size(shown, cut).rstrip() + self._ellipsis[:room], style
                return
            yield shown, style
            room -= cell_len(shown)

    def _shown(self, text: str) -> str:
        return (
            visible(text[: 4 * WIDTH])
            .encode(self._encoding, "backslashreplace")
            .decode(self._encoding)
        )


Lines = Iterator[list[Piece]]


def _rows(rows: Sequence[tuple[Facts, Line]], reader: LineReader) -> Iterator[Lines]:
    """Every result as a block of its own, the worst first."""
    for facts, line in sorted(rows, key=lambda pair: _rank(pair[0])):
        yield _row(facts, line, reader)


def _rank(facts: Facts) -> tuple[int, ...]:
    """Those open to a great campaign first, then other Exchange, then the rest."""
    order = list(STATUS_WORDS)
    states = [facts.state(cve) for cve in MAIN]
    return (
        not is_server(facts),
        *(STATES.index(state) if state in STATES else len(STATES) for state in states),
        order.index(facts.status),
    )


def _row(facts: Facts, line: Line, reader: LineReader) -> Lines:
    what = line.build or STATUS_WORDS[facts.status]
    name = next(iter(line.names), "") or (line.target if line.target != line.address else "")
    first = f"{_place(line):<22} {what:<14} "
    if line.build:
        first += f"{short_name(line.build) or line.product:<21} "
    yield [(first, "bold"), (name, "")]
    if not is_server(facts):
        yield [("  ", ""), (line.reason, "dim")]
        return
    pieces = [("  ", "")]
    for cve in MAIN:
        state = facts.state(cve) or "not known"
        pieces += [(f"{campaign(cve)} ", ""), (state, _STYLES.get(state, "")), ("  ", "")]
    yield pieces
    why = reader.entries(line).get(MAIN[0])
    if facts.cause and why:
        yield [("  ", ""), (why.why, "dim")]
    elif facts.status is not Status.IDENTIFIED or facts.flags:
        yield [("  ", ""), ("; ".join([*facts.flags, line.reason]), "dim")]


def _place(line: Line) -> str:
    if not line.address:
        return line.target
    address = f"[{line.address}]" if ":" in line.address else line.address
    return address if line.port in {0, 443} else f"{address}:{line.port}"


def _statuses(tally: Tally) -> Lines:
    for status, words in STATUS_WORDS.items():
        count = tally.statuses[status]
        if count:
            yield [(f"{words:<36} {count:>11,}  ", ""), (_bar(count, tally.results), "dim")]


def _builds(tally: Tally) -> Lines:
    if not tally.exchange:
        return
    builds, others = tally.top_builds(BUILDS)
    yield [(f"{'Build':<14} {'':<21} {'Servers':>11}", "dim")]
    for build, count in builds:
        name = short_name(build) if build else ""
        words = f"{build or 'not shown':<14} {name:<21} {count:>11,}  "
        yield [(words, ""), (_bar(count, tally.exchange), "dim")]
    if others:
        yield [(f"{'others':<36} {others:>11,}  ", ""), (_bar(others, tally.exchange), "dim")]


def _cves(tally: Tally) -> Lines:
    """Those to which most are open first."""
    if not tally.cves:
        return
    heads = f"{'vulnerable':>11}{'undetermined':>13}{'fixed':>11}{'not affected':>14}"
    yield [(f"{'':<30}{heads}", "dim")]
    for cve in sorted(tally.cves, key=lambda cve: -tally.count(cve, "vulnerable")):
        counter = tally.states[cve]
        vulnerable, undetermined = counter["vulnerable"], counter["undetermined"]
        fixed, spared = counter["fixed"] + counter["mitigated"], counter["not-affected"]
        yield [
            (f"{cve_name(cve):<30}", ""),
            (f"{vulnerable:>11,}", _STYLES["vulnerable"] if vulnerable else ""),
            (f"{undetermined:>13,}", _STYLES["undetermined"] if undetermined else ""),
            (f"{fixed:>11,}{spared:>14,}", ""),
        ]


def _causes(tally: Tally) -> Lines:
    for number, (why, settles, count) in enumerate(cause_counts(tally)):
        if not number:
            yield [(f"Why {cve_name(tally.chief)} cannot be told", "dim")]
        told = textwrap.wrap(f"{why}; settled by {settles}", WIDTH - 11)
        yield [(f"{count:>9,}  {told[0]}", "")]
        yield from ([(" " * 11 + more, "")] for more in told[1:])


def _bar(count: int, whole: int) -> str:
    return "#" * max(1, round(_BAR * count / whole)) if whole else ""
