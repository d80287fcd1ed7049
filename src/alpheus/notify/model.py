"""The nouns of notices.

A notice goes to one recipient by one channel, about the servers of one organisation; on the rungs
of providers and national teams it may be about those of several. What becomes of it is told by
events, which are only ever added. Times are ISO 8601 in UTC, whole seconds, with `Z`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Channel(StrEnum):
    """How a notice travels."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    """A line on a list that people call by."""
    TICKET = "ticket"
    """A record for the recipient's ticket system, by file."""


class Rung(StrEnum):
    """The escalation ladder, from the bottom."""

    CONTACT = "contact"
    """The organisation's own: registered, in a government's list, in security.txt, or usual."""
    REGISTRANT = "registrant"
    """Who is registered for the smallest range of addresses."""
    PROVIDER = "provider"
    """Who carries the network: asked to pass it on."""
    NATIONAL_TEAM = "national-team"
    LETTER = "letter"


LADDER = tuple(Rung)


class EventKind(StrEnum):
    """What became of a notice."""

    PLANNED = "planned"
    APPROVED = "approved"
    REJECTED = "rejected"
    """By a person, with a reason."""
    HANDING_OVER = "handing-over"
    """Taken down before the last byte is sent; without a later event the outcome is uncertain."""
    HANDED_OVER = "handed-over"
    """The mail server took it, the letter or list was written; `detail` is its answer."""
    NOT_TAKEN = "not-taken"
    """Refused before anything was handed over, for now: it may be sent again."""
    REFUSED = "refused"
    """Refused for good by the recipient's side."""
    UNCERTAIN = "uncertain"
    """It may have gone out and may not; only a person decides."""
    DELAYED = "delayed"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    AUTOMATIC_ANSWER = "automatic-answer"
    ANSWERED = "answered"
    """A person wrote back; `detail` says where it lies."""
    ACKNOWLEDGED = "acknowledged"
    """By the one-time code, or by a person's word."""
    WITHDRAWN = "withdrawn"
    """Before it went out: what it said is no longer so."""
    CODE_USED = "code-used"
    """Somebody came to the console by its code; each time."""
    CODE_ENDED = "code-ended"
    """Whoever came by its code has an account now, which `detail` names."""


class Status(StrEnum):
    """Where a notice stands; follows from its events (`status.status_of`)."""

    PLANNED = "planned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Bounced or refused for good: this address does not work."""
    ACKNOWLEDGED = "acknowledged"


class Recipient(msgspec.Struct, frozen=True):
    """Whom a notice goes to. `address` is a mailbox, a telephone number or a postal address.

    `kind` and `source` are those of `directory.owner_model.Advice`; `warning` says why this way may
    not be enough. `on_server`: the mailbox may lie on the server that the notice is about.
    """

    channel: Channel
    rung: Rung
    address: str
    name: str = ""
    kind: str = ""
    source: str = ""
    warning: str = ""
    on_server: bool = False


class Page(msgspec.Struct, frozen=True):
    """A page of an intruder that lists name: its path, without what follows it.

    `seen` is the last time of it, '' unknown; `sources` are names of lists, '' for one without.
    """

    path: str
    seen: str = ""
    sources: tuple[str, ...] = ()


class Subject(msgspec.Struct, frozen=True):
    """A server that a notice is about, as it stood when the notice was planned.

    `server` is its number, `anchor` an observation of it, which stays with it through merges.
    `evidence` are short sentences of what was seen, when, by whom; no secret of an intruder's page
    is in them. `owner` is the organisation's name, for notices about several. `pages` are those of
    an intruder that lists name.
    """

    server: int
    anchor: int
    name: str
    address: str
    port: int
    product: str
    build: str
    patch: str
    patch_since: str
    compromise: str
    compromise_since: str
    stage: str = ""
    last_seen: str = ""
    evidence: tuple[str, ...] = ()
    organisation: str = ""
    owner: str = ""
    pages: tuple[Page, ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """One notice. `reference` is what people name it by on the telephone, such as `A-4F7K2Q`.

    `organisation` is its key in cases, '' for several or an unknown one. `language` is a tag such
    as `de`. `reduced`: it names no details, since the mailbox may be read by the intruder.
    `situation` picks the text: `compromised`, `suspicious`, `vulnerable`, `regressed` or `mixed`.
    `facts_digest` is over what it says of its servers: the same facts are not told twice.
    """

    id: int
    batch: int
    reference: str
    organisation: str
    owner: str
    recipient: Recipient
    language: str
    tlp: str
    situation: str
    reduced: bool
    subjects: tuple[Subject, ...]
    made: str
    facts_digest: str = ""
    code: str = ""
    """The one-time code; made when the notice is rendered, never stored."""


class Event(msgspec.Struct, frozen=True):
    """Something that became of a notice."""

    id: int
    notice: int
    time: str
    who: str
    kind: EventKind
    detail: str = ""


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes with a notice."""

    name: str
    media_type: str
    content: bytes


class Rendered(msgspec.Struct, frozen=True):
    """A notice in words. `html` holds no link but the sender's own page, and loads nothing."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
