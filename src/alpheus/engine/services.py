"""The two long-running processes of a cluster: one scheduler, and workers wherever packages are.

Both are Dask's, with what would let somebody in without a certificate left out: no page for a
browser, no second port, no configuration that runs code. A worker that has lost its scheduler lets
go of what it does and looks for it again; it ends when it is told to.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

import dask
from distributed import Scheduler, Worker

from alpheus.engine.address import host_and_port
from alpheus.engine.certs import Credentials, Role
from alpheus.engine.node import MEMORY, build
from alpheus.engine.wire import believing, guard, quiet, security
from alpheus.errors import EngineError
from alpheus.scratch import scratch_folder

_AGAIN = 1.0
_LARGEST_PAUSE = 15.0
_SETTINGS = {
    # The ledger says what is done again, and counts it.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-ttl": "60s",
    "distributed.scheduler.http.routes": [],
    "distributed.scheduler.preload": [],
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.blocked-handlers": ["run_function"],
    "distributed.worker.http.routes": [],
    "distributed.worker.preload": [],
    "distributed.worker.profile.enabled": False,
    "distributed.worker.blocked-handlers": [],
    "distributed.admin.event-loop": "asyncio",
    # Else both look at themselves fifty times a second.
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.cycle": "10s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.comm.timeouts.connect": "10s",
}
Say = Callable[[str], None]


class _Ending(Protocol):
    """An event that is set when the process is to end."""

    async def wait(self) -> Any:  # noqa: ANN401 - as asyncio.Event
        """Until then."""

    def is_set(self) -> bool:
        """Whether it is."""


class _Scheduler(Scheduler):
    """A scheduler without pages."""

    def start_http_server(self, *_: object, **__: object) -> None:
        """None: it would answer whoever asks."""

    async def update_graph(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - Dask's
        """What a driver asks for, which is read as what it is."""
        with believing():
            await super().update_graph(*arguments, **named)


class _Worker(Worker):
    """A worker without pages."""

    def start_http_server(self, *_: object, **__: object) -> None:
        """None, likewise."""


def run_scheduler(listen: str, credentials: Credentials, say: Say) -> None:
    """Be the scheduler until told to end. Raises EngineError where it cannot listen."""
    host, port = host_and_port(listen)
    _begin(Role.SCHEDULER)
    with dask.config.set(_SETTINGS):
        asyncio.run(_scheduler(host, port, credentials, say))


def _begin(role: Role) -> None:
    guard(role)
    quiet(logging.WARNING)


async def _scheduler(host: str, port: int, credentials: Credentials, say: Say) -> None:
    ending = _told_to_end()
    try:
        scheduler = await _Scheduler(
            host=host, port=port, protocol="tls", security=security(credentials), dashboard=False,
        )  # fmt: skip
    except (OSError, RuntimeError) as error:
        reason = _reason(error).lower()
        raise EngineError(f"{host}:{port}: {reason}; name another address: --listen") from None
    try:
        say(f"the scheduler listens at {scheduler.address}; its certificate is valid until "
            f"{credentials.ends:%Y-%m-%d}")  # fmt: skip
        await ending.wait()
    finally:
        await scheduler.close()


def run_worker(  # noqa: PLR0917 - all of what a worker is
    scheduler: str, credentials: Credentials, seats: int, memory: int, version: str, say: Say
) -> None:
    """Do units until told to end; `memory` is bytes for all `seats`.

    `version` is that of program and knowledge: units of another go elsewhere.
    """
    _begin(Role.WORKER)
    with dask.config.set(_SETTINGS), scratch_folder() as scratch:
        resources = {MEMORY: memory >> 20, build(version): float(seats)}
        asyncio.run(_again_and_again(scheduler, credentials, seats, resources, str(scratch), say))
    # A seat ends with the thread that began it, and threads end with the process.
    os._exit(0)


async def _again_and_again(  # noqa: PLR0917 - as above
    scheduler: str, credentials: Credentials, seats: int,
    resources: dict[str, float], scratch: str, say: Say,
) -> None:  # fmt: skip
    ending, pause, told = _told_to_end(), _AGAIN, ""
    while not ending.is_set():
        try:
            await _worker(scheduler, credentials, seats, resources, scratch, ending, say)
            pause, told = _AGAIN, ""
        except (OSError, TimeoutError, RuntimeError) as error:
            why = _reason(error)
            if why != told:
                told = why
                say(f"{scheduler}: cannot be reached ({why}); trying again")
            pause = min(pause * 2, _LARGEST_PAUSE)
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), pause)


async def _worker(  # noqa: PLR0917 - as above
    scheduler: str, credentials: Credentials, seats: int, resources: dict[str, float],
    scratch: str, ending: _Ending, say: Say,
) -> None:  # fmt: skip
    """One life: until the scheduler is gone, or the process is to end."""
    threads = ThreadPoolExecutor(seats, thread_name_prefix="seat")
    worker = await _Worker(
        scheduler, nthreads=seats, resources=resources, security=security(credentials),
        memory_limit=0, local_directory=scratch, executor=threads, protocol="tls",
    )  # fmt: skip
    say(f"works for {scheduler} with {seats} seat{'' if seats == 1 else 's'} and "
        f"{resources[MEMORY]:,.0f} MB; its certificate is valid until "
        f"{credentials.ends:%Y-%m-%d}")  # fmt: skip
    done = asyncio.create_task(worker.finished())
    told = asyncio.create_task(_wait(ending))
    try:
        await asyncio.wait({done, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        await worker.close(timeout=5, executor_wait=False)
        threads.shutdown(wait=False, cancel_futures=True)
    if not ending.is_set():
        say(f"{scheduler}: the connection ended; looking for it again")


def _reason(error: BaseException) -> str:
    """Dask says that something failed to start, and why beside it."""
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


async def _wait(ending: _Ending) -> None:
    await ending.wait()


def _told_to_end() -> asyncio.Event:
    ending = asyncio.Event()
    if sys.platform != "win32":  # there the first of them ends the process
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.set)
    return ending
