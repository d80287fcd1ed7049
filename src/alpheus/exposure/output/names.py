"""Short names for people: of CVEs by the campaign that used them, and of builds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from alpheus.knowledge.builds import Builds, parse_build
from alpheus.report.visible import visible

CHIEF = "CVE-2021-26855"
"""The way in of March 2021."""

MAIN = (CHIEF, "CVE-2021-34473", "CVE-2022-41040")
"""The ways in of the three great campaigns: anyone may use them, without an account."""

_CAMPAIGNS = {
    "CVE-2021-26855": "ProxyLogon",
    "CVE-2021-26857": "ProxyLogon",
    "CVE-2021-26858": "ProxyLogon",
    "CVE-2021-27065": "ProxyLogon",
    "CVE-2021-34473": "ProxyShell",
    "CVE-2021-34523": "ProxyShell",
    "CVE-2021-31207": "ProxyShell",
    "CVE-2021-33766": "ProxyToken",
    "CVE-2022-41040": "ProxyNotShell",
    "CVE-2022-41082": "ProxyNotShell",
    "CVE-2022-41080": "OWASSRF",
}
_LONGEST = 60


def campaign(cve: str) -> str:
    """`ProxyLogon`; '' for a CVE that has no such name."""
    return _CAMPAIGNS.get(cve, "")


def cve_name(cve: str) -> str:
    """`ProxyLogon (CVE-2021-26855)`, or the CVE alone; made visible."""
    name = campaign(cve)
    return f"{name} ({cve})" if name else visible(cve[:_LONGEST])


def in_order(cves: Iterable[str]) -> list[str]:
    """CVEs in the order of the table of builds, then the others by their names."""
    known = {cve: number for number, cve in enumerate(Builds.load().cves)}
    return sorted(set(cves), key=lambda cve: (known.get(cve, len(known)), cve))


@lru_cache(maxsize=4096)
def short_name(build: str | None) -> str:
    """`2016 CU19 Mar21SU`, `2016 CU19, SU unknown`; '' without a build or for one of no product."""
    number = parse_build(build) if build else None
    found = Builds.load().describe(number) if number else None
    if number is None or found is None:
        return ""
    product = found.product.removeprefix("Microsoft ").removeprefix("Exchange Server ")
    parts = [product, found.cu, found.su]
    name = " ".join(part for part in parts if part)
    if number.precision == 3:
        return f"{name}, SU unknown"
    return name if found.exact else f"{name} or later"
