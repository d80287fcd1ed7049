"""What came back: reports of servers, automatic answers, and what people wrote.

Read are reports by RFC 3464 (delivery), RFC 8098 (reading) and RFC 5965 (complaints), those of
servers that have a form of their own (qmail, older Exim, Exchange and others), and answers that
software gave (RFC 3834). Structure and numbers decide, since the words are in any language.

Nothing here believes what a message says. It may be forged, broken or endless; what it claims is
proved elsewhere (`reports`), by the keyed token beside the reference.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from alpheus.notify.bounce_words import (
    is_automatic,
    is_delay_subject,
    is_failure_subject,
    is_from_server,
    is_no_sender,
)
from alpheus.notify.mail_headers import one_line
from alpheus.notify.mime_reader import LARGEST, Entity, Headers, decoded, is_fields, read_entity
from alpheus.notify.status_codes import code_in, in_words, status_in
from alpheus.notify.tokens import Claim, claims_in

_FATES = 50
_LINE = 300
_INTRO = 8 << 10
_ADDRESS = re.compile(r"[^\s<>;,:\"()\[\]]{1,64}@[^\s<>;,:\"()\[\]]{1,253}")
_REFERENCE = re.compile(r"(?<![A-Z0-9])A-[2-9A-HJ-NP-Z]{6}(?![A-Z0-9])")
_COPY = re.compile(
    r"^(?:-{3,}[^\n]{0,200}|={5,}[^\n]{0,200}|>{0,2}\s?(?:Return-Path|Received|Message-ID):[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ABOUT = re.compile(r"^\s{0,8}<?([^\s<>;,:\"()\[\]]{1,64}@[^\s<>;,:\"()\[\]]{1,253})>?:?\s*$",
                    re.MULTILINE)  # fmt: skip
_OF_MAIL = frozenset({
    "from", "date", "received", "return-path", "message-id", "x-failed-recipients",
})  # fmt: skip
"""Every message has one of these; other files may have lines that look like headers."""

_ANSWERS = ("in-reply-to", "references")
_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")


class Kind(StrEnum):
    """What a message is."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    """Passed on to a server that gives no reports; not known to have arrived."""
    EXPANDED = "expanded"
    """It reached a list, which sent it on to those on it."""
    READ = "read"
    UNREAD = "unread"
    """Thrown away without being opened."""
    AUTOMATIC = "automatic-answer"
    ANSWERED = "answered"
    """By a person, as far as can be told."""
    COMPLAINT = "complaint"
    """The recipient's provider was told that it is spam."""
    COPY = "copy"
    """A notice of ours that came back as it was, by a forwarding or a loop."""
    UNREADABLE = "unreadable"


class Fate(msgspec.Struct, frozen=True):
    """What became of a message at one address. `text` is the server's own line."""

    kind: Kind
    address: str = ""
    original: str = ""
    status: str = ""
    text: str = ""
    server: str = ""

    @property
    def reason(self) -> str:
        """One line: the reason in words, the number, the server and its own words."""
        said = in_words(self.status) or ("" if self.text else "no reason was given")
        if self.kind is Kind.FAILED and self.status.startswith("4"):
            said = f"given up after trying: {said}" if said else "given up after trying"
        number = f" ({self.status})" if self.status and self.status not in self.text else ""
        place = f" at {self.server}" if self.server else ""
        who = f"{self.address}{place}: " if self.address else f"{place.strip()}: ".lstrip(": ")
        own = f": {self.text}" if self.text and said else self.text
        return one_line(f"{who}{said}{number}{own}")[: 2 * _LINE]


class Report(msgspec.Struct, frozen=True):
    """A message that came in, understood as far as it goes.

    `place` is where it lies, `digest` is over its content and the same wherever it lies. `claims`
    are references with tokens, unproved; `mentioned` are references without one.
    """

    kind: Kind
    place: str
    digest: str
    fates: tuple[Fate, ...] = ()
    claims: tuple[Claim, ...] = ()
    mentioned: tuple[str, ...] = ()
    subject: str = ""
    sender: str = ""
    date: str = ""

    def fate(self, address: str) -> Fate:
        """What became of the notice to `address`: where others are named, the best of theirs."""
        wanted = address.lower()
        mine = [each for each in self.fates
                if wanted in {each.address.lower(), each.original.lower()}]  # fmt: skip
        return min(mine or self.fates or (Fate(self.kind),), key=lambda each: _BEST[each.kind])


