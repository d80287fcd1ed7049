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
        _where(seen, server, places, rng)
        yield (seen,)


def _where(seen: Seen, server: Server, places: list[Endpoint], rng: Random) -> None:
    """Its host name, its own name, its address: some of them, or a wrong one."""
    seen.host_name, seen.server_name = server.host_names[0], server.name
    seen.tells_member = True
    if places and rng.random() < 0.7:
        seen.address = rng.choice(places).address
        if "." in seen.address and rng.random() < _WRONG_ADDRESS:
            head, _, last = seen.address.rpartition(".")
            seen.address = f"{head}.{int(last) + 1}"
            seen.errors = [*seen.errors, "wrong-address"]
    place = rng.random()
    if server.dag and place < 0.3:
        seen.host_name, seen.errors = f"{server.dag}.{server.ad_domain}", [*seen.errors, "dag-name"]
    elif place < 0.4:
        seen.host_name = server.full_name
    elif place < 0.55 and seen.address:
        seen.host_name = ""
    if seen.address and rng.random() < 0.3:
        seen.server_name = ""
        seen.tells_member = not server.pool


def _cells(seen: Seen) -> dict[str, str]:
    return {
        "Customer": seen.owner, "Contact": seen.url, "Phone": seen.state, "Host": seen.host_name,
        "IP": seen.address, "Server": seen.server_name, "Industry": seen.sector.replace("-", " "),
        "City": seen.city, "Checked": seen.time.strftime("%m/%d/%Y %I:%M %p"),
    }  # fmt: skip
