"""A web server without Exchange."""

from __future__ import annotations

from random import Random

from alpheus.lab import plain_web
from alpheus.lab.server import Server


def test_no_exchange_in_it(server: Server) -> None:
    """No request belongs to an Exchange protocol; strangers' guesses are not found."""
    for _, request in plain_web.requests(Random(1), server):
        assert not request.protocol
        assert "/owa" not in request.stem or request.status == 404


def test_its_pages_exist(server: Server) -> None:
    """Every page that is answered is on the disk."""
    pages = {path.rpartition("\\")[2] for path, _ in plain_web.pages(server)}
    asked = {
        request.stem.strip("/")
        for _, request in plain_web.requests(Random(1), server)
        if request.stem.endswith(".aspx") and request.status != 404
    }
    assert asked == pages
