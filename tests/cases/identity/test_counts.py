"""Rows against servers."""

from __future__ import annotations

from alpheus.cases.identity.counts import Count, count
from alpheus.cases.identity.model import Cluster, Pool


def _server(number: int, sources: dict, compromised: dict | None = None, *, service: bool = False):
    return Cluster(
        number, (number,), "", {}, (), "", "", sources, compromised or {}, service=service
    )


SERVERS = [
    _server(1, {"a": 3, "b": 1}, {"a": 2}),
    _server(2, {"a": 1}),
    _server(3, {"c": 4}, {"c": 4}, service=True),
]


def test_rows_and_servers() -> None:
    """Each list's rows, the servers that those are, those of this list alone; what lists share."""
    found = count(SERVERS)
    assert (found.rows, found.servers, found.in_doubt) == (9, 3, 0)
    assert found.by_source == {"a": Count(4, 2, 1), "b": Count(1, 1, 0), "c": Count(4, 1, 1)}
    assert found.overlap == {("a", "b"): 1}
    assert found.factor == 3


def test_victims() -> None:
    """Only sightings that say that somebody broke in; eight shells are one victim."""
    found = count(SERVERS, victims=True)
    assert (found.rows, found.servers) == (6, 2)
    assert found.by_source["a"] == Count(2, 1, 1)


def test_a_service_is_not_counted_beside_its_members() -> None:
    """What was seen of a service is in doubt where a member is counted, else it is one server."""
    pool = Pool(("192.0.2.1",), (1, 2), ("EX01", "EX02"), (3,), "")
    assert (count(SERVERS, [pool]).servers, count(SERVERS, [pool]).in_doubt) == (2, 1)
    assert count(SERVERS, [pool], victims=True).servers == 1
    other = Pool(("192.0.2.1",), (2,), ("EX01", "EX02"), (3,), "")
    assert count(SERVERS, [other], victims=True).servers == 2


def test_nothing() -> None:
    """No servers, no rows."""
    assert count([]).factor == 0
