"""Evidence becomes hints."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.directory import hints as module
from alpheus.directory.hints import Hints, carries_others
from alpheus.directory.lookup import Directory
from alpheus.directory.owner_model import OwnerEvidence
from directory_samples import made


def _hints(evidence: OwnerEvidence, directory: Directory | None = None) -> dict[str, int]:
    """Kind and value of each hint that counts, with its weight."""
    found = Hints(evidence, directory or Directory())
    return {
        f"{hint.evidence} {hint.value}": hint.weight
        for one in found.candidates.all for hint in one.hints
    }  # fmt: skip


def test_the_order_of_evidence() -> None:
    """A certificate says more than a name, a name more than a server's own word, and so on."""
    order = [
        module.CERTIFICATE, module.SUBJECT, module.MAIL_NAME, module.ASKED_NAME,
        module.SERVER_NAME, module.REVERSE_NAME, module.CLAIM, module.ASSIGNMENT[0][1],
        module.NETWORK_NAME, module.ROUTE,
    ]  # fmt: skip
    assert order == sorted(order, reverse=True)
    assert module.CERTIFICATE > module.SELF_SIGNED > module.SELF_NAMED


def test_a_certificate_of_one_domain() -> None:
    """Its domain counts once, and its organisation is the domain's owner."""
    evidence = OwnerEvidence(
        certificate_names=("mail.lakeview.example", "autodiscover.lakeview.example"),
        organisation="Sunshine Holdings LLC",
    )
    found = Hints(evidence, Directory())
    (one,) = found.candidates.all
    assert (one.title, one.domain) == ("Sunshine Holdings LLC", "lakeview.example")
    assert [hint.weight for hint in one.hints] == [module.CERTIFICATE, module.SUBJECT]


def test_nobody_checks_a_self_signed_one() -> None:
    """It weighs less, and its organisation is not tied to its domain."""
    evidence = OwnerEvidence(
        certificate_names=("mail.lakeview.example",), organisation="Elsewhere Bank",
        self_signed=True,
    )  # fmt: skip
    found = Hints(evidence, Directory())
    assert [one.title for one in found.candidates.all] == ["lakeview.example", "Elsewhere Bank"]
    assert _hints(evidence)["certificate mail.lakeview.example"] == module.SELF_SIGNED


def test_a_hosting_certificate_says_little() -> None:
    """Many unrelated domains: a note, and none of them weighs much."""
    names = tuple(f"mail.{word}.example" for word in ("alpha", "bravo", "chess", "delta", "extra"))
    found = Hints(OwnerEvidence(certificate_names=names), Directory())
    weights = [one.weight for one in found.candidates.all]
    assert max(weights) == weights[0] <= 40
    assert max(weights[1:]) < 20
    assert "5 unrelated domains" in found.notes[0]


def test_related_domains_are_no_hosting() -> None:
    """The same label below several tops is one owner's."""
    names = tuple(f"mail.lakeview.{top}" for top in ("com", "org", "net", "info", "de"))
    found = Hints(OwnerEvidence(certificate_names=names), Directory())
    assert len(found.candidates.all) == 1
    assert found.candidates.all[0].weight == module.CERTIFICATE
    assert found.notes == []


@pytest.mark.parametrize(
    ("evidence", "ignored"),
    [
        (OwnerEvidence("192.0.2.7", reverse_names=("rrcs-192-0-2-7.biz.example",)), "line"),
        (OwnerEvidence(asked_names=("tenant.outlook.com",)), "many people"),
        (OwnerEvidence(organisation="Internet Widgits Pty Ltd"), "many"),
        (OwnerEvidence(as_name="Example Telecom", as_number=64500), "forward"),
        (OwnerEvidence(network_name="EXAMPLE-DSL-POOL"), "forward"),
    ],
)
def test_what_is_nobodys_is_seen_and_not_counted(evidence: OwnerEvidence, ignored: str) -> None:
    """Lines, shared domains, placeholders and providers; each with its reason."""
    found = Hints(evidence, Directory())
    assert not any(one.hints for one in found.candidates.all)
    (hint,) = found.ignored
    assert hint.weight == 0
    assert ignored in hint.reason


def test_inner_names() -> None:
    """The label of an inner domain supports an owner, or is a lead; general words are none."""
    evidence = OwnerEvidence(
        asked_names=("mail.lakeview.example",), server_names=("ex1.lakeview.local", "EX1")
    )
    assert _hints(evidence)["server-name ex1.lakeview.local"] == module.INNER_NAME
    alone = OwnerEvidence(server_names=("ex1.smithclinic.local",))
    assert _hints(alone) == {"server-name ex1.smithclinic.local": module.LEAD}
    for general in ("ex1.corp.local", "ex1.ad.internal", "exchange.local", "server"):
        assert _hints(OwnerEvidence(server_names=(general,))) == {}


def test_networks(tmp_path: Path) -> None:
    """A claim names its owner, a small assignment too; who carries others is the provider."""
    directory = made(tmp_path / "a.directory")
    found = Hints(OwnerEvidence("192.0.2.7"), directory)
    assert found.provider == "Example Telecom"
    assert [one.title for one in found.candidates.all] == ["Lakeview Clinic, Inc."]
    assert _hints(OwnerEvidence("198.51.100.9"), directory) == {"assignment Musterville Bakery": 45}
    assert Hints(OwnerEvidence("nowhere"), directory).holders == []


def test_a_strong_word_is_no_provider() -> None:
    """A hospital in St. Cloud, and one whose name has an internet word in it."""
    assert not carries_others("St. Cloud Hospital")
    assert not carries_others("Wireless Valley School District")
    assert carries_others("Musterville Wireless Internet")


def test_the_place_of_a_subject() -> None:
    """Country and state choose between organisations of the same name."""
    found = Hints(OwnerEvidence(subject="C=US, ST=Oregon, L=Springfield, O=x"), Directory())
    assert found.place == ("US", "OR")
    found = Hints(OwnerEvidence(subject="C=DE, ST=Bayern, O=x"), Directory())
    assert found.place == ("DE", "")


def test_a_hosts_certificate_names_no_owner() -> None:
    """Who runs servers for others is told as the provider; a name that leads there decides."""
    evidence = OwnerEvidence(
        certificate_names=("musterhosting.example",), organisation="Muster Hosting",
        asked_names=("mail.lakeview.example",),
    )  # fmt: skip
    found = Hints(evidence, Directory())
    assert [one.title for one in found.candidates.all if one.hints] == ["lakeview.example"]
    assert found.provider in {"Muster Hosting", "musterhosting.example"}


def test_a_few_domains_of_a_checked_certificate_are_one_owners(tmp_path: Path) -> None:
    """The one that a list knows comes first; two that lists know are two owners."""
    directory = made(tmp_path / "a.directory")
    names = ("mail.elsewhere.example", "mail.springfieldor.gov")
    (one,) = Hints(OwnerEvidence(certificate_names=names), directory).candidates.all
    assert one.title == "City of Springfield"
    names = ("mail.lakeviewclinic.example", "mail.springfieldor.gov")
    assert len(Hints(OwnerEvidence(certificate_names=names), directory).candidates.all) == 2
