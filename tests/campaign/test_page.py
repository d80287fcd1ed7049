"""A campaign as one page: no script, nothing fetched."""

from __future__ import annotations

import io
import re

import pytest

from alpheus.campaign.page import write_page
from alpheus.campaign.service import Overview
from campaign_overview import HOSTILE, nothing, overview


def _page(whole: Overview) -> str:
    stream = io.StringIO()
    write_page(whole, stream)
    return stream.getvalue()


@pytest.mark.parametrize("whole", [overview(HOSTILE), nothing()], ids=["hostile", "empty"])
def test_nothing_is_fetched_and_nothing_runs(whole: Overview) -> None:
    """Names of others are text and nothing else."""
    page = _page(whole)
    assert "<script" not in page
    assert "\u202e" not in page
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(http" not in page


def test_all_is_told() -> None:
    """The sentence, raw and merged, alerts, days, reasons with acts, groups, ways, counts."""
    page = _page(overview())
    for text in (
        "148 of 900 servers", "Raw lists say", "Not to be overlooked", "Servers at the end of each",
        "What to do next", "<code>alpheus notify plan</code>", "Left more often", "still open",
        "This is no experiment", "By sector", "By network", "Where servers stand", "Kaplan",
    ):  # fmt: skip
        assert text in page


def test_every_link_leads_somewhere() -> None:
    """Each place is there once."""
    for whole in (overview(), nothing()):
        page = _page(whole)
        places = re.findall(r' id="([^"]+)"', page)
        assert len(places) == len(set(places))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(places)


def test_the_same_numbers_make_the_same_page() -> None:
    """Byte for byte."""
    assert _page(overview()) == _page(overview())
