"""The nouns of notices."""

from alpheus.notify.model import LADDER, Rung


def test_the_ladder_begins_with_the_organisation_and_ends_with_paper() -> None:
    """Whoever is nearest to the server is told first; a letter is what always remains."""
    assert LADDER == (
        Rung.CONTACT, Rung.REGISTRANT, Rung.PROVIDER, Rung.NATIONAL_TEAM, Rung.LETTER,
    )  # fmt: skip
