"""Addresses at which a server answered, as its own logs have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address

from alpheus.judge.record import ServerRecord
from alpheus.model import Event

MOST = 8
"""Addresses of a server that are told."""
_FIELD = "s-ip"
_SHARE = 20
"""What fewer than one of so many requests name may be of a torn line."""


def own_addresses(record: ServerRecord) -> tuple[str, ...]:
    """Those of the internet first, then those that most requests came to; without loopback."""
    counted = Counter(
        address for event in _requests(record) if (address := _address(event.fields.get(_FIELD)))
    )
    total = counted.total()
    found = [one for one, number in counted.items() if number * _SHARE >= total]
    found.sort(key=lambda one: (not ip_address(one).is_global, -counted[one], one))
    return tuple(found[:MOST])


def _requests(record: ServerRecord) -> Iterator[Event]:
    """Requests of IIS that are kept, each as often as it is."""
    for group, event in record.events():
        if event.source == "iis" and not group.raw:
            yield event
    for several in record.uses.values():
        for use in several:
            yield from use.succeeded
            yield from use.others


def _address(value: object) -> str:
    try:
        found = ip_address(str(value).partition("%")[0])
    except ValueError:
        return ""
    no_place = found.is_loopback or found.is_unspecified or found.is_link_local
    return "" if no_place or found.is_multicast else str(found)
