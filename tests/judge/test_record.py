"""What was learned, sorted by server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.detect.collector import Collector
from alpheus.detect.model import FileMatch, Origin
from alpheus.judge.record import ServerRecord, gather
from alpheus.model import BuildWitness, Citation, Evidence
from making import T0, at, event, hours, origin, record, rule

PACKAGE = (Evidence("E1", "collection.zip", "a" * 64, 1),)


def _gather(collector: Collector) -> dict[str, ServerRecord]:
    return {one.identity.name: one for one in gather(collector, PACKAGE)}


def _two_servers() -> Collector:
    collector = Collector()
    for host in ("EX01", "EX02"):
        whose = origin(host, folder=f"{host}/logs")
        collector.cover(whose, "httpproxy").merge(hours("2021-03-01", "2021-03-02"))
        collector.hit(rule(), whose, event(host=host))
        collector.witness(BuildWitness("httpproxy", "15.1.2176.2", host, T0, T0), whose)
    return collector


def test_every_server_gets_what_is_its_own() -> None:
    """Hits, hours and witnesses go to the server whose record they stand in."""
    servers = _gather(_two_servers())
    assert set(servers) == {"EX01", "EX02"}
    for name, server in servers.items():
        assert [e.host for _, e in server.events()] == [name]
        assert [w.host for w in server.witnesses] == [name]
        assert server.hours["httpproxy"].rows == 24
        assert server.named_in == {"E1"}


def test_files_without_a_name_go_to_the_server_of_their_folder() -> None:
    """A known file in a server's folder is that server's, though it names nobody."""
    collector = _two_servers()
    nameless = Origin("E1", None, "EX02/inetpub", "")
    # Both hosts stand below the root, one below EX02.
    collector.origins[nameless] = None
    collector.file_matches.append(FileMatch(rule(), nameless, Citation("E1", "x.aspx"), None))
    servers = _gather(collector)
    assert [len(servers[name].file_matches) for name in ("EX01", "EX02")] == [0, 1]


def test_a_package_in_which_nobody_is_named_names_nobody() -> None:
    """Its files are of a server that is called after it."""
    collector = Collector()
    collector.file_matches.append(FileMatch(rule(), origin(None), Citation("E1", "x.aspx"), None))
    collector.origins[origin(None)] = None
    (server,) = _gather(collector).values()
    assert server.named_in == set()


def test_hours_of_one_source_in_many_folders_are_one_coverage() -> None:
    """Logs of a server that were collected from two folders are joined."""
    collector = Collector()
    for folder, day in (("a", "01"), ("b", "02")):
        whose = origin("EX01", folder)
        start, end = f"2021-03-{day}", f"2021-03-{int(day) + 1:02}"
        collector.cover(whose, "httpproxy").merge(hours(start, end))
    (server,) = _gather(collector).values()
    assert (server.hours["httpproxy"].rows, server.hours["httpproxy"].files) == (48, 2)


def test_a_package_of_nothing_known_makes_no_record() -> None:
    """An origin of which nothing was learned is no server."""
    collector = Collector()
    collector.origins[Origin("E1", None, "docs", "")] = None
    assert gather(collector, PACKAGE) == []


@pytest.mark.parametrize(
    ("label", "exchange", "web"),
    [
        ("httpproxy", True, False),
        ("exchange-setup", True, False),
        ("iis-site-1", False, True),
        ("windows-security", False, False),
    ],
)
def test_sources_tell_the_product(label: str, exchange: bool, web: bool) -> None:
    """A log that only Exchange writes shows Exchange; any IIS log shows a web server."""
    server = record(hours={label: hours("2021-03-01", "2021-03-02")})
    assert (server.is_exchange, server.is_web_server) == (exchange, web)


def test_pages_of_the_product_that_answered_show_exchange() -> None:
    """IIS logs alone show Exchange once one of its own pages answered."""
    collector = _two_servers()
    whose = origin("WEB", "WEB")
    collector.cover(whose, "iis-site-1").merge(hours("2021-03-01", "2021-03-02"))
    assert not _gather(collector)["WEB"].is_exchange
    collector.exchange.add(whose)
    assert _gather(collector)["WEB"].is_exchange


def test_the_latest_time_is_that_of_logs_in_known_time() -> None:
    """Times of files and times in an unknown zone do not say when the evidence ends."""
    local = hours("2021-04-01", "2021-04-02")
    local.basis = "unknown"
    server = record(
        hours={
            "httpproxy": hours("2021-03-01", "2021-03-03"),
            "iis-site-1": local,
            "aspnet-compiled": hours("2022-01-01", "2022-01-02"),
        }
    )
    assert server.latest() == at("2021-03-02T23:00:00")
    assert record().latest() is None


def test_only_times_of_files_are_doubted() -> None:
    """A log's own time is believed, whatever the others say."""
    server = record(hours={"httpproxy": hours("2021-03-01", "2021-03-03")})
    late = event("sysmon", time=at("2022-01-01"))
    assert server.believed(late) is late
    leftover = replace(late, source="aspnet-compiled")
    assert server.believed(leftover).time is None
    in_time = replace(leftover, time=at("2021-03-02"))
    assert server.believed(in_time) is in_time
