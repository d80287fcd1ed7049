"""Shadowserver's reports: vulnerable servers and web shells daily, special reports of victims."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import partial
from random import Random

from alpheus.lab.country import history, slips
from alpheus.lab.country.calendar import date_of, moment, plain, some_time
from alpheus.lab.country.listing import Group, Listing
from alpheus.lab.country.lists.forms import Table
from alpheus.lab.country.model import Endpoint, Holding, Server, Shell
from alpheus.lab.country.sectors import NAICS
from alpheus.lab.country.sightings import VICTIM, VULNERABLE, Seen, at, look
from alpheus.lab.country.strangers import Stranger


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


_SCAN_2021 = _columns(
    "timestamp,ip,port,hostname,tag,asn,geo,region,city,naics,sic,sector,version,servername,url"
)
_SCAN_FIRST_DAYS = tuple(one for one in _SCAN_2021 if one not in {"servername", "url"})
_SCAN_LATER = _columns(
    "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,hostname_source,"
    "sector,version,servername,url"
)
_SPECIAL = _columns(
    "timestamp,ip,port,protocol,asn,geo,region,city,hostname,naics,sector,tag,public_source,status,"
    "detail,method,device_vendor,severity,hostname_source,first_seen_time,last_seen_time,"
    "potential_exposure_time"
)
_WEBSITE = _columns(
    "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,hostname_source,"
    "sector,application,url,http_host,category,system,detected_since,server,redirect_target,cc_url,"
    "family,status,account,detail,public_source"
)
_PROVIDER_SECTOR = "Communications, Service Provider, and Hosting Service"
_SECTORS = {
    "bank": "Finance", "credit-union": "Finance", "hospital": "Healthcare", "school": "Education",
    "university": "Education", "local-government": "Government", "police": "Government",
    "fire-and-rescue": "Government", "defence": "Government", "utility": "Utilities",
    "company": "Manufacturing",
}  # fmt: skip
_COVERED = 0.7
_STALE = 0.02
_STALE_DAYS = 7
_LOOKS_FOR_SHELLS = 0.25
_SPECIALS = (
    # name, day, tag, first and last day of what it covers, share
    ("hafnium-victims", 10, "hafnium;exchange-victim", 0, 3, 0.36),
    ("exchange-webshells", 14, "exchange;webshell", 4, 11, 0.22),
    ("exchange-webshells-3", 16, "exchange;webshell", 9, 14, 0.2),
)
_WEBSITE_SHARE = 0.075
_WEBSITE_DAYS = 3


def listings(days: int) -> Iterator[Listing]:
    """The reports of a month."""
    for day in range(1, days):
        date = date_of(day)
        for name, six in (("scan_exchange", False), ("scan6_exchange", True)):
            yield Listing(
                f"shadowserver/{date}-{name}-country.csv", f"shadowserver/{name}", day,
                Table(_scan_columns(day), _cells), partial(_scan, six=six),
                None if six else _trap, counts_victims=True,
            )  # fmt: skip
        yield Listing(
            f"shadowserver/{date}-compromised_website-country.csv",
            "shadowserver/compromised_website", day, Table(_WEBSITE, _cells), _website,
            counts_victims=True,
        )  # fmt: skip
    for name, day, tag, first, last, share in _SPECIALS:
        if day < days:
            yield Listing(
                f"shadowserver/{date_of(day)}-special-{name}.csv", f"shadowserver/special-{name}",
                day, Table(_SPECIAL, partial(_cells, tag=tag)),
                partial(_special, first=first, last=last, share=share), counts_victims=True,
            )  # fmt: skip


def _scan_columns(day: int) -> tuple[str, ...]:
    """The first days have no server names; the order is never sure; later there are more."""
    if day < 5:
        return _SCAN_FIRST_DAYS
    if day < 20:
        return _SCAN_2021[::-1] if day % 9 == 7 else _SCAN_2021
    return _SCAN_LATER


def _scan(holding: Holding, day: int, rng: Random, density: float, *, six: bool) -> Iterator[Group]:
    for endpoint in holding.endpoints:
        if (":" in endpoint.address) != six or rng.random() >= _COVERED * density:
            continue
        stale = day >= _STALE_DAYS and rng.random() < _STALE
        seen = look(holding, endpoint, day - _STALE_DAYS if stale else day, rng)
        if seen is None or seen.server is None or seen.release is None or not seen.release.modern:
            continue
        if stale:
            seen.time = some_time(day, rng)
            seen.errors.append("stale")
        shells = history.shells_on(seen.server.history, day)
        if shells and rng.random() < _LOOKS_FOR_SHELLS:
            seen.claims = VICTIM
        elif seen.claims != VULNERABLE:
            continue
        if rng.random() < 0.15:
            seen.server_name = ""
            seen.tells_member = len(seen.members) < 2
        slips.slip(seen, rng)
        yield (seen,)


def _trap(stranger: Stranger, day: int, rng: Random) -> Seen | None:
    """Of what is no server of the country, honeypots get in."""
    return stranger.accused(day, rng) if stranger.kind == "honeypot" else None


def _special(
    holding: Holding, day: int, rng: Random, _density: float, *, first: int, last: int, share: float
) -> Iterator[Group]:
    """A row for each web shell that was there in a time; victims are never thinned out."""
    for server in holding.servers:
        for shell in server.history.shells:
            if shell.since > last or shell.until <= first or rng.random() >= share:
                continue
            seen = _victim(holding, server, shell, min(last, max(first, shell.since)), rng)
            if seen:
                seen.time = moment(day, 0)
                yield (seen,)


def _website(holding: Holding, day: int, rng: Random, _density: float) -> Iterator[Group]:
    """A row for each web shell that was found in the last days."""
    for server in holding.servers:
        for shell in server.history.shells:
            if not 0 <= day - shell.since < _WEBSITE_DAYS or day >= server.history.gone:
                continue
            if rng.random() < _WEBSITE_SHARE:
                seen = _victim(holding, server, shell, day, rng)
                if seen:
                    yield (seen,)


def _victim(holding: Holding, server: Server, shell: Shell, day: int, rng: Random) -> Seen | None:
    """A web shell's row, at one of the addresses that its server has on a day."""
    places = [one for one in holding.endpoints if server in one.servers and _has(one, day)]
    if not places:
        return None
    endpoint = rng.choice(places)
    seen = at(holding, endpoint, day, rng)
    seen.unit, seen.server, seen.members = server.unit, server, endpoint.servers
    seen.tells_member = len(endpoint.servers) == 1
    seen.claims = VICTIM
    seen.host_name = server.host_names[0] if rng.random() < 0.6 else ""
    host = seen.host_name or endpoint.address
    if ":" in host:
        host = f"[{ipaddress.ip_address(host)}]"
    port = "" if endpoint.port == 443 else f":{endpoint.port}"
    seen.url = f"https://{host}{port}{shell.path}"
    seen.since = some_time(shell.since, rng)
    return seen


