"""The name server."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.resolver
import pytest

from alpheus.lab.internet import MIXES, address_of, behaviour_of
from alpheus.lab.internet.dns_server import DnsServer, zone_of

MIX = MIXES["every-kind"]
ZONE = {
    "a.example": [("A", "127.0.0.5"), ("A", "127.0.0.6"), ("AAAA", "::1"), ("MX", "5 b.example.")],
    "alias.example": [("CNAME", "second.example.")],
    "second.example": [("CNAME", "a.example.")],
    "far.example": [("CNAME", "autodiscover.outlook.com.")],
    "loop.example": [("CNAME", "loop.example.")],
    "deep.down.example": [("A", "127.0.0.7")],
}


def _resolver(server: DnsServer) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [server.address]
    resolver.port = server.port
    resolver.lifetime = resolver.timeout = 0.5
    return resolver


def test_records_aliases_and_names_that_are_not() -> None:
    """Addresses of both families, MX, chains; NXDOMAIN, no data, silence, SERVFAIL."""
    with DnsServer(ZONE, silent=["never.example"], failing=["broken.example"]) as server:
        ask = _resolver(server).resolve
        assert sorted(str(one) for one in ask("a.example", "A")) == ["127.0.0.5", "127.0.0.6"]
        assert [str(one) for one in ask("A.Example.", "AAAA")] == ["::1"]
        assert str(ask("a.example", "MX")[0]) == "5 b.example."
        found = ask("alias.example", "A")
        assert str(found.canonical_name) == "a.example."
        assert str(ask("far.example", "CNAME")[0]) == "autodiscover.outlook.com."
        for name, error in (
            ("nobody.example", dns.resolver.NXDOMAIN),
            ("down.example", dns.resolver.NoAnswer),
            ("loop.example", dns.exception.DNSException),
            ("never.example", dns.resolver.LifetimeTimeout),
            ("broken.example", dns.resolver.NoNameservers),
        ):
            with pytest.raises(error):
                ask(name, "A")
    assert ("nobody.example", "A") in server.asked


def test_bytes_that_are_no_question() -> None:
    """They get no answer, and do no harm."""
    server = DnsServer(ZONE)
    assert server.answer(b"nonsense") is None
    assert server.answer(dns.message.Message().to_wire()) is None
    with server:
        pass


def test_the_names_of_simulated_servers() -> None:
    """A hybrid's mail goes to the cloud while its server stays where it is."""
    kinds = ("exchange-2016", "hybrid", "exchange-online")
    here, hybrid, cloud = (behaviour_of(address_of(kind, MIX), 1, MIX) for kind in kinds)
    zone = zone_of([here, hybrid, cloud])
    assert zone[here.domain] == [("MX", f"10 mail.{here.domain}.")]
    assert zone[here.names[1]] == [("A", here.address)]
    for one in (hybrid, cloud):
        (kind, value), *_ = zone[one.domain]
        assert kind == "MX"
        assert value.endswith(".mail.protection.outlook.com.")
        assert zone[one.names[1]] == [("CNAME", "autodiscover.outlook.com.")]
    assert zone[hybrid.names[0]] == [("A", hybrid.address)]
    assert ("AAAA", "::1") in zone_of([behaviour_of("::1", 1, MIX)])[
        here.names[0].replace(here.domain, behaviour_of("::1", 1, MIX).domain)
    ]
