"""What all observations of a server say together finds its owner, with or without a directory."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.groups import described
from alpheus.cases.identity import Sighting
from alpheus.cases.owners import (
    directory_named,
    gathered,
    key_of_owner,
    owners_by_directory,
    owners_by_file,
)
from alpheus.directory.lookup import Directory
from alpheus.directory.model import Contact, Layer, Organisation, Route
from alpheus.directory.owner_model import UNKNOWN, Claim, OwnerEvidence, Ownership
from alpheus.errors import EvidenceError, EvidenceNotFoundError
from directory_samples import write

HOSTS = ("mail.town.example",)
CLUSTER = described(
    [
        Sighting(
            1, "probe", servers=("QQ1",), hosts=HOSTS, address="192.0.2.7", ad_domain="town.local"
        )
    ]
)
PLAIN = owners_by_directory(Directory())


def _one(**said: object) -> OwnerEvidence:
    return msgspec.structs.replace(OwnerEvidence(address="192.0.2.7"), **said)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The town has two domains, a hospital claims nothing, and a provider carries both."""
    path = tmp_path / "directory"
    write(path, [
        Organisation("Town of Lakeview", "dotgov", "dotgov.csv", domains=("lakeview.example",
                     "town.example"), sector="local-government", country="US", region="TX",
                     city="Lakeview", contacts=(Contact("security", "soc@lakeview.example"),)),
        Organisation("Wide Telecom", "rpsl", layer=Layer.ASSIGNMENT, networks=("192.0.2.0/24",),
                     contacts=(Contact("abuse", "abuse@wide.example"),)),
        Route("192.0.2.0/24", 64500),
    ])  # fmt: skip
    return path


def test_without_a_directory_names_and_rules_decide() -> None:
    """And where nothing tells, the owner is unknown."""
    owner = PLAIN(CLUSTER, [_one(asked_names=HOSTS, sector="Hospital", country="US")])
    assert (owner.organisation, owner.name, owner.sector) == ("town.example",) * 2 + ("hospital",)
    assert (owner.region, owner.network, owner.confidence) == ("US", "", "high")
    assert "name mail.town.example" in owner.why
    found = msgspec.json.decode(owner.ownership, type=Ownership)
    assert found.domain == "town.example"
    assert found.hints
    nobody = PLAIN(described([Sighting(1, "probe")]), [_one()])
    assert (nobody.organisation, nobody.name, nobody.weight, nobody.why) == ("", "", 0, "")
    assert msgspec.json.decode(nobody.ownership, type=Ownership).owner == UNKNOWN
    assert PLAIN(CLUSTER, []).network == ""


def test_a_directory_knows_more(directory: Path) -> None:
    """All domains of a record are one owner; routes tell the network where lists do not."""
    find = owners_by_file(str(directory))
    owner = find(CLUSTER, [_one(asked_names=HOSTS)])
    assert (owner.organisation, owner.name) == ("lakeview.example", "Town of Lakeview")
    assert (owner.domain, owner.city) == ("town.example", "Lakeview")
    assert (owner.region, owner.network, owner.sector) == ("US-TX", "64500", "local-government")
    found = msgspec.json.decode(owner.ownership, type=Ownership)
    assert found.provider == "Wide Telecom"
    assert "soc@lakeview.example" in [one.email for one in found.contacts]
    assert find(CLUSTER, [_one(as_number=64501)]).network == "64501"


@pytest.mark.parametrize(
    ("ownership", "key"),
    [
        (Ownership("A", "b.example", main_domain="a.example"), "a.example"),
        (Ownership("A", "b.example"), "b.example"),
        (Ownership("The First Bank, Inc.", country="US", region="OR"), "first-bank-us-or"),
        (Ownership("Grüße & Söhne GmbH"), "gru-e-and-sohne"),
        (Ownership(), ""),
    ],
)
def test_keys_of_organisations(ownership: Ownership, key: str) -> None:
    """The main domain of the record, the domain, or the name with its place."""
    assert key_of_owner(ownership) in {key, key.replace("gru-e", "grusse")}


def test_a_checked_certificate_counts_before_others() -> None:
    """That of most sightings; names of self-signed ones are what the server calls itself."""
    own = _one(certificate_names=("QQ1", "qq1.inner.example"), self_signed=True)
    old = _one(certificate_names=("old.example",), subject="CN=old.example")
    new = _one(certificate_names=("new.example",))
    full = _one(certificate_names=("new.example",), organisation="New", subject="O=New, CN=new")
    found = gathered(CLUSTER, [own, own, own, old, new, full])
    assert found.certificate_names == ("new.example",)
    assert (found.organisation, found.subject, found.self_signed) == ("New", "O=New, CN=new", False)
    assert found.server_names == ("QQ1", "qq1.inner.example", "town.local")
    assert gathered(CLUSTER, [own]).self_signed


def test_names_are_put_together_and_lines_left_out() -> None:
    """A provider's name for an earlier address says nothing of the server."""
    found = gathered(CLUSTER, [
        _one(reverse_names=("mail.town.example",), mail_names=("mx.town.example",)),
        _one(address="198.51.100.9", reverse_names=("host-198-51-100-9.isp.example", "a.example"),
             mail_names=("mx.town.example", "autodiscover.town.example")),
    ])  # fmt: skip
    assert found.address == "192.0.2.7"
    assert found.reverse_names == ("mail.town.example", "a.example")
    assert found.mail_names == ("mx.town.example", "autodiscover.town.example")


