"""Every page: for everybody's eyes and hands, in both themes, on a phone, on paper, light."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.looking import COLOURS, DESKTOP, PHONE, Look, injected, too_small, too_wide, violations
from browser.pages import NO_PAGES, PAGES, PICTURED, Shown, where
from browser.world import World
from web.access_matrix import TABLE

pytestmark = pytest.mark.system

MOST_BYTES = 500_000


def test_every_route_that_shows_a_page_is_looked_at() -> None:
    """A new page is added to `PAGES`, or named as something else."""
    routes = {line.path for line in TABLE if line.method == "GET"}
    assert routes - {one.route for one in PAGES} - NO_PAGES == set()


@pytest.mark.parametrize("shown", PAGES, ids=lambda one: one.name)
def test_a_page_is_fit_to_be_used(look: Look, world: World, artefacts: Path, shown: Shown) -> None:
    """Axe finds nothing in either theme; a phone need not scroll sideways, and fingers hit.

    Whatever evidence and lists say brings nothing into the page, opens no dialog, asks nobody.
    """
    page = look.person(shown.who, color_scheme="light")
    sizes: list[int] = []
    page.on("requestfinished", lambda one: sizes.append(one.sizes()["responseBodySize"]))
    page.goto(where(shown, world))
    found = [*violations(page), *injected(page)]
    if shown.name in PICTURED:
        page.screenshot(path=artefacts / f"{shown.name}-desktop-light.png", full_page=True)
    found += too_wide(page)
    page.emulate_media(color_scheme="dark")
    found += violations(page, COLOURS)
    if shown.name in PICTURED:
        page.screenshot(path=artefacts / f"{shown.name}-desktop-dark.png", full_page=True)
    page.set_viewport_size(PHONE)
    found += [*too_wide(page), *too_small(page)]
    if shown.name in PICTURED:
        page.screenshot(path=artefacts / f"{shown.name}-phone-dark.png", full_page=True)
        page.emulate_media(color_scheme="light")
        page.screenshot(path=artefacts / f"{shown.name}-phone-light.png", full_page=True)
    page.set_viewport_size(DESKTOP)
    page.emulate_media(media="print")
    found += too_wide(page)
    assert not found, "\n".join(found)
    assert 0 < sum(sizes) <= MOST_BYTES
