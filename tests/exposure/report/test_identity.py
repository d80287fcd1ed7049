"""By what a server is known again."""

from __future__ import annotations

from hypothesis import given

from alpheus.exposure.model import Observation
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.lines import LineReader
from alpheus.exposure.report.identity import MOST, identities
from exposure_runs import OPEN, observation, observations, tls


def _known(one: Observation) -> set[int]:
    return set(identities(LineReader().read(encode(one))))


def test_a_certificate_a_name_and_a_server_are_known_again() -> None:
    """Each of them alone is enough, whatever the address is."""
    one = observation(
        "192.0.2.1", OPEN, names=("Mail.Example.org.",), servers=("EX01",), tls=tls("aa")
    )
    assert len(_known(one)) == 3
    for other in (
        observation("198.51.100.7", OPEN, tls=tls("aa")),
        observation("198.51.100.7", OPEN, names=("mail.example.org",)),
        observation("198.51.100.7", OPEN, names=("owa.example.org",), servers=("ex01",)),
    ):
        assert len(_known(one) & _known(other)) == 1


def test_a_short_server_name_alone_says_nothing() -> None:
    """Half the world has an EX01: it counts with a domain, or as a full name."""
    assert _known(observation("192.0.2.1", OPEN, servers=("EX01",))) == set()
    assert len(_known(observation("192.0.2.1", OPEN, servers=("ex01.corp.example",)))) == 1
    mine = observation("192.0.2.1", OPEN, servers=("EX01",), names=("mail.example.org",))
    theirs = observation("192.0.2.2", OPEN, servers=("EX01",), names=("mail.example.net",))
    assert not _known(mine) & _known(theirs)


def test_a_name_that_spells_the_address_belongs_to_the_line() -> None:
    """Names of access lines stay where they are when a server moves; so do wildcards."""
    names = ("p192-0-2-1.provider.example", "*.example.org", "localhost")
    assert _known(observation("192.0.2.1", OPEN, names=names)) == set()


def test_another_port_is_another_server() -> None:
    """Two services behind one name are not one host that moved."""
    one = observation("192.0.2.1", OPEN, tls=tls("aa"))
    other = observation("192.0.2.1", OPEN, tls=tls("aa"), port=8443)
    assert not _known(one) & _known(other)


@given(observations())
def test_identities_are_few_and_never_nothing(one: Observation) -> None:
    """At most four numbers, none of them 0, whatever the texts are."""
    found = identities(LineReader().read(encode(one)))
    assert len(found) <= MOST
    assert all(0 < number < 1 << 64 for number in found)
