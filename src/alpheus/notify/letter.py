"""Notices on paper: letters for window envelopes, and sheets for those who call.

Pages are set by Typst from a layout of ours. What a notice says goes to it as JSON and is shown as
text, so that no name in it becomes markup. The fonts are those that Typst brings along: Latin,
Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic. A character that they lack is written as
`{U+4E2D}`, and `uncovered` tells it beforehand. The same notices give the same bytes everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice

from alpheus.errors import OutputError
from alpheus.knowledge.tables import read_table
from alpheus.notify.blocks import bare, clean, data
from alpheus.notify.model import Notice
from alpheus.notify.render import Document, document_of
from alpheus.notify.settings import Settings
from alpheus.notify.wording import BUILT_IN, Wording, time_of

A4 = "a4"
MOST = 300
"""Letters in one file; they are all in memory while it is made."""

_PAPER = "notice_paper.csv"
_STATE_AND_ZIP = re.compile(r"\b[A-Z]{2}[ .,]+\d{5}(?:-\d{4})?$")
_CERTAIN = re.compile("[\x20-\x7e\xa0-\u0148\u014a-\u017f\u0391-\u03a1\u03a3-\u03c9\u0400-\u045f]*")
"""What the fonts surely have: these need no test."""

_LINES = 6
_EPOCH = 1970
_RUNS_KEPT, _FEW = 12, 20


def letter(
    notice: Notice, settings: Settings, *, now: str = "", wording: Wording | None = None
) -> bytes:
    """A notice as a letter: PDF. Raises KnowledgeError, OutputError; see `render.render`."""
    return letters([notice], settings, now=now, wording=wording, duplex=False)


def letters(
    notices: Iterable[Notice],
    settings: Settings,
    *,
    now: str = "",
    wording: Wording | None = None,
    duplex: bool = True,
) -> bytes:
    """Letters in one PDF, for printing; with `duplex` each begins on the front of a sheet.

    Raises KnowledgeError if a template is wrong, OutputError if there is no notice, or if there
    are more than `MOST`: see `letter_files`.
    """
    told = list(notices)
    if not told:
        raise OutputError("there is no letter to write: no notice goes by letter")
    if len(told) > MOST:
        raise OutputError(
            f"{len(told)} letters are too many for one file: at most {MOST}; take them in parts"
        )
    made = [
        _letter(notice, document_of(notice, settings, now=now, wording=wording), settings)
        for notice in told
    ]
    title = clean(told[0].reference) if len(told) == 1 else f"{len(told)} letters"
    content: dict[str, object] = {
        "title": title, "author": _author(settings), "duplex": duplex, "letters": made,
    }  # fmt: skip
    whole = _set("letter.typ", "letters", _newest(told), content)
    if len(told) > _FEW:
        _forget()
    return whole


def letter_files(
    notices: Iterable[Notice],
    settings: Settings,
    *,
    each: int = 100,
    now: str = "",
    wording: Wording | None = None,
    duplex: bool = True,
) -> Iterator[bytes]:
    """Any number of letters as PDFs of `each` letters, the last of fewer; memory stays bounded.

    Raises KnowledgeError if a template is wrong.
    """
    rest = iter(notices)
    while some := list(islice(rest, min(each, MOST))):
        yield letters(some, settings, now=now, wording=wording, duplex=duplex)


def call_sheets(
    notices: Iterable[Notice],
    settings: Settings,
    *,
    now: str = "",
    wording: Wording | None = None,
) -> bytes:
    """A sheet for each call: whom, what to say, and boxes to tick; PDF.

    Raises KnowledgeError if a template is wrong, OutputError if there is no notice.
    """
    told = list(notices)
    if not told:
        raise OutputError("there is no sheet to write: no notice goes by telephone")
    made = [
        _call(notice, document_of(notice, settings, now=now, wording=wording), settings)
        for notice in told
    ]
    author = _author(settings)
    content: dict[str, object] = {"title": author, "author": author, "calls": made}
    return _set("call.typ", "calls", _newest(told), content)


def _author(settings: Settings) -> str:
    return clean(settings.sender.organisation or settings.sender.name)


def _newest(notices: Iterable[Notice]) -> int:
    """The time that a file bears: when the newest of its notices was made, not when it is set."""
    times = [time_of(notice.made) for notice in notices]
    return max([int(time.timestamp()) for time in times if time and time.year >= _EPOCH], default=0)


def paper_of(notice: Notice, settings: Settings) -> str:
    """`a4` or `us-letter`, by the country of the sender, who prints; else by the recipient's.

    A country is known by the last line of an address, or by a state and ZIP code.
    """
    for address in (settings.sender.postal_address, address_lines(notice)):
        for line in reversed(address):
            if line.strip().casefold() in _papers():
                return _papers()[line.strip().casefold()]
            if _STATE_AND_ZIP.search(line.strip()):
                return "us-letter"
        if address:
            return A4
    return A4


@cache
def _papers() -> dict[str, str]:
    rows = read_table(_PAPER, ("country", "name", "paper"))
    return {row["name"].casefold(): row["paper"] for row in rows}


def address_lines(notice: Notice) -> tuple[str, ...]:
    """The lines in the window: the name, and the postal address at its line ends, or commas."""
    address = notice.recipient.address
    parts = re.split(r"\r?\n|;", address) if re.search(r"[\n;]", address) else address.split(", ")
    lines = [clean(part.strip()) for part in parts if part.strip()]
    name = clean(notice.recipient.name or notice.owner)
    if name and name not in lines:
        lines.insert(0, name)
    if len(lines) > _LINES:
        lines[_LINES - 1 :] = [", ".join(lines[_LINES - 1 :])]
    return tuple(lines)


def uncovered(text: str) -> tuple[str, ...]:
    """The characters of a text that the fonts of letters lack, in their order."""
    return tuple(one for one in dict.fromkeys(text) if not _covered(one))


def _letter(notice: Notice, document: Document, settings: Settings) -> dict[str, object]:
    facts, say = document.facts, document.language.say
    fields = [
        (bare(say("letter.date")), document.language.date(notice.made)),
        (bare(say("letter.reference")), facts.reference),
    ]
    if facts.code:
        fields.append((bare(say("letter.code")), facts.code))
    sender = facts.sender
    own = [line for line in sender.address if line != sender.organisation]
    reach = [sender.telephone, sender.hours, sender.email, sender.page]
    return {
        "paper": paper_of(notice, settings),
        "language": document.language.tag.partition("-")[0],
        "reference": facts.reference,
        "label": facts.tlp,
        "page": document.language.phrases["letter.page"],
        "sender-lines": [clean(line) for line in settings.letters.sender_lines]
        or [", ".join(sender.address)],
        "address": address_lines(notice),
        "organisation": sender.organisation,
        "letterhead": [*own, *(line for line in reach if line)],
        "fields": fields,
        "blocks": data(document.blocks),
    }


def _call(notice: Notice, document: Document, settings: Settings) -> dict[str, object]:
    facts, language = document.facts, document.language
    words = {
        name: language.phrases[f"phone.{name}"]
        for name in ("title", "number", "whom", "person", "servers", "script", "outcome", "again",
                     "spoken", "mailbox", "time", "caller", "notes")
    }  # fmt: skip
    ticks = [language.phrases[f"phone.{name}"] for name in OUTCOMES]
    return {
        "paper": paper_of(notice, settings),
        "language": language.tag.partition("-")[0],
        "reference": facts.reference,
        "label": facts.tlp,
        "number": clean(notice.recipient.address),
        "whom": facts.owner,
        "person": facts.recipient,
        "servers": [[one.place, bare(one.state), one.since] for one in facts.servers[:8]],
        "left": max(0, facts.count - 8),
        "words": words,
        "ticks": ticks,
        "blocks": data(document.blocks),
    }


OUTCOMES = ("reached", "told", "nobody", "wrong", "help", "again")
"""What may come of a call; the phrases are `phone.<outcome>`."""


def _set(layout: str, name: str, made: int, content: dict[str, object]) -> bytes:
    """Compile a layout with data; characters without a glyph are written out.

    `made` (seconds of the epoch) is the time that the file bears.
    """
    import typst  # noqa: PLC0415 - only for paper

    text = json.dumps(_shown(content), ensure_ascii=False)
    source = (BUILT_IN / layout).read_bytes()
    try:
        return _compiled(source, name, text, made, kept=True)
    except typst.TypstError:
        # Rather a letter that no archive takes than none.
        try:
            return _compiled(source, name, text, made, kept=False)
        except typst.TypstError as error:
            raise OutputError(f"{layout} cannot be set: {error}") from error


def _compiled(source: bytes, name: str, text: str, made: int, *, kept: bool) -> bytes:
    """Set pages; `kept`: for good (PDF/A) and for reading aloud (PDF/UA).

    Both refuse what a font lacks.
    """
    import typst  # noqa: PLC0415 - only for paper

    return typst.compile(
        source, format="pdf", sys_inputs={name: text}, ignore_system_fonts=True, timestamp=made,
        pdf_standards=["a-2a", "ua-1"] if kept else None,
    )  # fmt: skip


def _forget() -> None:
    """Let Typst forget pages that were set: it keeps those of its last runs, 2 MB for a letter."""
    import typst  # noqa: PLC0415 - only for paper

    for _ in range(_RUNS_KEPT):
        typst.compile(b"", format="pdf", ignore_system_fonts=True)


def _shown(value: object) -> object:
    if isinstance(value, str):
        if _CERTAIN.fullmatch(value):
            return value
        return "".join(one if _covered(one) else f"{{U+{ord(one):04X}}}" for one in value)
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    return value


@lru_cache(maxsize=65536)
def _covered(character: str) -> bool:
    """Whether the fonts have a glyph; the standard refuses to set what has none."""
    if _CERTAIN.fullmatch(character):
        return True
    import typst  # noqa: PLC0415 - only for paper

    try:
        typst.compile(
            _PROBE, format="pdf", sys_inputs={"text": character}, ignore_system_fonts=True,
            timestamp=0, pdf_standards="a-2u",
        )  # fmt: skip
    except typst.TypstError:
        return False
    return True


_PROBE = b"""#set document(title: "probe")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
a#sys.inputs.text
"""


def unprintable(notices: Iterable[Notice]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The notices whose addresses hold characters that cannot be printed, with these."""
    for notice in notices:
        missing = uncovered("".join(address_lines(notice)))
        if missing:
            yield notice.reference, missing