_BEST = {
    kind: number
    for number, kind in enumerate(
        (Kind.DELIVERED, Kind.READ, Kind.UNREAD, Kind.EXPANDED, Kind.RELAYED, Kind.DELAYED,
         Kind.FAILED, Kind.AUTOMATIC, Kind.ANSWERED, Kind.COMPLAINT, Kind.COPY, Kind.UNREADABLE)
    )
}  # fmt: skip


def digest_of(content: bytes) -> str:
    """Over what is read of a message, the same however its lines end."""
    plain = content[:LARGEST].replace(b"\r\n", b"\n").rstrip(b"\n")
    return hashlib.sha256(plain).hexdigest()


def read_report(content: bytes, place: str = "") -> Report:
    """Understand a message. Never raises; at most 2 MiB of it are read."""
    entity = read_entity(content)
    kind, fates = _understood(entity)
    subject = one_line(entity.get("subject"))[:_LINE]
    return Report(
        kind, place, digest_of(content), fates, claims_in(_texts(entity)),
        tuple(dict.fromkeys(_REFERENCE.findall(subject.upper())))[:5],
        subject, one_line(entity.get("from"))[:_LINE], one_line(entity.get("date"))[:60],
    )  # fmt: skip


def _understood(entity: Entity) -> tuple[Kind, tuple[Fate, ...]]:
    if not any(name in _OF_MAIL for name, _ in entity.headers):
        return Kind.UNREADABLE, ()
    if claims_in([entity.get("message-id")]):
        return Kind.COPY, ()
    fields = next((part for part in entity.walk() if is_fields(part)), None)
    if fields is not None and not _is_forwarded(entity, fields):
        return _by_fields(entity, fields)
    fate = _by_text(entity)
    if fate is not None:
        return fate.kind, (fate,)
    return (Kind.AUTOMATIC if is_automatic(entity) else Kind.ANSWERED), ()


def _is_forwarded(entity: Entity, fields: Entity) -> bool:
    """A report inside a message that is attached to another: somebody sends it to be looked at."""
    return any(
        fields in inner.walk()
        for part in entity.walk()
        if part.kind in {"message/rfc822", "message/global"}
        for inner in part.parts
    )


def _by_fields(entity: Entity, fields: Entity) -> tuple[Kind, tuple[Fate, ...]]:
    if fields.kind.endswith("feedback-report"):
        return Kind.COMPLAINT, ()
    groups = fields.groups()
    if fields.kind.endswith("disposition-notification"):
        fate = _reading(groups[0] if groups else ())
        return fate.kind, (fate,)
    about = _field(groups[0], "reporting-mta") if groups else ""
    fates = tuple(_delivery(group, about) for group in groups[:_FATES] if _is_recipient(group))
    if not fates:
        fate = _by_text(entity) or Fate(Kind.DELAYED, text="a report that names no recipient")
        return fate.kind, (fate,)
    return min((each.kind for each in fates), key=lambda kind: _BEST[kind]), fates


def _is_recipient(group: Headers) -> bool:
    return any(name in {"final-recipient", "action", "status"} for name, _ in group)


def _field(group: Headers, name: str) -> str:
    """A field without its type, such as `rfc822;` or `dns;`."""
    value = next((value for key, value in group if key == name), "")
    kind, mark, rest = value.partition(";")
    typed = mark and len(kind) <= 20 and " " not in kind.strip()
    return one_line(decoded(rest if typed else value))[:_LINE]


_ACTIONS = {
    "failed": Kind.FAILED, "failure": Kind.FAILED, "delayed": Kind.DELAYED,
    "delivered": Kind.DELIVERED, "relayed": Kind.RELAYED, "expanded": Kind.EXPANDED,
}  # fmt: skip
_BY_CLASS = {"5": Kind.FAILED, "4": Kind.DELAYED, "2": Kind.DELIVERED}


