"""Gateways."""

from __future__ import annotations

import pytest

from lab_internet_paths import EWS, LOGON, MANIFEST


@pytest.mark.parametrize(
    ("name", "status", "sign"),
    [
        ("f5-apm", 302, b"MRHSession="),
        ("citrix", 302, b"NSC_AAAC="),
        ("adfs", 307, b"/adfs/ls?"),
        ("tmg", 302, b"/CookieAuth.dll?GetLogon?curl=Z2F"),
        ("azure-app-proxy", 302, b"login.microsoftonline.com"),
        ("challenge", 503, b"CF-RAY: "),
        ("single-sign-on", 302, b"https://login.portal-"),
        ("forbidden", 403, b"403 - Forbidden"),
    ],
)
def test_it_answers_in_the_place_of_exchange(internet, client, name, status, sign) -> None:
    """Each by its own sign, on every path, and nothing of the server behind it shows."""
    address = internet.address(f"gateway-{name}")
    for path in ("/owa/", LOGON, MANIFEST, EWS):
        answered = client.get(address, internet.port, path)
        assert answered.status == status
        assert sign in answered.data
        assert b"X-OWA-Version" not in answered.data
        assert b"15.1.2106" not in answered.data
    assert internet.truth(address).exchange


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("f5-apm", "/my.policy"),
        ("citrix", "/vpn/index.html"),
        ("tmg", "/CookieAuth.dll?GetLogon?curl=Z2FowaZ2F"),
    ],
)
def test_the_place_it_sends_to_is_there(internet, client, name: str, path: str) -> None:
    """A page for people."""
    answered = client.get(internet.address(f"gateway-{name}"), internet.port, path)
    assert answered.status == 200
    assert b"<title>" in answered.body
