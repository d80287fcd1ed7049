"""Notices for other programs: a table, events for IntelMQ, tickets, and a list of calls.

What a mailbox on a broken-into server must not learn (`reduced`) is in the table and the events,
since these stay with the sender, but the events name no contact then, so that nothing mails them
on. Every line carries its TLP label; where a format knows fewer, the next stricter one.
"""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TextIO

import msgspec

from alpheus.errors import UsageError
from alpheus.notify.blocks import bare, clean
from alpheus.notify.facts import Facts, Server, facts_of
from alpheus.notify.letter import OUTCOMES
from alpheus.notify.model import Channel, Notice
from alpheus.notify.render import render
from alpheus.notify.rows import COLUMNS, row_of
from alpheus.notify.settings import Settings
from alpheus.notify.wording import Wording, of_folders, time_of
from alpheus.report.csv_output import cell
from alpheus.report.visible import portable
from alpheus.sharing import intelmq

TABLE_COLUMNS = (
    *COLUMNS, "organisation", "rung", "channel", "recipient", "recipient_name", "recipient_kind",
    "language", "reduced", "made",
)  # fmt: skip
"""One line per server and recipient. They keep their names and their order."""

PHONE_COLUMNS = (
    "reference", "tlp", "number", "organisation", "person", "language", "servers", "condition",
    "say", "outcome", "call_again", "spoken_to", "safe_mailbox", "time", "caller", "notes",
)  # fmt: skip
"""One line per call; from `outcome` on the caller fills in. Outcomes are those of `OUTCOMES`."""

QUEUE = "security-notices"
"""The queue of tickets, unless another is named."""

_CLASSES = {
    "compromised": intelmq.BROKEN,
    "re-infected": intelmq.BROKEN,
    "reported": intelmq.BROKEN,
    "suspicious": intelmq.UNSURE,
    "regressed": intelmq.OPEN,
    "vulnerable": intelmq.OPEN,
    "unclear": intelmq.UNSURE,
}
_URGENCY = {"compromised": "high", "re-infected": "high", "reported": "high"}
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")


class _Maker(NamedTuple):
    """What lines are made with."""

    settings: Settings
    wording: Wording
    now: str
    queue: str

    def facts(self, notice: Notice) -> Facts:
        """All that is known of a notice, whoever may read its mailbox."""
        whole = msgspec.structs.replace(notice, reduced=False)
        language = self.wording.language(notice.language)
        return facts_of(whole, self.settings, language, today=self.now or notice.made)


def write_export(
    kind: str,
    notices: Iterable[Notice],
    settings: Settings,
    stream: TextIO,
    *,
    now: str = "",
    wording: Wording | None = None,
    queue: str = QUEUE,
) -> int:
    """Write notices as `csv`, `intelmq`, `ticket` or `phone`; return how many lines.

    Tables open with their columns and end lines by CRLF, so that `stream` must leave line ends
    alone; the others are JSON, one object a line. For `now` and `wording` see `render.render`.
    Raises UsageError for another kind, KnowledgeError if a template is wrong.
    """
    write = _WRITERS.get(kind)
    if write is None:
        raise UsageError(f"there is no export {kind!r}; there are {', '.join(KINDS)}")
    words = wording or of_folders(settings.templates)
    return write(notices, _Maker(settings, words, now, queue), stream)


def phone_list(
    notices: Iterable[Notice],
    settings: Settings,
    stream: TextIO,
    *,
    wording: Wording | None = None,
) -> int:
    """The calls to be made as CSV, to be filled in; return how many."""
    return write_export("phone", notices, settings, stream, wording=wording)


def _table(
    columns: tuple[str, ...],
    rows: Callable[[Notice, _Maker], Iterator[tuple[str, ...]]],
) -> Callable[[Iterable[Notice], _Maker, TextIO], int]:
    def write(notices: Iterable[Notice], maker: _Maker, stream: TextIO) -> int:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        count = 0
        for notice in notices:
            for row in rows(notice, maker):
                writer.writerow([cell(value) for value in row])
                count += 1
        return count

    return write


def _lines(
    objects: Callable[[Notice, _Maker], Iterator[dict[str, object]]],
) -> Callable[[Iterable[Notice], _Maker, TextIO], int]:
    def write(notices: Iterable[Notice], maker: _Maker, stream: TextIO) -> int:
        count = 0
        for notice in notices:
            for one in objects(notice, maker):
                stream.write(portable(json.dumps(one, ensure_ascii=False)) + "\n")
                count += 1
        return count

    return write


def _server_rows(notice: Notice, maker: _Maker) -> Iterator[tuple[str, ...]]:
    facts, to = maker.facts(notice), notice.recipient
    who = (notice.organisation, to.rung, to.channel, to.address, to.name, to.kind, notice.language)
    for server in facts.servers:
        organisation = server.subject.organisation or notice.organisation
        yield (
            *row_of(facts, server), clean(organisation), *(clean(one) for one in who[1:]),
            "yes" if notice.reduced else "no", clean(notice.made),
        )  # fmt: skip


