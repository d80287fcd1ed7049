"""A service provider's own list of customers, kept by hand."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from alpheus.lab.country.calendar import date_of, moment
from alpheus.lab.country.listing import Group, Listing
from alpheus.lab.country.lists.forms import Table
from alpheus.lab.country.model import Endpoint, Holding, Server
from alpheus.lab.country.organisations import spelling
from alpheus.lab.country.sightings import Seen
from alpheus.lab.country.slips import LOCAL

_DAY = 13
_CUSTOMERS = 0.06
_WITH_ADDRESS = 0.7
_WRONG_ADDRESS = 0.03
_COLUMNS = ("Customer", "Contact", "Phone", "Host", "IP", "Server", "Industry", "City", "Checked")


def listings(days: int) -> Iterator[Listing]:
    """One list in the middle of the month."""
    if days > _DAY:
        yield Listing(
            f"customers/{date_of(_DAY)}-managed-exchange.csv", "customers", _DAY,
            Table(_COLUMNS, _cells), _collect,
        )  # fmt: skip


def _collect(holding: Holding, day: int, rng: Random, density: float) -> Iterator[Group]:
    """A row for each server, written down some weeks ago; the customer named as comes to mind."""
    if rng.random() >= _CUSTOMERS * max(density, 0.5):
        return
    organisation = holding.organisation
    lasting = not organisation.dynamic
    by_port = len({one.address for one in holding.endpoints}) < len(holding.endpoints)
    for server in holding.servers:
        places = [
            one
            for one in holding.endpoints
            if server in one.servers and one.first <= max(0, day - 9)
        ]
        seen = Seen(moment(day, rng.randrange(86_400)), "", 0, server=server, unit=server.unit)
        seen.organisation, seen.owner = organisation.id, spelling(organisation, rng)
        seen.sector, seen.city = organisation.sector, organisation.city
        seen.url, seen.state = organisation.contacts[0].mail, organisation.contacts[0].phone
        seen.errors = ["spelling", "local-time"]
        seen.time += LOCAL
        if organisation.dynamic:
            seen.errors.append("stale")
        _where(seen, server, places, rng, enough=lasting and not by_port)
        yield (seen,)


def _where(
    seen: Seen, server: Server, places: list[Endpoint], rng: Random, *, enough: bool
) -> None:
    """Its host name, its own name, its address: some of them, or a wrong one.

    `enough`: an address alone leads to the server.
    """
    seen.host_name, seen.server_name = server.host_names[0], server.name
    place = rng.random()
    if server.dag and place < 0.3:
        seen.host_name, seen.errors = f"{server.dag}.{server.ad_domain}", [*seen.errors, "dag-name"]
    elif place < 0.4:
        seen.host_name = server.full_name
    if not places or rng.random() >= _WITH_ADDRESS:
        return
    endpoint = rng.choice(places)
    seen.address = endpoint.address
    if "." in seen.address and rng.random() < _WRONG_ADDRESS:
        head, _, last = seen.address.rpartition(".")
        seen.address = f"{head}.{int(last) + 1}"
        seen.errors = [*seen.errors, "wrong-address"]
    elif enough:
        _leave_out(seen, server, endpoint, place, rng)


def _leave_out(seen: Seen, server: Server, endpoint: Endpoint, place: float, rng: Random) -> None:
    """Where the address is right and enough, names are often left out."""
    if 0.4 <= place < 0.55:
        seen.host_name = ""
    if rng.random() < 0.3:
        seen.server_name = ""
        alone = len(endpoint.servers) == 1
        seen.tells_member = alone or seen.host_name == server.full_name


def _cells(seen: Seen) -> dict[str, str]:
    return {
        "Customer": seen.owner, "Contact": seen.url, "Phone": seen.state, "Host": seen.host_name,
        "IP": seen.address, "Server": seen.server_name, "Industry": seen.sector.replace("-", " "),
        "City": seen.city, "Checked": seen.time.strftime("%m/%d/%Y %I:%M %p"),
    }  # fmt: skip
