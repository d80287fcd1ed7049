"""Clear values of secrets at rest: sealed under a key that is in no database and no copy of one.

The key (32 bytes) is in the environment (`ALPHEUS_SECRETS_KEY`, 64 hexadecimal digits), or in a
file of mode 0600 that is made where there is none. AES-256 in Galois/Counter mode, by
`cryptography`; a sealed value is bound to the observation and the hash that it belongs to.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from alpheus.errors import UsageError
from alpheus.report.files import make_once

VARIABLE = "ALPHEUS_SECRETS_KEY"
FILE = "secrets.key"
_BYTES = 32
_NONCE = 12
_PRIVATE = 0o600
_HEX = re.compile(r"[0-9a-fA-F]{64}")


class SecretKey:
    """One key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, observation: int, mark: str, values: Sequence[str]) -> bytes:
        """What may be kept of the values that a hash of an observation stands for."""
        from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - rare and heavy
            AESGCM,
        )

        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key).encrypt(
            nonce, msgspec.json.encode(list(values)), _bound(observation, mark)
        )

    def for_marks(self) -> bytes:
        """A key of its own for the keyed hashes that are shown in place of secrets."""
        return hmac.new(self._key, b"alpheus marks of secrets", hashlib.sha256).digest()

    def open(self, observation: int, mark: str, sealed: bytes) -> tuple[str, ...] | None:
        """The values; None where they were sealed under another key, or for another hash."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - rare and heavy
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        try:
            found = AESGCM(self._key).decrypt(
                sealed[:_NONCE], sealed[_NONCE:], _bound(observation, mark)
            )
            return msgspec.json.decode(found, type=tuple[str, ...])
        except (InvalidTag, ValueError):
            return None


def secret_key(folder: Path, environment: Mapping[str, str] = os.environ) -> SecretKey:
    """The key of the environment, or that of a private folder, made where there is none.

    Raises UsageError where it is none, or cannot be read.
    """
    if given := environment.get(VARIABLE, ""):
        return SecretKey(_read(given, VARIABLE))
    place = folder / FILE
    try:
        if not place.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_once(place, _new)
        if os.name == "posix" and place.stat().st_mode & 0o077:
            place.chmod(_PRIVATE)
        return SecretKey(_read(place.read_text("ascii"), str(place)))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{place}: the key of secrets cannot be read; see that it can, or give {VARIABLE}"
        ) from error


def _new(stream: TextIO) -> None:
    stream.write(secrets.token_bytes(_BYTES).hex() + "\n")


def _read(text: str, where: str) -> bytes:
    if not _HEX.fullmatch(text.strip()):
        raise UsageError(f"{where}: is no key of secrets: 64 hexadecimal digits")
    return bytes.fromhex(text.strip())


def _bound(observation: int, mark: str) -> bytes:
    return f"alpheus secret {observation} {mark}".encode()