def _calls(notice: Notice, maker: _Maker) -> Iterator[tuple[str, ...]]:
    if notice.recipient.channel != Channel.PHONE:
        return
    facts = maker.facts(notice)
    yield (
        facts.reference, facts.tlp, clean(notice.recipient.address), facts.owner, facts.recipient,
        clean(notice.language), "; ".join(one.place for one in facts.servers),
        facts.groups[0].condition if facts.groups else "", bare(facts.lead),
        *("",) * (len(PHONE_COLUMNS) - PHONE_COLUMNS.index("outcome")),
    )  # fmt: skip


def _tickets(notice: Notice, maker: _Maker) -> Iterator[dict[str, object]]:
    rendered = render(notice, maker.settings, now=maker.now, wording=maker.wording)
    facts = maker.facts(notice)
    worst = facts.groups[0].condition if facts.groups else ""
    mailbox = notice.recipient.address if notice.recipient.channel in _BY_MAIL else ""
    yield {
        "queue": maker.queue,
        "subject": f"[{facts.tlp}] {rendered.subject}",
        "requestor": clean(mailbox),
        "requestor_name": facts.recipient,
        "priority": _URGENCY.get(worst, "normal"),
        "reference": facts.reference,
        "tlp": facts.tlp,
        "language": clean(notice.language),
        "organisation": facts.owner or clean(notice.owner),
        "text": rendered.text,
        "pages": []
        if notice.reduced
        else [f"{one.place}: {bare(page)}" for one in facts.servers for page in one.pages],
        "tags": ["alpheus", *dict.fromkeys(group.condition for group in facts.groups)],
        "attachments": [
            {
                "name": one.name,
                "media_type": one.media_type,
                "content_base64": base64.b64encode(one.content).decode(),
            }
            for one in rendered.attachments
        ],
    }


_BY_MAIL = (Channel.EMAIL, Channel.TICKET)


def _events(notice: Notice, maker: _Maker) -> Iterator[dict[str, object]]:
    facts = maker.facts(notice)
    for server in facts.servers:
        yield intelmq.event(_event(notice, facts, server))


def _event(notice: Notice, facts: Facts, server: Server) -> Iterator[tuple[str, object]]:
    """Fields of IntelMQ's data format (version 3), none of which it refuses."""
    one = server.subject
    taxonomy, kind = _CLASSES[server.condition]
    yield "feed.name", "alpheus-notices"
    yield "feed.provider", facts.sender.organisation
    yield "time.observation", _zoned(notice.made)
    yield "time.source", _zoned(one.last_seen or one.compromise_since or one.patch_since)
    yield "classification.taxonomy", taxonomy
    yield "classification.type", kind
    yield "classification.identifier", f"mail-server-{server.condition}"
    yield "source.ip", intelmq.address(one.address)
    yield "source.fqdn", intelmq.full_name(one.name)
    yield "source.port", one.port if 0 < one.port < 65536 else None
    yield "protocol.transport", "tcp" if one.port else None
    if notice.recipient.channel in _BY_MAIL and not notice.reduced:
        yield "source.abuse_contact", clean(notice.recipient.address).strip().lower()
    yield "event_description.text", bare(server.state)
    yield "tlp", intelmq.TLP[facts.tlp]
    more = {
        "reference": facts.reference, "tlp": facts.tlp, "owner": one.owner or notice.owner,
        "product": one.product, "build": one.build, "patch": one.patch,
        "compromise": one.compromise, "stage": one.stage, "install": bare(server.install),
        "evidence": " | ".join(server.evidence),
        "pages": " | ".join(bare(one) for one in server.pages),
        "recipient_rung": notice.recipient.rung, "reduced": "yes" if notice.reduced else "",
    }  # fmt: skip
    for name, value in more.items():
        yield f"extra.{name}", clean(value).strip()


def _zoned(time: str) -> str | None:
    """None for what is no time in UTC that was written with its zone."""
    return intelmq.zoned(time_of(time) if _ZONE.search(time) else None)


_WRITERS: dict[str, Callable[[Iterable[Notice], _Maker, TextIO], int]] = {
    "csv": _table(TABLE_COLUMNS, _server_rows),
    "intelmq": _lines(_events),
    "ticket": _lines(_tickets),
    "phone": _table(PHONE_COLUMNS, _calls),
}
KINDS = tuple(_WRITERS)
"""What `write_export` can write."""

__all__ = ["KINDS", "OUTCOMES", "PHONE_COLUMNS", "QUEUE", "TABLE_COLUMNS", "phone_list",
           "write_export"]  # fmt: skip
