"""Weights: what speaks for and against."""

from __future__ import annotations

from alpheus.cases.identity import evidence
from alpheus.cases.identity.evidence import DAY, ENOUGH, SAID, WEIGHTS, Key
from alpheus.cases.identity.keys import Facts


def test_every_key_has_weight_and_words() -> None:
    """Nothing is merged for a reason that cannot be told."""
    assert set(WEIGHTS) == set(SAID) == set(Key)
    assert all("{value}" in text for text in SAID.values())
    assert all(weight >= ENOUGH for weight in WEIGHTS.values())


def test_addresses_are_worth_less_with_time() -> None:
    """The same address is much within a day, nothing after months."""
    weights = [evidence.by_gap(days * DAY) for days in (0, 2, 5, 10, 20, 50, 100, 400)]
    assert weights == sorted(weights, reverse=True)
    assert weights[5] >= ENOUGH > weights[6]
    assert evidence.by_gap(evidence.NEVER_SEEN) >= ENOUGH


def test_a_second_web_port_is_never_enough() -> None:
    """Behind one address there may be two servers; mail ports are the same server's."""
    web, second, mail = (Facts("192.0.2.1", port) for port in (443, 8443, 25))
    assert evidence.by_gap(0) + evidence.other_port(web, second) < ENOUGH
    assert evidence.by_gap(0) + evidence.other_port(web, mail) >= ENOUGH


def test_the_back_end_s_port_is_a_second_server_s_where_it_shows_a_public_certificate() -> None:
    """A back end answers with the certificate that the server made for itself."""
    web, back_end = Facts("192.0.2.1", 443), Facts("192.0.2.1", 444, form="self")
    forwarded = Facts("192.0.2.1", 444, form="host")
    assert evidence.by_gap(0) + evidence.other_port(web, back_end) >= ENOUGH
    assert evidence.by_gap(0) + evidence.other_port(web, forwarded) < ENOUGH


def test_a_row_that_names_no_port() -> None:
    """Where several servers share an address, it is of the usual port at most."""
    none, web, second = (Facts("192.0.2.1", port) for port in (0, 443, 8443))
    assert evidence.other_port(none, second) == evidence.other_port(web, none)
    assert evidence.by_gap(0) + evidence.other_port(none, web, divided=True) >= ENOUGH
    assert evidence.by_gap(0) + evidence.other_port(none, second, divided=True) < ENOUGH
    assert evidence.by_gap(0) + evidence.other_port(none, none, divided=True) < ENOUGH


def test_probability() -> None:
    """Weights are shown as certainty."""
    assert evidence.probability(0) == 0.5
    assert 0.88 < evidence.probability(ENOUGH) < evidence.probability(60) < 1


def test_contradictions() -> None:
    """Only what both know can contradict."""
    assert evidence.other_computers({"EX01"}, {"EX02"})
    assert not evidence.other_computers({"EX01", "WIN-X"}, {"EX01"})
    assert not evidence.other_computers((), {"EX02"})
    assert evidence.strangers({"a.com"}, {"b.com"})
    assert not evidence.strangers({"a.com"}, set())
    assert not evidence.strangers({"a.com", "b.com"}, {"b.com"})


def test_domains_of_computers() -> None:
    """A short form and a parent are the same domain; neighbours are not."""
    assert not evidence.other_domains(("corp.example.com",), ("CORP".lower(),))
    assert not evidence.other_domains(("corp.example.com",), ("example.com",))
    assert evidence.other_domains(("a.example.com",), ("b.example.com",))
    assert evidence.other_domains(("corp",), ("sales",))
    assert not evidence.other_domains((), ("sales",))


def test_addresses_that_are_passed_on_are_soon_somebody_else_s() -> None:
    """A day is as good as anywhere; after three it takes more than the address."""
    assert evidence.by_gap(DAY, passed_on=True) == evidence.by_gap(DAY)
    assert ENOUGH <= evidence.by_gap(2 * DAY, passed_on=True) < evidence.by_gap(2 * DAY)
    assert evidence.by_gap(4 * DAY, passed_on=True) < ENOUGH < evidence.by_gap(4 * DAY)
