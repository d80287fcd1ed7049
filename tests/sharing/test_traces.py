"""What of a server may be seen on others."""

from __future__ import annotations

import msgspec

from alpheus.model import Stage, Verdict
from alpheus.report.assessment_file import Assessment, Campaign
from alpheus.sharing.traces import campaigns_of, cves_of, page_name, techniques_of, traces_of


def test_proof_leaves_traces(assessment: Assessment) -> None:
    """Addresses of proven exploitation, planted pages; not those inside, nor the product's own."""
    server = assessment.servers[0]
    assert [(one.kind, one.value.lower(), one.name) for one in traces_of(server)] == [
        ("address", "45.77.252.175", "Title of forged"),
        ("address", "2a03:2880::7", "Title of forged"), ("page", "a" * 64, "x.aspx"),
    ]  # fmt: skip


def test_context_leaves_none(assessment: Assessment) -> None:
    """What decides nothing is no technique of an intruder."""
    server = assessment.servers[0]
    assert techniques_of(server) == ("T1190", "T1505.003")
    assert cves_of(server) == ("CVE-2021-26855",)


def test_what_fits_no_campaign_is_none(assessment: Assessment) -> None:
    """Findings of others' indicators, of own rules and of none stand under no campaign's name."""
    campaigns = tuple(
        Campaign(pack, None, True, verdict, Stage.EXPLOITED)
        for pack, verdict in (
            ("uncategorised", Verdict.COMPROMISED), ("shared", Verdict.COMPROMISED),
            ("extra", Verdict.COMPROMISED), ("proxylogon", Verdict.COMPROMISED),
            ("proxyshell", Verdict.ATTEMPTED), ("toolshell", Verdict.NO_EVIDENCE),
        )
    )  # fmt: skip
    server = msgspec.structs.replace(assessment.servers[0], campaigns=campaigns)
    assert [one.pack for one in campaigns_of(server)] == ["proxylogon", "proxyshell"]
    assert [one.pack for one in campaigns_of(server, Verdict.COMPROMISED)] == ["proxylogon"]


def test_a_page_without_a_name_has_none() -> None:
    """What stands for its name is not taken for one."""
    assert [page_name(one) for one in ("a/x.aspx", "*.aspx")] == ["x.aspx", ""]
