"""What an intruder wrote is looked at, and does nothing: on every page and in each export."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Page

from browser.looking import Look
from browser.pages import PAGES, where
from browser.world import OWN, World

pytestmark = pytest.mark.system

_INJECTED = """() => [...document.querySelectorAll(
  "body script, iframe, object, embed, b, img:not([src^='/']):not([src^='data:']), [onerror], "
  + "[onload], [onclick], a[href^='javascript'], base, meta[http-equiv]"
)].map((one) => one.outerHTML.slice(0, 200))"""
_CONTROL = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200b\\u202a-\\u202e\\u2066-\\u2069\\ufeff]"
)
_FORMULA = re.compile(r"^\s*[=+\-@](?![\d.,]+$)")
_FILES = "() => [...document.querySelectorAll('a[download]')].map((one) => one.href)"
MORE = ("/campaign/days.csv", "/notices/{reference}/servers.csv", "/audit?format=csv")
"""Files that no page in the list links to for whoever looks at it."""


def test_it_is_inert_and_visible_everywhere(look: Look, world: World) -> None:
    """No element of its own, no control character, no dialog; but one can read what it says.

    And no cell of a table that a page offers begins as a formula does.
    """
    people: dict[str, Page] = {}
    files: dict[str, Page] = {}
    wrong, seen = [], 0
    for shown in PAGES:
        page = people.get(shown.who) or look.person(shown.who)
        people[shown.who] = page
        page.goto(where(shown, world))
        text = page.locator("body").inner_text()
        wrong += [f"{shown.name}: {one}" for one in page.evaluate(_INJECTED)]
        wrong += [f"{shown.name}: {one!a}" for one in _CONTROL.findall(text)]
        seen += "<script>alert(1)</script>" in text
        files |= dict.fromkeys(page.evaluate(_FILES), page)
    files |= {one.format(reference=world.reference): people["ada"] for one in MORE}
    tables = [table for address, page in files.items() if (table := _table(address, page))]
    assert not wrong, "\n".join(wrong)
    assert seen >= 12
    assert len(tables) >= 12
    cells = [cell for table in tables for row in table for cell in row]
    assert [cell for cell in cells if _FORMULA.match(cell) or _CONTROL.search(cell)] == []
    assert any("<script>alert(1)</script>" in cell for cell in cells)


def _table(address: str, page: Page) -> list[list[str]]:
    """The rows of a file; none where it is no table or not for whoever asks."""
    answer = page.request.get(address)
    assert answer.status in {200, 404}, address
    if answer.status == 404 or "csv" not in answer.headers["content-type"]:
        return []
    assert "attachment" in answer.headers.get("content-disposition", ""), address
    return list(csv.reader(io.StringIO(answer.text(), newline="")))


def test_it_is_inert_in_reports_and_letters(look: Look, world: World) -> None:
    """The printable report and a notice in HTML run nothing, and ask nobody."""
    page = look.person("ada")
    for path in ("/campaign/report.html", f"/notices/{world.reference}/html"):
        text = page.request.get(path).text()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert not _CONTROL.search(text.replace("\r", ""))
        page.goto("about:blank")
        page.set_content(text)
        assert page.evaluate("() => document.querySelectorAll('[onerror], img[src=x]').length") == 0


def test_an_organisation_prints_what_it_sees(look: Look, world: World) -> None:
    """On paper the menu and the buttons are gone, and folded tables are open."""
    page = look.person("ann")
    page.goto("/")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert not page.locator(".top nav").is_visible()
    assert not page.locator("button:visible").count()
    assert page.locator("details.beside table").first.is_visible()
    assert page.locator("h1").is_visible()
    assert len(page.pdf()) > 10_000
    organisation = look.person(OWN)
    organisation.goto("/own")
    organisation.emulate_media(media="print")
    assert organisation.locator("h1").is_visible()
