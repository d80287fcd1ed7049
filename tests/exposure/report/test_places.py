"""Servers by network and owner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alpheus.exposure.model import Observation, Status
from alpheus.exposure.output.names import CHIEF
from alpheus.exposure.report.hosts import HostReader, Hosts
from alpheus.exposure.report.model import PlaceCount, States
from alpheus.exposure.report.places import SHOWN, by_network, by_owner, states_of
from alpheus.exposure.report.runs import open_runs
from exposure_runs import CLOSED, OPEN, observation, write_lines


def _read(folder: Path, many: Sequence[Observation]) -> tuple[HostReader, Hosts]:
    reader = HostReader()
    return reader, reader.read(open_runs([write_lines(folder / "list.jsonl", many)])[0])


def test_networks_with_most_vulnerable_servers_come_first(tmp_path: Path) -> None:
    """/24, or /48 for IPv6; what is no server does not count."""
    reader, hosts = _read(tmp_path, [
        observation("192.0.2.1", CLOSED), observation("192.0.2.2"), observation("192.0.2.3"),
        observation("198.51.100.1", OPEN), observation("2001:db8:1:2::1", OPEN),
        observation("203.0.113.1", status=Status.NOT_EXCHANGE),
        observation("", status=Status.UNRESOLVED, target="a.example"),
    ])  # fmt: skip
    rows, total = by_network(hosts, reader.facts, CHIEF)
    assert total == 3
    assert rows == [
        PlaceCount("198.51.100.0/24", 1, States(vulnerable=1)),
        PlaceCount("2001:db8:1::/48", 1, States(vulnerable=1)),
        PlaceCount("192.0.2.0/24", 3, States(undetermined=2, fixed=1)),
    ]


def test_scattered_servers_are_shown_in_wider_networks(tmp_path: Path) -> None:
    """Thirty rows of one server each would say nothing."""
    reader, hosts = _read(tmp_path, [
        observation(f"10.{high}.{low}.1", OPEN) for high in range(2) for low in range(100)
    ])  # fmt: skip
    rows, total = by_network(hosts, reader.facts, CHIEF)
    assert [(row.place, row.servers) for row in rows] == [("10.0.0.0/16", 100),
                                                          ("10.1.0.0/16", 100)]  # fmt: skip
    assert total == 2 < SHOWN


def test_owners_are_counted_where_a_list_knows_them(tmp_path: Path) -> None:
    """And those that it does not know are said to be unknown; without any there is no table."""
    reader, hosts = _read(tmp_path, [
        observation("192.0.2.1", OPEN, attributes={"asn": "64500", "geo": "DE"}),
        observation("192.0.2.2", CLOSED, attributes={"geo": "DE"}),
    ])  # fmt: skip
    providers, sectors, countries = by_owner(hosts, reader.facts, CHIEF, reader.owners)
    assert [row.place for row in providers] == ["AS64500", "not known"]
    assert sectors == []
    assert countries == [PlaceCount("DE", 2, States(vulnerable=1, fixed=1))]


def test_states_have_their_words() -> None:
    """`not-affected` is the field `not_affected`."""
    assert states_of({"not-affected": 2, "mitigated": 1}) == States(mitigated=1, not_affected=2)
