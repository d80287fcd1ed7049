"""Pages are made in few threads: what only reads waits for its turn.

Python runs one thread of a process at a time. Of many that make pages each gets the interpreter
back late after every question to the database: all are slow together, and the dear ones slowest;
two make the same pages in less time. What changes something runs elsewhere: it may wait for the
only writer of a database, and nobody who reads is to wait with it.

All that is read for one page is of one moment, in one transaction: to begin and end one for every
question would take a good part of the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from functools import partial
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.utils.sync import AsyncCallable

THREADS = 2
"""Of a process: one makes a page while the other waits for the database."""

Within = Callable[[], AbstractContextManager[Any]]

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Turn(AsyncCallable):
    """Something that is called in one of the threads for reading."""

    def __init__(
        self, called: Callable[..., Any], threads: ThreadPoolExecutor, within: Within
    ) -> None:
        super().__init__(called)
        self._called, self._threads, self._within = called, threads, within

    def __call__(self, *args: object, **named: object) -> Awaitable[Any]:
        """Wait for a thread, and for what it gives."""
        work = partial(self._read, *args, **named)
        return asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, work)

    def _read(self, *args: object, **named: object) -> object:
        with self._within():
            return self._called(*args, **named)


def take_turns(app: Litestar, within: Within = nullcontext) -> None:
    """Let every route that reads in a thread do so in these; of all others each in one only.

    What reads does so `within` a context of its own.

    Where several methods share a path, Litestar 2.25 registers the first of them again with each
    other, and wraps it again: the thread then gives something to be awaited, and no answer.
    """
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and isinstance(handler.fn, AsyncCallable):
                called = handler.fn
                while isinstance(called.func, AsyncCallable):
                    called = called.func
                if handler.http_methods <= _READING:
                    called = Turn(called.func, threads, within)
                handler._fn = called  # noqa: SLF001 - there is no other way to it
