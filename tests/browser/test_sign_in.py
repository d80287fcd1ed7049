"""Signing in, as people do it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.looking import Look
from browser.world import PASSWORD

pytestmark = pytest.mark.system


def test_whoever_knows_the_password_comes_in_and_goes_where_they_wanted(look: Look) -> None:
    """A page that needs an account leads to the form, and the form back to the page."""
    page = look.person()
    page.goto("/servers?patch=vulnerable")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.get_by_label("Name").fill("vic")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not fit")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("vic")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/servers\?patch=vulnerable"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Servers")
    page.locator(".me > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.goto("/servers")
    expect(page).to_have_url(re.compile("/sign-in"))
