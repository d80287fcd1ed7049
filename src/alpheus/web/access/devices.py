"""Browsers that an account has signed in with before.

Whoever guesses at the password of somebody locks their account, for others as well. So that nobody
is locked out of their own work by that, a browser that has signed in holds a mark by which it may
try again during a lock-out. The mark is no key: the password is asked for all the same, a browser
has few tries, and the mark ends with the password that it was made under.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from alpheus.cases.database import Database
from alpheus.cases.schema import meta
from alpheus.web.access.throttle import Rate, Throttle

HOLDS = timedelta(days=180)
TRIES = Rate(burst=5, per_minute=0.1)
"""Tries of one browser while its account is locked for others; a process counts its own."""

_KEY = "console-devices"
_LONGEST = 200


class Devices:
    """Makes marks and knows them again. `clock` gives the time."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._throttle = Throttle(TRIES)
        self._secret = b""

    def mark(self, account: int, kept: str) -> str:
        """A mark for a browser in which an account has signed in; `kept` is its password's hash."""
        made = f"{account}.{int(self._clock().timestamp())}.{secrets.token_urlsafe(12)}"
        return f"{made}.{self._sign(made, kept)}"

    def may_try(self, mark: str, account: int, kept: str) -> bool:
        """Whether a browser with this mark may try for an account now, whoever else did."""
        made, _, signed = mark.rpartition(".")
        parts = made.split(".")
        if len(mark) > _LONGEST or not kept or len(parts) != 3 or parts[0] != str(account):
            return False
        if not hmac.compare_digest(signed.encode(), self._sign(made, kept).encode()):
            return False
        age = self._clock().timestamp() - int(parts[1])
        return 0 <= age < HOLDS.total_seconds() and not self._throttle.wait(parts[2])

    def _sign(self, made: str, kept: str) -> str:
        return hmac.new(self._key(), f"{made}\n{kept}".encode(), sha256).hexdigest()

    def _key(self) -> bytes:
        if not self._secret:
            with self._database.read() as connection:
                found = _read(connection)
            if not found:
                with self._database.write() as connection:
                    found = _read(connection) or _make(connection)
            self._secret = bytes.fromhex(found)
        return self._secret


def _read(connection: Connection) -> str:
    return connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar() or ""


def _make(connection: Connection) -> str:
    made = secrets.token_hex(32)
    connection.execute(insert(meta).values(key=_KEY, value=made))
    return made
