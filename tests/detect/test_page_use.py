"""Requests for server pages that are not the product's own."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect import examine
from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit
from alpheus.detect.page_detail import NAMES_KEPT
from alpheus.detect.page_use import may_join, note_use, request_of
from alpheus.model import Event
from alpheus.parsers.base import ReadOptions
from alpheus.scan import native
from alpheus.scan.repeats import Repeats
from evidence_file import FileOnDisk
from making import T0, event, origin


@pytest.fixture(scope="module")
def kit() -> Kit:
    """No packs: only the baseline is used."""
    return Kit.compile((), ReadOptions())


def _note(kit: Kit, stem: str, status: str = "200") -> Collector:
    collector = Collector()
    fields = {"cs-method": "POST", "cs-uri-stem": stem, "sc-status": status, "c-ip": "192.0.2.7"}
    note_use(event("iis", fields), origin(), kit, collector)
    return collector


def test_stock_pages_show_the_product_and_nothing_else(kit: Kit) -> None:
    """The logon page answered 200 shows an Exchange server; a 404 for it shows nothing."""
    assert _note(kit, "/owa/auth/logon.aspx").exchange == {origin()}
    refused = _note(kit, "/owa/auth/logon.aspx", "404")
    assert (refused.exchange, refused.uses) == (set(), {})


def test_foreign_pages_are_kept_with_their_answers(kit: Kit) -> None:
    """Method, status and client are counted."""
    (use,) = _note(kit, "/aspnet_client/q.aspx").uses.values()
    assert use.answers == {("POST", 200): 1}
    assert use.clients == {"192.0.2.7": 1}
    assert len(use.succeeded) == 1


def test_http_proxy_rows_are_requests_too(kit: Kit) -> None:
    """The front end's own log speaks of pages as IIS does."""
    collector = Collector()
    fields = {
        "Method": "GET",
        "UrlStem": "/owa/auth/q.aspx",
        "HttpStatus": "200",
        "ClientIpAddress": "192.0.2.9",
    }
    note_use(event("httpproxy", fields), origin(), kit, collector)
    assert list(collector.uses) == [(origin(), "/owa/auth/q.aspx")]


