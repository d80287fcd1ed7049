"""Keys that many share decide nothing."""

from __future__ import annotations

from alpheus.cases.identity.evidence import Key
from alpheus.cases.identity.keys import Facts
from alpheus.cases.identity.shared import Shared, certificate_key, find_shared
from cases.identity.identity_build import forest_of, host_certificate, own_certificate, seen


def _shared(*sightings) -> Shared:
    forest = forest_of(*sightings)
    return find_shared(forest, range(len(sightings)))


def test_a_hosters_certificate() -> None:
    """Many computers show it: it is demoted, with its hosts and its domain, and that is told."""
    found = _shared(
        *(
            seen(
                n,
                f"192.0.2.{n}",
                servers=(f"ABC{n}-EX",),
                **host_certificate("a", "mail.hoster.com"),
            )
            for n in range(1, 8)
        )
    )
    assert found.certificates == {"a" * 64}
    assert found.hosts == {"mail.hoster.com"}
    assert found.domains == {"hoster.com"}
    assert "7 computers have it" in {one.reason for one in found.demotions}


def test_computers_of_two_domains() -> None:
    """What computers of unlike domains show is neither's."""
    cert = host_certificate("a", "mail.hoster.com")
    found = _shared(
        seen(1, "192.0.2.1", servers=("EX01",), ad_domain="one.local", **cert),
        seen(2, "192.0.2.2", servers=("EX01",), ad_domain="two.local", **cert),
    )
    assert found.certificates == {"a" * 64}


def test_addresses_at_the_same_time() -> None:
    """Many addresses within a day are no server; one after the other is a line that changes."""
    cert = host_certificate("a", "mail.example.com")
    crowd = _shared(*(seen(n, f"192.0.2.{n}", 5, **cert) for n in range(1, 9)))
    assert crowd.certificates == {"a" * 64}
    moving = _shared(*(seen(n, f"192.0.2.{n}", 3 * n, **cert) for n in range(1, 9)))
    assert moving.certificates == set()


def test_hosts_that_a_certificate_does_not_name() -> None:
    """A certificate before hosts of several organisations is that of somebody in between."""
    cert = host_certificate("a", "edge.filter.example")
    found = _shared(
        *(
            seen(n, f"192.0.2.{n}", hosts=(f"mail.{name}.com",), **cert)
            for n, name in enumerate(("one", "two", "three"), start=1)
        )
    )
    assert found.certificates == {"a" * 64}


def test_domains_of_providers() -> None:
    """A domain with computers of many domains below it is a provider's."""
    found = _shared(
        *(
            seen(
                n,
                f"192.0.2.{n}",
                servers=("EX01",),
                ad_domain=f"{name}.local",
                hosts=(f"{name}.hoster.net",),
            )
            for n, name in enumerate(("alpha", "bravo", "charlie", "delta"), start=1)
        )
    )
    assert found.domains == {"hoster.net"}


def test_what_few_share_is_kept() -> None:
    """A pool of three with one certificate is no crowd."""
    cert = host_certificate("a", "mail.example.com")
    found = _shared(*(seen(n, f"192.0.2.{n}", servers=(f"EX0{n}",), **cert) for n in range(1, 4)))
    assert found.certificates == found.hosts == found.domains == set()


def test_kinds_of_certificates() -> None:
    """A server's own says most, one for all names of a domain least."""
    kinds = [certificate_key(Facts("", 0, form=form)) for form in ("self", "host", "wildcard")]
    assert kinds == [Key.OWN_CERTIFICATE, Key.CERTIFICATE, Key.WILDCARD]
    assert own_certificate("a", "EX01", "x.local")["self_signed"]


def test_a_service_of_one_organisation_is_no_crowd() -> None:
    """Computers of one domain, or numbered alike, may show one certificate at many addresses."""
    cert = host_certificate("a", "mail.example.com")
    by_domain = _shared(
        *(
            seen(n, f"192.0.2.{n}", servers=(f"EX{n % 6}",), ad_domain="lakeview.local", **cert)
            for n in range(1, 9)
        )
    )
    by_names = _shared(
        *(seen(n, f"192.0.2.{n}", servers=(f"LAKE-EX{n % 6}",), **cert) for n in range(1, 9))
    )
    assert by_domain.certificates == by_names.certificates == set()
    assert by_domain.domains == set()


def test_a_service_whose_computers_are_not_named() -> None:
    """A name of the certificate leads to eight addresses: one service; a crowd is more."""
    cert = host_certificate("a", "mail.example.com")

    def led(many: int) -> Shared:
        return _shared(
            *(seen(n, f"192.0.2.{n}", hosts=("mail.example.com",), **cert)
              for n in range(1, many + 1))
        )  # fmt: skip

    assert led(8).certificates == set()
    assert led(13).certificates == {"a" * 64}
    wrong = seen(9, "192.0.2.8", hosts=("mx.filter.net",), **cert)
    every = [seen(n, f"192.0.2.{n}", hosts=("mail.example.com",), **cert) for n in range(1, 9)]
    assert _shared(*every, wrong).certificates == set()
