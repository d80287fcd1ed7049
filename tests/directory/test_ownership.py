"""Who owns a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.directory.build import DirectoryWriter
from alpheus.directory.importers import ImportedList
from alpheus.directory.lookup import Directory, open_directory
from alpheus.directory.model import Organisation
from alpheus.directory.owner_model import UNKNOWN, Claim, OwnerEvidence
from alpheus.directory.ownership import ENOUGH, owner_of
from directory_samples import made
from samples import SAMPLES, real

NAME = st.sampled_from([
    "mail.springfieldor.gov", "mail.lakeviewclinic.example", "mail.lakeview.com", "ex1.corp.local",
    "ex1.lakeview.local", "*.lakeview.org", "com", "mail.ci.springfield.or.us", "a..b", "",
    "192-0-2-7.dsl.example", "autodiscover.bank.de", "tenant.outlook.com", "x" * 300,
])  # fmt: skip
NAMES = st.lists(NAME | st.text(max_size=30), max_size=6).map(tuple)
EVIDENCE = st.builds(
    OwnerEvidence,
    address=st.sampled_from(["", "192.0.2.7", "198.51.100.9", "2001:db8::1", "nowhere"]),
    certificate_names=NAMES, organisation=st.sampled_from(["", "City of Springfield", "a"]),
    subject=st.text(max_size=40), self_signed=st.booleans(), mail_names=NAMES, asked_names=NAMES,
    server_names=NAMES, reverse_names=NAMES, network_name=st.text(max_size=20),
    as_number=st.integers(0, 1 << 32), as_name=st.text(max_size=20), country=st.text(max_size=2),
    naics=st.sampled_from(["", "517311", "622110"]), sector=st.text(max_size=20),
    security_txt=st.lists(st.text(max_size=20), max_size=2).map(tuple), listed_names=NAMES,
    claims=st.lists(st.builds(Claim, st.text(max_size=20), st.text(max_size=9)), max_size=2)
    .map(tuple),
)  # fmt: skip


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    """One of each kind of record."""
    return made(tmp_path_factory.mktemp("directory") / "a.directory")


def test_evidence_that_agrees(directory: Directory) -> None:
    """Certificate, list and network: high confidence, a sector, a place, a contact."""
    found = owner_of(
        OwnerEvidence(
            address="192.0.2.7", certificate_names=("mail.lakeviewclinic.example",),
            organisation="Lakeview Clinic", subject="C=US, ST=Texas, O=Lakeview Clinic",
            naics="517311", sector="Communications, Service Provider, and Hosting Service",
        ),
        directory,
    )  # fmt: skip
    assert (found.owner, found.sector) == ("Lakeview Clinic, Inc.", "health")
    assert (found.confidence, found.country, found.region) == ("high", "US", "TX")
    assert found.provider == "Example Telecom"
    assert found.conflicts == ()
    assert found.contacts[0].email == "it@lakeviewclinic.example"
    assert {hint.evidence for hint in found.hints} >= {"certificate", "subject", "claim"}


def test_evidence_that_disagrees(directory: Directory) -> None:
    """The better one decides, the other is shown, and confidence is lower."""
    found = owner_of(
        OwnerEvidence(
            asked_names=("mail.springfieldor.gov",), mail_names=("mail.lakeviewclinic.example",)
        ),
        directory,
    )
    assert found.owner == "Lakeview Clinic, Inc."
    assert [conflict.owner for conflict in found.conflicts] == ["City of Springfield"]
    assert found.confidence == "medium"
    assert all(hint.reason for hint in found.hints)


@pytest.mark.parametrize(
    "evidence",
    [OwnerEvidence(), OwnerEvidence("203.0.113.1"), OwnerEvidence("192.0.2.200"),
     OwnerEvidence("192.0.2.200", reverse_names=("rrcs-192-0-2-200.biz.example",)),
     OwnerEvidence(certificate_names=("localhost", "WIN-ABCDEFGH123"), self_signed=True)],
)  # fmt: skip
def test_unknown_is_an_answer(evidence: OwnerEvidence, directory: Directory) -> None:
    """A provider's line, or nothing: nobody is guessed, and who carries it is said."""
    found = owner_of(evidence, directory)
    assert (found.owner, found.confidence, found.weight) == (UNKNOWN, "", 0)
    assert bool(found.provider) == (evidence.address == "192.0.2.200")


@pytest.mark.parametrize(
    ("host", "owner", "sector", "country"),
    [
        ("mail.ci.springfield.or.us", "City of Springfield, OR", "local-government", "US"),
        ("mail.co.lane.or.us", "Lane County, OR", "local-government", "US"),
        ("mail.police.ci.springfield.or.us", "City of Springfield, OR", "police", "US"),
        ("mail.lane.k12.or.us", "lane.k12.or.us", "school", "US"),
        ("mail.leeds.nhs.uk", "leeds.nhs.uk", "hospital", "GB"),
        ("mail.smithlawfirm.com", "smithlawfirm.com", "law-firm", ""),
        ("mail.stadtwerke-muster.de", "stadtwerke-muster.de", "utility", "DE"),
        ("mail.bsi.bund.de", "bsi.bund.de", "national-government", "DE"),
    ],
)
def test_names_alone(host: str, owner: str, sector: str, country: str) -> None:
    """Without any list, rules tell whose many a name is, and what."""
    found = owner_of(OwnerEvidence(asked_names=(host,)), Directory())
    assert (found.owner, found.sector, found.country) == (owner, sector, country)
    assert found.sector_reasons


