"""What mail servers mean by their answers: RFC 5321 codes and RFC 3463 enhanced status codes.

Servers word their reasons in every language and as they like; the numbers mean the same everywhere.
Which numbers are about the sender rather than the recipient is taken from RFC 5321, 3463, 4954,
7372 and the registry of enhanced codes, and from what Exchange Online documents for 5.7.5xx-7xx.
"""

from __future__ import annotations

import re
from enum import StrEnum

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([245][0-5]\d)(?=[ -])")


class Blame(StrEnum):
    """Whom a refusal is about."""

    RECIPIENT = "recipient"
    SENDER = "sender"
    """Us: every other recipient would be refused as well."""
    UNCLEAR = "unclear"


class Phase(StrEnum):
    """How far a message had come when the answer was given."""

    CONNECT = "connect"
    MAIL = "mail"
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    """The last byte was given away: from here on the message may have been accepted."""


_WORDS = {
    "0.0": "no reason was given",
    "1.0": "something is wrong with the address",
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail domain",
    "1.3": "the address is not written right",
    "1.4": "the address leads to more than one mailbox",
    "1.6": "the mailbox has moved and left no address",
    "1.7": "our own address is not written right",
    "1.8": "our own domain was not believed",
    "1.10": "the domain says that it takes no mail",
    "2.0": "something is wrong with the mailbox",
    "2.1": "the mailbox is disabled",
    "2.2": "the mailbox is full",
    "2.3": "the message is too long for the mailbox",
    "2.4": "the list behind the address could not be expanded",
    "3.0": "the recipient's mail system has a fault",
    "3.1": "the recipient's mail system is full",
    "3.2": "the recipient's mail system takes no messages now",
    "3.3": "the recipient's mail system lacks a feature",
    "3.4": "the message is too large for the recipient's mail system",
    "3.5": "the recipient's mail system is not set up right",
    "4.0": "the way to the recipient has a fault",
    "4.1": "the recipient's server does not answer",
    "4.2": "the connection to the recipient's server was bad",
    "4.3": "the directory that knows the way did not answer",
    "4.4": "no way to the recipient's server is known",
    "4.5": "the way to the recipient is congested",
    "4.6": "the message went round in a circle",
    "4.7": "the message could not be delivered in time",
    "5.0": "both servers do not understand each other",
    "5.1": "both servers do not understand each other",
    "5.2": "both servers do not understand each other",
    "5.3": "the message has too many recipients",
    "5.4": "both servers do not understand each other",
    "5.5": "both servers do not understand each other",
    "6.0": "the content was not accepted",
    "6.7": "addresses in other alphabets are not taken",
    "7.0": "a policy forbids it",
    "7.1": "a policy forbids it",
    "7.2": "we may not write to this list",
    "7.5": "the recipient's system could not check who we are",
    "7.8": "our user or password was refused",
    "7.13": "the user's account is disabled",
    "7.23": "our domain's SPF record does not name our server",
    "7.25": "our server's address has no name in the DNS",
    "7.26": "neither SPF nor DKIM vouches for us",
    "7.27": "our domain says that it sends no mail",
}
_CLASSES = {
    "1": "something is wrong with the address",
    "2": "something is wrong with the mailbox",
    "3": "the recipient's mail system has a fault",
    "4": "the way to the recipient has a fault",
    "5": "both servers do not understand each other",
    "6": "the content was not accepted",
    "7": "a policy forbids it",
}

_ABOUT_US = re.compile(
    r"relay|block.?list|black.?list|blocked using|dnsbl|\brbl\b|spamhaus|spamcop|barracuda|sorbs"
    r"|reputation|sender (?:address|verify|domain)|\bspf\b|\bdkim\b|\bdmarc\b|reverse dns|\bptr\b"
    r"|\bhelo\b|\behlo\b|rate limit|too many|starttls|authentication (?:is )?required"
    r"|banned|your (?:ip|server|host|domain)|\bbot\b",
    re.IGNORECASE,
)
_ABOUT_THEM = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient)|mailbox unavailable"
    r"|does(?: not|n't) exist|recipient (?:address rejected|not found|unknown)",
    re.IGNORECASE,
)


def status_in(text: str) -> str:
    """The first enhanced status code in a text, such as `5.1.1`, or ''."""
    found = _STATUS.search(text[:2000])
    return ".".join(str(int(part)) for part in found.groups()) if found else ""


def code_in(text: str) -> int:
    """The first answer code of SMTP in a text, such as 550, or 0."""
    found = _CODE.search(text[:2000])
    return int(found[1]) if found else 0


def in_words(status: str) -> str:
    """What an enhanced status code says, in words; '' where it says nothing."""
    _, _, rest = status.partition(".")
    if not rest:
        return ""
    return _WORDS.get(rest) or _CLASSES.get(rest.partition(".")[0], "")


def is_lasting(status: str, code: int = 0) -> bool | None:
    """Whether a failure is permanent; None where the numbers do not say."""
    first = status[:1] or str(code)[:1]
    return {"5": True, "4": False}.get(first)


def blame(code: int, status: str, text: str, phase: Phase) -> Blame:
    """Whom an answer of 4xx or 5xx is about."""
    if phase in {Phase.CONNECT, Phase.MAIL} or code in _SENDER_CODES:
        return Blame.SENDER
    found = _by_status(status, text) if status else None
    if found is None:
        found = _by_code(code, text, phase)
    return found


_SENDER_CODES = frozenset({421, 454, 500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538})


def _by_status(status: str, text: str) -> Blame | None:
    _, subject, detail = (int(part) for part in status.split("."))
    if subject == 1:
        return Blame.SENDER if detail in {7, 8} else Blame.RECIPIENT
    if subject in {2, 4}:
        return Blame.RECIPIENT
    if subject == 5:
        return Blame.SENDER
    if subject == 7:
        return _by_policy(detail, text)
    return Blame.UNCLEAR if subject in {3, 6} else None


def _by_policy(detail: int, text: str) -> Blame:
    if detail in {2, 13, 17} or 120 <= detail < 140:
        return Blame.RECIPIENT
    if detail in {8, 9, 11, 12} or 20 <= detail < 30 or 500 <= detail < 800:
        return Blame.SENDER
    if _ABOUT_THEM.search(text):
        return Blame.RECIPIENT
    return Blame.SENDER if _ABOUT_US.search(text) else Blame.UNCLEAR


def _by_code(code: int, text: str, phase: Phase) -> Blame:
    if _ABOUT_THEM.search(text):
        return Blame.RECIPIENT
    if _ABOUT_US.search(text):
        return Blame.SENDER
    if phase is Phase.RECIPIENT and code != 554:
        return Blame.RECIPIENT
    return Blame.UNCLEAR
