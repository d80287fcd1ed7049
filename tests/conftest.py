"""What all tests share: nothing is remembered or taken down, and the same database twice."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from alpheus.cases.database import Database, open_database
from alpheus.scratch import sweep
from filled_database import Fill, lay_down, with_tables
from postgresql_server import Server, programs, running

# Before any fixture that lasts: what tests do is nobody's custody.
os.environ["ALPHEUS_CUSTODY"] = "-"
# What this account has installed is none of a test's business.
os.environ["ALPHEUS_KNOWLEDGE"] = os.devnull

# Nobody's change fails by chance: each run draws the same, however slow the machine is. A folder or
# a database that all draws of a test share is meant. Other draws: --hypothesis-profile=default.
PROFILE = "alpheus"
settings.register_profile(
    PROFILE, derandomize=True, database=None, deadline=None, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.load_profile(PROFILE)

# Tests begin many processes; none compiles again what another has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Nobody looks for garbage among what is collected: see pytest_runtestloop.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems() -> None:
    """Draws the same each time: not from constants in whatever modules were loaded until then.

    To read those takes a second, and which they are changes with each line of code, and with the
    tests that ran before.
    """
    if settings.get_current_profile_name() == PROFILE:
        none = providers._local_constants
        providers._get_local_constants = lambda: none


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Twenty thousand tests stay to the end: nobody looks for garbage among them any more.

    Among what tests make it is looked for a little less often than usual, which is a tenth of time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for one test after the other, which is not there until it is used."""
    return tmp_path_factory.mktemp("cache") / "alpheus"


@pytest.fixture(autouse=True)
def _own_cache(_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test remembers anything for another, or in the user's cache.

    Searches that were compiled are the same for all, and are kept.
    """
    monkeypatch.setenv("ALPHEUS_CACHE", str(_cache))
    yield
    with suppress(FileNotFoundError):
        for path in _cache.iterdir():
            if path.is_file():
                path.unlink()
            elif path.name != "compiled":
                shutil.rmtree(path)


@pytest.fixture(scope="session")
def _temporary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Temporary files of these tests alone, in a short place: names of sockets are bounded."""
    tmp_path_factory.getbasetemp()  # has its place already
    folder = Path(tempfile.mkdtemp(prefix="at-"))
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    os.environ["TMPDIR"] = str(folder)
    yield folder
    tempfile.tempdir = before
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_left(_temporary: Path) -> Iterator[None]:
    """What a process left that a test has killed is not removed, and told, in another test."""
    yield
    sweep()


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that is not there yet: nothing was compiled."""
    folder = tmp_path / "cache-of-alpheus"
    monkeypatch.setenv("ALPHEUS_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of this run; skipped where it is not installed, but for where CI=true."""
    binaries = programs()
    if binaries is None:
        reason = "postgres is absent (Debian package postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and CI=true promises that it is there")
        pytest.skip(reason)
    with running(binaries, in_memory=True) as started:
        yield started


@pytest.fixture
def fill(request: pytest.FixtureRequest) -> Fill | None:
    """What is in a database that a test is given: its tables, if it asks for more than a place."""
    return with_tables if "database" in request.fixturenames else None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def place(request: pytest.FixtureRequest, tmp_path: Path, fill: Fill | None) -> Iterator[str]:
    """Where a database may be made, or is filled already: once a file, once on a server."""
    if request.param == "sqlite":
        file = tmp_path / "cases.db"
        if fill is not None:
            lay_down(file, fill)
        yield str(file)
        return
    started: Server = request.getfixturevalue("postgresql")
    url = started.new(fill)
    yield url
    started.drop(url)


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    """A database with nothing but its tables, on either."""
    with open_database(place) as opened:
        yield opened
