"""References of notices, and the one-time codes by which recipients acknowledge them.

A reference is what people say on the telephone; a code proves that somebody holds the notice. Both
are written in letters and digits that cannot be taken for each other, and read in any case, with
any hyphens and blanks. A code is a keyed digest of its reference and is stored nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I."""

_SIGN = "A-"
_LENGTH = 6
_TAG = 10
_HALF = 15
_MOST = 1 << (2 * _HALF)
_ROUNDS = 4
_GAPS = re.compile(r"[\s\u2010-\u2015-]+")


def new_secret() -> str:
    """A secret for all references and codes of one database, as text."""
    return secrets.token_hex(32)


def reference_of(secret: str, number: int) -> str:
    """The reference of a notice by its number, such as `A-4F7K2Q`.

    Each number below 2**30 has one of its own, and none tells the next.
    """
    if not 0 <= number < _MOST:
        raise ValueError(f"{number} is no number of a notice")
    left, right = number >> _HALF, number & ((1 << _HALF) - 1)
    for turn in range(_ROUNDS):
        left, right = right, left ^ _round(secret, turn, right)
    mixed = (left << _HALF) | right
    return _SIGN + "".join(LETTERS[(mixed >> (5 * place)) & 31] for place in range(_LENGTH))


def code_of(secret: str, reference: str) -> str:
    """The one-time code of a reference, such as `4F7K-2QXH-7PNA-3MZD`."""
    body = reference.removeprefix(_SIGN)
    whole = body + _tag(secret, body)
    return "-".join(whole[begin : begin + 4] for begin in range(0, len(whole), 4))


def reference_in(code: str) -> str:
    """The reference that a code is of, '' for what is no code by its form."""
    plain = _plain(code)
    if len(plain) != _LENGTH + _TAG or not set(plain) <= set(LETTERS):
        return ""
    return _SIGN + plain[:_LENGTH]


def is_code(secret: str, code: str) -> bool:
    """Whether a code was made with the secret; takes the same time for every wrong one."""
    reference = reference_in(code)
    body = reference.removeprefix(_SIGN)
    expected = _tag(secret, body).encode()
    given = _plain(code)[_LENGTH:].encode("utf-8", "replace")
    return hmac.compare_digest(expected, given) and bool(reference)


def plain_reference(text: str) -> str:
    """A reference as it is kept, however somebody wrote it; '' for what is none."""
    plain = _plain(text)
    body = plain[1:] if len(plain) == _LENGTH + 1 and plain[0] == "A" else plain
    return _SIGN + body if len(body) == _LENGTH and set(body) <= set(LETTERS) else ""


def _plain(text: str) -> str:
    return _GAPS.sub("", text).upper() if len(text) <= 100 else ""


def _tag(secret: str, body: str) -> str:
    digest = _keyed(secret, f"code:{body}")
    number = int.from_bytes(digest[:8], "big")
    return "".join(LETTERS[(number >> (5 * place)) & 31] for place in range(_TAG))


def _round(secret: str, turn: int, half: int) -> int:
    digest = _keyed(secret, f"reference:{turn}:{half}")
    return int.from_bytes(digest[:2], "big") & ((1 << _HALF) - 1)


def _keyed(secret: str, text: str) -> bytes:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
