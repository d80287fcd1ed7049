"""What a record amounts to. Each list's own tests show more."""

from __future__ import annotations

import pytest

from alpheus.exposure.imports.judge import Judge
from alpheus.exposure.imports.model import ImportOptions, Listing, RawAnswer
from alpheus.exposure.model import Observation, Response, Status
from alpheus.knowledge.builds import Builds

CVE = "CVE-2021-26855"
OWA = Response(200, (("x-owa-version", "15.1.2176.4"), ("x-feserver", "MADEUP")), b"")
SHOP = Response(200, (("server", "Apache-Coyote/1.1"),), b"<title>A shop</title>")


def judged(options: ImportOptions | None = None, **facts: object) -> Observation:
    """The observation of a listing with these facts."""
    judge = Judge("list", "list.csv", "0" * 64, options or ImportOptions())
    return judge.observation(Listing(1, "192.0.2.7", "192.0.2.7", 443, **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("build", [str(row.build) for row in Builds.load().rows()][::7])
def test_a_source_s_word_is_never_overruled_to_fixed(build: str) -> None:
    """For any build: where the source says open, the state is vulnerable or undetermined."""
    entry = judged(version=build, vulnerable=(CVE,)).cves[CVE]
    assert entry.state in {"vulnerable", "undetermined"}
    assert "list" in entry.why


def test_a_compromise_changes_no_state() -> None:
    """For what is known and for what is not."""
    for version in ("15.1.2176.9", "15.1.2176", ""):
        plain = judged(version=version, exchange=True)
        told = judged(version=version, exchange=True, compromised="webshell")
        assert told.cves == plain.cves
        assert told.flags == ("compromised-reported",)


def test_the_raw_answer_goes_first() -> None:
    """Vulnerable by its header, whatever the list says; both witnesses are kept."""
    found = judged(version="15.1.2176.9", answers=(RawAnswer("/owa/", "", OWA),))
    assert found.build == "15.1.2176.4"
    assert found.cves[CVE].state == "vulnerable"
    assert "conflict" in found.flags
    assert {w.build for w in found.witnesses} == {"15.1.2176.4", "15.1.2176.9"}
    assert found.requests == 0


def test_a_list_fills_what_an_answer_leaves_open() -> None:
    """Exchange without a build: that of the list, by its word."""
    bare = Response(401, (("x-feserver", "MADEUP"),), b"")
    found = judged(version="15.1.2176", answers=(RawAnswer("/ews/", "", bare),))
    assert (found.build, found.witness) == ("15.1.2176", "list version")
    assert found.exchange is True
    assert "the word of list" in found.reason
    assert "conflict" not in found.flags


def test_a_page_that_is_not_exchange() -> None:
    """At Exchange's own path it speaks against the list; at the root it says nothing."""
    root = judged(version="15.1.2176", answers=(RawAnswer("/", "", SHOP),))
    assert (root.status, root.build) == (Status.LISTED, "15.1.2176")
    asked = judged(answers=(RawAnswer("/owa/", "", SHOP),))
    assert asked.status is not Status.LISTED


def test_a_build_that_cannot_be_is_none() -> None:
    """It settles nothing."""
    found = judged(version="15.1.9999.1")
    assert found.build is None
    assert found.exchange is True
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}
    assert "15.1.9999.1" in found.cves[CVE].why


def test_a_flaw_that_the_table_does_not_have() -> None:
    """It is the source's word alone."""
    assert judged(vulnerable=("CVE-2099-0001",)).cves["CVE-2099-0001"].state == "vulnerable"
    assert judged(vulnerable=("CVE-2099-0001",)).exchange is None


def test_labels_are_never_lowered() -> None:
    """The operator's label and the list's: the stricter holds."""
    for operator, listed, label in [
        ("TLP:GREEN", "TLP:RED", "TLP:RED"), ("TLP:RED", "TLP:GREEN", "TLP:RED"),
        ("TLP:GREEN", "", "TLP:GREEN"), ("", "TLP:AMBER", "TLP:AMBER"), ("", "", ""),
    ]:  # fmt: skip
        found = judged(ImportOptions(tlp=operator), tlp=listed)
        assert found.provenance is not None
        assert found.provenance.tlp == label


def test_what_nobody_takes_for_exchange_has_no_states() -> None:
    """To be undetermined would be a claim."""
    found = judged(version="1.2.3")
    assert (found.exchange, found.cves, found.build) == (None, {}, None)
    assert found.confidence == "low"


def test_a_build_of_another_product_is_judged_by_its_pack() -> None:
    """As the word of the list; the list's word for a flaw stands beside it."""
    found = judged(version="16.0.10417.20027", vulnerable=("CVE-2025-53771",))
    assert (found.product, found.build) == ("Microsoft SharePoint Server 2019", "16.0.10417.20027")
    assert found.exchange is False
    assert found.cves["CVE-2025-53770"].state == "vulnerable"
    assert found.cves["CVE-2025-53771"].why.endswith("list says so, too")
    assert CVE not in found.cves
    closed = judged(version="16.0.10417.20037", vulnerable=("CVE-2025-53770",))
    assert closed.cves["CVE-2025-53770"].state == "undetermined"
    assert "conflict" in closed.flags


def test_a_header_at_the_root_tells_a_build_and_clears_nobody() -> None:
    """The same web server may still hold Exchange."""
    page = Response(200, (("microsoftsharepointteamservices", "16.0.0.5517"),), b"<title>x</title>")
    found = judged(answers=(RawAnswer("/", "", page),))
    assert (found.status, found.exchange) == (Status.LISTED, None)
    assert (found.build, found.cves["CVE-2025-53770"].state) == ("16.0.5517", "fixed")
