"""Whose turn it is behind a balanced address: one count for all processes of a test internet."""

from __future__ import annotations

import ipaddress
import mmap
import multiprocessing
import os

_SIX = 0
"""Place of ::1; 127.0.0.0 has the same and is nobody's address."""

_LAST_24_BITS = 0xFFFFFF


class Turns:
    """Counts for every loopback address, shared with the processes that are forked later.

    Takes a byte per address, of which the system gives only the pages that are written to. Safe
    between threads and between processes.
    """

    def __init__(self) -> None:
        self._members = mmap.mmap(-1, _LAST_24_BITS + 1)
        # The kind for forks leaves no name in the system and starts no process to look after it.
        forks = hasattr(os, "fork")
        context = multiprocessing.get_context("fork" if forks else "spawn")
        self._lock = context.Lock()

    def next(self, address: str, members: int) -> int:
        """The member, from 0, that comes after the one of the last call for this address."""
        place = _SIX
        if ":" not in address:
            place = int(ipaddress.IPv4Address(address)) & _LAST_24_BITS
        with self._lock:
            member = self._members[place] % members
            self._members[place] = (member + 1) % members
        return member
