"""Shodan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpheus.exposure.model import Observation, Status
from alpheus.lab.country.lists.shodan import hash_of
from made_country import Made

Paths = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def read(made: Made, paths: Paths) -> list[tuple[Observation, dict[str, Any]]]:
    """Every observation with its line of truth; what import cannot read is what is broken."""
    pairs = []
    files = paths("shodan")
    assert len(files) == 5
    for path in files:
        found, lost = made.imported(path)
        lines = made.rows_of(path)
        assert lost == {row for row, line in lines.items() if line["noise"] == "unreadable"}
        assert {one.provenance.row for one in found if one.provenance} | lost == set(lines)
        pairs += [(one, lines[one.provenance.row]) for one in found if one.provenance]
    return pairs


def test_certificates_are_those_of_the_servers(
    read: list[tuple[Observation, dict[str, Any]]], servers: dict[str, dict[str, Any]]
) -> None:
    """By their hash; each of a server's is one that it had in the month."""
    known = 0
    for one, line in read:
        server = servers.get(line["ports"].get(str(one.port), line)["server"] or "")
        if server is None or one.tls is None or one.tls.certificate is None:
            continue
        hashes = {certificate["sha256"] for certificate in server["certificates"]}
        assert one.tls.certificate.sha256 in hashes
        known += 1
    assert known > 0.7 * len(read)


def test_names_are_those_of_the_servers_or_wrong_on_purpose(
    read: list[tuple[Observation, dict[str, Any]]], servers: dict[str, dict[str, Any]]
) -> None:
    """A name that a server calls itself is its own, unless the truth says otherwise."""
    named = 0
    for one, line in read:
        server = servers.get(line["ports"].get(str(one.port), line)["server"] or "")
        if server is None or not one.servers or line["errors"]:
            continue
        assert {name.upper() for name in one.servers} <= {
            server["name"].upper(), server["full_name"].upper(),
        }  # fmt: skip
        named += 1
    assert named > 0.1 * len(read)


def test_gateways_and_others_are_there(
    read: list[tuple[Observation, dict[str, Any]]], servers: dict[str, dict[str, Any]]
) -> None:
    """Shielded servers, other products, the cloud; most are Exchange with a build."""
    statuses = [one.status for one, _ in read]
    assert {Status.SHIELDED, Status.IDENTIFIED} <= set(statuses)
    assert statuses.count(Status.IDENTIFIED) > 0.8 * len(statuses)
    assert {line["noise"] for _, line in read} == {"", "honeypot", "other-product", "cloud"}


def test_hashes_have_32_bits() -> None:
    """With a sign, the same for the same text."""
    assert hash_of("100.64.0.1") == hash_of("100.64.0.1") != hash_of("100.64.0.2")
    assert -(2**31) <= hash_of("100.64.0.1") < 2**31