def _has(endpoint: Endpoint, day: int) -> bool:
    return endpoint.first <= day <= endpoint.last


def _cells(seen: Seen, tag: str = "") -> dict[str, str]:
    """The values of every column that any of the reports has."""
    if not tag:
        tag = "exchange;webshell" if seen.claims == VICTIM else "exchange;cve-2021-26855"
    release = seen.release
    by_provider = "isp-owner" in seen.errors
    cells = {
        "timestamp": plain(seen.time), "ip": seen.address, "port": str(seen.port),
        "protocol": "tcp", "severity": "critical", "hostname": seen.reverse,
        "hostname_source": "ptr" if seen.reverse else "", "tag": tag, "asn": str(seen.asn),
        "geo": seen.country, "region": seen.state, "city": seen.city.upper(),
        "naics": "517311" if by_provider else NAICS.get(seen.sector, ""), "sic": "0",
        "sector": _PROVIDER_SECTOR if by_provider else _SECTORS.get(seen.sector, ""),
        "version": release.family if release else "", "servername": seen.server_name,
        "url": seen.url, "detail": seen.url, "http_host": seen.host_name,
        "category": "webshell", "application": "exchange", "status": "compromised",
        "public_source": "", "method": "", "system": "Windows",
    }  # fmt: skip
    if seen.since:
        cells["detected_since"] = cells["first_seen_time"] = plain(seen.since)
        cells["last_seen_time"] = plain(max(seen.since, seen.time))
    return cells
