"""Work at the console, from the list to the log line, and what is shown of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.looking import Look
from browser.world import EVIL, OTHER, OWN, World

pytestmark = pytest.mark.system


def test_filters_are_links_and_an_action_is_seen_before_it_is_done(look: Look) -> None:
    """From the list by links to those that are meant; ticked, previewed, done, and taken down."""
    page = look.person("ann")
    page.goto("/servers")
    page.get_by_role("navigation", name="Flaw").get_by_role(
        "link", name=re.compile(r"^Vulnerable \d")
    ).click()
    expect(page).to_have_url(re.compile(r"/servers\?patch=vulnerable$"))
    chosen = page.get_by_role("navigation", name="Chosen filters")
    expect(chosen.get_by_role("link", name=re.compile("Take away Flaw"))).to_be_visible()
    boxes = page.get_by_role("checkbox", name=re.compile("QQ0007XY|QQ0011XY"))
    for box in boxes.all():
        box.check()
    assert boxes.count() == 2
    page.get_by_label("What to do").select_option("assigned")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("To whom").fill("ada")
    page.get_by_role("button", name="Show what will be done").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("2 servers")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
    preview.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("2 servers")
    expect(page).to_have_url(re.compile(r"/servers\?patch=vulnerable"))
    expect(page.get_by_role("row", name=re.compile("QQ0007XY"))).to_contain_text("ada")
    log = look.person("ada")
    log.goto("/audit")
    expect(log.get_by_role("table")).to_contain_text("ann")


def test_a_picture_is_zoomed_to_the_line_that_proves_a_step(look: Look, world: World) -> None:
    """By links, wheel and keys, in place; a mark leads to the records, and those name the line."""
    page = look.person("ann")
    page.goto(f"/servers/{world.servers['attacked']}")
    whole = _shown(page)
    page.get_by_role("link", name="Closer").click()
    expect(page).to_have_url(re.compile("from=.*to="))
    expect(page.locator("[data-zoom]")).not_to_have_attribute("data-from", str(whole[0]))
    closer = _shown(page)
    assert closer[1] - closer[0] < whole[1] - whole[0]
    page.locator("[data-zoom]").focus()
    page.keyboard.press("+")
    expect(page.locator("[data-zoom]")).not_to_have_attribute("data-from", str(closer[0]))
    page.get_by_role("link", name="Everything that matters").click()
    expect(page.locator("[data-zoom]")).to_have_attribute("data-from", str(whole[0]))
    page.get_by_role("link", name="Show its records").nth(3).click()
    records = page.locator("#records")
    expect(records).to_contain_text("line 20413")
    expect(records).to_contain_text("/owa/auth/supp0rt.aspx")
    records.get_by_role("link").first.click()
    record = page.locator("#record")
    expect(record).to_contain_text("It proves:")
    expect(record.locator("pre")).to_contain_text("POST /owa/auth/supp0rt.aspx")
    page.go_back()
    expect(records).to_be_visible()
    page.wait_for_load_state()  # before the style sheet counts, all pictures are visible
    page.locator("svg.story a:visible").first.click()
    expect(page).to_have_url(re.compile("(record|from)="))


def _shown(page: Page) -> tuple[int, int]:
    """The span that the picture of an attack shows, in milliseconds since 1970."""
    zoom = page.locator("[data-zoom]")
    first, last = zoom.get_attribute("data-from"), zoom.get_attribute("data-to")
    return int(first or 0), int(last or 0)


def test_who_planned_notices_does_not_approve_them(look: Look) -> None:
    """Planned by one, refused to them, approved by another; nothing has been sent."""
    sam = look.person("sam")
    sam.goto("/notices/plan")
    sam.get_by_label("Flaw").fill("vulnerable")
    sam.get_by_role("button", name="Preview").click()
    expect(sam.get_by_role("heading", name="Who would be told", exact=True)).to_be_visible()
    sam.get_by_role("button", name="Keep it as a batch").click()
    expect(sam).to_have_url(re.compile(r"/notices/batches/\d+"))
    expect(sam.get_by_text("You have planned this batch yourself")).to_be_visible(timeout=30_000)
    expect(sam.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)
    lou = look.person("lou")
    lou.goto(sam.url)
    lou.get_by_role("button", name=re.compile("^Approve these")).click()
    expect(lou.get_by_role("status")).to_contain_text("Nothing has been sent yet")
    expect(lou.get_by_role("heading", level=1)).to_contain_text("approved")
    vic = look.person("vic")
    vic.goto(sam.url)
    expect(vic.get_by_role("button", name=re.compile("^(Approve|Reject)"))).to_have_count(0)


def test_an_organisation_sees_its_own_and_nothing_else(look: Look, world: World) -> None:
    """With its code it answers for its servers; others and secrets are not there for it."""
    page = look.person()
    page.goto("/code")
    page.get_by_label("code").fill("AAAA-AAAA-AAAA-AAAA")
    page.locator("main").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("code")).to_have_value("AAAA-AAAA-AAAA-AAAA")
    page.get_by_label("code").fill(world.code)
    page.locator("main").get_by_role("button").click()
    expect(page).to_have_url(re.compile("/own$"))
    shown = page.content()
    page.goto(f"/own/{world.servers['attacked']}")
    shown += page.content()
    for secret in ("Zk81qQpL", "Wint3r!2021x", "kPq3-aa9Z_0", OTHER, EVIL, "QQ0003XY"):
        assert secret not in shown
    page.get_by_label("We need help").check()
    page.get_by_label("In a few words", exact=True).fill("Call +1 555 0111.")
    page.get_by_role("button", name="Tell us").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Call +1 555 0111.")
    for path in (
        f"/own/{world.servers['other']}", f"/servers/{world.servers['attacked']}", "/servers",
        f"/organisations/{OTHER}", f"/organisations/{OWN}", "/", "/search?q=own", "/notices",
        f"/servers/{world.servers['attacked']}/secrets", "/jobs", "/audit", "/account",
    ):  # fmt: skip
        answer = page.request.get(path, max_redirects=0)
        assert answer.status in {303, 403, 404} or path in {"/", "/account"}, path
        assert "QQ0003XY" not in answer.text()
    assert page.request.get(f"/own/{world.servers['other']}").status == 404
