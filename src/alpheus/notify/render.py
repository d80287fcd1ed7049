"""A notice in words: the subject, the text, the same as HTML, and the files that go with it.

Nothing here asks the clock or the network: the same notice, settings and templates give the same
bytes, which is what an approval binds to.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from alpheus.notify.blocks import Block, parse, plain
from alpheus.notify.facts import Facts, facts_of
from alpheus.notify.model import Attachment, Channel, Notice, Rendered, Rung
from alpheus.notify.rows import COLUMNS, rows_of
from alpheus.notify.settings import Settings
from alpheus.notify.wording import BUILT_IN, Language, Wording, of_folders
from alpheus.report.csv_output import cell

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATES = {
    Rung.CONTACT: "organisation",
    Rung.LETTER: "organisation",
    Rung.REGISTRANT: "registrant",
    Rung.PROVIDER: "provider",
    Rung.NATIONAL_TEAM: "national-team",
}


class Document(NamedTuple):
    """A notice before it is given a form."""

    facts: Facts
    language: Language
    blocks: tuple[Block, ...]


def render(
    notice: Notice, settings: Settings, *, now: str = "", wording: Wording | None = None
) -> Rendered:
    """Put a notice into words. The subject holds no TLP label; text and HTML begin with it.

    `now` (ISO 8601, UTC; the time of planning if it is not given) decides which updates are to be
    installed, and nothing else. `wording` has other languages than the settings. Raises
    KnowledgeError if a template is wrong.
    """
    document = document_of(notice, settings, now=now, wording=wording)
    facts = document.facts
    text = f"{facts.tlp}\n\n{plain(document.blocks)}"
    files = (servers_file(facts),) if facts.attached else ()
    return Rendered(facts.subject, text, _html(document), files)


def document_of(
    notice: Notice, settings: Settings, *, now: str = "", wording: Wording | None = None
) -> Document:
    """The facts and the words of a notice. Raises KnowledgeError."""
    language = (wording or of_folders(settings.templates)).language(notice.language)
    facts = facts_of(notice, settings, language, today=now or notice.made)
    return Document(facts, language, parse(language.fill(_template(notice), facts)))


def _template(notice: Notice) -> str:
    if notice.reduced:
        return "reduced"
    if notice.recipient.channel == Channel.PHONE:
        return "phone"
    return _TEMPLATES[notice.recipient.rung]


def servers_file(facts: Facts) -> Attachment:
    """The servers of a notice as CSV for a spreadsheet: UTF-8 with a mark, comma, CRLF."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([cell(value) for value in row] for row in rows_of(facts))
    name = "".join(c for c in facts.reference if c.isascii() and (c.isalnum() or c == "-"))
    return Attachment(
        f"servers-{name or 'notice'}.csv", "text/csv", stream.getvalue().encode("utf-8-sig")
    )


def _html(document: Document) -> str:
    facts = document.facts
    return _layout().render(
        language=document.language.tag, title=facts.subject, label=facts.tlp,
        blocks=document.blocks, page=_web(facts.sender.page),
    )  # fmt: skip


def _web(address: str) -> str:
    """An address that may be a link, or ''."""
    return address if address.lower().startswith(("https://", "http://")) else ""


@cache
def _layout() -> Template:
    from jinja2 import (  # noqa: PLC0415 - slow to load
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=FileSystemLoader(BUILT_IN), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("mail.html")
