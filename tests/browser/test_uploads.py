"""From an empty console to a server with its attack: the first link, lists and evidence."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.looking import Look
from browser.world import PASSWORD
from console_jobs import LIST, evidence
from serving import serving

pytestmark = pytest.mark.system

_DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name));
  return carried;
}"""


class Fresh(NamedTuple):
    """A console that has just begun, with its administrator signed in by `link`.

    `refused` is what was said of a password that is too short.
    """

    look: Look
    page: Page
    link: str
    refused: str


@pytest.fixture(scope="module")
def fresh(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """A console as its first start leaves it, and whoever has the link it printed."""
    place = tmp_path_factory.mktemp("fresh") / "cases.db"
    with serving(place) as started:
        link = started.found(r"once: (\S+)")
        with Look(chromium, started.url, lambda _: "") as look:
            look.expect("ERR_INTERNET_DISCONNECTED")
            page = look.person()
            page.goto(link)
            _choose(page, "short")
            refused = page.get_by_role("alert").inner_text()
            _choose(page, PASSWORD)
            expect(page).to_have_url(re.compile("/$"))
            yield Fresh(look, page, link, refused)


def _choose(page: Page, password: str) -> None:
    page.get_by_label("Password").fill(password)
    page.get_by_label("The same once more").fill(password)
    page.locator("main").get_by_role("button").click()


def test_the_first_link_makes_the_administrator(fresh: Fresh) -> None:
    """A password that is too short is refused with the reason; then one is signed in."""
    page = fresh.page
    assert "12 characters" in fresh.refused
    page.goto("/")
    expect(page.get_by_text("Nothing is here yet")).to_be_visible()
    page.get_by_role("link", name="Take in lists or evidence").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence and lists")
    late = fresh.look.person()
    late.goto(fresh.link)
    expect(late.get_by_label("Password")).to_have_count(0)
    expect(late.get_by_role("alert")).to_be_visible()


def test_a_list_comes_in_and_its_bad_rows_are_named(fresh: Fresh) -> None:
    """It goes on where the connection broke; what was rejected is named, with the reason."""
    page = fresh.page
    page.goto("/imports")
    page.context.set_offline(True)
    page.locator("#list-files").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST}
    )
    line = page.locator(".transfers > li").first
    expect(line).to_contain_text("connection broke")
    page.context.set_offline(False)
    expect(line).to_contain_text("is here", timeout=20_000)
    page.get_by_label("Who it comes from").fill("a friend")
    page.get_by_role("button", name="Take in").click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+"))
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    expect(page.get_by_text("2 new, 0 known, 1 rejected").first).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="The rejected rows").click()
    row = page.get_by_role("table", name="Rejected rows").get_by_role("row").nth(1)
    expect(row).to_contain_text("neither an address nor a name")


def test_a_package_is_dropped_triaged_and_leads_to_the_server(fresh: Fresh, tmp_path: Path) -> None:
    """Its progress is shown until the verdict is there; then the server has its attack."""
    page = fresh.page
    page.goto("/imports")
    content = base64.b64encode(evidence(tmp_path)).decode()
    carried = page.evaluate_handle(_DROP, ["EX01.zip", content])
    zone = page.locator("form[data-kind=triage] .drop")
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": carried})
    expect(page.locator(".transfers > li")).to_contain_text("EX01.zip")
    page.get_by_role("button", name="Read it").click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+"))
    expect(page.locator("[data-job] progress, h2.headline").first).to_be_visible()
    expect(page.locator("h2.headline")).to_be_visible(timeout=120_000)
    expect(page.locator(".verdict")).to_contain_text("Compromised")
    server = page.get_by_role("link", name=re.compile("^The server"))
    for _ in range(60):
        if server.count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    server.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("EX01")
    page.wait_for_load_state()  # before the style sheet counts, all pictures are visible
    page.locator("svg.story a:visible").first.click()
    expect(page.locator("#story pre").first).to_contain_text("x.aspx")


def test_whoever_fails_too_often_is_locked_out(fresh: Fresh) -> None:
    """After some tries not even the right password is taken; the administrator sees it."""
    page = fresh.look.person()
    page.goto("/sign-in")
    for password in (*["wrong password"] * 5, PASSWORD):
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill(password)
        page.locator("main").get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("locked for a while")
    fresh.page.goto("/accounts")
    expect(fresh.page.get_by_role("table")).to_contain_text(re.compile("locked", re.IGNORECASE))
