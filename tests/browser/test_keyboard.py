"""The console without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.looking import Look
from browser.world import PASSWORD

pytestmark = pytest.mark.system

_HELD = """() => {
  const one = document.activeElement;
  const shape = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    text: (one.getAttribute("aria-label") || one.textContent || one.name || "").trim(),
    name: one.name || "", tag: one.tagName,
    isSeen: shape.outlineStyle !== "none" && parseFloat(shape.outlineWidth) >= 2
      && box.width > 0 && box.right > 0 && box.bottom > 0,
  };
}"""


def _tab_to(page: Page, wanted: str, tag: str = "", most: int = 200) -> None:
    """Press Tab until what is wanted has the focus; all on the way must show that they have it."""
    page.wait_for_load_state()
    for _ in range(most):
        page.keyboard.press("Tab")
        held = page.evaluate(_HELD)
        if held["tag"] == "BODY":
            continue
        assert held["isSeen"], held
        fits = re.search(wanted, held["text"]) or held["name"] == wanted
        if fits and tag in {"", held["tag"]}:
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def test_a_server_is_assigned_by_keys_alone(look: Look) -> None:
    """From signing in to what was done: Tab, Enter and letters; the focus is always seen."""
    page = look.person()
    page.goto("/sign-in")
    page.keyboard.type("ann")
    _tab_to(page, "password", "INPUT")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/$"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto("/")
    _tab_to(page, "^Servers$", "A")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Servers")
    _tab_to(page, "^Skip", "A")
    page.keyboard.press("Enter")
    _tab_to(page, "^QQ0013XY", "A", 250)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/servers/\d+$"))
    _tab_to(page, "^Assign it", "SUMMARY")
    page.keyboard.press("Enter")
    _tab_to(page, "to", "INPUT")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("vic")
    _tab_to(page, "^Assign", "BUTTON")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("vic")
