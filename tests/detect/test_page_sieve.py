"""Which requests for server pages are worth parsing."""

from __future__ import annotations

import pytest

from alpheus.detect.kit import Kit
from alpheus.detect.page_sieve import PageSieve
from alpheus.parsers.base import ReadOptions


@pytest.fixture(scope="module")
def kit() -> Kit:
    """No packs: only the baseline is used."""
    return Kit.compile((), ReadOptions())


def _sieve(kit: Kit) -> PageSieve:
    sieve = kit.page_sieve("iis", "x.log")
    assert sieve is not None
    return sieve


def _wanted(kit: Kit, line: bytes, times: int = 1) -> list[bool]:
    sieve = _sieve(kit)
    return [sieve.wants(line) for _ in range(times)]


@pytest.mark.parametrize(
    "page", ["/owa/auth/x7.aspx", "/aspnet_client/y.ashx", "/ecp/auth/z.asp;a", "/n%61me.aspx"]
)
def test_a_request_for_a_page_of_nobody_is_always_wanted(kit: Kit, page: str) -> None:
    """However often it comes."""
    line = f"2021-03-03 06:59:20 GET {page} - 443 - 192.0.2.1 x 200".encode()
    assert all(_wanted(kit, line, 500))


def test_a_page_of_the_product_is_wanted_at_first_only(kit: Kit) -> None:
    """Its first answers tell that the product is there; the flood of the rest is passed by."""
    line = b"2021-03-03 06:59:20 GET /owa/auth/logon.aspx - 443 - 192.0.2.1 x 200"
    wanted = _wanted(kit, line, 500)
    assert wanted[0]
    assert not wanted[-1]
    assert 0 < sum(wanted) < 100


def test_a_foreign_page_beside_one_of_the_product_is_not_missed(kit: Kit) -> None:
    """A line is passed by only if every page that it names is the product's own."""
    own = b"2021-03-03 06:59:20 GET /owa/auth/errorFE.aspx - 443 - 192.0.2.1 x 200"
    assert not _wanted(kit, own, 500)[-1]
    both = own.replace(b" - 443", b" url=/owa/auth/x7.aspx 443")
    assert all(_wanted(kit, both, 500))


def test_each_file_asks_for_the_first_answers_of_a_page(kit: Kit) -> None:
    """What one server's log said proves nothing of the next one."""
    line = b"2021-03-03 06:59:20 GET /owa/auth/logon.aspx - 443 - 192.0.2.1 x 200"
    assert not _wanted(kit, line, 500)[-1]
    assert _wanted(kit, line)[0]


def test_first_answers_are_looked_at_one_by_one(kit: Kit) -> None:
    """Repeats of a request for one of the product's pages each count, until it is known."""
    sieve = _sieve(kit)
    own = b"2021-03-03 06:59:20 GET /owa/auth/logon.aspx - 443 - 192.0.2.1 x 200"
    foreign = own.replace(b"logon", b"x7")
    assert not sieve.alike(own)
    assert not sieve.alike(foreign.replace(b" - 443", b" url=/owa/auth/logon.aspx 443"))
    assert sieve.alike(foreign)
    sieve.known = True
    assert sieve.alike(own)


SETTLED = b"2021-03-03 06:59:20 GET /App/Start.aspx - 443 - 192.0.2.1 x 200"


def test_a_settled_page_is_passed_by_however_it_is_spelt(kit: Kit) -> None:
    """What is known well enough is not parsed again; any other page on the line still is."""
    sieve = _sieve(kit)
    assert sieve.wants(SETTLED)
    sieve.settle("/app/start.aspx", SETTLED, "192.0.2.1")
    assert not sieve.wants(SETTLED)
    assert not sieve.wants(SETTLED.lower() + b"\r")
    before = dict(sieve.counted["/app/start.aspx"])
    assert sieve.wants(SETTLED.replace(b" - 443", b" u=/app/x.aspx 443"))
    assert sieve.counted["/app/start.aspx"] == before
    assert sieve.wants(SETTLED.replace(b"/App/", b"/a,/app/"))


def test_clients_of_a_settled_page_are_still_known(kit: Kit) -> None:
    """So that nobody is said to have asked for nothing else; an unclear line is parsed."""
    sieve = _sieve(kit)
    sieve.settle("/app/start.aspx", SETTLED, "192.0.2.1")
    for client in (b"192.0.2.8", b"192.0.2.9", b"192.0.2.8"):
        assert not sieve.wants(SETTLED.replace(b"192.0.2.1", client))
    assert sieve.counted == {"/app/start.aspx": {"192.0.2.8": 2, "192.0.2.9": 1}}
    assert sieve.wants(SETTLED + b" more")
    assert sieve.wants(SETTLED.replace(b"192.0.2.1", b"-"))


def test_a_page_whose_client_has_no_clear_place_is_not_settled(kit: Kit) -> None:
    """An address that stands in two columns tells nothing of the next line."""
    sieve = _sieve(kit)
    twice = SETTLED.replace(b" x ", b" 192.0.2.1 ")
    sieve.settle("/app/start.aspx", twice, "192.0.2.1")
    assert sieve.wants(twice)