@pytest.mark.parametrize(
    ("client", "forwarded", "expected"),
    [
        ("10.0.0.80", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.80", "198.51.100.1,+203.0.113.9:51234", "203.0.113.9"),
        ("10.0.0.80", "203.0.113.9,+10.0.0.81", "203.0.113.9"),
        ("10.0.0.80", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.80", "<script>", "10.0.0.80"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
    ],
)
def test_the_client_behind_a_proxy(client: str, forwarded: str, expected: str) -> None:
    """The nearest foreign address that an internal proxy names; a stranger may write anything."""
    fields = {"c-ip": client, "X-Forwarded-For": forwarded}
    assert request_of(event("iis", fields))[2] == expected


@given(st.text(max_size=80))
def test_any_forwarded_text_is_survived(forwarded: str) -> None:
    """Whatever the column holds, the client is an address or what the server saw."""
    request_of(event("iis", {"c-ip": "10.0.0.1", "X-Forwarded-For": forwarded}))


def test_particulars_of_answered_requests_are_kept(kit: Kit) -> None:
    """Sizes, names and query of what was answered 2xx; of what is missing only when."""
    collector = Collector()
    fields = {
        "cs-method": "POST", "cs-uri-stem": "/x/y.aspx", "cs-uri-query": "a=b", "sc-status": "200",
        "c-ip": "192.0.2.7", "cs-username": "EX\\ann", "cs(User-Agent)": "curl/7",
        "sc-bytes": "812", "cs-bytes": "-5", "cs(Referer)": "https://example.org/",
    }  # fmt: skip
    note_use(event("iis", fields), origin(), kit, collector)
    note_use(event("iis", fields | {"sc-status": "404"}), origin(), kit, collector)
    (use,) = collector.uses.values()
    assert use.details is not None
    assert (use.details.posts, use.details.referred, use.details.named) == (1, 1, 1)
    assert (use.details.sent.most, use.details.received.count) == (812, 0)
    assert use.details.agents == {"curl/7": 1}
    assert (use.missing_first, use.first) == (event().time, event().time)
    assert (use.referers, use.agents, use.closed) == (True, True, False)


HEADER = (
    b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(User-Agent)"
    b" cs(Referer) sc-status sc-bytes time-taken X-Forwarded-For"
)
STEMS = ("/a.aspx",) * 5 + (
    "/b/C.aspx",
    "/b/c.aspx",
    "/owa/auth/logon.aspx",
    "/aspnet_client/d.aspx",
)
AGENTS = (*("agent",) * 5, "-", "okhttp/4", "curl/7.1")


def _rows(seed: int) -> bytes:
    """Requests of a day for a few pages, mostly alike, some out of order, some cut off."""
    chance = random.Random(seed)
    rows = [HEADER]
    for number in range(8_000):
        time = T0 + timedelta(seconds=5 * number - chance.choice((0, 0, 0, 4_000)))
        columns = (
            f"{time:%Y-%m-%d %H:%M:%S} 10.0.0.5",
            chance.choice(("GET", "POST", "GET")),
            chance.choice((*STEMS, f"/many/{chance.randrange(30)}.ashx")),
            chance.choice(("-", "-", "-", "q=" + "x" * chance.randrange(9))),
            "443",
            f"10.0.0.{chance.choice((7,) * 7 + (8, 80 + number % 40))}",
            chance.choice(AGENTS),
            chance.choice(("-", "-", "-", "https://example.org/")),
            chance.choice(("200", "200", "200", "404", "302")),
            f"{chance.randrange(9_000)} {chance.randrange(90)}",
            chance.choice(("-", "-", "-", "-", "203.0.113.9")),
        )
        rows.append(" ".join(columns[: chance.choice((11, 11, 11, 11, 9))]).encode())
    return b"\r\n".join(rows)


@pytest.mark.parametrize("seed", range(4))
def test_requests_counted_together_say_what_each_would_have_said(
    seed: int, kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers, clients, hours, sizes, times and the events that are kept are the same."""
    log = tmp_path / "u_ex210304.log"
    log.write_bytes(_rows(seed))
    joined: list[int] = []
    found = []
    for together in (True, False):
        collector = Collector(*((T0 + timedelta(hours=2), T0 + timedelta(hours=9)) * (seed % 2)))
        with monkeypatch.context() as patch:
            if together:
                patch.setattr(examine, "may_join", _watched(joined))
            else:
                patch.setattr(examine, "likeness", lambda _: None)
            examine.examine(FileOnDisk(log, "W3SVC1/u_ex210304.log", "E1"), kit, collector)
        found.append(collector)
    assert sum(joined) > 200
    assert found[0].uses == found[1].uses
    assert found[0] == found[1]


def test_every_name_that_is_remembered_of_a_page_stands_first_in_a_group() -> None:
    """Names of later rows are not seen: none of those that are kept may be among them."""
    assert NAMES_KEPT <= native.FEW_KEPT


def test_agents_of_later_rows_are_seen(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also behind a browser that asked first within the hour, and in the order of their rows."""
    rows = [HEADER.decode()]
    for number in range(2_000):
        agent = "browser" if number % 180 < 4 or number < 180 else f"curl/{number // 10 % 40}"
        time = T0 + timedelta(seconds=20 * number)
        rows.append(
            f"{time:%Y-%m-%d %H:%M:%S} 10.0.0.5 GET /a.aspx - 443 10.0.0.7 {agent} - 200 1 1 -"
        )
    log = tmp_path / "u_ex210304.log"
    log.write_text("\n".join(rows))
    found = []
    for together in (True, False):
        collector = Collector()
        if not together:
            monkeypatch.setattr(examine, "likeness", lambda _: None)
        examine.examine(FileOnDisk(log, "W3SVC1/u_ex210304.log", "E1"), kit, collector)
        (use,) = collector.uses.values()
        assert use.details is not None
        found.append(list(use.details.agents))
    assert found[0] == found[1]
    assert len(found[0]) == NAMES_KEPT


ASKED = (
    (("GET", "-", "302"), ("GET", "-", "302"), ("GET", "-", "200")),
    (("GET", "-", "302"), ("GET", "-", "200"), ("GET", "-", "302")),
    (("GET", "a", "302"), ("HEAD", "a", "302"), ("GET", "u=1", "200"), ("GET", "u=/a.aspx", "200")),
)


@pytest.mark.parametrize("asked", ASKED)
def test_the_product_is_known_from_the_same_answers(
    asked: tuple[tuple[str, str, str], ...],
    kit: Kit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether its pages are asked for alike or not, and whatever else a request names."""
    rows = [HEADER.decode()] + [
        f"2021-03-04 10:00:0{number} 10.0.0.5 {method} /owa/auth/logon.aspx {query} 443 10.0.0.7 x"
        f" - {status} 1 1 -"
        for number, (method, query, status) in enumerate(asked)
    ]
    log = tmp_path / "u_ex210304.log"
    log.write_text("\n".join(rows))
    found = []
    for together in (True, False):
        collector = Collector()
        if not together:
            monkeypatch.setattr(examine, "likeness", lambda _: None)
        examine.examine(FileOnDisk(log, "W3SVC1/u_ex210304.log", "E1"), kit, collector)
        found.append(collector)
    assert found[0] == found[1]


@pytest.mark.parametrize("together", [True, False])
def test_requests_that_were_passed_by_are_told(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, together: bool
) -> None:
    """Of a page that is settled, what was counted and what was passed by is everything."""
    rows = [HEADER.decode()]
    for number in range(6_000):
        time = T0 + timedelta(seconds=20 * number)
        client = f"10.0.{number % 2}.{number % 90}"
        rows.append(f"{time:%Y-%m-%d %H:%M:%S} 10.0.0.5 GET /a.aspx - 443 {client} x - 200 1 1 -")
    log = tmp_path / "u_ex210304.log"
    log.write_text("\n".join(rows))
    if not together:
        monkeypatch.setattr(examine, "likeness", lambda _: None)
    collector = Collector()
    examine.examine(FileOnDisk(log, "W3SVC1/u_ex210304.log", "E1"), kit, collector)
    (use,) = collector.uses.values()
    assert use.passed_by > 0
    assert sum(use.answers.values()) + use.passed_by == 6_000


def _watched(joined: list[int]) -> Callable[..., bool]:
    """`may_join`, and how many requests were joined."""

    def asked(event: Event, repeats: Repeats, *more: Any) -> bool:
        answer = may_join(event, repeats, *more)
        joined.append(repeats.count * answer)
        return answer

    return asked
