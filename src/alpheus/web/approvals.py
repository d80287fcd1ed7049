"""What an approval binds to, worked out in time for a page.

The digest is over every notice as it would be sent. Of a few it is made at once; of many beside,
while the page says how far it is. A digest is kept as long as nothing that it is over has changed.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock, Thread

from alpheus.errors import AlpheusError
from alpheus.notify.records import Approval
from alpheus.notify.service import Notices

AT_ONCE = 40
"""Notices of which the digest is made while somebody waits for the page."""

_LOG = logging.getLogger("alpheus.web")
_KEPT = 100


@dataclass(frozen=True, slots=True)
class Underway:
    """How far the digest of a batch is: `done` of `notices`; `fault` where it cannot be made."""

    done: int
    notices: int
    fault: str = ""


class Approvals:
    """The digests of one process. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[tuple[int, str], Approval] = OrderedDict()
        self._underway: dict[tuple[int, str], Underway] = {}

    def of(self, notices: Notices, batch: int) -> Approval | Underway | None:
        """The digest of what waits in a batch, or how far it is; None where nothing waits.

        Raises RefusedError where there is no such batch.
        """
        number, state = notices.awaited(batch)
        if not number:
            return None
        key = (batch, state)
        with self._lock:
            if found := self._found.get(key):
                self._found.move_to_end(key)
                return found
            if going := self._underway.get(key):
                if going.fault:
                    del self._underway[key]  # tried again when somebody asks again
                return going
            if number > AT_ONCE:
                self._underway[key] = Underway(0, number)
        if number <= AT_ONCE:
            return self._keep(key, notices.approval(batch))
        Thread(target=self._work, args=(notices, key), name="digest", daemon=True).start()
        return Underway(0, number)

    def _work(self, notices: Notices, key: tuple[int, str]) -> None:
        def heard(done: int) -> None:
            with self._lock:
                self._underway[key] = Underway(done, self._underway[key].notices)

        try:
            self._keep(key, notices.approval(key[0], heard=heard))
        except AlpheusError as error:
            _LOG.error("batch %d: no digest: %s", key[0], error)
            with self._lock:
                self._underway[key] = Underway(0, 0, str(error))

    def _keep(self, key: tuple[int, str], found: Approval) -> Approval:
        with self._lock:
            self._underway.pop(key, None)
            self._found[key] = found
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return found
