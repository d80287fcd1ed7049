"""Organisations by what is asked of them, and the servers of each."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from alpheus.directory.owner_model import Advice

SORTS = ("priority", "name", "servers")


class Organisation(msgspec.Struct, frozen=True, gc=False):
    """Who owns servers, with all ways to reach it, the best first.

    `key` is its main domain, or a slug of its name; '' where nobody can tell whose a server is:
    then all but `country`, `provider` and `contacts` is empty, and these are of its network.
    `region` is written as `US-TX`. `servers` counts servers, `open` those that are vulnerable or
    not shown to be clean and whose case has not ended, `compromised` those of them that somebody
    broke into. `priority` is that of the most urgent one.
    """

    key: str
    name: str
    domain: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    sector: str = ""
    confidence: str = ""
    provider: str = ""
    contacts: tuple[Advice, ...] = ()
    servers: int = 0
    open: int = 0
    compromised: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class OrganisationFilters:
    """What an organisation must be; of several values of a field, one. Empty asks nothing.

    `text` holds words that its name or key begin with, or parts of them, all of them. `open_only`
    leaves out those that have nothing left to be done.
    """

    sector: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    text: str = ""
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """A page; `next` is the key of the page after, '' at the end."""

    organisations: list[Organisation]
    next: str
