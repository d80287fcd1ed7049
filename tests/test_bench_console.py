"""The table of the console counts as it says; its figures are not tested."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from litestar import Litestar, get, post

from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the benches are for POSIX systems")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Gives a module of the tool."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"tools.bench_console.{name}")


@get(["/lists/{number:int}", "/strange/{thing:str}"], sync_to_thread=False)
def _one() -> str:
    return ""


@get("/own/{server:int}", opt={PERMISSION: Permission.OWN}, sync_to_thread=False)
def _own() -> str:
    return ""


@post("/lists", sync_to_thread=False)
def _made() -> None:
    return None


def _sent(browser, *pieces: bytes):
    """What a browser takes of an answer that comes in pieces; None while it waits."""

    async def answer():
        browser._waiting = asyncio.get_running_loop().create_future()
        for piece in pieces:
            assert not browser._waiting.done()
            browser.data_received(piece)
        return browser._waiting.result() if browser._waiting.done() else None

    return asyncio.run(answer())


def test_a_percentile_is_a_value_that_was_there(tool) -> None:
    """The smallest that the share does not exceed; nothing is made up in between."""
    figures = tool("figures")
    values = [float(number) for number in range(100, 0, -1)]
    assert figures.percentile(values, 0.95) == 95
    assert figures.percentile(values, 0.5) == 50
    assert figures.percentile(values, 1) == 100
    assert figures.percentile([7.0], 0.95) == 7
    assert figures.percentile([], 0.95) == 0


def test_memory_that_grows_has_a_slope_and_what_is_flat_has_none(tool) -> None:
    """In bytes a second, by the line that fits best; the part where it is taken up stays aside."""
    figures = tool("figures")
    grown = [figures.Held(float(second), 1_000 + 3 * second) for second in range(100)]
    assert figures.slope(grown) == pytest.approx(3)
    assert figures.slope([figures.Held(float(second), 5) for second in range(9)]) == 0
    assert figures.slope(grown[:1]) == 0
    rising = [figures.Held(0, 0), figures.Held(10, 500), figures.Held(30, 500),
              figures.Held(40, 500)]  # fmt: skip
    assert figures.slope(figures.settled(rising)) == 0
    assert figures.settled([]) == []


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
        [b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 5\r\n\r", b"\nhe", b"llo"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n0", b"\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n"],
    ],
)
def test_an_answer_ends_where_it_ends(tool, pieces: list[bytes]) -> None:
    """By its length, in pieces or without a body, however it is cut on its way."""
    found = _sent(tool("browser").Browser("127.0.0.1", 1), *pieces)
    assert found.status == 200


def test_half_an_answer_is_none(tool) -> None:
    """It is waited for."""
    begun = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello"
    assert _sent(tool("browser").Browser("127.0.0.1", 1), begun) is None


def test_routes_are_asked_by_themselves(tool) -> None:
    """Those that are read, with examples; one that nobody has an example of is told as such."""
    addresses = tool("addresses")
    app = Litestar([_one, _own, _made], openapi_config=None)
    found = addresses.plan(app, addresses.example_values(lists=[4, 5]))
    assert {page.name: set(page.addresses) for page in found.pages} == {
        "/lists/{number}": {"/lists/4", "/lists/5"},
        "/own/{server}": {f"/own/{addresses.OWN}"},
    }
    assert [page.by_owner for page in found.pages] == [False, True]
    assert found.unknown == ("/strange/{thing}",)


def test_a_page_that_takes_too_long_stands_out(tool) -> None:
    """The slowest comes first, and what is over the target is printed strongly."""
    table, figures = tool("table"), tool("figures")
    quick, slow = figures.Times([0.01] * 20), figures.Times([0.3] * 20, ["/slow: 500"])
    costs = {"/quick": table.Cost(0.005, 0.004)}
    lines = list(table.of_pages(costs, {"/quick": quick, "/slow": slow}))[2:]
    assert lines == [
        "| `/slow` |  |  | 300 ms | **300 ms** | 300 ms | 20 | 1 |",
        "| `/quick` | 5.0 ms | 4.0 ms | 10 ms | 10 ms | 10 ms | 20 | 0 |",
        "| all |  |  | 10 ms | **300 ms** | 300 ms | 40 | 1 |",
    ]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="by /proc")
def test_a_program_counts_with_what_it_started(tool) -> None:
    """Its processes, their memory, and the time of processors that they took."""
    group = tool("processes").Group([os.getpid()])
    assert group.resident()[os.getpid()] > 1_000_000
    assert group.seconds() > 0
