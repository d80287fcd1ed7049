"""Looks at pages as people do, and minds what no page may do: ask elsewhere, fail, or alert."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
THEMES = ("light", "dark")
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules that another theme can break."""
EXPECTED = ("the server responded with a status of 4",)
"""What a browser's console says of an answer that is no fault of a page."""

_SCRIPTS = Path(__file__).with_name("looking.js").read_text("utf-8")
_INJECTED = """() => [...document.querySelectorAll(
  "body script, iframe, object, embed, b, img:not([src^='/']):not([src^='data:']), [onerror], "
  + "[onload], [onclick], a[href^='javascript'], base, meta[http-equiv]"
)].map((one) => one.outerHTML.slice(0, 200))"""
CONTROL = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200b\\u202a-\\u202e\\u2066-\\u2069\\ufeff]"
)
"""Characters that no page and no file holds."""
_TOO_WIDE = f"() => {{ {_SCRIPTS}; return tooWide(); }}"
_TOO_SMALL = f"(least) => {{ {_SCRIPTS}; return tooSmall(least); }}"


class Look:
    """Browsers of people at one console. What went wrong on any page fails the test at its end."""

    def __init__(self, browser: Browser, url: str, session: Callable[[str], str]) -> None:
        self.url = url
        self.faults: list[str] = []
        self._browser = browser
        self._session = session
        self._contexts: list[BrowserContext] = []
        self._expected = [*EXPECTED]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        for one in self._contexts:
            one.close()
        if kind is None:
            assert self.faults == []

    def expect(self, text: str) -> None:
        """What a browser's console says so is no fault."""
        self._expected.append(text)

    def person(self, name: str = "", **how: Any) -> Page:
        """A browser of somebody with an account; of nobody for ''. `how` is for its context."""
        how.setdefault("viewport", DESKTOP)
        how.setdefault("locale", "en-GB")
        context = self._browser.new_context(base_url=self.url, reduced_motion="reduce", **how)
        self._contexts.append(context)
        if name:
            context.add_cookies([{
                "name": "alpheus", "value": self._session(name), "url": self.url,
                "httpOnly": True, "sameSite": "Lax",
            }])  # fmt: skip
        context.route(lambda url: urlsplit(url).netloc != urlsplit(self.url).netloc, self._refuse)
        context.set_default_timeout(10_000)
        page = context.new_page()
        self._mind(page)
        return page

    def _refuse(self, route: Route) -> None:
        if not route.request.url.startswith("data:"):
            self.faults.append(f"asked elsewhere: {route.request.url}")
        route.abort()

    def _mind(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: (
            self.faults.append(f"{page.url}: dialog {dialog.message}"), dialog.dismiss()
        ))  # fmt: skip
        page.on("console", lambda said: self._said(page, said.type, said.text))
        page.on("response", lambda answer: answer.status >= 500 and self.faults.append(
            f"{answer.url}: {answer.status}"
        ))  # fmt: skip

    def _said(self, page: Page, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not any(one in text for one in self._expected):
            self.faults.append(f"{page.url}: {kind}: {text}")


def violations(page: Page, options: dict[str, Any] = AXE) -> list[str]:
    """What axe finds wrong with a page, a line for each element."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{page.url}: {one['id']}: {' '.join(map(str, node['target']))}: "
        f"{' '.join(node['failureSummary'].split())}"
        for one in found
        for node in one["nodes"]
    ]


def injected(page: Page) -> list[str]:
    """What hostile words have brought into a page: elements, or what steers a terminal."""
    found = [*page.evaluate(_INJECTED), *CONTROL.findall(page.locator("body").inner_text())]
    return [f"{page.url}: {one!a}" for one in found]


def too_wide(page: Page) -> list[str]:
    """Whether a page is to be scrolled sideways, and what makes it so."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return [f"{page.url}: {one}" for one in found]


def too_small(page: Page, least: int = 24) -> list[str]:
    """What is to be touched and is smaller than `least` pixels, but for words within a text."""
    found: list[str] = page.evaluate(_TOO_SMALL, least)
    return [f"{page.url}: {one}" for one in found]
