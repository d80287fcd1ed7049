"""Which endpoint is asked next: in a random order, inside the scope, at its pace, never twice."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from alpheus.exposure.model import Conversation, Endpoint
from alpheus.exposure.pace import Pace
from alpheus.exposure.scope import Scope
from alpheus.exposure.target_list import TargetList
from alpheus.exposure.target_order import Order

_AHEAD = 4096
"""At most so many endpoints wait for their moment; fewer where the rate is low, because what is
asked of them next waits behind them."""

_LOOK_EVERY = 30.0
"""Seconds after which it is looked at again whether the hours of an open scope go on."""

_LONGEST = 3600.0
"""Seconds for which a closed scope is slept through at a time."""

Key = Callable[[str, int], int]


class Endpoints:
    """The source of a run; see `exposure.wire.Source`. Times are monotonic seconds.

    `targets` holds addresses inside the scope, each with its port; `named` are endpoints that names
    led to; `names_at` and `cloud_at` give names, and signs of cloud mail flow, to an address of
    `targets`; `denied_at` says of addresses that a denied name leads to why they are left alone.
    `done` holds the keys of those that have a result, `kept` conversations that were begun before.
    `denied` is told of every endpoint that the scope forbids after all, with the reason. `clock`
    gives the time of day.
    """

    def __init__(
        self,
        scope: Scope,
        targets: TargetList,
        named: Sequence[Endpoint],
        *,
        names_at: Mapping[tuple[str, int], tuple[str, ...]],
        cloud_at: Mapping[tuple[str, int], tuple[str, ...]],
        denied_at: Mapping[str, str],
        done: Container[int | str],
        kept: Mapping[int, Conversation],
        key: Key,
        seed: int,
        denied: Callable[[Endpoint, str], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._scope = scope
        self._targets = targets
        self._named = named
        self._names_at = names_at
        self._cloud_at = cloud_at
        self._denied_at = denied_at
        self._done = done
        self._kept = kept
        self._key = key
        self._denied = denied
        self._clock = clock
        self._pace = Pace(scope.rates, seed)
        self._ahead = max(8, min(_AHEAD, int(scope.rates.total)))
        self._addresses = len(targets) - len(targets.names)
        self.total = self._addresses + len(named)
        self._order: Iterator[int] | None = iter(Order(self.total, seed))
        self._waiting: list[tuple[float, int, Conversation]] = []
        self._counter = 0
        self._open_until = 0.0
        self._opens = 0.0

    def take(self, now: float) -> tuple[int, Conversation] | None:
        """See `exposure.wire.Source`."""
        if not self._is_open(now):
            return None
        if self._waiting and self._waiting[0][0] <= now:
            return self._give(heapq.heappop(self._waiting)[2])
        while self._order is not None and len(self._waiting) < self._ahead:
            conversation = self._next(now)
            if conversation is None:
                continue
            when = self._pace.when(conversation.endpoint.address, now)
            if when <= now:
                return self._give(conversation)
            self._counter += 1
            heapq.heappush(self._waiting, (when, self._counter, conversation))
        return None

    def wait(self, now: float) -> float | None:
        """See `exposure.wire.Source`."""
        if self._order is None and not self._waiting:
            return None
        if not self._is_open(now):
            return None if self._opens == float("inf") else max(0.0, self._opens - now)
        return max(0.0, self._waiting[0][0] - now) if self._waiting else 0.0

    def again(self, conversation: Conversation, now: float, *, connect: bool) -> float:
        """See `exposure.wire.Source`."""
        when = self._pace.when(conversation.endpoint.address, now, connection=connect)
        return max(when, self.opens(now))

    def opens(self, now: float) -> float:
        """See `exposure.wire.Source`."""
        return now if self._is_open(now) else self._opens

    def delay(self, seconds: float) -> None:
        """See `exposure.wire.Source`."""
        self._waiting = [(when + seconds, number, one) for when, number, one in self._waiting]
        self._pace.delay(seconds)
        self._open_until = 0.0

    def objection(self, names: Sequence[str]) -> str:
        """See `exposure.wire.Source`."""
        for name in names:
            denied = self._scope.deny.name(_plain(name))
            if denied is not None:
                return f"its certificate names {name}: {denied.why}"
        return ""

    def permits(self, conversation: Conversation, name: str) -> bool:
        """See `exposure.wire.Source`."""
        endpoint = conversation.endpoint
        if name == endpoint.address or name in endpoint.names:
            return True
        names = (*endpoint.names, name)
        return self._scope.decide(endpoint.address, names, endpoint.port).allowed

    @property
    def is_exhausted(self) -> bool:
        """Whether every endpoint was given out."""
        return self._order is None and not self._waiting

    def opens_at(self) -> datetime | None:
        """When the scope's hours allow asking again; None if they do now, or never will."""
        opens = self._scope.opens_at(self._clock())
        return opens if opens and opens > self._clock() else None

    def _give(self, conversation: Conversation) -> tuple[int, Conversation]:
        self._counter += 1
        return self._counter, conversation

    def _next(self, now: float) -> Conversation | None:
        """The next of the order that is to be asked; None for one that is not."""
        order = self._order
        number = next(order, None) if order is not None else None
        if number is None:
            self._order = None
            return None
        endpoint = self._endpoint(number)
        key = self._key(endpoint.address, endpoint.port)
        if key in self._done:
            return None
        decision = self._scope.decide(endpoint.address, endpoint.names, endpoint.port)
        why = "" if decision.allowed else decision.why
        why = why or self._denied_at.get(endpoint.address, "")
        if why:
            self._denied(endpoint, why)
            return None
        kept = self._kept.get(key)
        if kept is None:
            return Conversation(endpoint)
        # When it was asked last is not known; it may have been a moment ago.
        self._pace.when(endpoint.address, now, connection=False)
        return kept

    def _endpoint(self, number: int) -> Endpoint:
        if number >= self._addresses:
            return self._named[number - self._addresses]
        target = self._targets[number]
        port = target.port or self._scope.ports[0]
        names = self._names_at.get((target.host, port), ()) if self._names_at else ()
        cloud = self._cloud_at.get((target.host, port), ()) if names else ()
        return Endpoint(
            names[0] if names else target.text, target.host, port, names, target.scheme,
            self._scope.back_end_port, self._scope.smtp_port,
            cloud,
        )  # fmt: skip

    def _is_open(self, now: float) -> bool:
        """Whether the hours allow asking; the time of day may be set meanwhile."""
        if now < self._open_until:
            return True
        if now < self._opens:
            return False
        moment = self._clock()
        opens = self._scope.opens_at(moment)
        if opens is None:
            self._opens = float("inf")
            return False
        if opens > moment:
            self._opens = now + min((opens - moment).total_seconds(), _LONGEST)
            return False
        closes = self._scope.closes_at(moment) or moment + timedelta(days=7)
        left = (closes - moment).total_seconds()
        self._open_until = now + min(max(0.0, left), _LOOK_EVERY)
        return now < self._open_until


def _plain(name: str) -> str:
    """A name of a certificate as the scope writes names; of a wildcard what is below the star."""
    return name.strip().rstrip(".").lower().removeprefix("*.")
