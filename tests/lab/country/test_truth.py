"""The files of truth."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from alpheus.lab.country import truth
from alpheus.lab.country.calendar import moment
from alpheus.lab.country.sightings import Seen
from made_country import Made


def test_spans_cover_the_month(made: Made) -> None:
    """Without a gap, and neighbours differ."""
    for one in made.lines("states.jsonl"):
        spans = one["spans"]
        assert spans[0]["from"] == "2021-03-01"
        assert spans[-1]["to"] == "2021-03-31"
        for before, after in pairwise(spans):
            assert before["to"] < after["from"]
            assert {**before, "from": 0, "to": 0} != {**after, "from": 0, "to": 0}


def test_addresses_certificates_and_shells_have_their_days(
    made: Made, servers: dict[str, dict[str, Any]]
) -> None:
    """A server has an address on each day, and its first certificate from the first."""
    for one in servers.values():
        assert min(place["from"] for place in one["addresses"]) == "2021-03-01"
        assert one["certificates"][0]["from"] == "2021-03-01"
        assert (one["pool"] or one["id"]) == one["unit"]
        for shell in one["shells"]:
            assert shell["until"] is None or shell["since"] < shell["until"]


def test_organisations_have_somebody_to_tell(made: Made) -> None:
    """A contact each, a sector, and a network of their own or a provider's."""
    for one in made.lines("organisations.jsonl"):
        assert one["contacts"]
        assert one["sector"]
        assert one["provider"]
        assert one["network"] is None or one["network"].endswith("/28")


def test_rows_agree_with_addresses(made: Made, servers: dict[str, dict[str, Any]]) -> None:
    """A host's record in Censys names an address that its server has on that day."""
    held = defaultdict(set)
    for server in servers.values():
        for place in server["addresses"]:
            held[server["unit"]].add((place["address"], place["port"]))
    found, _ = made.imported("censys/2021-03-07.jsonl")
    lines = made.rows_of("censys/2021-03-07.jsonl")
    assert found
    for one in found:
        assert one.provenance is not None
        line = lines[one.provenance.row]
        unit = line["ports"].get(str(one.port), line)["unit"]
        assert unit is None or (one.address, one.port) in held[unit]


def test_noise_is_nobodys() -> None:
    """Also as a further service of a host."""
    seen = Seen(moment(0, 0), "198.18.0.1", 443, noise="honeypot", errors=["b", "a"])
    line = truth.row([seen, Seen(moment(0, 0), "198.18.0.1", 8443, noise="honeypot")])
    assert (line["server"], line["unit"], line["organisation"]) == (None, None, None)
    assert line["errors"] == ["a", "b"]
    assert line["ports"] == {"8443": {"server": None, "unit": None}}
    assert truth.unreadable([seen])["noise"] == "unreadable"
