"""When a page is first seen, and how heavy it is: `python -m tools.first_paint URL --name N`.

The password is read from ALPHEUS_PASSWORD. Each page is opened by a browser that has nothing of the
console in its cache, several times; the median counts. Bytes are those that came over the wire.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Error, Request, sync_playwright

PAGES = ("/sign-in", "/", "/servers", "/organisations", "/notices", "/imports", "/audit")
_PAINT = """() => Object.fromEntries(
  performance.getEntriesByType("paint").map((one) => [one.name, one.startTime])
)["first-contentful-paint"] || 0"""


class Seen(NamedTuple):
    """A page: milliseconds from asking until something is first seen, bytes, requests."""

    path: str
    paint: float
    size: int
    requests: int


def looked_at(
    browser: Browser, url: str, cookies: Sequence[Any], paths: Sequence[str], rounds: int = 5
) -> Iterator[Seen]:
    """Open pages, each with an empty cache. Raises playwright's Error where one does not open."""
    for path in paths:
        found = [_once(browser, url, cookies, path) for _ in range(rounds)]
        paint = median(one.paint for one in found)
        yield Seen(path, paint, max(one.size for one in found), found[0].requests)


def _once(browser: Browser, url: str, cookies: Sequence[Any], path: str) -> Seen:
    with browser.new_context(base_url=url) as context:
        context.add_cookies(list(cookies))
        page = context.new_page()
        done: list[Request] = []
        page.on("requestfinished", lambda one: done.append(one))  # noqa: PLW0108 - it is marked
        page.goto(path, wait_until="networkidle")
        page.wait_for_function("() => performance.getEntriesByType('paint').length > 1")
        sizes = [one.sizes() for one in done]
        size = sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes)
        return Seen(path, float(page.evaluate(_PAINT)), size, len(done))


def _signed_in(browser: Browser, url: str, name: str, password: str) -> list[Any]:
    with browser.new_context(base_url=url) as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", password)
        page.click("main button")
        page.wait_for_url(lambda where: "/sign-in" not in where)
        return list(context.cookies())


def main() -> int:
    """Print the figures; 3 where the console does not answer or lets nobody in."""
    parser = argparse.ArgumentParser(prog="first_paint", description=__doc__)
    parser.add_argument("url", help="where the console is")
    parser.add_argument("--name", required=True, help="an account that may see everything")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--page", action="append", default=[], help="another page (repeatable)")
    options = parser.parse_args()
    password = os.environ.get("ALPHEUS_PASSWORD", "")
    try:
        with sync_playwright() as playwright:
            program = shutil.which("chromium") or None
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            cookies = _signed_in(browser, options.url, options.name, password)
            paths = (*PAGES, *options.page)
            print(f"{'page':32} {'first paint':>12} {'over the wire':>14} {'requests':>9}")
            for one in looked_at(browser, options.url, cookies, paths, options.rounds):
                print(f"{one.path:32} {one.paint:9.0f} ms {one.size / 1e3:11.1f} kB "
                      f"{one.requests:9}")  # fmt: skip
    except Error as error:
        print(f"first_paint: {error.message.splitlines()[0]}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
