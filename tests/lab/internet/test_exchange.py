"""What Exchange servers answer."""

from __future__ import annotations

import re

import pytest

from alpheus.lab.internet.builds import release
from alpheus.lab.internet.exchange import first_of_family
from lab_internet_paths import EWS, LOGON, MANIFEST


@pytest.mark.parametrize("year", ["2013", "2016", "2019", "se"])
def test_a_modern_server_tells_four_numbers_in_a_header(internet, client, year: str) -> None:
    """On its redirect and on EWS; its page names three, its manifest is not shown."""
    address = internet.address(f"exchange-{year}")
    build = internet.truth(address).build
    redirect = client.get(address, internet.port)
    assert (redirect.status, redirect.header("X-OWA-Version")) == (302, build)
    place = redirect.header("Location")
    assert (
        place
        == f"https://{address}/owa/auth/logon.aspx?url=https%3a%2f%2f{address}%2fowa%2f&reason=0"
    )
    page = client.get(address, internet.port, LOGON)
    assert page.header("X-OWA-Version") is None
    assert f"/owa/auth/{build.rpartition('.')[0]}/themes".encode() in page.body
    assert client.get(address, internet.port, MANIFEST).status == 302
    refused = client.get(address, internet.port, EWS)
    assert (refused.status, refused.header("X-OWA-Version")) == (401, build)
    assert refused.header("X-FEServer") in internet.truth(address).servers
    assert refused.header("X-CalculatedBETarget").startswith(refused.header("X-BEServer").lower())


@pytest.mark.parametrize("year", ["2007", "2010"])
def test_an_old_server_tells_four_numbers_in_its_page(internet, client, year: str) -> None:
    """There is no front-end name and no manifest."""
    address = internet.address(f"exchange-{year}-stripped")
    page = client.get(address, internet.port, LOGON)
    assert internet.truth(address).build.encode() in page.body
    assert client.get(address, internet.port, MANIFEST).status == 404
    assert client.get(address, internet.port, EWS).header("X-FEServer") is None


@pytest.mark.parametrize("path", ["/owa/", LOGON, EWS, MANIFEST])
def test_stripped_headers(internet, client, path: str) -> None:
    """Nothing that tells is left in any answer."""
    for kind in ("exchange-2016-stripped", "exchange-2016-manifest"):
        answered = client.get(internet.address(kind), internet.port, path)
        names = {name.lower() for name, _ in answered.headers}
        assert not names & {"x-owa-version", "x-feserver", "x-beserver", "x-diaginfo"}


def test_manifests(internet, client) -> None:
    """Of the same build, or of the first of its family."""
    for kind, build in (
        ("exchange-2016-fixed-manifest", "15.1.2176.9"),
        ("exchange-lagging-manifest", "15.1.2176.2"),
    ):
        answered = client.get(internet.address(kind), internet.port, MANIFEST)
        assert re.search(rb'version="([\d.]+)" publicKey', answered.body)[1].decode() == build
    assert first_of_family(release("15.1.2176.14")).build == "15.1.2176.2"


def test_odd_case_and_chunks(internet, client) -> None:
    """All names of headers in lower case; a page in chunks."""
    odd = client.get(internet.address("exchange-odd-case"), internet.port)
    assert {name for name, _ in odd.headers} == {name.lower() for name, _ in odd.headers}
    assert odd.header("x-owa-version") == "15.1.2176.9"
    chunked = client.get(internet.address("exchange-chunked"), internet.port, LOGON)
    assert chunked.header("Transfer-Encoding") == "chunked"
    assert chunked.data.endswith(b"\r\n0\r\n\r\n")


def test_closed_owa_and_rules(internet, client) -> None:
    """One is found by EWS alone; the other has its control panel taken away."""
    only = internet.address("exchange-ews-only")
    assert client.get(only, internet.port).status == 403
    assert client.get(only, internet.port, EWS).header("X-OWA-Version") == "15.1.2176.9"
    assert client.get(internet.address("exchange-mitigated"), internet.port, MANIFEST).status == 404
    assert client.get(internet.address("exchange-no-ews"), internet.port, EWS).status == 404


def test_a_virtual_host_wants_its_name(internet, client) -> None:
    """Under the address there is IIS; the certificate names the host that is OWA."""
    address = internet.address("virtual-host")
    name = internet.truth(address).names[0]
    bare = client.get(address, internet.port)
    assert bare.status == 404
    assert client.get(address, internet.port, "/").status == 200
    assert name.encode() in bare.certificate
    named = client.get(address, internet.port, host=name)
    assert named.header("X-OWA-Version") == "15.1.2176.4"


@pytest.mark.parametrize("kind", ["pool-mixed-request", "pool-mixed-connection"])
def test_a_pool_shows_another_member_each_time(internet, client, kind: str) -> None:
    """Another name and another build."""
    address = internet.address(kind)
    answered = [client.get(address, internet.port) for _ in range(4)]
    assert len({one.header("X-FEServer") for one in answered}) == 2
    assert {one.header("X-OWA-Version") for one in answered} == {"15.1.2176.4", "15.1.2176.9"}


def test_the_back_end(internet, client) -> None:
    """On its own port, for the kind that has it open; the others refuse."""
    port = internet.server.back_end_port
    answered = client.get(internet.address("exchange-back-end"), port, EWS)
    assert (answered.status, answered.header("X-OWA-Version")) == (401, "15.1.2176.9")
    assert answered.header("X-FEServer") is None
    with pytest.raises(OSError, match=r"reset|EOF"):
        client.get(internet.address("exchange-2016"), port)
