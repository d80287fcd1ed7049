"""Header lines of mail: right in every language, folded, and closed to injection.

Follows RFC 5322 (form and folding), RFC 2047 (words in other alphabets), RFC 2231 (names of
files), RFC 5890 (domains in other alphabets) and RFC 6531 (mailboxes in other alphabets). Text is
made one line of printable characters before it comes near a header; everything else is refused.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from alpheus.errors import RefusedError

LINE = 78
"""Characters of a line, where it can be folded."""

_LONGEST_WORD = 200
"""A longer word of plain letters is encoded, so that it can be folded."""

_ENCODED_WORD = 66
"""RFC 2047 allows 75; so much fits behind the name of every header here."""

_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~-"
_ATOM = re.compile(rf"[{_ATEXT}]+")
_DOT_ATOM = re.compile(rf"[{_ATEXT}]+(?:\.[{_ATEXT}]+)*")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NOT_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp", "Cn", "Co"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def one_line(text: str) -> str:
    """Text as one line: no control, no turning of direction, no half characters."""
    kept = (
        " " if c in _TURNING or unicodedata.category(c) in _NOT_TEXT else c
        for c in unicodedata.normalize("NFC", text)
    )
    return " ".join("".join(kept).split())


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address that mail can go to. `domain` is in A-labels, lower case."""

    local: str
    domain: str

    @property
    def utf8(self) -> bool:
        """Whether servers on the way must know SMTPUTF8."""
        return not self.local.isascii()

    @property
    def address(self) -> str:
        """As it is written in headers and on the wire."""
        if self.utf8 or _DOT_ATOM.fullmatch(self.local):
            return f"{self.local}@{self.domain}"
        escaped = self.local.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"@{self.domain}'


def mailbox(address: str) -> Mailbox:
    """Read an address such as `security@example.com`. Raises RefusedError with the reason."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain:
        raise RefusedError(f"{one_line(address)!r} is no mailbox: it needs a name, @ and a domain")
    local = unicodedata.normalize("NFC", local)
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = re.sub(r"\\(.)", r"\1", local[1:-1], flags=re.DOTALL)
    bad = one_line(local) != local or (" " in local and not local.isascii())
    if bad or not local or len(local.encode("utf-8")) > 64:
        raise RefusedError(f"{one_line(address)!r} is no mailbox: its name cannot be written")
    return Mailbox(local, a_labels(domain))


def a_labels(domain: str) -> str:
    """A domain as it stands in the DNS. Raises RefusedError."""
    name = domain.rstrip(".").lower()
    if not name.isascii():
        import idna  # noqa: PLC0415 - large, and few domains need it

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError):
            name = ""
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise RefusedError(f"{one_line(domain)!r} is no domain that mail can be sent to")
    return name


def text_header(name: str, text: str) -> str:
    """A header of free text, such as a subject; ends without a line break."""
    return _folded(name, _words(one_line(text)))


def address_header(name: str, display: str, box: Mailbox) -> str:
    """A header of one address with the name of who is behind it."""
    shown = one_line(display)
    return _folded(name, [*(_phrase(shown) if shown else ()), f"<{box.address}>"])


def token_header(name: str, value: str) -> str:
    """A header whose value is one token, such as a Message-ID. Raises RefusedError."""
    if not value.isascii() or not value.isprintable() or len(value) > 900:
        raise RefusedError(f"{name} cannot be written: {one_line(value)[:80]!r}")
    return f"{name}: {value}"


def parameters(**values: str) -> list[str]:
    """Parameters of a MIME header, each a piece that a line may be folded before."""
    pieces: list[str] = []
    for key, value in values.items():
        name, text = key.replace("_", "-"), one_line(value)
        if text.isascii() and len(text) < 60:
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            pieces.append(f'{name}="{escaped}"')
        else:
            pieces.extend(_continued(name, text))
    return pieces


def mime_header(name: str, value: str, pieces: list[str]) -> str:
    """A MIME header with parameters, folded between them."""
    return ";\r\n ".join([f"{name}: {value}", *pieces])


def _continued(name: str, text: str) -> Iterator[str]:
    """RFC 2231: in pieces of at most 60 characters, none of which cuts a character."""
    parts, part = [], ""
    for character in text:
        encoded = quote(character, safe="")
        if len(part) + len(encoded) > 54:
            parts.append(part)
            part = ""
        part += encoded
    parts.append(part)
    if len(parts) == 1:
        yield f"{name}*=utf-8''{parts[0]}"
        return
    for number, each in enumerate(parts):
        yield f"{name}*{number}*={'' if number else chr(39).join(('utf-8', '', ''))}{each}"


def _words(text: str) -> list[str]:
    """The words of a line; those from the first to the last foreign one are encoded."""
    words = text.split(" ")
    foreign = [number for number, word in enumerate(words) if _is_foreign(word)]
    if not foreign:
        return words
    first, last = foreign[0], foreign[-1] + 1
    return [*words[:first], *encoded_words(" ".join(words[first:last])), *words[last:]]


def _is_foreign(word: str) -> bool:
    return not word.isascii() or "=?" in word or len(word) > _LONGEST_WORD


def _phrase(text: str) -> list[str]:
    words = text.split(" ")
    if any(_is_foreign(word) for word in words):
        return list(encoded_words(text))
    if all(_ATOM.fullmatch(word) for word in words):
        return words
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.split(" ")


def encoded_words(text: str) -> Iterator[str]:
    """RFC 2047: `text` as encoded words, none of which cuts a character."""
    whole = text.encode("utf-8")
    plain = sum(1 if byte in _PLAIN or byte == 0x20 else 3 for byte in whole)
    base = plain > (len(whole) + 2) // 3 * 4
    room = _ENCODED_WORD - len("=?utf-8?q??=")
    piece = b""
    for character in text:
        longer = piece + character.encode("utf-8")
        if piece and len(_encoded(longer, base=base)) > room:
            yield f"=?utf-8?{'b' if base else 'q'}?{_encoded(piece, base=base)}?="
            longer = character.encode("utf-8")
        piece = longer
    yield f"=?utf-8?{'b' if base else 'q'}?{_encoded(piece, base=base)}?="


def _encoded(piece: bytes, *, base: bool) -> str:
    if base:
        return base64.b64encode(piece).decode("ascii")
    return "".join(
        "_" if byte == 0x20 else chr(byte) if byte in _PLAIN else f"={byte:02X}" for byte in piece
    )


def _folded(name: str, words: list[str]) -> str:
    """Words on lines of at most 78 characters, where the words allow it."""
    lines, line = [], f"{name}:"
    for number, word in enumerate(words):
        if number and len(line) + 1 + len(word) > LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])
