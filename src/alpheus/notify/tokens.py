"""What a notice's answers are known by: its reference with a keyed token.

A reference can be guessed or read on paper; the token beside it is an HMAC over it with a key that
never leaves the database. Only a message that carries both came from where the notice went, so a
forged report changes nothing. The token of the envelope and that of the Message-ID differ, since a
forwarded message keeps the second and loses the first.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from alpheus.errors import RefusedError
from alpheus.notify.mail_headers import mailbox

_PURPOSE = b"alpheus: mail that comes back"
_CLAIM = re.compile(
    r"(?<![A-Z0-9-])([A-Z0-9]{1,8}(?:-[A-Z0-9]{1,16}){1,3})[.]([A-Z2-7]{16})(?![A-Z0-9])",
    re.IGNORECASE,
)
_MOST = 32


class Match(StrEnum):
    """By what a message was found to belong to a notice."""

    ENVELOPE = "envelope"
    """The address that the notice was sent from, or its envelope's number."""
    MESSAGE_ID = "message-id"


class Claim(msgspec.Struct, frozen=True):
    """A reference and the token beside it, as they stand in a message: true or forged."""

    reference: str
    token: str


def claims_in(texts: Iterable[str]) -> tuple[Claim, ...]:
    """Every claim in texts, once each, the first 32 of them."""
    found: dict[Claim, None] = {}
    for text in texts:
        for match in _CLAIM.finditer(text):
            found[Claim(match[1].upper(), match[2].lower())] = None
            if len(found) == _MOST:
                return tuple(found)
    return tuple(found)


class Tokens:
    """Makes and proves tokens with a key of the database."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _PURPOSE, "sha256")

    def envelope_sender(self, bounce: str, reference: str) -> str:
        """The address that reports about a notice come back to. Raises RefusedError."""
        box = mailbox(bounce)
        local = f"{box.local}+{self.envelope_number(reference)}"
        if len(local.encode()) > 64:
            raise RefusedError(f"the name of {bounce} is too long to be followed by a reference")
        return f"{local}@{box.domain}"

    def envelope_number(self, reference: str) -> str:
        """The number of the envelope, for servers that give it back (RFC 3461)."""
        return f"{reference}.{self._token(Match.ENVELOPE, reference)}"

    def message_id(self, domain: str, reference: str) -> str:
        """The Message-ID of a notice; the same each time, so that a copy is seen to be one."""
        return f"<{reference}.{self._token(Match.MESSAGE_ID, reference)}@{domain}>"

    def match(self, claim: Claim) -> Match | None:
        """What the claim proves, or None where it is forged. Takes the same time for both."""
        matches = [
            kind
            for kind in Match
            if hmac.compare_digest(
                self._token(kind, claim.reference).encode(), claim.token.encode()
            )
        ]
        return matches[0] if matches else None

    def _token(self, kind: Match, reference: str) -> str:
        said = f"{kind.value}\0{reference.upper()}".encode()
        made = hmac.new(self._key, said, hashlib.sha256).digest()
        return base64.b32encode(made[:10]).decode("ascii").lower()
