"""A campaign run as Markdown and as one HTML page: no script, nothing fetched, all escaped."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, TextIO

from alpheus import __version__
from alpheus.fleet.hands_words import English, Speech
from alpheus.fleet.report import Report
from alpheus.fleet.report_blocks import Block, blocks
from alpheus.report.html_environment import html_environment
from alpheus.report.markdown import escape

if TYPE_CHECKING:
    from jinja2 import Environment

_ENGLISH = English()


def write_markdown(found: Report, stream: TextIO, speech: Speech = _ENGLISH) -> None:
    """Write it as CommonMark with tables."""
    for block in blocks(found, speech):
        stream.writelines(f"{line}\n" for line in _lines(block))


def write_html(found: Report, stream: TextIO, speech: Speech = _ENGLISH) -> None:
    """Write it as a page, piece by piece."""
    made = speech.gettext("Made %(day)s with Alpheus %(version)s") % {
        "day": speech.day(found.made), "version": __version__,
    }  # fmt: skip
    every = list(blocks(found, speech))
    pieces = (
        _environment()
        .get_template("found.html.j2")
        .stream(language=speech.language, title=every[0].text, headline=every[1].text, made=made,
                blocks=every[2:])
    )  # fmt: skip
    pieces.enable_buffering(1000)
    stream.writelines(pieces)


def _lines(block: Block) -> Iterator[str]:
    if not block.heads:
        yield f"{'#' * block.level} {escape(block.text)}" if block.level else escape(block.text)
    else:
        yield _row(block.heads)
        marks = ("---:" if at in block.numbers else "---" for at in range(len(block.heads)))
        yield f"| {' | '.join(marks)} |"
        yield from (_row(row) for row in block.rows)
    yield ""


def _row(cells: tuple[str, ...] | list[str] | object) -> str:
    assert isinstance(cells, (tuple, list))
    return f"| {' | '.join(escape(one) for one in cells)} |"


@cache
def _environment() -> Environment:
    return html_environment("report.css", "exposure.css", "found.css")
