"""A custody log as one HTML page in the look of the triage report: no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TextIO

from alpheus.report.html_environment import html_environment

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_ROWS = 20_000
"""Entries of a page; the log has all of them."""


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """One line of the log in words. `sha256` is of what it is about, '' where there is none."""

    number: int
    time: str
    who: str
    host: str
    program: str
    kind: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CustodyPage:
    """The log. Times are ISO 8601 in UTC; `rows` may be more than are shown.

    `head` is the hash of the last line that holds. `fault` says where and why the log stops to
    hold, '' where it holds.
    """

    name: str
    lines: int
    head: str
    fault: str
    remarks: tuple[str, ...]
    rows: Iterable[CustodyRow]
    made: str
    who: str
    version: str


def write_custody_html(custody: CustodyPage, stream: TextIO) -> None:
    """Write the page, UTF-8; piece by piece."""
    pieces = _environment().get_template("custody.html.j2").stream(custody=custody, most=MOST_ROWS)
    pieces.enable_buffering(1000)
    stream.writelines(pieces)


def write_custody_readme(custody: CustodyPage, stream: TextIO) -> None:
    """Write what lies beside it and how all of it is checked by hand, as plain text."""
    stream.write(_environment().get_template("custody_readme.txt.j2").render(custody=custody))


@cache
def _environment() -> Environment:
    return html_environment("report.css", "custody.css")
