"""Plain texts are what a template escapes, or a picture does."""

from __future__ import annotations

from alpheus.web.plainly import named, plain
from alpheus.web.words import words


def test_values_come_as_they_are() -> None:
    """Nothing is escaped twice, and a percent sign without values stays."""
    assert plain(words("en"), "%(flaw)s is open", flaw="<b>") == "<b> is open"
    assert plain(words("de"), "%(flaw)s is open", flaw="X") == "X ist offen"
    assert plain(words("en"), "100 %") == "100 %"


def test_a_value_of_a_table_is_named_and_any_other_stays() -> None:
    """As in templates."""
    assert named(words("de"), "weight", "proof") == "Beweis"
    assert named(words("de"), "weight", "%(x)s") == "%(x)s"
