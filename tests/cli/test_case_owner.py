"""Owners in words."""

from __future__ import annotations

from alpheus.cli.case_owner import contact_lines, reason_lines
from alpheus.directory.owner_model import Advice, Conflict, Hint, Ownership, Reason


def test_everything_that_speaks_for_and_against_is_told() -> None:
    """Reasons with their weights, others with theirs."""
    found = Ownership(
        "Lakeview Clinic", "lakeview.example", notes=("a note",),
        hints=(Hint("certificate", "mail.lakeview.example", "lakeview.example", 90, "so"),),
        sector_reasons=(Reason("hospital", 80, "a list says so"),),
        conflicts=(Conflict("Town", "town.example", 70, "a name"), Conflict("Other", "", 60, "x")),
    )  # fmt: skip
    assert list(reason_lines(found)) == [
        " 90  certificate mail.lakeview.example: so",
        " 80  hospital: a list says so",
        "or else Town (town.example), 70: a name",
        "or else Other, 60: x",
        "a note",
    ]
    assert list(reason_lines(Ownership())) == []


def test_contacts_with_their_warnings() -> None:
    """And where they come from."""
    one = Advice("usual-mailbox", "a@b.example", source="RFC 2142", warning="on the server")
    assert list(contact_lines([one])) == [
        "usual-mailbox   a@b.example  (RFC 2142): on the server"
    ]  # fmt: skip


def test_of_many_contacts_the_best() -> None:
    """And how many there are beside."""
    said = list(contact_lines(Advice("abuse", f"a{n}@x.example") for n in range(15)))
    assert len(said) == 13
    assert said[-1] == "and 3 more; all with --format json"
    assert list(contact_lines(())) == []
