"""The nouns of the directory: who there is, how they are reached, and where they say they are."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Layer(StrEnum):
    """What a range of addresses means; the ranges of one layer may lie inside each other."""

    CLAIM = "claim"
    """A constituent, or a customer, says that these addresses are its own."""
    ASSIGNMENT = "assignment"
    """A registry's record: WHOIS, RPSL, RDAP."""
    DELEGATION = "delegation"
    """What a regional registry gave to a country; it names nobody."""
    ROUTE = "route"
    """A prefix as it is routed, with the number of the network that announces it."""


class Contact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A way to reach somebody. `role` is `security`, `abuse`, `registered` or `letter`.

    `letter` has a postal address in `name` and neither `email` nor `phone`.
    """

    role: str
    email: str = ""
    phone: str = ""
    name: str = ""


class Organisation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record of a list. Records of several lists about one organisation stand side by side.

    `kind` names the list (`dotgov`, `customers`, `rpsl`, …) and `source` the file. `unit` is the
    part of the organisation that it is about. `domains` are in lower case; `networks` are ranges as
    `exposure.addresses` writes them. `country` has two letters, in capitals, and `region` is a
    state. `sector` is one of `knowledge/tables/sectors.csv`, or empty. `attributes` hold what no
    other field takes, under its own names.
    """

    name: str
    kind: str = ""
    source: str = ""
    unit: str = ""
    domains: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    layer: Layer = Layer.CLAIM
    sector: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    as_number: int = 0
    contacts: tuple[Contact, ...] = ()
    attributes: Mapping[str, str] = {}

    @property
    def title(self) -> str:
        """The name, with the part of the organisation that it is about."""
        return f"{self.name}, {self.unit}" if self.unit else self.name


class Route(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A routed prefix and the number of the network that announces it."""

    network: str
    as_number: int
