"""Traps."""

from __future__ import annotations

import re

from lab_internet_paths import LOGON, MANIFEST


def test_one_names_three_products(internet, client) -> None:
    """Header, page and manifest contradict each other."""
    address = internet.address("honeypot-versions")
    page = client.get(address, internet.port, LOGON)
    manifest = client.get(address, internet.port, MANIFEST)
    assert page.header("X-OWA-Version").startswith("15.1.")
    assert re.search(rb"/owa/auth/15\.2\.\d+/", page.body)
    assert b'version="15.0.1497.2"' in manifest.body


def test_one_runs_on_apache(internet, client) -> None:
    """With a build that nobody ever released."""
    answered = client.get(internet.address("honeypot-server"), internet.port)
    assert answered.header("Server").startswith("Apache")
    assert answered.header("X-OWA-Version") == "15.1.2044.99"
    assert client.get(internet.address("honeypot-server"), internet.port, "/").status == 404