def test_names_that_other_observations_gave_are_not_lost() -> None:
    """Those by which identity knows the server; not those of a certificate that is counted."""
    assert gathered(CLUSTER, [_one()]).listed_names == HOSTS
    assert gathered(CLUSTER, [_one(asked_names=HOSTS)]).listed_names == ()
    assert gathered(CLUSTER, [_one(certificate_names=HOSTS)]).listed_names == ()
    owner = PLAIN(CLUSTER, [])
    assert owner.domain == "town.example"
    assert "it is known by this name" in owner.why
    shared = [f"mail.town{n}.example" for n in range(5)]
    many = described([Sighting(1, "probe", servers=("QQ1",), hosts=tuple(shared))])
    assert gathered(many, []).listed_names == ()


def test_what_most_lists_say_counts() -> None:
    """But a list that gives the provider's business says nothing of the customer's."""
    provider = {"naics": "517311", "sector": "Communications, Service Provider"}
    found = gathered(CLUSTER, [
        _one(country="US", region="Ohio", as_number=1, network_name="A", **provider),
        _one(country="US", region="OH", as_number=2, network_name="B", **provider),
        _one(country="DE", region="Bayern", as_number=2, network_name="B", sector="hospital"),
    ])  # fmt: skip
    assert (found.country, found.region) == ("US", "OH")
    assert (found.as_number, found.network_name, found.sector) == (2, "B", "hospital")
    only = gathered(CLUSTER, [_one(**provider)])
    assert only.naics == "517311"


def test_regions_are_written_in_one_way() -> None:
    """A state by its two letters, behind the country; what lists say of another country is not."""
    assert PLAIN(CLUSTER, [_one(country="US", region="Texas")]).region == "US-TX"
    assert PLAIN(CLUSTER, [_one(country="DE", region="Bayern")]).region == "DE-Bayern"
    assert PLAIN(CLUSTER, [_one(country="US")]).region == "US"
    british = _one(asked_names=("mail.town.co.uk",), country="US", region="TX")
    assert PLAIN(CLUSTER, [british]).region == "GB"


def test_a_customer_is_taken_at_its_word() -> None:
    """What a list of customers says is a claim, and its contact is that of the owner."""
    claim = Claim("Lakeview Clinic", "it@lakeview.example", "+1 555 0100", "customers")
    bare = described([Sighting(1, "probe", address="192.0.2.7")])
    owner = PLAIN(bare, [_one(claims=(claim,)), _one(claims=(claim,))])
    found = msgspec.json.decode(owner.ownership, type=Ownership)
    assert owner.name == "Lakeview Clinic"
    assert [(one.kind, one.email, one.phone) for one in found.contacts][:1] == [
        ("registered", "it@lakeview.example", "+1 555 0100")
    ]


@given(st.permutations([
    _one(country="US", region="Ohio", sector="hospital", as_number=1),
    _one(country="US", region="Iowa", sector="bank", as_number=2),
    _one(asked_names=("mail.town.example",)),
]))  # fmt: skip
def test_what_lists_say_does_not_depend_on_their_order(evidence: list[OwnerEvidence]) -> None:
    """So that a rebuild gives the same whatever came first."""
    owner = PLAIN(CLUSTER, evidence)
    assert (owner.region, owner.sector, owner.network) == ("US-IA", "bank", "1")


def test_which_directory_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one asked for, that of the surroundings, the one kept."""
    monkeypatch.delenv("ALPHEUS_DIRECTORY", raising=False)
    assert directory_named(None, "/kept") == "/kept"
    assert directory_named("-", "/kept") == "-"
    assert directory_named("here", "/kept") == str(Path("here").absolute())
    monkeypatch.setenv("ALPHEUS_DIRECTORY", "/team")
    assert directory_named(None, "/kept") == "/team"
    assert directory_named("/asked", "/kept") == "/asked"


def test_a_directory_that_is_gone_or_broken_names_the_remedy(tmp_path: Path) -> None:
    """In one line; with none it works all the same."""
    path = tmp_path / "d"
    with pytest.raises(EvidenceNotFoundError, match=r"no such file.*rebuild --directory FILE"):
        owners_by_file(str(path))
    for content in (b"", b"something else"):
        path.write_bytes(content)
        with pytest.raises(EvidenceError, match="rebuild --directory FILE"):
            owners_by_file(str(path))
    assert owners_by_file("-")(CLUSTER, []) == owners_by_file("")(CLUSTER, [])


def test_a_directory_that_was_written_anew_is_read_anew(directory: Path) -> None:
    """By a program that has the old one open."""
    find = owners_by_file(str(directory))
    other = directory.with_name("other")
    write(other, [Organisation("Another Town", "dotgov", domains=("town.example",))])
    other.replace(directory)
    assert find(CLUSTER, [_one(asked_names=HOSTS)]).name == "Town of Lakeview"
    again = owners_by_file(str(directory))
    assert again(CLUSTER, [_one(asked_names=HOSTS)]).name == "Another Town"
