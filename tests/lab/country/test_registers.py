"""Public registers."""

from __future__ import annotations

import csv
import ipaddress
import json
from typing import Any

import pytest

from made_country import Made


@pytest.fixture(scope="module")
def by_domain(made: Made) -> dict[str, dict[str, Any]]:
    """Organisations by their first domain."""
    return {one["domains"][0]: one for one in made.lines("organisations.jsonl")}


def rows(made: Made, name: str) -> list[dict[str, str]]:
    """The rows of a register."""
    return list(csv.DictReader((made.folder / "registers" / name).read_text().splitlines()))


def test_dotgov_names_who_has_a_domain(made: Made, by_domain: dict[str, dict[str, Any]]) -> None:
    """Nearly every domain under `.gov` is there, with its true owner; a mailbox for many."""
    found = rows(made, "dotgov.csv")
    all_of_them = [domain for domain in by_domain if domain.endswith(".gov")]
    assert 0.8 * len(all_of_them) < len(found) <= len(all_of_them)
    for row in found:
        assert by_domain[row["Domain name"]]["name"] == row["Organization name"]
    mailboxes = {"@" in row["Security contact email"] for row in found}
    assert mailboxes == {True, False}


@pytest.mark.parametrize(
    ("name", "sector", "column"),
    [
        ("hifld-hospitals.csv", "hospital", "WEBSITE"),
        ("hifld-law-enforcement.csv", "police", "WEBSITE"),
        ("hifld-fire-stations.csv", "fire-and-rescue", "WEBSITE"),
        ("fdic-institutions.csv", "bank", "WEBADDR"),
        ("ncua-credit-unions.csv", "credit-union", "WEBSITE"),
        ("nces-districts.csv", "school", "WEBSITE"),
    ],
)
def test_sectors_have_registers(
    name: str, sector: str, column: str, made: Made, by_domain: dict[str, dict[str, Any]]
) -> None:
    """Members only; the web address, however it is written, is of one of the sector."""
    found = rows(made, name)
    assert found
    for row in found:
        host = row[column].partition("//")[2] or row[column]
        domain = host.partition("/")[0].removeprefix("www.")
        assert domain in {"", "NOT AVAILABLE"} or by_domain[domain]["sector"] == sector


def test_universities(made: Made, by_domain: dict[str, dict[str, Any]]) -> None:
    """One array, as it is published."""
    found = json.loads((made.folder / "registers" / "universities.json").read_text())
    assert found
    assert {by_domain[one["domains"][0]]["sector"] for one in found} == {"university"}


def test_networks_lead_to_holder_or_provider(
    made: Made, by_domain: dict[str, dict[str, Any]]
) -> None:
    """The smallest network around an address is its owner's own, or a provider's."""
    text = (made.folder / "registers" / "networks.rpsl").read_text()
    holders: dict[str, str] = {}
    for block in text.strip().split("\n\n"):
        values = dict(line.split(":", 1) for line in block.splitlines())
        where = (values.get("inetnum") or values["inet6num"]).strip()
        holders[where] = values["descr"].strip()
    own = [one for one in by_domain.values() if one["network"]]
    assert own
    for one in own:
        span = ipaddress.ip_network(one["network"])
        assert holders[f"{span[0]} - {span[-1]}"] == one["name"]
    assert {one["provider"] for one in by_domain.values()} <= set(holders.values())


def test_every_address_has_a_prefix(made: Made, servers: dict[str, dict[str, Any]]) -> None:
    """With the number of its provider's network."""
    lines = (made.folder / "registers" / "prefixes.dat").read_text().splitlines()
    numbers = {ipaddress.ip_network(one): int(asn) for one, asn in (s.split("\t") for s in lines)}
    organisations = {one["id"]: one for one in made.lines("organisations.jsonl")}
    for server in servers.values():
        for place in server["addresses"]:
            address = ipaddress.ip_address(place["address"])
            (asn,) = {asn for span, asn in numbers.items() if address in span}
            assert asn == organisations[server["organisation"]]["asn"]
