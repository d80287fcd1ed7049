"""Who is behind a cookie or a token, without a look into the database for every request.

What was found is believed for some seconds. Whatever takes something away in this process acts at
once (`forget`), in other processes within `SECONDS`. Requests that change something look anew, so
that nobody changes anything with what was taken from them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from alpheus.web.access.passwords import digest_of
from alpheus.web.access.roles import Permission, Person
from alpheus.web.access.sessions import Session, Sessions

SECONDS = 5
MOST = 10_000
"""Cookies and tokens that are remembered of each; nothing is of those that do not hold."""

Found = TypeVar("Found")


class Identities:
    """Sessions and tokens as they were some seconds ago. Safe for threads."""

    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._find, self._find_token = sessions.find, sessions.find_token
        self._sessions = _Remembered[Session](clock)
        self._tokens = _Remembered[tuple[Person, frozenset[Permission]]](clock)

    def session(self, secret: str, *, anew: bool) -> Session | None:
        """The session of a browser's secret, if it holds."""
        return self._sessions.get(secret, self._find, anew=anew)

    def token(self, secret: str, *, anew: bool) -> tuple[Person, frozenset[Permission]] | None:
        """Whose token it is, and what it is for; None for none that holds."""
        return self._tokens.get(secret, self._find_token, anew=anew)

    def known_session(self, secret: str) -> Session | None:
        """The same without ever asking the database; None where nothing is remembered."""
        return self._sessions.known(digest_of(secret))

    def known_token(self, secret: str) -> tuple[Person, frozenset[Permission]] | None:
        """Likewise."""
        return self._tokens.known(digest_of(secret))

    def forget(self) -> None:
        """Look anew from now on: something was taken away, or given."""
        self._sessions.forget()
        self._tokens.forget()


class _Remembered(Generic[Found]):
    """What was found under the digest of a secret, and when; the secret itself is not kept."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: OrderedDict[bytes, tuple[datetime, Found]] = OrderedDict()
        self._lock = threading.Lock()
        self._age = 0

    def get(self, secret: str, find: Callable[[str], Found | None], *, anew: bool) -> Found | None:
        """What is remembered, else what is found."""
        digest = digest_of(secret)
        if not anew and (known := self.known(digest)) is not None:
            return known
        age, now = self._age, self._clock()
        found = find(secret)
        with self._lock:
            self._held.pop(digest, None)
            if found is not None and age == self._age:  # nothing was taken away meanwhile
                self._held[digest] = (now, found)
                if len(self._held) > MOST:
                    self._held.popitem(last=False)
        return found

    def known(self, digest: bytes) -> Found | None:
        """What is remembered and not too old."""
        with self._lock:
            held = self._held.get(digest)
        if held is None or not timedelta(0) <= self._clock() - held[0] < timedelta(seconds=SECONDS):
            return None
        return held[1]

    def forget(self) -> None:
        """Forget all."""
        with self._lock:
            self._age += 1
            self._held.clear()
