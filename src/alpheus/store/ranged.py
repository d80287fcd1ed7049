"""Part of an object over HTTP: exactly those bytes of that version, however often it is cut."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from alpheus.errors import StoreError
from alpheus.store.model import Stat, changed, clean_etag
from alpheus.store.patience import PassingError, Patience, persist
from alpheus.store.wire import Answer

Ask = Callable[[Mapping[str, str]], AbstractContextManager[Answer]]
"""Sends a GET for the object with further headers."""

_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")
_SHOWN = 200


def read_range(
    what: object, stat: Stat, start: int, stop: int, *, ask: Ask, patience: Patience
) -> bytes:
    """All bytes from `start` to before `stop`; what was cut is asked for from where it was cut.

    Raises StoreChangedError, StoreLostError, StoreError.
    """
    if not 0 <= start < stop <= stat.size:
        return b""
    part = _Part(what, stat, start, stop, ask)
    persist(patience, str(what), part.go_on)
    return bytes(part.found)


class _Part:
    """What has come of a part so far."""

    def __init__(self, what: object, stat: Stat, start: int, stop: int, ask: Ask) -> None:
        self._what = what
        self._stat = stat
        self._start = start
        self._length = stop - start
        self._ask = ask
        self.found = bytearray()

    def go_on(self) -> None:
        """Ask for what is missing. Raises PassingError with what came of it."""
        before = len(self.found)
        first = self._start + before
        headers = {"Range": f"bytes={first}-{self._start + self._length - 1}"}
        if self._stat.etag and not self._stat.etag.startswith("W/"):
            headers["If-Match"] = self._stat.etag
        try:
            with self._ask(headers) as answer:
                self._check(answer, first)
                for piece in answer.pieces():
                    self.found += piece
                    if len(self.found) > self._length:
                        raise StoreError(f"{self._what}: gave more bytes than were asked for")
        except PassingError as error:
            raise PassingError(str(error), error.after, len(self.found) - before) from error
        if len(self.found) < self._length:
            if len(self.found) == before:
                raise changed(self._what, self._stat)
            raise PassingError("it gave less than was asked for", 0.0, len(self.found) - before)

    def _check(self, answer: Answer, first: int) -> None:
        """Whether this is what was asked for, of the version that is meant."""
        if answer.status in {404, 410, 412, 416}:
            raise changed(self._what, self._stat)
        whole = answer.status == 200 and first == 0 and self._length == self._stat.size
        if answer.status == 200 and not whole:
            raise StoreError(f"{self._what}: the server gives no parts of it; download it first")
        if answer.status not in {200, 206}:
            raise refusal(self._what, answer)
        told = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        if answer.status == 206 and (told is None or int(told[1]) != first):
            raise StoreError(f"{self._what}: answered with another part than was asked for")
        total = told[3] if told else answer.headers.get("content-length", "*")
        etag = clean_etag(answer.headers.get("etag", self._stat.etag))
        said = modified_of(answer)
        moved = not self._stat.etag and said != self._stat.modified
        if total not in {"*", str(self._stat.size)} or etag != self._stat.etag or moved:
            raise changed(self._what, self._stat)


def modified_of(answer: Answer) -> datetime | None:
    """When the object was last changed, as its server says, in UTC."""
    try:
        said = email.utils.parsedate_to_datetime(answer.headers.get("last-modified", ""))
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def refusal(what: object, answer: Answer, *, hint: str = "") -> StoreError:
    """Why a store does not give something, in one line without anything of the request."""
    if answer.status in {401, 403}:
        reason = f"access is refused ({answer.status}); see to credentials in the environment"
    elif 300 <= answer.status < 400:
        reason = f"leads elsewhere ({answer.status}), where nothing is followed"
    else:
        reason = f"the server answered {answer.status}"
    return StoreError(f"{what}: {reason}{hint}"[: len(str(what)) + _SHOWN])
