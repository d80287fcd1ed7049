"""How often somebody may ask: a bucket of tokens for each, that fills again with time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import NamedTuple

MOST = 20_000
"""Askers that are remembered; who asked longest ago is forgotten first."""


class Rate(NamedTuple):
    """`burst` at once, and `per_minute` for ever."""

    burst: int
    per_minute: float


def place_of(address: str) -> str:
    """Whom to count an address with: whoever has one of IPv6 has the 2^64 beside it as well."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found) >> 64 << 64, 64)))


class Throttle:
    """Buckets by asker. Safe for threads; a process has its own."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, asker: str) -> float:
        """0 and one taken, or the seconds until there is one again."""
        now, rate = self._clock(), self._rate
        with self._lock:
            left, then = self._buckets.pop(asker, (float(rate.burst), now))
            left = min(left + (now - then) * rate.per_minute / 60, float(rate.burst))
            allowed = left >= 1
            self._buckets[asker] = (left - 1 if allowed else left, now)
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / rate.per_minute
