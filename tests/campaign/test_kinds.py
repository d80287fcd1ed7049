"""By what servers are grouped."""

from __future__ import annotations

import pytest

from alpheus.campaign.cohort import Contact
from alpheus.campaign.kinds import build_age, contact_of, kinds_of
from campaign_filling import END, PROVIDER, member, told


def test_kinds_of_a_server() -> None:
    """What is not known is told as unknown; what was not told, as such."""
    kinds = dict(kinds_of(member(sector="", organisation="", addresses=4), END))
    assert kinds["sector"] == "unknown"
    assert (kinds["owner"], kinds["addresses"], kinds["told"]) == (
        "unknown",
        "changing",
        "not told",
    )
    assert kinds["lists"] == "several sightings"
    kinds = dict(kinds_of(member(compromise="reported", **told(9, status="failed")), END))
    assert (kinds["told"], kinds["channel"], kinds["delivery"]) == ("contact", "email", "failed")
    assert kinds["intrusion"] == "reported or proven"
    assert dict(kinds_of(member(observations=1, sources=1), END))["lists"] == "one list, once"


@pytest.mark.parametrize(("contacts", "best"), [
    ((), "none"), (PROVIDER, "provider only"),
    ((Contact("usual-mailbox", "postmaster@org.example"), *PROVIDER), "usual mailbox only"),
    ((Contact("national-cert", "cert@cert.example"),), "none"),
    ((Contact("listed", "", "+1 555 0100"),), "known"), ((Contact("registered"),), "none"),
])  # fmt: skip
def test_the_best_way_to_an_owner(contacts: tuple[Contact, ...], best: str) -> None:
    """A contact without mailbox and telephone is none."""
    assert contact_of(member(contacts=contacts)) == best


@pytest.mark.parametrize(("build", "age"), [
    ("15.1.2176.2", "under half a year"), ("15.1.1913.5", "one to two years"),
    ("15.0.847.32", "over two years"), ("15.1.2176", "under half a year"),
    ("15.9.1.1", "unknown"), ("", "unknown"), ("<b>", "unknown"),
])  # fmt: skip
def test_how_old_a_build_is(build: str, age: str) -> None:
    """By the table of builds; by three parts where the fourth is not shown."""
    assert build_age(build, END) == age
    assert build_age("15.1.2176.2", "") == "unknown"
