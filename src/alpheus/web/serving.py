"""The console is served: by one process or by several, until it is told to stop.

What can be wrong is found before anything is started, and told in one line.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_network
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any

from uvicorn import Server
from uvicorn.supervisors import Multiprocess

from alpheus.cases import fitting
from alpheus.cases.database import open_database
from alpheus.cases.derived_store import standing
from alpheus.cases.rebuild import rebuild
from alpheus.cases.secret_key import secret_key
from alpheus.errors import UsageError
from alpheus.notify.settings import read_settings
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.front import LONGEST_HEAD, Front
from alpheus.web.app import create_app
from alpheus.web.jobs.runner import Runner
from alpheus.web.jobs.uploads import prepare_folder
from alpheus.web.patience import Patient, PatientConfig
from alpheus.web.settings import Settings, check

GRACE = 15
"""Seconds that requests under way have to end."""
KEEP_ALIVE = 5
"""Seconds that a connection is kept for a next request."""
UNHEARD = 60
"""Seconds without a word after which a process that serves is held to be dead, and replaced: on a
machine with much to do it takes a while until one has begun."""

_WAITING = 512
_FILES = 65_536
_MOST_CONNECTIONS = 4_000

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"}},
    "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "alpheus": {"handlers": ["error"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["error"], "level": "ERROR", "propagate": False},
    },
}
"""Each request is one line on standard error; uvicorn tells errors only."""


def serve(place: str, settings: Settings, tell: Callable[[str], None]) -> None:
    """Serve until a signal says to stop; `tell` is for the operator.

    Raises UsageError, DatabaseError, KnowledgeError.
    """
    check(settings)
    if settings.notify is not None:
        read_settings(settings.notify)
    with listening(settings) as sock:
        settings = replace(settings, port=sock.getsockname()[1])
        link = prepare(place, settings, tell)
        tell(f"the console is at {settings.url}")
        if link:
            tell(f"nobody has an account yet; this link makes you its administrator, once: {link}")
        config = configuration(place, settings)
        with _ending():
            if settings.workers > 1:
                Workers(config, sockets=[sock]).run()
            else:
                Server(config).run(sockets=[sock])
    tell("stopped")


class Workers(Multiprocess):
    """Several processes at one socket, of which whoever is free takes the next connection.

    A process takes as many connections at once as it is told may wait (asyncio's `backlog`): told
    more than one, the first to wake takes all that came together, and keeps them. How many may
    wait at the socket is set again here, since each process sets it, too.
    """

    def keep_subprocess_alive(self) -> None:
        """Also called when nothing is wrong, twice a second."""
        super().keep_subprocess_alive()
        for sock in self.sockets:
            sock.listen(_WAITING)


def prepare(place: str, settings: Settings, tell: Callable[[str], None]) -> str:
    """Make the database where there is none; the first link where nobody has an account."""
    with open_database(place) as database:
        for note in database.notes:
            tell(note)
        fitting.check(database)
        prepare_folder(settings.uploads)
        secret_key(settings.uploads.absolute())  # a key that cannot be read is told at once
        with database.read() as connection:
            is_new = not standing(connection).generation
        if is_new:
            rebuild(database, now=datetime.now(UTC))
        create_app(database, settings)  # what is wrong with it is told here, and not by each worker
        secret = Accounts(database).first_invitation()
    return f"{settings.url}/join/{secret}" if secret else ""


def configuration(place: str, settings: Settings) -> PatientConfig:
    """What uvicorn is told. It can be sent to another process."""
    config = PatientConfig(
        partial(application, place, settings), factory=True, interface="asgi3", http=Patient,
        ws="none", lifespan="on", workers=settings.workers, log_config=LOGGING, access_log=False,
        proxy_headers=False, server_header=False, timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE, timeout_worker_healthcheck=UNHEARD,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=_most_connections(), backlog=_WAITING if settings.workers == 1 else 1,
        ssl_certfile=settings.certificate, ssl_keyfile=settings.key,
    )  # fmt: skip
    config.proxies = tuple(ip_network(one) for one in settings.proxies)
    return config


def application(place: str, settings: Settings) -> Front:
    """The application of one process, with a database of its own."""
    _raise_files()
    _follow_parent()
    database = open_database(place)
    app = create_app(database, settings)
    processes = max((os.cpu_count() or 1) // settings.workers, 1)
    runner = Runner(app.state.jobs, processes=processes)
    app.on_startup.append(runner.start)
    app.on_shutdown += [runner.stop, database.close]
    return Front(app, settings)


def _follow_parent() -> None:
    """End this process when the one that started it has ended, however that was."""
    parent = parent_process()
    if parent is None:
        return

    def follow() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=follow, name="parent", daemon=True).start()


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket that listens. Raises UsageError where it cannot."""
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, address = found[0]
        sock = socket.create_server(address, family=family, backlog=_WAITING)
    except OSError as error:
        raise UsageError(f"{settings.host}, port {settings.port}: {_reason(error)}") from error
    sock.set_inheritable(True)
    with contextlib.closing(sock):
        yield sock


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program listens there; end it, or name another --port"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "this port is for the system's own programs; name another --port, above 1023"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "this machine has no such address; name one of its own with --host"
    return (error.strerror or str(error)).lower()


@contextmanager
def _ending() -> Iterator[None]:
    """A signal to stop ends it as it should, and is no failure."""
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _most_connections() -> int:
    return min(_MOST_CONNECTIONS, _raise_files() * 3 // 4)


def _raise_files() -> int:
    """Let this process have as many files and connections as it may; how many."""
    if os.name != "posix":
        return _MOST_CONNECTIONS * 2
    import resource  # noqa: PLC0415 - of POSIX alone

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft < most:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return soft
