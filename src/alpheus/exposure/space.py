"""Whom a run asks: what of its targets the scope allows, and where names lead.

Names are looked up once; what they led to can be kept in a file, so that a run which is cut into
shards, or goes on another day, asks the same servers all the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from alpheus.errors import OutputError
from alpheus.exposure.model import Endpoint, Observation
from alpheus.exposure.named import Named, denied_addresses, find_named
from alpheus.exposure.names import Resolver
from alpheus.exposure.scope import Scope
from alpheus.exposure.target_list import Outside, TargetList, divide

_Spoken = tuple[tuple[str, int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Space:
    """All that is asked, or is not and why.

    `denied_at` says of addresses that a denied name leads to why they are left alone;
    `unknown_denials` counts denied names that lead nowhere.
    """

    allowed: TargetList
    outside: Sequence[Outside]
    named: Named
    denied_at: Mapping[str, str]
    unknown_denials: int

    @property
    def total(self) -> int:
        """How many endpoints there are."""
        return len(self.allowed) - len(self.allowed.names) + len(self.named.endpoints)


class LookedUp(msgspec.Struct, frozen=True):
    """What names led to, as it is kept."""

    endpoints: tuple[Endpoint, ...] = ()
    names_at: _Spoken = ()
    cloud_at: _Spoken = ()
    observations: tuple[Observation, ...] = ()
    denied_at: tuple[tuple[str, str], ...] = ()
    unknown_denials: int = 0

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of whom names led to, whenever that was."""
        said = (self.endpoints, self.names_at, self.cloud_at, self.denied_at)
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()

    def space(self, targets: TargetList, scope: Scope) -> Space:
        """Whom a run of these targets asks."""
        allowed, outside = divide(targets, scope)
        named = Named(
            list(self.endpoints), {(host, port): said for host, port, said in self.names_at},
            {(host, port): said for host, port, said in self.cloud_at}, list(self.observations),
        )  # fmt: skip
        return Space(allowed, outside, named, dict(self.denied_at), self.unknown_denials)


def look_up(targets: TargetList, scope: Scope, resolver: Resolver) -> Space:
    """Look up all names; nobody but the resolver is asked."""
    allowed, outside = divide(targets, scope)
    named = find_named(allowed, scope, resolver)
    denied_at, unknown = denied_addresses(scope, resolver)
    return Space(allowed, outside, named, denied_at, unknown)


def looked_up(space: Space) -> LookedUp:
    """What names led to, to be kept: in an order of its own."""
    named = space.named
    return LookedUp(
        tuple(sorted(named.endpoints, key=lambda one: (one.address, one.port))),
        tuple(sorted((*place, said) for place, said in named.names_at.items())),
        tuple(sorted((*place, said) for place, said in named.cloud_at.items())),
        tuple(named.observations), tuple(sorted(space.denied_at.items())), space.unknown_denials,
    )  # fmt: skip


def keep(path: Path, found: LookedUp) -> None:
    """Write it, whole or not at all. Raises OutputError."""
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.encode(found))
        part.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"{path}: cannot be written: {why}; name another folder") from error


def read_kept(path: Path) -> LookedUp | None:
    """What was kept; None where nothing is. Raises OutputError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=LookedUp)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, OSError) as error:
        message = f"{path} does not say where names lead ({error}); choose another folder"
        raise OutputError(message) from error