def _delivery(group: Headers, reporting: str) -> Fate:
    """RFC 3464, 2.3: the action decides; where it is none, the class of the status."""
    text = _field(group, "diagnostic-code")
    status = status_in(_field(group, "status"))
    if not status or status.endswith(".0.0"):
        status = status_in(text) or status
    action = re.match(r"[a-z]+", _field(group, "action").lower())
    kind = _ACTIONS.get(action[0]) if action else None
    if kind is None:
        first = status[:1] or str(code_in(f"{text} "))[:1]
        kind = _BY_CLASS.get(first, Kind.DELAYED)
    return Fate(
        kind, _address(_field(group, "final-recipient")),
        _address(_field(group, "original-recipient")), status, text,
        _field(group, "remote-mta") or reporting,
    )  # fmt: skip


def _reading(group: Headers) -> Fate:
    """RFC 8098, 3.2.6: what was done to the message, after the semicolon."""
    disposition = next((value for key, value in group if key == "disposition"), "").lower()
    kind = disposition.partition(";")[2].strip()
    address = _address(_field(group, "final-recipient"))
    if kind.startswith("deleted"):
        return Fate(Kind.UNREAD, address, text="thrown away without being opened")
    if kind.startswith(("displayed", "processed")):
        return Fate(Kind.READ, address, text="opened" if kind.startswith("d") else "processed")
    return Fate(Kind.AUTOMATIC, address, text=one_line(disposition)[:_LINE])


def _address(text: str) -> str:
    found = _ADDRESS.search(text)
    return found[0].strip(".'") if found else ""


def _by_text(entity: Entity) -> Fate | None:
    """A report in a form of the server's own: qmail, Exim, older Exchange, gateways.

    It names who failed in a header of its own, or comes from a mail system, and has a number.
    """
    named = entity.get("x-failed-recipients")
    subject = entity.get("subject")
    from_server = is_from_server(entity)
    says_so = is_failure_subject(subject) or is_delay_subject(subject)
    if not (named or from_server or (says_so and is_no_sender(entity))):
        return None
    intro = _intro(entity)
    status, code = status_in(intro), code_in(intro)
    if not (named or says_so or status or code):
        return None
    about = _ABOUT.search(intro)
    first = status[:1] or str(code)[:1]
    late = is_delay_subject(subject) or (
        first == "4" and not (named or is_failure_subject(subject))
    )
    return Fate(
        Kind.DELAYED if late else Kind.FAILED, _address(named) or (about[1] if about else ""),
        status=status, text=_line_of(intro, status, code),
    )  # fmt: skip


def _intro(entity: Entity) -> str:
    """What the server says before the copy of the message."""
    for part in entity.walk():
        if part.kind.startswith("text/") and not part.parts:
            text = part.text()[: 4 * _INTRO]
            if part.kind == "text/html":
                text = re.sub(r"<[^>@]{0,500}>", " ", text)
            marks = [found.start() for found in _COPY.finditer(text) if found.start() > 20]
            return text[: marks[0] if marks else len(text)][:_INTRO]
    return ""


def _line_of(intro: str, status: str, code: int) -> str:
    """The line that has the number, else the first that names an address and what follows it."""
    lines = [one_line(line) for line in intro.split("\n")]
    for sign in (status, str(code) if code else ""):
        for line in lines:
            if sign and sign in line:
                return line[:_LINE]
    for number, line in enumerate(lines[:-1]):
        if _ADDRESS.search(line):
            return f"{line} {lines[number + 1]}"[:_LINE]
    return ""


def _texts(entity: Entity) -> Iterator[str]:
    """Where references with tokens may stand, the surest places first."""
    for name in (*_TO, *_ANSWERS):
        yield from entity.all(name)
    left = 4 * LARGEST // 8
    for part in entity.walk():
        for _, value in part.headers:
            yield value
        if not part.parts and left > 0 and not _is_file(part):
            text = part.text()
            left -= len(text)
            yield text


def _is_file(part: Entity) -> bool:
    return part.kind.startswith(("image/", "audio/", "video/", "application/", "font/"))
