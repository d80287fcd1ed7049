"""A browser, a console that it looks at, and where pictures of pages are kept."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, sync_playwright

from alpheus.cases.database import open_database
from alpheus.web.access import passwords
from browser.looking import Look
from browser.world import SETTINGS, World, made_world
from serving import serving
from system import find

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or that of Playwright; skipped without one, but for where CI=true."""
    _without_a_thread()
    with sync_playwright() as playwright:
        found = find("chromium") or find("chromium-browser") or find("google-chrome")
        if found is None and not Path(playwright.chromium.executable_path).exists():
            reason = "chromium is absent (Debian package chromium, or: playwright install chromium)"
            if os.environ.get("CI") == "true":
                pytest.fail(f"{reason}, and CI=true promises that it is there")
            pytest.skip(reason)
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def _without_a_thread() -> None:
    """Playwright's program is waited for without a thread, which would keep tests from forking."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        policy = asyncio.get_event_loop_policy()
        policy.set_child_watcher(_Watcher())


if sys.version_info < (3, 12):

    class _Watcher(asyncio.PidfdChildWatcher):
        """Waits in whatever loop asks: Playwright has one of its own."""

        def is_active(self) -> bool:
            return True

        def add_child_handler(
            self, pid: int, callback: Callable[..., object], *args: object
        ) -> None:
            self._loop = asyncio.get_running_loop()
            super().add_child_handler(pid, callback, *args)


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A database with servers, an attack, notices, people and hostile words."""
    folder = tmp_path_factory.mktemp("world")
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch, open_database(folder / "cases.db") as database:
        patch.setattr(passwords, "_hasher", lambda: cheap)
        yield made_world(database, folder)


@pytest.fixture(scope="package")
def console(world: World) -> Iterator[str]:
    """Where the console over that world is."""
    with serving(Path(world.database.place), "--notify", SETTINGS) as started:
        yield started.url


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where pictures of pages are kept."""
    folder = Path(os.environ.get("ALPHEUS_ARTEFACTS") or ROOT / ".artefacts") / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def look(chromium: Browser, console: str, world: World) -> Iterator[Look]:
    """Opens pages for people, and at the end says what no page may do."""
    with Look(chromium, console, world.session) as looking:
        yield looking
