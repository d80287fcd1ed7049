"""Passwords and other secrets: made, kept as digests, checked.

Passwords by argon2id with the parameters of RFC 9106, section 4, second choice (64 MiB, 3 passes, 4
lanes). Secrets that a program made hold 256 random bits and are kept as their SHA-256.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from alpheus.errors import RefusedError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 1_024
_BYTES = 32
_AT_ONCE = threading.BoundedSemaphore(max(2, min(4, os.cpu_count() or 2)))
_PATIENCE = 3.0


def new_secret() -> str:
    """A secret to be shown once."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret that `new_secret` made."""
    return sha256(secret.encode()).digest()


def hash_password(password: str) -> str:
    """What is kept of a password. Raises RefusedError for one that is too short or too long."""
    if len(password) < SHORTEST:
        raise RefusedError(f"a password has {SHORTEST} characters or more; a sentence is best")
    if len(password) > LONGEST:
        raise RefusedError(f"a password has not more than {LONGEST:,} characters")
    with _few():
        return _hasher().hash(password)


def is_password(password: str, kept: str) -> bool:
    """Whether a password is the one that `kept` was made of; takes as long where there is none.

    Raises RefusedError where too many are checked at once.
    """
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 - slow to load

    if len(password) > LONGEST:
        return False
    try:
        with _few():
            return _hasher().verify(kept or _nobody(), password) and bool(kept)
    except (Argon2Error, InvalidHashError):
        return False


@contextmanager
def _few() -> Iterator[None]:
    """Some at a time: each takes 64 MiB, and whoever asks for many should not get them all."""
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise RefusedError("many people are signing in at this moment; try again in a few seconds")
    try:
        yield
    finally:
        _AT_ONCE.release()


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - slow to load
    from argon2.profiles import RFC_9106_LOW_MEMORY  # noqa: PLC0415 - likewise

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobody() -> str:
    """The hash of a password that nobody has, so that an unknown name costs as much as a known."""
    return _hasher().hash(new_secret())
