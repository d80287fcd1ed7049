"""A verification for people: the sentence that matters, then what it rests on."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import TextIO

from alpheus.report.visible import visible
from alpheus.respond.verification import Fate, Item, Outcome, Verification
from alpheus.respond.verification_looked import BY_OPERATOR
from alpheus.respond.verification_open import Unshown
from alpheus.respond.verification_unlisted import NOT_COMPARED, Change

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
    Outcome.UNCOVERED: "Files: not shown to be clean; what is missing stands below.",
    Outcome.LEFT: "Files: some are still there.",
    Outcome.BACK: "Files: some came back, or are new.",
}
_AT_ONCE = (Fate.BACK, Fate.NEW, Fate.LEFT)
"""What is told before all else."""
_VULNERABLE = "the server is vulnerable to "
_FLAW = re.compile(rf"{_VULNERABLE}(?P<cve>CVE-[\d-]+)(?P<rest>.*)", re.DOTALL)
_BY_WORD = "That the new evidence is of this server is taken on the caller's word."
_UNTIL = "Seen until {}."
_LISTED = (
    " Logs go on beyond that; the folders were collected no later: bring those of the newest "
    "collection as well."
)
_RENAMED = "That {} is taken on the caller's word."
_UNSHOWN = "Not shown by files: to be settled by the plan's steps"
_PAGES = {
    Change.OWN: "New or changed pages that are right by somebody's word",
    Change.SAME: "Pages that no list and no rule knows, as they were",
}
_HEADINGS = {
    Fate.BACK: "Came back",
    Fate.NEW: "New",
    Fate.LEFT: "Still there",
    Fate.UNSEEN: "Not seen: nobody looked there again",
    Fate.GONE: "Gone",
    Fate.PAST: "Of before the clean-up, and still in the logs",
}


def sentence(found: Verification) -> str:
    """The answer in one sentence."""
    if found.outcome is Outcome.CLEAN and found.unshown:
        number = len(found.unshown)
        things = "1 thing is" if number == 1 else f"{number:,} things are"
        return (f"{found.server} is verified clean for what lies in files; {things} not shown by "
                "evidence.")  # fmt: skip
    if found.outcome is Outcome.UNCOVERED and found.way_in:
        return f"{found.server} cannot be called clean yet: the way in is open."
    signs = sorted(item.time for item in found.of(Fate.BACK, Fate.NEW) if item.time)
    first = signs[0] if signs else "a file (see below)"
    return _SENTENCES[found.outcome].format(server=found.server, since=found.since, first=first)


def by_word(found: Verification) -> Iterator[str]:
    """All that a verification takes on somebody's word, for the record."""
    if found.by_word:
        yield _BY_WORD
    if found.renamed:
        yield _RENAMED.format(found.renamed)
    yield from (one for one in found.shown_by if BY_OPERATOR in one)
    for page in found.pages:
        if page.change is Change.OWN:
            yield f"{BY_OPERATOR}, a page is right: {page.path} (SHA-256 {page.sha256})"


def write_verification(found: Verification, stream: TextIO) -> None:
    """For a terminal of 80 columns."""
    stream.writelines(line + "\n" for line in _lines(found))


def _lines(found: Verification) -> Iterator[str]:
    yield from _wrapped(sentence(found))
    yield _FILES[found.files]
    if found.until > found.since:
        yield from _wrapped(_UNTIL.format(found.until) + _LISTED * bool(found.listed))
    if found.files is Outcome.CLEAN or found.pages:
        yield from _wrapped(found.compared or NOT_COMPARED)
    if found.by_word:
        yield from _wrapped(_BY_WORD)
    if found.renamed:
        yield from _wrapped(_RENAMED.format(found.renamed))
    yield from _of_items(found, *_AT_ONCE)
    for heading, texts in _texts(found):
        if texts:
            yield from ("", heading)
            for text in texts:
                yield from _wrapped(text, "  - ")
    yield from _of_items(found, *(fate for fate in Fate if fate not in _AT_ONCE))
    yield from _of_pages(found)
    if found.unshown:
        yield from ("", f"{_UNSHOWN} ({len(found.unshown):,})")
        for one in found.unshown:
            yield from _of_unshown(one)


def _texts(found: Verification) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("The way in is open", _by_remedy(found.way_in)), ("Not covered", found.uncovered),
        ("What shows the folders", found.shown_by),
    )  # fmt: skip


def _by_remedy(way_in: tuple[str, ...]) -> tuple[str, ...]:
    """Flaws of which the same is said, each remedy once."""
    found: dict[str, list[str]] = {}
    for one in way_in:
        known = _FLAW.fullmatch(one)
        found.setdefault(known["rest"] if known else one, []).append(known["cve"] if known else "")
    return tuple(
        f"{_VULNERABLE}{', '.join(cves)}{rest}" if cves[0] else rest
        for rest, cves in found.items()
    )  # fmt: skip


def _of_items(found: Verification, *fates: Fate) -> Iterator[str]:
    for fate, heading in _HEADINGS.items():
        items = found.of(fate)
        if items and fate in fates:
            yield from ("", f"{heading} ({len(items):,})")
            for item in items[:MOST]:
                yield from _wrapped(_told(item), "  - ")


def _of_pages(found: Verification) -> Iterator[str]:
    for change, heading in _PAGES.items():
        pages = [one for one in found.pages if one.change is change]
        if pages:
            yield from ("", f"{heading} ({len(pages):,})")
            for one in pages[:MOST]:
                yield from _wrapped(f"{one.path} (SHA-256 {one.sha256})", "  - ")


def _of_unshown(one: Unshown) -> Iterator[str]:
    yield from _wrapped(one.step, "  - ")
    for word, texts in (("names", one.names), ("because", one.titles)):
        if texts:
            yield from _wrapped(f"{word}: {'; '.join(texts[:MOST])}", "    ")


def _told(item: Item) -> str:
    where = f": {item.path}" if item.path else ""
    return f"{item.title}{where}{f', {item.time}' if item.time else ''} ({item.rule})"


def _wrapped(text: str, first: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        visible(text), WIDTH, initial_indent=first, subsequent_indent=" " * len(first),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
