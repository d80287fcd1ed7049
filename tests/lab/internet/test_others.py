"""Servers that are no Exchange."""

from __future__ import annotations

from pathlib import Path

import pytest

from exposure_probing import probed, scope_of
from lab_internet_paths import EWS, LOGON


@pytest.mark.parametrize(
    ("name", "root", "owa", "server"),
    [
        ("nginx", 200, 404, "nginx/1.18.0"),
        ("apache", 200, 404, "Apache/2.4.41 (Ubuntu)"),
        ("iis", 200, 404, "Microsoft-IIS/10.0"),
        ("asp-net", 302, 302, "Microsoft-IIS/10.0"),
        ("router", 200, 200, "lighttpd/1.4.35"),
        ("zimbra", 200, 404, "nginx"),
        ("empty", 404, 404, None),
    ],
)
def test_other_products(internet, client, name, root, owa, server) -> None:
    """Each is itself: status of / and /owa/, and the server's name."""
    address = internet.address(f"other-{name}")
    first = client.get(address, internet.port, "/")
    assert (first.status, first.header("Server")) == (root, server)
    for path in ("/owa/", LOGON, EWS):
        answered = client.get(address, internet.port, path)
        assert answered.status == owa
        assert answered.header("X-OWA-Version") is None
    assert not internet.truth(address).exchange


def test_an_application_whose_paths_look_like_builds(internet, client) -> None:
    """Three numbers in a path are no Exchange."""
    answered = client.get(internet.address("other-asp-net"), internet.port, "/app/login.aspx")
    assert b"/app/15.1.0/" in answered.body


def test_the_cloud(internet, client) -> None:
    """Its names and version are its own."""
    address = internet.address("exchange-online")
    answered = client.get(address, internet.port)
    assert answered.header("Location").startswith("https://outlook.office365.com/")
    assert answered.header("X-OWA-Version").startswith("15.20.")
    assert answered.header("X-CalculatedBETarget").endswith(".PROD.OUTLOOK.COM")
    assert client.get(address, internet.port, EWS).status == 401
    assert client.get(address, internet.port, "/").status == 301


def test_the_cloud_is_told_by_its_certificate(internet, tmp_path: Path) -> None:
    """The probe takes it for what it is; only what hands it on has a certificate that is not."""
    kinds = ("exchange-online", "exchange-online-foreign")
    addresses = [internet.address(kind) for kind in kinds]
    seen = probed(tmp_path, scope_of(tmp_path, internet.port), addresses)
    assert [seen[one].status.value for one in addresses] == ["exchange-online"] * 2
    assert [seen[one].flags for one in addresses] == [(), ("foreign-certificate",)]
