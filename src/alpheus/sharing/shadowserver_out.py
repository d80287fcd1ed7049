"""A table in the manner of Shadowserver's special reports: a row for each planted page of a server.

Columns that need more than evidence from the server (`asn`, `geo` and the like) are there and
empty; `tlp` is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from alpheus.model import Weight
from alpheus.sharing.listed import COMPROMISED, Listed, page_url
from alpheus.sharing.policy import Policy
from alpheus.sharing.traces import Trace

COLUMNS = (
    "timestamp", "ip", "port", "protocol", "asn", "geo", "region", "city", "hostname", "naics",
    "sector", "tag", "public_source", "status", "detail", "method", "device_vendor", "severity",
    "hostname_source", "first_seen_time", "last_seen_time", "version", "servername", "url",
    "sha256", "tlp",
)  # fmt: skip
_PRODUCTS = ("exchange", "sharepoint")
"""What a tag calls a product."""


def to_shadowserver(
    servers: Iterable[Listed], policy: Policy, producer: str
) -> Iterator[dict[str, str]]:
    """The rows of servers, by column. Give those that `policy` allows."""
    for one in servers:
        for page in one.pages or (None,):
            cells = dict.fromkeys(COLUMNS, "")
            cells |= _server(one, page, policy, producer)
            cells |= _page(one, page, policy) if page else {}
            yield cells


def _server(one: Listed, page: Trace | None, policy: Policy, producer: str) -> dict[str, str]:
    server = one.server
    products = (name for name in _PRODUCTS if name in server.product.lower())
    shell = page is not None and page.finding.weight is Weight.PROOF
    words = (*products, one.broken, *["webshell"] * shell, *one.campaigns.split(),
             *(cve.lower() for cve in one.flaws))  # fmt: skip
    return {
        "timestamp": _plain(one.last or one.seen), "ip": one.address, "protocol": "tcp",
        "hostname": one.name, "hostname_source": "evidence" if one.name else "",
        "tag": ";".join(filter(None, words)), "public_source": producer,
        "status": one.broken or "vulnerable", "detail": server.name,
        "method": "evidence of the server itself",
        "severity": "critical" if one.broken == COMPROMISED else "high",
        "first_seen_time": _plain(one.first), "last_seen_time": _plain(one.last or one.seen),
        "version": server.build.value if server.build else "",
        "servername": one.computer, "tlp": policy.tlp.value,
    }  # fmt: skip


def _page(one: Listed, page: Trace, policy: Policy) -> dict[str, str]:
    where = page.path if policy.named else page.name
    cells = {"url": page_url(one, page.path), "detail": f"{one.server.name} {where}".rstrip(),
             "sha256": page.value.lower()}  # fmt: skip
    if page.first is not None:
        cells["first_seen_time"] = _plain(page.first)
    return cells


def _plain(time: datetime | None) -> str:
    """A time as these reports have it: UTC, to the second, without its zone."""
    return time.strftime("%Y-%m-%d %H:%M:%S") if time else ""
