"""The assessment on one screen of a terminal. Evidence is text, never markup or an escape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from alpheus.model import Assessment, PatchState, ServerAssessment, Verdict
from alpheus.report.redact import Redactor
from alpheus.report.views import (
    VERDICT_WORDS,
    address,
    gravest,
    looked_at,
    losses_total,
    ranked,
    since,
    size_text,
    time_text,
    unseen,
)
from alpheus.report.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

Line = tuple[tuple[str, str], ...]
"""A line of the screen: pieces of text with their styles."""

STYLES = {
    Verdict.COMPROMISED: "bold red",
    Verdict.SUSPICIOUS: "bold yellow",
    Verdict.ATTEMPTED: "bold blue",
    Verdict.NOT_DETERMINABLE: "bold magenta",
    Verdict.NO_EVIDENCE: "bold green",
}

_LABEL = 10
_HEADLINE_LINES = 3
_FINDINGS = 3
_UNSEEN = 4
_STEPS = 3
_SERVERS_SHOWN = 100


def print_summary(
    assessment: Assessment,
    console: Console,
    report: Path | None = None,
    redactor: Redactor | None = None,
) -> None:
    """Print the result: one server in at most 23 lines of 80 columns, many as a table.

    `report` is where the full report stands, if it was written. Colour is the console's decision.
    """
    from rich.text import Text  # noqa: PLC0415 - slow to load, only for a terminal

    redacted = (redactor or Redactor()).assessment(assessment)
    servers = ranked(redacted.servers)
    screen = _Screen(console)
    lines = screen.server(servers[0]) if len(servers) == 1 else screen.fleet(servers)
    for line in (*lines, *screen.closing(redacted, report)):
        # Text, not markup: brackets in evidence stay brackets.
        console.print(Text.assemble(*line), no_wrap=True, overflow="crop", highlight=False)


class _Screen:
    """Makes lines that fit the console, in characters that it can show."""

    def __init__(self, console: Console) -> None:
        self._width = max(console.width, 40)
        self._encoding = console.encoding or "utf-8"
        self._ellipsis = "…" if self._encoding.lower().startswith("utf") else "..."

    def _show(self, text: str) -> str:
        return visible(text).encode(self._encoding, "backslashreplace").decode(self._encoding)

    def _line(self, label: str, text: str, style: str = "") -> Line:
        return (f"{label:<{_LABEL}}", "dim"), (self._cut(text, self._width - _LABEL), style)

    def _cut(self, text: str, room: int) -> str:
        """Return as much of a text as fits so many cells; a wide character takes two."""
        shown = self._show(text[: room * 2])
        if cell_len(shown) <= room:
            return shown
        return set_cell_size(shown, room - len(self._ellipsis)).rstrip() + self._ellipsis

    def _path(self, path: str, room: int) -> str:
        """Return a path cut in its middle: both its root and its name tell something."""
        shown = self._show(path)
        if len(shown) <= room:
            return shown
        tail = room * 3 // 4
        return shown[: room - tail - len(self._ellipsis)] + self._ellipsis + shown[-tail:]

    def _wrapped(self, text: str, lines: int) -> list[str]:
        """Break a text into at most so many lines, the last with an ellipsis if more follows."""
        words = self._show(text).split()
        result: list[str] = []
        while words and len(result) < lines:
            line = words.pop(0)
            while words and cell_len(line) + 1 + cell_len(words[0]) <= self._width:
                line += " " + words.pop(0)
            result.append(line)
        if words:
            result[-1] += " " + " ".join(words)
        return [self._cut(line, self._width) for line in result]

    def server(self, server: ServerAssessment) -> Iterator[Line]:
        """One server: headline, verdict, patches, evidence, blind spots, next steps."""
        badge = f" {VERDICT_WORDS[server.verdict].upper()} "
        name = self._cut(server.name, self._width - len(badge) - 1)
        yield (badge, STYLES[server.verdict] + " reverse"), (" " + name, "bold")
        began = since(server)
        build = f" {server.build.value}" if server.build else ", build unknown"
        facts = f"stage {server.stage.value}, {server.confidence.value} confidence"
        facts += f", since {time_text(began)} UTC" if began else ""
        yield ((self._cut(f"{facts}; {server.product}{build}", self._width), ""),)
        for line in self._wrapped(server.headline, _HEADLINE_LINES):
            yield ((line, "bold"),)
        yield from self._patches(server)
        yield from self._evidence(server)
        yield from self._unseen(server)
        steps = sorted(server.next_steps, key=lambda step: step.priority)[:_STEPS]
        for number, step in enumerate(steps):
            yield self._line("" if number else "Next", f"{step.priority}. {step.action}")

    def _patches(self, server: ServerAssessment) -> Iterator[Line]:
        states = {
            state: [cve for cve, one in server.cves.items() if one.state is state]
            for state in PatchState
        }
        label = "Patches"
        for state in (PatchState.VULNERABLE, PatchState.UNDETERMINED):
            if states[state]:
                yield self._line(label, f"{state.value}: {', '.join(states[state])}")
                label = ""
        good = (PatchState.FIXED, PatchState.MITIGATED, PatchState.NOT_AFFECTED)
        rest = [f"{state.value}: {', '.join(states[state])}" for state in good if states[state]]
        if rest:
            yield self._line(label, "; ".join(rest))

    def _evidence(self, server: ServerAssessment) -> Iterator[Line]:
        if not server.findings:
            yield self._line("Found", "nothing. " + looked_at(server))
        for finding in gravest(server.findings)[:_FINDINGS]:
            yield self._line("Found", f"{time_text(finding.time, 'time unknown')} {finding.title}")
            if finding.citations:
                first = finding.citations[0]
                where = self._path(address(first), (self._width - _LABEL) // 2)
                yield self._line("", f"{where}  {first.text}", "dim")

    def _unseen(self, server: ServerAssessment) -> Iterator[Line]:
        hidden = unseen(server) or ["nothing: every deciding source covers its window"]
        shown = hidden if len(hidden) <= _UNSEEN else hidden[: _UNSEEN - 1]
        for number, line in enumerate(shown):
            yield self._line("" if number else "Not seen", line, "yellow")
        if len(shown) < len(hidden):
            yield self._line("", f"and {len(hidden) - len(shown)} more, see the report", "yellow")

    def fleet(self, servers: list[ServerAssessment]) -> Iterator[Line]:
        """Many servers: a table, who comes first first."""
        if not servers:
            yield (("No server was recognised in the evidence.", "bold yellow"),)
            return
        yield ((f"{len(servers)} servers, who comes first; all times UTC", "bold"),)
        longest = max(len(self._show(one.name)) for one in servers)
        width = max(min(longest, self._width // 3), len("SERVER"))
        yield self._row(width, ("SERVER", "VERDICT", "STAGE", "SINCE", "HEADLINE"), "dim")
        for one in servers[:_SERVERS_SHOWN]:
            began = time_text(since(one), "-")[:16]
            cells = (one.name, one.verdict.value, one.stage.value, began, one.headline)
            yield self._row(width, cells, STYLES[one.verdict])
        if len(servers) > _SERVERS_SHOWN:
            yield ((f"and {len(servers) - _SERVERS_SHOWN} more, see the report", ""),)
        blind = sum(1 for server in servers if unseen(server))
        text = f"Not everything could be seen on {blind} of {len(servers)} servers."
        yield ((self._cut(text, self._width), "yellow"),)

    def _row(self, width: int, cells: tuple[str, str, str, str, str], style: str) -> Line:
        name, verdict, stage, began, headline = cells
        shown = set_cell_size(self._path(name, width), width)
        middle = f"{stage:<9}  {began:<16}  "
        used = width + 2 + 18 + len(middle)
        return (
            (shown + "  ", ""),
            (f"{verdict:<16}  ", style),
            (middle, ""),
            (self._cut(headline, max(self._width - used, 0)) if used < self._width else "", ""),
        )

    def closing(self, assessment: Assessment, report: Path | None) -> Iterator[Line]:
        """Say what was read, what was lost, and where the full report is."""
        losses = losses_total(assessment)
        run = assessment.run
        lost = "nothing lost" if not losses else f"{losses} lost, listed in the report"
        yield self._line("Read", f"{run.files_read} files, {size_text(run.bytes_read)}; {lost}")
        if report is not None:
            yield (("Report    ", "dim"), (self._path(str(report), self._width - _LABEL), "bold"))
