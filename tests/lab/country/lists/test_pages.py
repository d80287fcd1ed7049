"""What web servers send."""

from __future__ import annotations

from random import Random

import pytest

from alpheus.lab.country import certificates
from alpheus.lab.country.calendar import moment
from alpheus.lab.country.lists import pages
from alpheus.lab.country.sightings import Seen
from alpheus.lab.internet.builds import RELEASES


def seen(build: str = "15.1.2176.2", **given: object) -> Seen:
    """An Exchange server."""
    return Seen(moment(0, 0), "100.64.0.1", 443, release=RELEASES[build], **given)  # type: ignore[arg-type]


def test_a_server_tells_its_build_and_its_name() -> None:
    """In headers, unless they are stripped; the page names the update alone."""
    open_one = dict(pages.headers(seen(server_name="EX1", back_end="ex1.x.local")))
    assert open_one["X-OWA-Version"] == "15.1.2176.2"
    assert open_one["X-FEServer"] == "EX1"
    assert open_one["X-CalculatedBETarget"] == "ex1.x.local"
    bare = dict(pages.headers(seen(full_build=False)))
    assert set(bare) == {"Server", "X-Powered-By"}
    assert "/owa/auth/15.1.2176/" in pages.body(seen())
    assert "/owa/auth/14.3.496.0/" in pages.body(seen("14.3.496.0"))
    assert pages.banner(seen()).startswith("HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/10.0\r\n")
    assert pages.banner(seen()).endswith("\r\n\r\n")


@pytest.mark.parametrize("gateway", ["BIG-IP", "NetScaler", "TMG"])
def test_a_gateway_hides_both(gateway: str) -> None:
    """Its own cookie and title, nothing of Exchange."""
    hidden = seen(gateway=gateway)
    text = pages.banner(hidden) + pages.body(hidden)
    assert "15.1" not in text
    assert "Set-Cookie" in text


def test_others_are_not_exchange() -> None:
    """Another product's name; the cloud has a build that no installation has."""
    other = Seen(moment(0, 0), "198.18.0.1", 443, product="nginx")
    assert pages.headers(other) == [("Server", "nginx")]
    assert pages.title(other) == "Welcome"
    cloud = Seen(moment(0, 0), "198.18.0.1", 443, product="Exchange Online")
    assert dict(pages.headers(cloud))["X-OWA-Version"].startswith("15.20.")
    assert pages.title(cloud) != pages.title(other)


@pytest.mark.parametrize(
    ("build", "version", "title"),
    [("8.3.83.6", "7.0", "Outlook Web App"), ("14.3.496.0", "7.5", "Outlook Web App"),
     ("15.0.1497.2", "8.5", "Outlook Web App"), ("15.2.792.3", "10.0", "Outlook")],
)  # fmt: skip
def test_products_have_their_own(build: str, version: str, title: str) -> None:
    """Web server and title are those of the product."""
    assert pages.iis(RELEASES[build]) == version
    assert pages.title(seen(build)) == title


def test_names_on_the_internet() -> None:
    """Short names and private ones are none."""
    made = certificates.make(Random(1), ("MAIL", "mail.x.local", "mail.x.example"))
    assert pages.certificate_names(seen(certificate=made)) == ["mail.x.example"]
    assert pages.certificate_names(seen()) == ()
