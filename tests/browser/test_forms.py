"""What somebody has typed is not lost, whatever happens to the connection or the session."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.looking import Look
from browser.world import World

pytestmark = pytest.mark.system

NOTE = "Called them; they patch tonight, and call back by 9."


def _note(page: Page, world: World) -> None:
    page.goto(f"/servers/{world.servers['other']}")
    page.locator("#do-note > summary").click()
    page.locator("#do-note textarea").fill(NOTE)


def test_a_form_is_kept_while_the_console_does_not_answer(look: Look, world: World) -> None:
    """The reason stands in the form, all that was typed stays, and the next try is taken."""
    look.expect("ERR_INTERNET_DISCONNECTED")
    page = look.person("ann")
    _note(page, world)
    page.context.set_offline(True)
    page.locator("#do-note button").click()
    expect(page.locator("#do-note [role=alert]")).to_contain_text("Nothing that you typed is lost")
    expect(page.locator("#do-note [role=alert]")).to_be_focused()
    expect(page.locator("#do-note textarea")).to_have_value(NOTE)
    page.context.set_offline(False)
    page.locator("#do-note button").click()
    expect(page.get_by_role("status")).to_be_focused()
    expect(page.locator("section", has=page.locator("#history"))).to_contain_text(NOTE)
    expect(page.locator("#do-note textarea")).to_have_value("")


def test_a_form_comes_back_after_the_connection_broke_under_way(look: Look, world: World) -> None:
    """Whoever goes back to the page finds what they had typed; once it is taken, it is gone."""
    look.expect("ERR_CONNECTION_RESET")
    page = look.person("ann")
    _note(page, world)
    page.route(re.compile("/acts/note"), lambda route: route.abort("connectionreset"))
    with page.expect_event("requestfailed"):
        page.locator("#do-note button").click()
    page.unroute(re.compile("/acts/note"))
    page.wait_for_timeout(500)  # the browser's own page about it takes the place of ours
    page.go_back()
    expect(page.locator("#do-note textarea")).to_have_value(NOTE)
    page.locator("#do-note button").click()
    expect(page.get_by_role("status")).to_be_focused()
    page.reload()
    expect(page.locator("#do-note textarea")).to_have_value("")


def test_a_form_comes_back_after_the_session_has_ended(look: Look, world: World) -> None:
    """Refused for want of a session: after signing in, the page has what was typed."""
    page = look.person("ann")
    _note(page, world)
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "alpheus"]
    page.context.clear_cookies(name="alpheus")
    page.locator("#do-note button").click()
    page.wait_for_url(re.compile("/acts/note"))
    expect(page.locator("main").get_by_role("link", name="Sign in")).to_be_visible()
    page.context.add_cookies([{"name": "alpheus", "value": cookie["value"], "url": look.url}])
    page.goto("/servers")
    page.goto(f"/servers/{world.servers['other']}")
    expect(page.locator("#do-note textarea")).to_have_value(NOTE)


def test_what_was_wrong_is_told_where_one_looks_and_the_rest_stays(look: Look) -> None:
    """An unknown role or an empty name: the form again, with the reason and all that was typed."""
    page = look.person("ada")
    page.goto("/accounts")
    page.get_by_label("Name").fill("ada")
    page.locator("select[name=role]").first.select_option("viewer")
    page.locator("input[name=organisation]").first.fill("own.example")
    page.get_by_role("button", name=re.compile("account|link", re.IGNORECASE)).last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("ada")
    expect(page.locator("input[name=organisation]").first).to_have_value("own.example")