@settings(max_examples=200)
@given(EVIDENCE)
def test_never_a_guess_without_its_reason(directory: Directory, evidence: OwnerEvidence) -> None:
    """An owner has weight and reasons, a sector too; unknown has neither; nothing upsets it."""
    found = owner_of(evidence, directory)
    counted = [hint for hint in found.hints if hint.weight]
    if found.owner == UNKNOWN:
        assert found.weight == 0
        assert found.confidence == ""
    else:
        assert found.weight >= ENOUGH
        assert counted
        assert all(hint.reason for hint in counted)
        assert found.confidence in {"high", "medium", "low"}
    if found.sector:
        assert any(
            reason.sector == found.sector and reason.reason for reason in found.sector_reasons
        )
    assert found == owner_of(evidence, directory)


@real
def test_the_public_lists(tmp_path: Path) -> None:
    """Every domain of the lists of .gov and of universities leads to its owner and sector."""
    path = tmp_path / "a.directory"
    entries = []
    with DirectoryWriter(path) as writer:
        for file in sorted((SAMPLES / "directory").iterdir()):
            listed = ImportedList(file)
            for entry in listed.entries():
                entries.append(entry)
                writer.add(entry)
            assert listed.tally.lost == 0
    directory = open_directory(path)
    right = asked = 0
    for entry in entries[::7]:
        for domain in entry.domains[:1]:
            found = owner_of(OwnerEvidence(certificate_names=(f"mail.{domain}",)), directory)
            titles = {one.title for one in directory.by_host(domain)[1]}
            asked += 1
            right += found.owner in titles and bool(found.sector)
    assert right / asked >= 0.98


def test_a_lead_is_told_and_names_nobody(directory: Directory) -> None:
    """The label of an inner domain alone is a note; beside weak evidence it lowers confidence."""
    found = owner_of(OwnerEvidence(server_names=("ex1.smithclinic.local",)), directory)
    assert found.owner == UNKNOWN
    assert found.notes == ("a lead: its inner domain is called 'smithclinic'",)
    claimed = OwnerEvidence("192.0.2.7", server_names=("ex1.somebodyelse.local",))
    assert owner_of(claimed, directory).confidence == "low"


def test_whom_a_list_of_customers_names(directory: Directory) -> None:
    """Is a claim like others, and brings its contact; a provider in a customer's place is none."""
    claim = Claim("Smith Bakery", "smith@mailbox.example", "+1 555 0100", "ours.csv")
    found = owner_of(OwnerEvidence(claims=(claim,)), directory)
    assert (found.owner, found.confidence) == ("Smith Bakery", "medium")
    first = found.contacts[0]
    assert (first.kind, first.email, first.source) == ("registered", claim.email, "ours.csv")
    other = OwnerEvidence(certificate_names=("mail.lakeview.example",), claims=(claim,))
    against = owner_of(other, directory)
    assert against.domain == "lakeview.example"
    assert claim.email not in [one.email for one in against.contacts]
    assert [one.owner for one in against.conflicts] == []
    carried = owner_of(OwnerEvidence(claims=(Claim("Wide Broadband Telecom"),)), directory)
    assert (carried.owner, carried.provider) == (UNKNOWN, "Wide Broadband Telecom")
    assert owner_of(OwnerEvidence(claims=(Claim("localhost"), Claim(""))), directory).hints == ()


def test_names_of_which_no_more_is_known(directory: Directory) -> None:
    """Count as the name of an address does."""
    found = owner_of(OwnerEvidence(listed_names=("mail.lakeview.example",)), directory)
    assert (found.domain, found.confidence) == ("lakeview.example", "medium")


def test_one_record_has_one_main_domain(tmp_path: Path) -> None:
    """Whichever of its domains is met; another place or part is another record."""
    directory = made(tmp_path / "a", [
        Organisation("Town of A", domains=("a.example", "b.example"), region="TX"),
        Organisation("Town of A", "other list", domains=("c.example",), region="TX"),
        Organisation("Town of A", domains=("d.example",), region="OR"),
        Organisation("Town of A", unit="Police", domains=("e.example",), region="TX"),
    ])  # fmt: skip

    def main(domain: str) -> str:
        evidence = OwnerEvidence(certificate_names=(f"mail.{domain}",))
        return owner_of(evidence, directory).main_domain

    assert [main(f"{one}.example") for one in "abcde"] == [
        "a.example", "a.example", "a.example", "d.example", "e.example",
    ]  # fmt: skip
    assert main("f.example") == ""
