"""Whose network a server stands in, by the word of a list.

The names of attributes are those of Shadowserver, Shodan, Censys, MISP objects and tables that
people make. A sector that a list gives may be that of the provider.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

_LONGEST = 80


class Owner(NamedTuple):
    """Texts of a list; '' where it says nothing."""

    network: str = ""
    sector: str = ""
    country: str = ""


NOBODY = Owner()


class _Attributes(msgspec.Struct, gc=False):
    """The attributes that may name it, under their names."""

    asn: str = ""
    as_name: str = ""
    org: str = ""
    as_number: str = msgspec.field(default="", name="autonomous_system.asn")
    as_title: str = msgspec.field(default="", name="autonomous_system.name")
    sector: str = ""
    industry: str = ""
    geo: str = ""
    country: str = ""
    country_code: str = ""
    location_code: str = msgspec.field(default="", name="location.country_code")
    location: str = msgspec.field(default="", name="location.country")


_DECODER = msgspec.json.Decoder(_Attributes)


def owner_of(attributes: bytes | memoryview) -> Owner:
    """What attributes of an observation, as JSON, say; nothing if they are not read."""
    if len(attributes) <= 2:
        return NOBODY
    try:
        found = _DECODER.decode(attributes)
    except msgspec.MsgspecError:
        return NOBODY
    number = (found.asn or found.as_number).upper().removeprefix("AS").strip()
    name = found.as_name or found.as_title or found.org
    network = " ".join(part for part in (f"AS{number}" if number else "", name) if part)
    country = found.geo or found.country_code or found.location_code or found.country
    return Owner(
        network[:_LONGEST],
        (found.sector or found.industry)[:_LONGEST],
        (country or found.location).upper()[:_LONGEST],
    )
