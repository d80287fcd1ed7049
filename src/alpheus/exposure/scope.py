"""What the owner of a scope signed for: whom we may ask, how fast, and when.

Nothing is sent to an address before `Scope.decide` allowed it. A denial always wins, and what is
not named is outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alpheus.errors import UsageError
from alpheus.exposure.addresses import SPECIAL, embedded, read_address
from alpheus.exposure.host_names import host_name
from alpheus.exposure.hours import Window, current
from alpheus.exposure.listing import Listing


class ScopeError(UsageError):
    """A scope file cannot be used. The message has a line per problem: file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an address may be asked, and why: a line of the scope file, as far as one says so."""

    allowed: bool
    why: str


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast at most; the defaults disturb nobody.

    `per_host` is requests per second to one address, whatever the connection. `per_network` (the
    /24 or /48 around it) and `total` are new connections per second. `jitter` is the part of a
    host's interval by which a request is put off at random: 0.25 of 1 s is up to 0.25 s.
    """

    per_host: float = 1.0
    per_network: float = 10.0
    total: float = 200.0
    network_prefix_v4: int = 24
    network_prefix_v6: int = 48
    jitter: float = 0.25


_OUTSIDE = Decision(allowed=False, why="outside the scope: not in 'allow'")
_SPECIAL: Listing[str] = Listing(SPECIAL, ())


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope file, read. Times are in UTC.

    `allow` and `deny` hold a Decision for every entry. `ports` are what is asked where a target
    names no port. `digest` is the SHA-256 of the file, `files` those of the files that it names,
    of which `lists` say whom it allows.
    """

    name: str
    digest: str
    owner: str
    authorisation: str
    contact: str
    user_agent: str
    allow: Listing[Decision]
    deny: Listing[Decision]
    rates: Rates = field(default_factory=Rates)
    hours: tuple[Window, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    ports: tuple[int, ...] = (443,)
    back_end: bool = False
    back_end_port: int = 444
    smtp: bool = False
    smtp_port: int = 25
    files: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()

    @property
    def signed(self) -> str:
        """The hash of what an owner signed for: the file, and the lists of whom it allows.

        Those of whom it denies may change at any time: a denial always wins.
        """
        if not self.lists:
            return self.digest
        lines = [self.digest, *(f"{name}\0{self.files[name]}" for name in sorted(self.lists))]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def decide(self, address: str, names: Sequence[str] = (), port: int | None = None) -> Decision:
        """Whether `address` may be asked under `names`, at `port` if one is given.

        A denied address or name is never asked. An address that `allow` does not hold is asked if
        one of the names is allowed and the address is no special one, such as a private one.
        `names` are those that the operator gave or whose look-up led to the address, never those
        that a server says of itself. What is neither a name nor an address is not asked for.
        """
        try:
            version, number = read_address(address)
        except ValueError as error:
            return Decision(allowed=False, why=str(error))
        found = self.deny.address(version, number)
        inner = embedded(number) if version == 6 else None
        if found is None and inner is not None:
            found = self.deny.address(4, inner)
        if found is not None:
            return found
        plain: list[str] = []
        for name in names:
            found = self._denied_name(name, plain)
            if found is not None:
                return found
        if port is not None and not self.permits_port(port):
            return Decision(allowed=False, why=f"port {port} is not in 'ports' of the scope")
        return self._allowed(version, number, inner, plain)

    def _denied_name(self, name: str, plain: list[str]) -> Decision | None:
        """The denial of a name; else its one form is added to `plain`, unless it is an address."""
        try:
            form = host_name(name.removeprefix("*."))
        except ValueError as error:
            try:
                return self.deny.address(*read_address(name))
            except ValueError:
                return Decision(allowed=False, why=str(error))
        plain.append(form)
        return self.deny.name(form)

    def _allowed(
        self, version: int, number: int, inner: int | None, names: Sequence[str]
    ) -> Decision:
        found = self.allow.address(version, number)
        special = None if found else _SPECIAL.address(version, number)
        if special is None and inner is not None and self.allow.address(4, inner) is None:
            special = _SPECIAL.address(4, inner)
        if special is not None:
            return Decision(
                allowed=False, why=f"{special}: asked only where 'allow' lists it by itself"
            )
        if found is not None:
            return found
        for name in names:
            found = self.allow.name(name)
            if found is not None:
                return found
        return _OUTSIDE

    def permits_port(self, port: int) -> bool:
        """Whether a port may be asked on a host that may."""
        return (
            port in self.ports
            or (self.back_end and port == self.back_end_port)
            or (self.smtp and port == self.smtp_port)
        )

    def decide_name(self, name: str) -> Decision | None:
        """What is known before a look-up: a denial or permission of the name; None: its address."""
        plain: list[str] = []
        denied = self._denied_name(name, plain)
        return denied or (self.allow.name(plain[0]) if plain else None)

    def pieces(self, version: int, first: int, last: int) -> Iterator[tuple[int, int, Decision]]:
        """A range of addresses without names, cut where the decision changes."""
        for denied in self.deny.segments(version).pieces(first, last):
            if denied.label is not None:
                yield denied.first, denied.last, denied.label
                continue
            for allowed in self.allow.segments(version).pieces(denied.first, denied.last):
                yield allowed.first, allowed.last, allowed.label or _OUTSIDE

    def is_open(self, now: datetime) -> bool:
        """Whether the scope is valid at `now` and its hours allow asking."""
        return self.opens_at(now) == now.astimezone(UTC)

    def opens_at(self, now: datetime) -> datetime | None:
        """The first moment, not before `now`, at which may be asked; None if none will come."""
        moment = now.astimezone(UTC)
        if self.valid_from is not None:
            moment = max(moment, self.valid_from)
        if self.hours:
            span = current(self.hours, moment)
            if span is None:
                return None
            moment = max(moment, span[0])
        if self.valid_until is not None and moment >= self.valid_until:
            return None
        return moment

    def closes_at(self, now: datetime) -> datetime | None:
        """When asking must stop that is allowed at `now`; None if it need not, or is not allowed.

        Where windows follow on one another this is the end of the last of them, at most a week on.
        """
        if not self.is_open(now):
            return None
        moment = now.astimezone(UTC)
        limit = moment + timedelta(days=7)
        if not self.hours:
            return self.valid_until
        while moment < limit:
            span = current(self.hours, moment)
            if span is None or span[0] > moment:
                break
            moment = span[1]
        return min(moment, self.valid_until) if self.valid_until else moment
