"""What is true of a simulated server, and what its answers tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.builds import Release, states
from alpheus.lab.internet.exchange import first_of_family
from alpheus.lab.internet.kinds import Kind

_RANK = ("vulnerable", "fixed", "not-affected")


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth about one address.

    `exchange` and `build` (the lowest of a pool) are what is there, also where it does not show;
    `states` are those of that build, the worst in a pool; of another product those that its kind
    says. `seen` are words for what a careful observer concludes, each of which is right. `told` are
    the builds that the answers name, with three or four numbers. `settled`: what they tell decides
    every state; then an observer must conclude `states` and nothing else; where it is False,
    `undetermined` is right as well, and a
    state that says better than the truth is always wrong. `needs_name`: only under one of `names`.
    """

    address: str
    kind: str
    what: str
    seen: tuple[str, ...]
    exchange: bool
    product: str
    build: str | None
    builds: tuple[str, ...]
    states: Mapping[str, str]
    told: tuple[str, ...]
    settled: bool
    names: tuple[str, ...]
    servers: tuple[str, ...]
    transport: str
    needs_name: bool
    mixed_pool: bool
    back_end: bool
    online_mail: bool


def truth(behaviour: Behaviour) -> Truth:
    """The truth about the server of a behaviour."""
    kind, releases = behaviour.kind, behaviour.releases
    lowest = min(releases, key=lambda one: one.parts, default=None)
    told = _told(kind, releases)
    settled = kind.settled
    if settled is None:
        settled = not kind.exchange or _settled(behaviour, told)
    return Truth(
        address=behaviour.address,
        kind=kind.name,
        what=_words(behaviour, lowest) if lowest else kind.what,
        seen=kind.seen,
        exchange=kind.exchange,
        product=lowest.product if lowest else "",
        build=lowest.build if lowest else None,
        builds=tuple(sorted({one.build for one in releases})),
        states=_worst(releases) if releases else dict(kind.others),
        told=told,
        settled=settled,
        names=behaviour.names,
        servers=behaviour.servers,
        transport=kind.transport,
        needs_name=kind.needs_name,
        mixed_pool=len({one.build for one in releases}) > 1,
        back_end=kind.back_end,
        online_mail=kind.online_mail,
    )


def _words(behaviour: Behaviour, release: Release) -> str:
    kind = behaviour.kind
    words = f"{release.product} {release.label}"
    if kind.drawn:
        return f"{words}, {kind.name.partition('-')[2]}"
    as_made = tuple(one.build for one in behaviour.releases) == kind.builds
    return kind.what if as_made else f"{words}; was: {kind.what}"


@lru_cache(maxsize=1024)
def _worst(releases: tuple[Release, ...]) -> Mapping[str, str]:
    if not releases:
        return {}
    each = [states(one) for one in releases]
    return {cve: min((one[cve] for one in each), key=_RANK.index) for cve in each[0]}


@lru_cache(maxsize=4096)
def _told(kind: Kind, releases: tuple[Release, ...]) -> tuple[str, ...]:
    """The builds that the answers name: header, logon page, manifest."""
    if not kind.exchange or kind.application.startswith("gateway-"):
        return ()
    found: set[str] = set()
    for release in releases:
        if kind.header in {"shown", "odd-case"}:
            found.add(release.build)
        if kind.application != "exchange-ews-only":
            found.add(release.family if release.modern else release.build)
        if release.modern and kind.manifest != "hidden":
            lags = kind.manifest == "lagging"
            found.add(first_of_family(release).build if lags else release.build)
    return tuple(sorted(found))


def _settled(behaviour: Behaviour, told: tuple[str, ...]) -> bool:
    """Whether every member's build, or what is known of it, decides the states."""
    for release in behaviour.releases:
        if release.parts[0] == 8:
            # Microsoft's table of fixes does not name Exchange 2007.
            return False
        if not release.modern or not release.family_is_mixed:
            continue
        if behaviour.kind.header in {"shown", "odd-case"}:
            continue
        # A manifest says "at least": that settles a fix, and nothing else.
        fixed = "vulnerable" not in states(release).values()
        if not (behaviour.kind.manifest == "current" and fixed and release.build in told):
            return False
    return True
