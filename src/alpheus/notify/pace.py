"""How fast notices are handed over: so many a minute, and to one domain so many an hour."""

from __future__ import annotations

from collections import deque

from alpheus.notify.settings import Rates

HOUR = 3600.0
MINUTE = 60.0


class Pace:
    """When the next notice may go. Times are seconds of any one clock.

    Those of a minute go at even distances. A rate below one an hour makes the hour longer.
    """

    def __init__(self, rates: Rates) -> None:
        self._gap = MINUTE / rates.per_minute
        self._most = max(1, int(rates.per_domain_per_hour))
        self._window = HOUR * max(1.0, 1.0 / rates.per_domain_per_hour)
        self._last = float("-inf")
        self._sent: dict[str, deque[float]] = {}

    def next(self, now: float) -> float:
        """When the next notice of all may go; `now` or later, never later than by one distance."""
        return min(max(now, self._last + self._gap), now + self._gap)

    def next_to(self, domain: str, now: float) -> float:
        """When the next notice to a domain may go; `now` or later."""
        times = self._sent.get(domain)
        if times is None:
            return now
        while times and not now - self._window < times[0] <= now:
            times.popleft()  # long ago, or the clock was set back
        return now if len(times) < self._most else times[0] + self._window

    def count(self, domain: str, now: float) -> None:
        """A notice has gone to a domain."""
        self._last = now
        self._sent.setdefault(domain, deque(maxlen=self._most)).append(now)
