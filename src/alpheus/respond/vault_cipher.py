"""How records of a vault are encrypted.

The passphrase makes a key by Argon2id (RFC 9106). Each record has a key of its own, by HKDF-SHA256
(RFC 5869) from that key and 16 random bytes, and is cut into pieces of 64 KiB, each sealed with
ChaCha20-Poly1305 (RFC 8439) under the number of the piece and whether it is the last: pieces that
are changed, left out, moved or cut off are refused.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PIECE = 1 << 16
TAG = 16
SALT = 16
LANES = 4
PASSES = 3
MEMORY = 1 << 16
"""KiB: 64 MiB, the second choice of RFC 9106 section 4 for machines with little memory."""


@dataclass(frozen=True, slots=True)
class Stretching:
    """How a passphrase becomes a key; stands in the vault."""

    salt: bytes
    passes: int = PASSES
    memory: int = MEMORY
    lanes: int = LANES

    def key(self, passphrase: bytes) -> bytes:
        """32 bytes; takes about a tenth of a second, on purpose."""
        return Argon2id(
            salt=self.salt, length=32, iterations=self.passes, lanes=self.lanes,
            memory_cost=self.memory,
        ).derive(passphrase)  # fmt: skip


class Sealer:
    """Seals records under one key, and opens them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @property
    def check(self) -> bytes:
        """What tells this key from another, and nothing else of it."""
        return hmac.digest(self._key, b"alpheus vault check", "sha256")

    def name(self, address: bytes) -> bytes:
        """What a SHA-256 is called in the vault: whoever has no key learns nothing from it."""
        return hmac.digest(self._key, b"alpheus vault name" + address, "sha256")

    def seal(self, salt: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Sealed pieces of `pieces`, which may be of any size; there is at least one."""
        cipher, number = self._cipher(salt), 0
        held = bytearray()
        for piece in pieces:
            held += piece
            while len(held) > PIECE:
                yield cipher.encrypt(_nonce(number, last=False), bytes(held[:PIECE]), None)
                del held[:PIECE]
                number += 1
        yield cipher.encrypt(_nonce(number, last=True), bytes(held), None)

    def open(self, salt: bytes, sealed: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces again, from sealed ones of `PIECE + TAG` bytes, the last at most that long.

        Raises ValueError where they are not what was sealed.
        """
        cipher, number = self._cipher(salt), 0
        before: bytes | None = None
        try:
            for piece in sealed:
                if before is not None:
                    yield cipher.decrypt(_nonce(number, last=False), before, None)
                    number += 1
                before = piece
            yield cipher.decrypt(_nonce(number, last=True), before or b"", None)
        except InvalidTag as error:
            message = "it is not as it was written: it was changed or cut off"
            raise ValueError(message) from error

    def _cipher(self, salt: bytes) -> ChaCha20Poly1305:
        derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"alpheus vault record")
        return ChaCha20Poly1305(derived.derive(self._key))


def sealed_size(size: int) -> int:
    """How many bytes `size` bytes are when sealed."""
    return size + TAG * max(1, -(-size // PIECE))


def new_salt() -> bytes:
    """Random bytes, for one record or one vault."""
    return os.urandom(SALT)


def address_of(content: bytes) -> bytes:
    """The SHA-256 by which content is found."""
    return sha256(content).digest()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
