"""A verification for people: the sentence that matters, then what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TextIO

from alpheus.report.visible import visible
from alpheus.respond.verification import Fate, Item, Outcome, Verification

WIDTH = 80
MOST = 20
"""Items of a kind that are listed; the JSON has all."""

_SENTENCES = {
    Outcome.CLEAN: "{server} is verified clean: nothing is left, nothing is new since {since}.",
    Outcome.UNCOVERED: "{server} cannot be called clean yet: nothing speaks against it, but not "
    "all was seen.",
    Outcome.LEFT: "{server} is not clean: something that was found is still there.",
    Outcome.BACK: "{server} was attacked again, or more was found: the first sign is {first}.",
}
_FILES = {
    Outcome.CLEAN: "Files: verified clean.",
    Outcome.UNCOVERED: "Files: not all folders were collected again.",
    Outcome.LEFT: "Files: some are still there.",
    Outcome.BACK: "Files: some came back, or are new.",
}
_HEADINGS = {
    Fate.BACK: "Came back",
    Fate.NEW: "New",
    Fate.LEFT: "Still there",
    Fate.GONE: "Gone",
    Fate.PAST: "Of before the clean-up, and still in the logs",
}


def sentence(found: Verification) -> str:
    """The answer in one sentence."""
    signs = sorted(item.time for item in found.of(Fate.BACK, Fate.NEW) if item.time)
    first = signs[0] if signs else "a file (see below)"
    return _SENTENCES[found.outcome].format(server=found.server, since=found.since, first=first)


def write_verification(found: Verification, stream: TextIO) -> None:
    """For a terminal of 80 columns."""
    stream.writelines(line + "\n" for line in _lines(found))


def _lines(found: Verification) -> Iterator[str]:
    yield from _wrapped(sentence(found))
    yield _FILES[found.files]
    if found.uncovered:
        yield from ("", "Not covered")
        for text in found.uncovered:
            yield from _wrapped(text, "  - ")
    for fate, heading in _HEADINGS.items():
        items = found.of(fate)
        if items:
            yield from ("", f"{heading} ({len(items):,})")
            for item in items[:MOST]:
                yield from _wrapped(_told(item), "  - ")


def _told(item: Item) -> str:
    where = f": {item.path}" if item.path else ""
    return f"{item.title}{where}{f', {item.time}' if item.time else ''} ({item.rule})"


def _wrapped(text: str, first: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        visible(text), WIDTH, initial_indent=first, subsequent_indent=" " * len(first),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
