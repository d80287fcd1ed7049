"""One owner, whatever it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.directory.candidates import Candidate, Candidates, identity_of, one_organisation
from alpheus.directory.domains import domain_of
from alpheus.directory.lookup import Directory
from alpheus.directory.model import Organisation
from alpheus.directory.owner_model import Hint
from directory_samples import CLINIC, SPRINGFIELD, made


def _host(candidates: Candidates, host: str) -> Candidate:
    domain = domain_of(host)
    assert domain is not None
    return candidates.of_host(host, domain)


@pytest.fixture
def candidates(tmp_path: Path) -> Candidates:
    """Nobody yet, with a directory."""
    return Candidates(made(tmp_path / "a.directory"))


def test_hosts_of_a_domain_are_one_owners(candidates: Candidates) -> None:
    """And a domain that was met is known again by a host below it."""
    first = _host(candidates, "mail.lakeview.example")
    assert _host(candidates, "other.lakeview.example") is first
    assert candidates.known_host("third.lakeview.example")[0] is first
    assert candidates.known_host("a.b.lakeview.example") is None
    assert _host(candidates, "mail.elsewhere.example") is not first


def test_a_list_joins_name_and_domain(candidates: Candidates) -> None:
    """The name of a record finds the owner of the record's domain, and takes its title."""
    first = _host(candidates, "mail.springfieldor.gov")
    assert first.title == "City of Springfield"
    assert candidates.of_name("CITY OF SPRINGFIELD", "US", "OR") is first
    assert candidates.of_organisation(SPRINGFIELD) is first


def test_labels_and_spellings_join(candidates: Candidates) -> None:
    """The same label elsewhere, a name that spells it, the label of an inner domain."""
    first = _host(candidates, "mail.lakeviewbakery.com")
    assert _host(candidates, "mail.lakeviewbakery.org") is first
    assert candidates.of_name("Lakeview Bakery Inc.", "", "") is first
    assert candidates.of_label("lakeviewbakery")[0] is first
    assert candidates.of_label("lakeview")[0] is first
    assert first.title == "Lakeview Bakery Inc."
    assert candidates.of_label("somethingelse") == (None, "")


def test_short_labels_join_nothing() -> None:
    """Two organisations may both be called `abc`."""
    candidates = Candidates(Directory())
    assert _host(candidates, "mail.abc.com") is not _host(candidates, "mail.abc.org")


def test_an_inner_label_that_the_directory_has_once(candidates: Candidates) -> None:
    """The only owner of such a domain is the one, and it is said why."""
    found, why = candidates.of_label("lakeviewclinic")
    assert found is not None
    assert found.title == CLINIC.name
    assert "only" in why


def test_a_name_that_several_have_is_nobodys() -> None:
    """Unless country and state leave a single one."""
    one = Organisation("Lincoln Schools", country="US", region="OR")
    two = Organisation("Lincoln Schools", country="US", region="TX")
    assert one_organisation([one, two], "US", "") == ()
    assert one_organisation([one, two], "US", "TX") == (two,)
    assert one_organisation([], "", "") == ()
    assert identity_of(one) != identity_of(two)


def test_weights_of_different_kinds_add_up() -> None:
    """The same kind twice does not; nothing is certain."""
    one = Candidate()
    assert one.weight == 0
    one.hints = [Hint("name", "a", "", 50, ""), Hint("name", "b", "", 50, "")]
    assert one.weight == 50
    one.hints.append(Hint("certificate", "a", "", 50, ""))
    assert one.weight == 75
    one.hints += [Hint(kind, "a", "", 99, "") for kind in "abc"]
    assert one.weight == 99
    assert (one.title, one.domain) == ("", "")


def test_two_become_one() -> None:
    """Everything of the second is the first's, and its domain leads there."""
    candidates = Candidates(Directory())
    first = _host(candidates, "mail.lakeview.example")
    second = _host(candidates, "mail.elsewhere.example")
    second.hints.append(Hint("name", "mail.elsewhere.example", "", 50, ""))
    candidates.join(first, second)
    candidates.join(first, first)
    assert candidates.all == [first]
    assert [domain.label for domain in first.domains] == ["lakeview", "elsewhere"]
    assert candidates.known_host("x.elsewhere.example")[0] is first
    assert first.weight == 50


def test_a_lead_is_no_owner() -> None:
    """It has a label and nothing else, until something else names it."""
    candidates = Candidates(Directory())
    one = candidates.lead("lakeview")
    assert one.is_lead
    assert one.title == "lakeview"
    assert _host(candidates, "mail.lakeview.example") is one
    assert not one.is_lead
    assert one.title == "lakeview.example"


def test_a_domain_of_very_many(tmp_path: Path) -> None:
    """One that lists give to many organisations names none of them."""
    many = [Organisation(f"Customer {n}", domains=("served.example",)) for n in range(5)]
    candidates = Candidates(made(tmp_path / "many.directory", many))
    assert _host(candidates, "mail.served.example").organisations == ()
