"""What of a server may be seen on others."""

from __future__ import annotations

from alpheus.report.assessment_file import Assessment
from alpheus.sharing.traces import cves_of, techniques_of, traces_of


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
