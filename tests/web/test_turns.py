"""Pages are made in few threads, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from threading import Barrier, Event, Semaphore, current_thread
from typing import Any

from litestar import Litestar, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from alpheus.web import turns

_SAID: ContextVar[str] = ContextVar("said", default="")


def _app(*handlers: HTTPRouteHandler, before: Callable[..., Any] | None = None) -> Litestar:
    app = Litestar(list(handlers), before_request=before, openapi_config=None, logging_config=None)
    turns.take_turns(app)
    return app


def test_not_more_than_some_read_at_once() -> None:
    """However many ask; and all are answered."""
    names: set[str] = set()
    both = Barrier(turns.THREADS)

    @get("/", sync_to_thread=True)
    def page() -> str:
        both.wait(10)
        names.add(current_thread().name)
        return "made"

    count = 3 * turns.THREADS
    with TestClient(_app(page)) as client, ThreadPoolExecutor(count) as people:
        assert list(people.map(lambda _: client.get("/").text, range(count))) == ["made"] * count
    assert len(names) == turns.THREADS
    assert all(name.startswith("page") for name in names)


def test_who_changes_something_keeps_no_reader_waiting() -> None:
    """As many changes as there are threads wait; a page is made meanwhile, and ends them."""
    read, waiting = Event(), Semaphore(0)

    @get("/", sync_to_thread=True)
    def page() -> str:
        read.set()
        return "made"

    @post("/", sync_to_thread=True)
    def change() -> str:
        waiting.release()
        return "changed" if read.wait(10) else "nobody could read"

    with TestClient(_app(page, change)) as client, ThreadPoolExecutor(turns.THREADS) as people:
        changes = [people.submit(client.post, "/") for _ in range(turns.THREADS)]
        assert waiting.acquire(timeout=10)
        assert waiting.acquire(timeout=10)
        assert client.get("/").text == "made"
        assert [one.result(10).text for one in changes] == ["changed"] * turns.THREADS


def test_what_belongs_to_a_request_goes_with_it() -> None:
    """A thread sees the context of who asked: the language, say."""

    @get("/", sync_to_thread=True)
    def page() -> str:
        return _SAID.get()

    async def before(_: object) -> None:
        _SAID.set("hello")

    with TestClient(_app(page, before=before)) as client:
        assert client.get("/").text == "hello"
