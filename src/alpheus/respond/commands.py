"""Lines of a step, told apart: what is said, and the command that is pasted whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

_COMMAND = re.compile(
    r"(?:^|(?<=: ))((?:[A-Z][a-z]+-[A-Z]\w+(?: |$)|alpheus (?:baseline|build|clean|custody) |"
    r"iisreset$|Setup\.exe /|['(]).*)$", re.DOTALL,
)  # fmt: skip
"""A command or a name in quotes, at the end of a line; before it what it is for, and `: `."""


class Line(NamedTuple):
    """`label` is what is said, '' for a command alone; `command` is '' where all of it is said."""

    label: str
    command: str


class Lines(NamedTuple):
    """What is said once, and the commands that it is said of."""

    label: str
    commands: tuple[str, ...]


def line_of(text: str) -> Line:
    """A line, told apart."""
    found = _COMMAND.search(text)
    if found is None:
        return Line(text, "")
    return Line(text[: found.start(1)].rstrip(), found[1])


def lines_of(texts: Iterable[str]) -> Iterator[Lines]:
    """Lines in their order; of several of one label it is said once. A command alone is alone."""
    for (label, _), lines in groupby(
        enumerate(map(line_of, texts)), key=lambda one: (one[1].label, one[1].label or one[0])
    ):
        yield Lines(label, tuple(line.command for _, line in lines if line.command))
