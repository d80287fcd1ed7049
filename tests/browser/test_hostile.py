"""What an intruder wrote is looked at, and does nothing: on every page and in each export."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from playwright.sync_api import Page

from browser.looking import CONTROL, Look
from browser.pages import PAGES, where
from browser.world import OWN, World

pytestmark = pytest.mark.system

_FORMULA = re.compile(r"^\s*[=+\-@](?![\d.,]+$)")
_FILE = re.compile(r'<a href="([^"]+)" download')
MORE = ("/campaign/days.csv", "/notices/{reference}/servers.csv", "/audit?format=csv")
"""Files that no page in the list links to for whoever looks at it."""


def test_no_cell_of_a_file_is_a_formula(look: Look, world: World) -> None:
    """In every table that a page offers; what was written stands there, and steers no terminal."""
    people: dict[str, Page] = {}
    files: dict[str, Page] = {}
    seen = 0
    for shown in PAGES:
        if shown.who not in people:
            people[shown.who] = look.person(shown.who)
        page = people[shown.who]
        text = page.request.get(where(shown, world), headers={"accept": "text/html"}).text()
        assert "<script>alert" not in text, shown.name
        seen += "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        files |= dict.fromkeys(map(unescape, _FILE.findall(text)), page)
    files |= {one.format(reference=world.reference): people["ada"] for one in MORE}
    tables = [table for address, page in files.items() if (table := _table(address, page))]
    cells = [cell for table in tables for row in table for cell in row]
    assert [cell for cell in cells if _FORMULA.match(cell) or CONTROL.search(cell)] == []
    assert any("<script>alert(1)</script>" in cell for cell in cells)
    assert len(tables) >= 12
    assert seen >= 12


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
        assert not CONTROL.search(text.replace("\r", ""))
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
