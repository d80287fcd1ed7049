"""A table in the manner of Shadowserver's reports."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment, Build
from alpheus.sharing.forms import FORMS, Given
from alpheus.sharing.moments import finished
from alpheus.sharing.policy import Policy
from sharing.listed_samples import (
    are_as_told,
    are_of_the_sender,
    fleet,
    read_again,
    with_addresses,
    written,
)


def _rows(assessment: Assessment, policy: Policy) -> list[dict[str, str]]:
    content = written("shadowserver", assessment, policy).decode()
    return list(csv.DictReader(io.StringIO(content)))


def test_a_row_for_each_server(assessment: Assessment) -> None:
    """Its tag says all that is known of it; what evidence does not tell is empty."""
    first, second, third = _rows(assessment, Policy(Tlp.AMBER, named=True))
    assert first["tag"] == (
        "exchange;compromised;webshell;proxylogon;cve-2021-26855;cve-2021-27065"
    )
    assert (first["hostname"], first["servername"]) == ("ex01.corp.example", "EX01")
    assert (first["timestamp"], first["version"]) == ("2021-03-03 07:00:00", "15.1.2106.6")
    assert first["url"] == "https://ex01.corp.example/aspnet_client/x.aspx"
    assert (first["sha256"], first["tlp"]) == ("a" * 64, "TLP:AMBER")
    assert (first["ip"], first["asn"], first["geo"]) == ("", "", "")
    assert (second["tag"], second["status"]) == ("exchange;suspicious;proxylogon", "suspicious")
    assert third["tag"] == "exchange;cve-2021-26855;cve-2021-27065"


def test_the_address_is_that_of_the_internet_which_its_logs_have(
    assessment: Assessment, tmp_path: Path
) -> None:
    """It is read again; who is not named has none, and one of its own network is never there."""
    known = with_addresses(assessment)
    first, *_ = _rows(known, Policy(Tlp.AMBER, named=True))
    assert first["ip"] == "8.8.4.4"
    content = written("shadowserver", known, Policy(Tlp.GREEN, named=True))
    (victim, *_), _ = read_again(content, tmp_path)
    assert victim.address == "8.8.4.4"
    hidden = written("shadowserver", known, Policy(Tlp.GREEN, named=False)).decode()
    assert "8.8.4.4" not in hidden
    assert "10.1.2.3" not in content.decode() + hidden


def test_there_and_back(assessment: Assessment, tmp_path: Path) -> None:
    """`alpheus import` understands the same servers in the same state, and who says so."""
    content = written("shadowserver", assessment, Policy(Tlp.GREEN, named=True))
    found, file = read_again(content, tmp_path)
    assert (file.kind, file.tally.lost) == ("shadowserver", 0)
    victim, doubtful, opened = found
    assert (victim.names, victim.servers) == (("ex01.corp.example",), ("EX01",))
    assert (victim.flags, doubtful.flags, opened.flags) == (("compromised-reported",), (), ())
    assert victim.attributes["url"] == "https://ex01.corp.example/aspnet_client/x.aspx"
    are_as_told((victim, opened))
    are_of_the_sender(found)


def test_another_product_is_no_exchange(assessment: Assessment, tmp_path: Path) -> None:
    """Its name stands in the tag, its build beside it; nobody reads it as one of Exchange."""
    (one,) = Policy(Tlp.RED, named=True).allowed([fleet(assessment)])
    server = msgspec.structs.replace(
        one.servers[0],
        product="Microsoft SharePoint Server 2019",
        build=Build("16.0.10417.20003"),
        cves={},
    )
    given = Given(
        [msgspec.structs.replace(one, servers=(server,))], Policy(Tlp.RED, named=True), "A CERT",
        finished(one),
    )  # fmt: skip
    content = FORMS["shadowserver"](given)
    (row,) = csv.DictReader(io.StringIO(content.decode()))
    assert row["tag"].startswith("sharepoint;compromised;webshell;")
    assert row["version"] == "16.0.10417.20003"
    ((found,), _) = read_again(content, tmp_path)
    assert found.exchange is not True
    assert (found.flags, found.attributes["tag"]) == (("compromised-reported",), row["tag"])


def test_a_hidden_victim_has_no_place(assessment: Assessment, tmp_path: Path) -> None:
    """Its state is told under a name that says nothing, which nobody takes for a server."""
    content = written("shadowserver", assessment, Policy(Tlp.GREEN, named=False))
    assert b"EX01" not in content
    assert b".example" not in content
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [one["detail"][:7] for one in rows] == ["server-"] * 3
    assert rows[0]["detail"].endswith(" x.aspx")
    found, file = read_again(content, tmp_path)
    assert (found, file.tally.lost) == ([], 3)
