"""Who used one server page, when and how: the numbers that tell a rare page from an ordinary one.

Every figure can be added up over parts of the evidence in any order, and nothing here grows with
the number of requests. A page of many clients is not rare: its details are dropped by the owner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from alpheus.scan.tally import Numbers

VISITORS_KEPT = 64
HOURS_KEPT = 1_000
NAMES_KEPT = 16
_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Served:
    """What one request that was answered 2xx adds, or several within an hour that say the same.

    Sizes are in bytes; None where the log has none.
    """

    time: datetime | None
    method: str
    client: str
    query: int = 0
    agent: str = ""
    user: str = ""
    referred: bool = False
    sent: Numbers | None = None
    received: Numbers | None = None
    taken: Numbers | None = None
    times: int = 1


@dataclass(slots=True)
class Visitor:
    """What one client was served of a page."""

    requests: int = 0
    posts: int = 0
    first_post: datetime | None = None
    first_other: datetime | None = None

    @property
    def posts_blindly(self) -> bool:
        """Whether it posted without having looked at the page before."""
        if not self.posts:
            return False
        if self.posts == self.requests:
            return True
        if self.first_post is None or self.first_other is None:
            return False
        return self.first_post < self.first_other

    def absorb(self, other: Visitor) -> None:
        """Add what the same client did in another part."""
        self.requests += other.requests
        self.posts += other.posts
        self.first_post = earliest(self.first_post, other.first_post)
        self.first_other = earliest(self.first_other, other.first_other)


@dataclass(slots=True)
class PageDetails:
    """All requests for a page that were answered 2xx, of at most `VISITORS_KEPT` clients.

    `hours` counts requests by hour since the year 1. `queries` counts requests other than POST that
    carried a query, `longest_query` is in characters. `agents` and `users` hold the first
    `NAMES_KEPT` names (how often each came is not exact where requests were counted together);
    `named` counts requests of a user, `referred` those with a referer. `taken` is in milliseconds.
    """

    visitors: dict[str, Visitor] = field(default_factory=dict)
    hours: dict[int, int] = field(default_factory=dict)
    agents: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    posts: int = 0
    queries: int = 0
    longest_query: int = 0
    referred: int = 0
    named: int = 0
    agentless: int = 0
    sent: Numbers = field(default_factory=Numbers)
    received: Numbers = field(default_factory=Numbers)
    taken: Numbers = field(default_factory=Numbers)

    def note(self, served: Served) -> bool:
        """Take in requests; False when there are too many clients or hours to go on."""
        times = served.times
        self._visit(served)
        if served.time is not None:
            hour = served.time.toordinal() * 24 + served.time.hour
            self.hours[hour] = self.hours.get(hour, 0) + times
        if served.method == "POST":
            self.posts += times
        elif served.query:
            self.queries += times
        self.longest_query = max(self.longest_query, served.query)
        self.referred += served.referred * times
        if served.user:
            self.named += times
            _count(self.users, served.user, times)
        if served.agent:
            _count(self.agents, served.agent, times)
        else:
            self.agentless += times
        for sizes, number in (
            (self.sent, served.sent),
            (self.received, served.received),
            (self.taken, served.taken),
        ):
            if number is not None:
                sizes.absorb(number)
        return self.fits()

    def fits(self) -> bool:
        """Whether the page is still one of few clients and few hours."""
        return len(self.visitors) <= VISITORS_KEPT and len(self.hours) <= HOURS_KEPT

    def absorb(self, other: PageDetails) -> bool:
        """Add another part; False as in `note`. The other part is left as it is."""
        for client, theirs in other.visitors.items():
            self.visitors.setdefault(client, Visitor()).absorb(theirs)
        for hour, count in other.hours.items():
            self.hours[hour] = self.hours.get(hour, 0) + count
        for mine, names in ((self.agents, other.agents), (self.users, other.users)):
            for name, count in names.items():
                _count(mine, name, count)
        self.posts += other.posts
        self.queries += other.queries
        self.longest_query = max(self.longest_query, other.longest_query)
        self.referred += other.referred
        self.named += other.named
        self.agentless += other.agentless
        self.sent.absorb(other.sent)
        self.received.absorb(other.received)
        self.taken.absorb(other.taken)
        return self.fits()

    def _visit(self, served: Served) -> None:
        visitor = self.visitors.get(served.client)
        if visitor is None:
            visitor = self.visitors[served.client] = Visitor()
        visitor.requests += served.times
        if served.method == "POST":
            visitor.posts += served.times
            visitor.first_post = earliest(visitor.first_post, served.time)
        else:
            visitor.first_other = earliest(visitor.first_other, served.time)


def earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two times of which either may be unknown."""
    if one is None or other is None:
        return one or other
    return min(one, other)


def latest(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two times of which either may be unknown."""
    if one is None or other is None:
        return one or other
    return max(one, other)


def _count(names: dict[str, int], name: str, count: int) -> None:
    name = name[:_NAME_LENGTH]
    if name in names:
        names[name] += count
    elif len(names) < NAMES_KEPT:
        names[name] = count
