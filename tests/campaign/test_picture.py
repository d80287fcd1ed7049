"""The picture of a campaign, for print."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from alpheus.campaign import words
from alpheus.campaign.picture import described, png, svg
from campaign_overview import HOSTILE, nothing, overview

_SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_says_in_words_what_it_shows() -> None:
    """A title and a description that readers of screens find; the same bytes each time."""
    whole = overview()
    drawn = svg(whole)
    root = ET.fromstring(drawn)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "alpheus-title alpheus-desc"
    assert (root.findtext(f"{_SVG}title") or "").startswith(words.headline(whole))
    assert "148 at the end" in (root.findtext(f"{_SVG}desc") or "")
    assert svg(overview()) == drawn
    text = "".join(root.itertext())
    for name in ("148 all that are left", "Why they are left", "no experiment", "contact by email"):
        assert name in text


def test_names_of_others_are_text() -> None:
    """Nothing runs, nothing is fetched."""
    drawn = svg(overview(HOSTILE))
    ET.fromstring(drawn)
    assert "<script" not in drawn
    assert "\u202e" not in drawn
    assert "<image" not in drawn
    assert "href=" not in drawn


def test_an_empty_campaign_has_a_picture() -> None:
    """It says that there is nothing."""
    assert "No server is known" in svg(nothing())
    assert described(nothing()).startswith("Nothing has been imported")


def test_png() -> None:
    """The same as pixels."""
    assert png(overview()).startswith(b"\x89PNG\r\n")
