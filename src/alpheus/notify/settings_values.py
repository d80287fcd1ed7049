"""The values of a file of settings, read from what its author wrote.

Each function takes a text and raises ValueError that says what is wanted instead.
"""

from __future__ import annotations

import re

from alpheus.exposure import scope_values

LABELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""The labels of the Traffic Light Protocol 2.0 (FIRST)."""

_MAILBOX = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}",
                      re.IGNORECASE | re.ASCII)  # fmt: skip
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{2,63}", re.IGNORECASE | re.ASCII)
_HOST = re.compile(r"[a-z0-9.:\[\]-]{1,255}", re.IGNORECASE | re.ASCII)
_PAGE = re.compile(r"https://[\w.\[\]:-]+(?:[/?#][!#-'*-;=?-Z_a-z~]*)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)
_MOST_DAYS = 365

port = scope_values.port


def words(text: str) -> str:
    """Any text in one line that is not empty and holds nothing invisible."""
    plain = scope_values.words(text)
    if not plain.isprintable():
        raise ValueError("holds a character that cannot be printed; write it anew")
    return plain


def mailbox(text: str) -> str:
    """An e-mail address, without a name."""
    if not is_mailbox(text):
        raise ValueError(f"'{text}' is no e-mail address such as notices@cert.example")
    return text


def is_mailbox(text: str) -> bool:
    """Whether a text is an e-mail address that can be written to."""
    local, _, domain = text.rpartition("@")
    dots = local.startswith(".") or local.endswith(".") or ".." in text
    return len(text) <= 254 and not dots and bool(domain and _MAILBOX.fullmatch(text))


def mailbox_or_domain(text: str) -> str:
    """A mailbox, or a domain with or without `@` before it; in lower case."""
    plain = text.strip().lower().removeprefix("@")
    if not (is_mailbox(plain) or _DOMAIN.fullmatch(plain)):
        raise ValueError(f"'{text}' is neither a mailbox nor a domain such as cert.example")
    return plain


def page(text: str) -> str:
    """A page that is read safely."""
    if not _PAGE.fullmatch(text):
        raise ValueError(f"'{text}' is no link such as https://cert.example/verify")
    return text


def label(text: str) -> str:
    """One of `LABELS`; `TLP:` may be left out."""
    plain = text.strip().upper()
    found = plain if plain.startswith("TLP:") else f"TLP:{plain}"
    if found not in LABELS:
        raise ValueError(f"'{text}' is none of {', '.join(LABELS)}")
    return found


def language(text: str) -> str:
    """A language tag."""
    if not _LANGUAGE.fullmatch(text.strip()):
        raise ValueError(f"'{text}' is no language such as en or de")
    return text.strip()


def security(text: str) -> str:
    """How the connection to the mail server is protected."""
    if text not in {"starttls", "tls", "none"}:
        raise ValueError(f"'{text}' is none of starttls, tls, none")
    return text


def host(text: str) -> str:
    """A host name or an address."""
    if not _HOST.fullmatch(text):
        raise ValueError(f"'{text}' is no host such as mail.cert.example")
    return text


def is_loopback(name: str) -> bool:
    """Whether a host is this machine."""
    plain = name.strip("[]").lower()
    return plain in {"localhost", "::1"} or bool(re.fullmatch(r"127(?:\.\d{1,3}){3}", plain))


def amount(text: str) -> float:
    """A number above zero."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < 1e9:
        raise ValueError(f"'{text}' is no number above 0")
    return number


def count(text: str) -> int:
    """A whole number from 0."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"'{text}' is no whole number such as 10")
    return int(text)


def days(text: str) -> int:
    """From one day to a year."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if not 1 <= number <= _MOST_DAYS:
        raise ValueError(f"'{text}' is no number of days from 1 to {_MOST_DAYS}")
    return number
