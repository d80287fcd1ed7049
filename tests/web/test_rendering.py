"""Pages show what an attacker wrote, and do nothing with it."""

from __future__ import annotations

from markupsafe import Markup

from alpheus.web.rendering import _Said, environment, static_file, static_path
from alpheus.web.words import words

HOSTILE = "<script>alert(1)</script>\u202e\x1b[2J{{ 7 * 7 }}"


def test_every_value_is_visible_and_escaped() -> None:
    """Markup, control characters and directions are shown; braces are not a template."""
    text = environment().from_string("{{ value }}|{{ absent }}").render(value=HOSTILE, absent=None)
    assert text == ("&lt;script&gt;alert(1)&lt;/script&gt;{U+202E}{ESC}[2J{{ 7 * 7 }}|")


def test_values_in_translated_texts_are_visible_and_escaped_as_well() -> None:
    """A translation may hold a name that an attacker chose, and a per cent sign of its own."""
    said = _Said(words("de"))
    assert said.gettext("Server %(name)s", name=HOSTILE) == (
        "Server &lt;script&gt;alert(1)&lt;/script&gt;{U+202E}{ESC}[2J{{ 7 * 7 }}"
    )
    assert said.gettext("100 % <b>") == "100 % &lt;b&gt;"
    assert said.ngettext("%(number)s server", "%(number)s servers", 1234) == "1.234 Server"
    assert environment().from_string("{{ m }}").render(m=Markup("<b>")) == "<b>"


def test_files_have_their_content_in_their_address() -> None:
    """So that browsers may keep them for ever."""
    assert static_path("alpheus.css").startswith("/static/")
    assert static_path("alpheus.css") != static_path("alpheus.js")
    assert b"://" not in static_file("alpheus.css") + static_file("alpheus.js")
