"""Sightings of a few servers, written short."""

from __future__ import annotations

from collections.abc import Iterable

from alpheus.cases.identity.forest import Forest
from alpheus.cases.identity.keys import Facts, facts_of, seconds
from alpheus.cases.identity.model import Sighting
from alpheus.cases.identity.resolve import Resolver

CA = {"issuer": "CN=Some CA"}


def at(day: int, hour: int = 12) -> dict[str, str]:
    """First and last seen at an hour of a day in March 2021."""
    time = f"2021-03-{day:02}T{hour:02}:00:00Z"
    return {"first_seen": time, "last_seen": time}


def seen(number: int, address: str = "", day: int = 1, **what) -> Sighting:
    """A sighting at an address on a day, on port 443."""
    what = {"source": "list", "port": 443 if address else 0, **at(day), **what}
    return Sighting(number, address=address, **what)


def host_certificate(letter: str, *names: str) -> dict:
    """A certificate of a public authority."""
    return {
        "certificate": letter * 64,
        "certificate_names": names,
        "subject": f"CN={names[0]}",
        **CA,
    }


def own_certificate(letter: str, name: str, domain: str) -> dict:
    """A certificate that a server makes for itself when it is set up."""
    subject = f"CN={name}"
    return {
        "certificate": letter * 64,
        "certificate_names": (name, f"{name.lower()}.{domain}"),
        "subject": subject,
        "issuer": subject,
        "self_signed": True,
    }


def passing(*more: Sighting) -> list[Sighting]:
    """Three addresses of 192.0.2.0/24, which pass from server to server after six days, and more.

    Their numbers are from 1001.
    """
    return [
        *(seen(1000 + 2 * n + turn - 1, f"192.0.2.{n}", 1 + 6 * turn, servers=(f"LAKE{letters}",),
               ad_domain=f"{letters.lower()}lake.local")
          for n, pair in enumerate((("AA", "BB"), ("CC", "DD"), ("EE", "FF")), start=1)
          for turn, letters in enumerate(pair)),
        *more,
    ]  # fmt: skip


def among_passing(*more: Sighting) -> list[tuple[int, ...]]:
    """The servers of sightings beside such addresses, as their numbers."""
    return [group for group in groups(*passing(*more)) if group[0] < 1000]


def groups(*sightings: Sighting) -> list[tuple[int, ...]]:
    """The servers that sightings are resolved to, as their numbers."""
    return [cluster.sightings for cluster in Resolver(sightings).clusters()]


def forest_of(*sightings: Sighting) -> Forest:
    """One node for every sighting, in the order in which nodes are numbered."""
    made: list[tuple[Facts, int, int]] = [
        (facts_of(one), seconds(one.first_seen), seconds(one.last_seen)) for one in sightings
    ]
    made.sort(key=lambda node: (node[0], node[1:]))
    return Forest([m[0] for m in made], [m[1] for m in made], [m[2] for m in made])


def together(found: Iterable[tuple[int, ...]], *numbers: int) -> bool:
    """Whether sightings are of one server."""
    return any(set(numbers) <= set(group) for group in found)
