"""Rare pages through the whole triage: what is found, and what ordinary use never raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alpheus.job import TriageOptions
from alpheus.model import Confidence, Stage, Verdict, Weight
from weblogs import SITE, Hit, assess, at, mailbox_users, rare, shell, visitors, write

PAGE = "/shop/images/thumb2.aspx"


def _details(root: Path, hits: list[Hit], **more: bool) -> list[str]:
    server = assess(write(root, [*visitors(), *hits], **more))  # type: ignore[arg-type]
    return [finding.detail for finding in rare(server)]


def test_a_shell_among_the_pages_of_an_application_is_found(tmp_path: Path) -> None:
    """POSTs by two addresses on two days, in a folder of pictures: every number is told."""
    server = assess(write(tmp_path, [*visitors(), *shell(PAGE)]))
    (found,) = rare(server)
    assert (found.stage, found.weight) == (Stage.OPERATED, Weight.INDICATION)
    assert found.confidence is Confidence.MEDIUM
    assert (found.time, found.citations_total) == (at(20, 1, 0), 14)
    assert len(found.citations) == 14
    assert set(found.clients) == {"203.0.113.7", "203.0.113.8"}
    for told in (
        f"{PAGE}: POSTed 14 times by 2 addresses on 2 days (2021-05-23 to 2021-05-24)",
        "never by any of the other 30 clients",
        "no referer",
        "answers of 0.2 to 44.4 kB",
    ):
        assert told in found.detail
    assert server.verdict is Verdict.SUSPICIOUS


def test_a_page_that_came_and_went_says_so(tmp_path: Path) -> None:
    """Missing before, answered, missing again: the strongest sign that a log alone can give."""
    around = [
        Hit(at(3), PAGE, client="192.0.2.50", status=404),
        Hit(at(4), PAGE, client="192.0.2.51", status=302),
        Hit(at(25), PAGE, "POST", client="203.0.113.7", status=404),
    ]
    (detail,) = _details(tmp_path, [*shell(PAGE, agent="Mozilla/5.0"), *around])
    assert "not there (404) on 2021-05-06 12:00, there later" in detail
    assert "last answered 2021-05-24 01:13, gone (404) by 2021-05-28 12:00" in detail
    assert "by 2 addresses" in detail


def test_commands_in_queries_are_found_too(tmp_path: Path) -> None:
    """GET with a query that says what to do, by one address that asks for nothing else."""
    hits = [
        replace(hit, method="GET", client="203.0.113.7", query="c=" + "QUJD" * (20 + number))
        for number, hit in enumerate(shell(PAGE))
    ]
    (detail,) = _details(tmp_path, hits)
    assert "14 times with a query" in detail


def test_behind_a_proxy_the_forwarded_address_is_the_client(tmp_path: Path) -> None:
    """One internal c-ip for all; what it forwards tells the clients apart."""
    hits = [
        replace(hit, client="10.0.0.80", forwarded=hit.client)
        for hit in (*visitors(), *shell(PAGE))
    ]
    (found,) = rare(assess(write(tmp_path, hits, forwarded=True)))
    assert "by 2 addresses" in found.detail
    assert set(found.clients) == {"203.0.113.7", "203.0.113.8"}


def test_a_proxy_that_forwards_no_address_is_named(tmp_path: Path) -> None:
    """Clients cannot be told apart; the other signs still speak, and the detail says why."""
    hits = [replace(hit, client="10.0.0.80") for hit in (*visitors(), *shell(PAGE))]
    (found,) = rare(assess(write(tmp_path, hits)))
    assert "asked by one address only: a proxy?" in found.detail
    assert found.confidence is Confidence.LOW


def test_many_addresses_once_each_are_one_operator(tmp_path: Path) -> None:
    """An anonymising network gives every request another address."""
    addresses = [f"192.0.2.{number}" for number in range(1, 31)]
    (detail,) = _details(tmp_path, shell(PAGE, count=30, clients=addresses))
    assert "by 30 addresses" in detail


def test_an_operator_who_looked_around_is_still_found(tmp_path: Path) -> None:
    """Asking for the front page and for many that are missing does not hide the rest."""
    scan = [
        Hit(at(19, 1, n), f"/guess{n}.aspx", client="203.0.113.7", status=404) for n in range(9)
    ]
    front = Hit(at(19), "/default.aspx", client="203.0.113.7")
    assert len(_details(tmp_path, [*shell(PAGE), *scan, front])) == 1


def _admin_upload() -> list[Hit]:
    page = f"{SITE}/admin/upload.aspx"
    hits = []
    for day in (18, 19, 22):
        look = Hit(at(day), "/admin/upload.aspx", client="203.0.113.60", user="CONTOSO\\ann")
        sent = replace(look, time=at(day, 12, 1), method="POST", referer=page, sent=900 * day)
        hits += [look, sent, replace(sent, time=at(day, 12, 3), sent=90 * day)]
    return hits


def _health_check() -> list[Hit]:
    hit = Hit(at(12), "/health.ashx", client="203.0.113.61", agent="curl/7.58", sent=120)
    return [replace(hit, time=at(12) + timedelta(minutes=30 * n)) for n in range(500)]


def _partner(days: range) -> list[Hit]:
    hit = Hit(at(0), "/api/order.ashx", "POST", "203.0.113.62", agent="Java/1.8.0_281")
    return [replace(hit, time=at(day, 2, day), sent=300 + 400 * day) for day in days]


def _missing() -> list[Hit]:
    return [replace(hit, status=404) for hit in shell(PAGE)]


def _newsletter() -> list[Hit]:
    hit = Hit(at(15), "/unsubscribe.aspx", query="token=" + "a1b2" * 60)
    return [replace(hit, time=at(15, n), client=f"203.0.113.{70 + n}") for n in range(3)]


def _batch() -> list[Hit]:
    hit = Hit(at(0), "/jobs/night.aspx", "POST", "10.0.0.9", agent="PowerShell/5.1")
    return [replace(hit, time=at(day, 3), sent=5_100) for day in range(22, 30)]


@pytest.mark.parametrize(
    "hits",
    [
        _admin_upload(), _health_check(), _partner(range(30)), _partner(range(1, 30, 7)),
        _partner(range(15, 30)), _missing(), _newsletter(), _batch(),
    ],
    ids=["admin-upload", "health-check", "partner-daily", "partner-weekly", "partner-new",
         "missing", "newsletter", "batch"],
)  # fmt: skip
def test_ordinary_use_of_a_page_of_few_is_not_rare(tmp_path: Path, hits: list[Hit]) -> None:
    """Sign-ins, referers, steady or regular use, constant answers, or nothing served at all."""
    assert _details(tmp_path, hits) == []


def test_a_site_of_few_people_has_no_rare_pages(tmp_path: Path) -> None:
    """On an intranet site every page is asked for by few: rarity says nothing there."""
    assert rare(assess(write(tmp_path, visitors(clients=2)))) == []


def test_an_exchange_server_needs_less(tmp_path: Path) -> None:
    """A page that the product does not ship, posted to by one client, with no other sign."""
    hits = shell("/owa/reports/x.aspx", count=2, clients=("203.0.113.7",), agent="Mozilla/5.0")
    (found,) = rare(assess(write(tmp_path / "exchange", [*mailbox_users(), *hits])))
    assert "/owa/reports/x.aspx: POSTed 2 times by 1 address" in found.detail


def test_a_page_told_by_its_place_is_not_told_twice(tmp_path: Path) -> None:
    """In `aspnet_client` the finding about the place is enough."""
    hits = shell("/aspnet_client/x.aspx")
    server = assess(write(tmp_path, [*mailbox_users(), *hits]))
    assert rare(server) == []
    assert "page-used-shell" in {finding.rule for finding in server.findings}


def test_the_front_ends_own_log_is_enough(tmp_path: Path) -> None:
    """HttpProxy has no referers, but sizes, agents and users."""
    columns = (
        "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,Protocol,"
        "UrlStem,AuthenticatedUser,AnchorMailbox,UserAgent,ClientIpAddress,ServerHostName,"
        "HttpStatus,Method,RequestBytes,ResponseBytes,UrlQuery"
    )
    rows = [
        f"{hit.time:%Y-%m-%dT%H:%M:%S}.000Z,r,15,1,2176,2,Owa,{hit.stem},,,{hit.agent},"
        f"{hit.client},EX01,{hit.status},{hit.method},{hit.received},{hit.sent},"
        for hit in sorted((*mailbox_users(), *shell("/owa/img/a.aspx")), key=lambda hit: hit.time)
    ]
    folder = tmp_path / "Logging" / "HttpProxy" / "Owa"
    folder.mkdir(parents=True)
    head = (
        "#Software: Microsoft Exchange Server\n#Version: 15.01.2176.002\n"
        "#Log-type: HttpProxy Logs\n#Date: 2021-05-03T00:00:00.000Z\n"
        f"#Fields: {columns}\n"
    )
    (folder / "HttpProxy_2021050300-1.LOG").write_text(head + "\n".join(rows) + "\n")
    (found,) = rare(assess(tmp_path))
    assert "answers of 0.2 to 44.4 kB" in found.detail
    assert "requests of 0.6 kB" in found.detail


def test_what_was_not_asked_for_makes_no_page_new(tmp_path: Path) -> None:
    """With `--since` the log is looked at from there on: a steady page stays steady."""
    root = write(tmp_path, [*visitors(), *_partner(range(30))])
    assert rare(assess(root, TriageOptions(packs=("iis-webshell",), workers=1, start=at(15)))) == []


def test_two_sites_are_compared_apart(tmp_path: Path) -> None:
    """The same path on another site of the server has its own clients."""
    write(tmp_path, [*visitors(), *shell("/contact.aspx")], site=3)
    busy = [replace(hit, stem=PAGE) for hit in visitors() if hit.stem == "/default.aspx"]
    write(tmp_path, [*visitors(), *busy], site=1)
    write(tmp_path, [*visitors(), *shell(PAGE)], site=2)
    (found,) = rare(assess(tmp_path))
    assert all("W3SVC2" in citation.path for citation in found.citations)
