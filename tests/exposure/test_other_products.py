"""A build of another product is told by what packs know of it, and by nothing that is asked."""

from __future__ import annotations

import pytest

from alpheus.exposure.model import Answer, ProbeKind, Witness
from alpheus.exposure.other_products import (
    header_builds,
    names_product,
    other_build,
    told_by,
)

HEADER = "MicrosoftSharePointTeamServices"
CVE = "CVE-2025-53770"


@pytest.mark.parametrize(
    ("said", "product", "state"),
    [
        ("16.0.5513.1001", "2016", "fixed"), ("16.0.5513.1000", "2016", "vulnerable"),
        ("16.0.0.5517", "2016", "fixed"), ("16.0.0.5508", "2016", "undetermined"),
        ("16.0.10417.20027", "2019", "vulnerable"), ("16.0.0.10417", "2019", "undetermined"),
        ("16.0.18526.20508", "Subscription Edition", "fixed"),
    ],
)  # fmt: skip
def test_a_build_has_the_states_of_the_pack(said: str, product: str, state: str) -> None:
    """Three parts, as headers show them, are a lower bound and make nothing vulnerable."""
    found = other_build(said)
    assert found is not None
    assert found.product.startswith("Microsoft SharePoint Server")
    assert found.product.endswith(product)
    assert found.states[CVE].state == state
    assert (found.precision == 3) == said.startswith("16.0.0.")


@pytest.mark.parametrize("said", ["", "15.1.2176.9", "14.0.0.6114", "x", "16.0", "99.9.9.9"])
def test_what_no_pack_knows_is_nothing(said: str) -> None:
    """A build of Exchange least of all."""
    assert other_build(said) is None


def test_only_the_headers_of_products_are_read() -> None:
    """And of these only what is a build that packs know."""
    fields = {HEADER.lower(): "16.0.0.10417", "server": "16.0.5513.1001"}
    assert header_builds(fields) == (Witness(HEADER, "16.0.10417"),)
    assert header_builds({HEADER.lower(): "none"}) == ()


def test_all_answers_have_to_be_the_products() -> None:
    """A proxy may send some paths elsewhere."""
    said = Answer(ProbeKind.OWA, "a", 404, others=(Witness(HEADER, "16.0.10417"),))
    found = told_by([said, said])
    assert found is not None
    assert found[0].source == HEADER
    assert told_by([said, Answer(ProbeKind.EWS, "a", 404)]) is None
    assert told_by([]) is None


@pytest.mark.parametrize(
    ("said", "about", "named"),
    [
        ("16.0.10417.20027", "microsoft sharepoint", True), ("16.0.10417.20027", "office", False),
        ("16.0.18526.20508", "windows server subscription", False),
        ("15.1.2176.9", "sharepoint", False),
    ],
)  # fmt: skip
def test_a_build_alone_does_not_name_a_product(said: str, about: str, named: bool) -> None:
    """Office has builds of the same form on every desk."""
    assert names_product(said, about) is named
