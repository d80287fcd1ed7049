"""What tests of the console share: a database with its tables, an application, and people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient
from litestar.utils.signature import ParsedSignature

from alpheus.cases.database import Database, open_database
from alpheus.web import app as web_app
from alpheus.web.access import passwords
from alpheus.web.access.throttle import Rate
from alpheus.web.pages import PAGES
from alpheus.web.settings import Settings
from console import Client, Clock
from filled_database import Fill, lay_down, with_tables

_parse = ParsedSignature.from_fn
_parsed: WeakKeyDictionary[Any, dict[tuple[str, ...], ParsedSignature]] = WeakKeyDictionary()


def _parsed_once(function: Any, names: dict[str, Any]) -> ParsedSignature:
    """What a function asks for is the same in each of a thousand applications."""
    kept = _parsed.setdefault(function, {})
    key = tuple(names)
    if key not in kept:
        kept[key] = _parse(function, names)
    return kept[key]


@pytest.fixture(scope="session", autouse=True)
def _quick_applications() -> Iterator[None]:
    """Half of the time to make an application goes into reading the same signatures again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ParsedSignature, "from_fn", staticmethod(_parsed_once))
        yield


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Hashes that cost little, but for where they are what is tested."""
    if request.module.__name__.endswith("test_passwords"):
        return
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords._nobody.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


@pytest.fixture
def filling() -> Fill:
    """What is in the database of a test: nothing but the console's tables."""
    return with_tables


@pytest.fixture
def database(tmp_path: Path, filling: Fill) -> Iterator[Database]:
    """A database that was filled once, for all tests that ask for the same."""
    with open_database(lay_down(tmp_path / "cases.db", filling)) as opened:
        yield opened


@pytest.fixture
def app(
    database: Database, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Litestar:
    """The application, without a limit that tests would run into; without the API, to be quick."""
    settings = Settings(uploads=tmp_path / "uploads")
    monkeypatch.setattr(web_app, "handlers", lambda: PAGES)
    made = web_app.create_app(database, settings, clock=clock, rate=Rate(1_000_000, 1_000_000))
    made.state.start_working_out = lambda _: None  # no process is begun by a test
    return made


@pytest.fixture
def client(app: Litestar) -> Iterator[Client]:
    """A browser that nobody has signed in with."""
    with TestClient(app, raise_server_exceptions=False) as opened:
        opened.headers["accept"] = "text/html"
        yield opened
