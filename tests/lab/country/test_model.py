"""The nouns of a country."""

from __future__ import annotations

from random import Random

from alpheus.lab.country import certificates
from alpheus.lab.country.model import Change, History, Server
from alpheus.lab.internet.builds import RELEASES


def server(unit: str = "S1") -> Server:
    """A server with two certificates."""
    rng = Random(1)
    shown = tuple((day, certificates.make(rng, (f"n{day}.example",))) for day in (0, 9))
    history = History((Change(0, "first", RELEASES["15.1.2176.2"]),))
    return Server("S1", unit, "MAIL", "x.local", "", ("a.example",), shown, history, False, "")


def test_a_pool_is_a_unit_of_several() -> None:
    """A server alone is its own unit and has no pool."""
    assert server().pool == ""
    assert server("P1").pool == "P1"


def test_names_and_certificates_of_a_server() -> None:
    """The full name is in small letters; a certificate holds until the next one's first day."""
    one = server()
    assert one.full_name == "mail.x.local"
    assert [one.certificate(day).common_name for day in (0, 8, 9, 30)] == [
        "n0.example", "n0.example", "n9.example", "n9.example",
    ]  # fmt: skip
    assert one.certificate(0).self_signed
