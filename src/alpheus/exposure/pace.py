"""When an address may be asked: never faster than its owner, its network and all together bear."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from random import Random

from alpheus.exposure.addresses import BITS, read_address
from alpheus.exposure.scope import Rates

_SWEEP = 4_096
"""Calls after which what is over is forgotten, at the earliest."""


class _Line:
    """Reserved moments, each at least `gap` seconds from every other one.

    Kept are the spans in which nothing more may begin, in order: from `gap` before a moment to
    `gap` after it, joined where nothing fits between. Their ends themselves are free.
    """

    __slots__ = ("_begin", "_end", "_gap")

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._begin: list[float] = []
        self._end: list[float] = []

    def earliest(self, moment: float) -> float:
        """The first free moment from `moment` on."""
        end = self._end
        if not end or moment >= end[-1]:
            return moment
        index = bisect_right(end, moment)
        return end[index] if self._begin[index] < moment else moment

    def reserve(self, moment: float) -> None:
        """Take a moment that `earliest` gave."""
        begin, end = self._begin, self._end
        start, stop = moment - self._gap, moment + self._gap
        if not end or start >= end[-1]:
            begin.append(start)
            end.append(stop)
        elif moment >= end[-1]:
            end[-1] = stop
        else:
            left, right = bisect_right(end, start), bisect_left(begin, stop)
            if left < right:
                start, stop = min(start, begin[left]), max(stop, end[right - 1])
            begin[left:right] = [start]
            end[left:right] = [stop]

    def delay(self, seconds: float) -> None:
        """Put off all that is reserved."""
        self._begin = [one + seconds for one in self._begin]
        self._end = [one + seconds for one in self._end]

    def forget(self, now: float) -> bool:
        """Drop what is over at `now`; whether nothing is left."""
        index = bisect_right(self._end, now)
        del self._begin[:index], self._end[:index]
        return not self._end


class Pace:
    """Gives out moments so that no rate is exceeded, in any span of time however it is laid.

    In `t` seconds an address is asked at most `per_host * t + 1` times, and at most
    `per_network * t + 1` and `total * t + 1` connections begin. Memory is bounded by what is
    reserved at a time: what is over is forgotten. The same seed gives the same moments.
    """

    def __init__(self, rates: Rates, seed: int) -> None:
        self._host_gap = 1 / rates.per_host
        self._network_gap = 1 / rates.per_network
        self._jitter = rates.jitter * self._host_gap
        self._shift_v4 = BITS[4] - rates.network_prefix_v4
        self._shift_v6 = BITS[6] - rates.network_prefix_v6
        self._hosts: dict[int, float] = {}
        # Most networks have one moment, or none in the future: then from when on all are free.
        self._free: dict[int, float] = {}
        self._lines: dict[int, _Line] = {}
        self._total = _Line(1 / rates.total)
        self._random = Random(seed).random  # noqa: S311 - spreads load, guards nothing
        self._calls_left = _SWEEP

    def when(self, address: str, now: float, *, connection: bool = True) -> float:
        """The earliest second, of the clock that `now` is of, to ask `address`; it is reserved.

        With `connection` false it is a request on a connection that stands: only the rate of its
        host counts. Raises ValueError where `address` is none.
        """
        self._calls_left -= 1
        if not self._calls_left:
            self._forget(now)
        version, number = read_address(address)
        if version == 4:
            host, network = number, number >> self._shift_v4
        else:
            host, network = ~number, ~(number >> self._shift_v6)
        hosts = self._hosts
        moment = max(now, hosts.get(host, now)) + self._random() * self._jitter
        if connection:
            moment = self._connect(network, moment, now)
        hosts[host] = moment + self._host_gap
        return moment

    def delay(self, seconds: float) -> None:
        """Put off all that is reserved: moments in which nothing could be asked are not made up."""
        self._hosts = {host: free + seconds for host, free in self._hosts.items()}
        self._free = {network: free + seconds for network, free in self._free.items()}
        for line in (self._total, *self._lines.values()):
            line.delay(seconds)

    def _connect(self, network: int, moment: float, now: float) -> float:
        total = self._total
        if network not in self._lines:
            free = self._free.get(network, now)
            if free <= now:
                moment = total.earliest(moment)
                total.reserve(moment)
                self._free[network] = moment + self._network_gap
                return moment
            line = self._lines[network] = _Line(self._network_gap)
            line.reserve(free - self._network_gap)
        return self._queue(self._lines[network], moment)

    def _queue(self, line: _Line, moment: float) -> float:
        """A moment that suits a network with several, and the total."""
        total = self._total
        while True:
            wanted = line.earliest(moment)
            moment = total.earliest(wanted)
            if moment == wanted:
                break
        line.reserve(moment)
        total.reserve(moment)
        return moment

    def _forget(self, now: float) -> None:
        self._total.forget(now)
        self._hosts = {host: free for host, free in self._hosts.items() if free > now}
        self._free = {network: free for network, free in self._free.items() if free > now}
        over = [network for network, line in self._lines.items() if line.forget(now)]
        for network in over:
            del self._lines[network]
        self._calls_left = max(_SWEEP, len(self._hosts))

    def __len__(self) -> int:
        """How many addresses and networks are remembered."""
        return len(self._hosts) + len(self._free.keys() | self._lines.keys())
