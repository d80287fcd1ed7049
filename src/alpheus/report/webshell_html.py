"""Judged pages as one HTML file in the look of the triage report: no script, nothing fetched."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TextIO

from markupsafe import Markup, escape

from alpheus.report.html_environment import html_environment
from alpheus.report.webshell_views import (
    JUDGEMENTS,
    MEANINGS,
    WebshellResults,
    grouped,
    headline,
    next_steps,
    redacted,
    weightiest,
)

if TYPE_CHECKING:
    from jinja2 import Environment

_STYLES = {
    "malicious": "compromised",
    "suspicious": "suspicious",
    "unknown": "attempted",
    "benign": "no-evidence",
    "known-good": "no-evidence",
}
"""Judgements in the colours of verdicts."""

_SYMBOLS = {
    "malicious": "■",
    "suspicious": "▲",
    "unknown": "?",
    "benign": "✓",
    "known-good": "✓",
}
_LOSSES_SHOWN = 500


def write_webshell_html(results: WebshellResults, stream: TextIO, key: bytes) -> None:
    """Write the whole report as one HTML document, UTF-8; piece by piece."""
    shown = redacted(results, key)
    pieces = (
        _environment()
        .get_template("webshell.html.j2")
        .stream(
            results=shown,
            headline=headline(shown),
            worst=next((one for one in JUDGEMENTS if shown.counts.get(one)), "benign"),
            counts=[(one, shown.counts[one]) for one in JUDGEMENTS if shown.counts.get(one)],
            groups=grouped(shown.pages),
            steps=list(next_steps(shown)),
            losses=shown.losses[:_LOSSES_SHOWN],
            losses_more=max(len(shown.losses) - _LOSSES_SHOWN, 0),
        )
    )
    pieces.enable_buffering(1000)
    stream.writelines(pieces)


@cache
def _environment() -> Environment:
    environment = html_environment("report.css", "webshell.css")
    environment.globals.update(
        meanings=MEANINGS,
        styles=_STYLES,
        symbols=_SYMBOLS,
    )
    environment.filters.update(weightiest=weightiest, commands=_commands)
    return environment


def _commands(step: str) -> Markup:
    """A text of ours in which commands stand between back quotes."""
    parts = [escape(part) for part in step.split("`")]
    shown = (Markup("<code>%s</code>") % p if n % 2 else p for n, p in enumerate(parts))
    return Markup().join(shown)
