"""Who may say what on a cluster's wire: Dask's own, with less trust.

Dask lets whoever has a certificate do everything, and what its processes send each other are
pickles, which run code where they are read. Here a certificate is for one role. A driver tells the
scheduler what to do, and the scheduler the workers; nobody else tells anybody anything. Pickles are
read in that direction only: what comes back, from a worker or to a driver, is read without running
any of it (ADR 37).
"""

from __future__ import annotations

import io
import logging
import pickle
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, Self

import distributed.client
from distributed import Security
from distributed.comm.core import CommClosedError
from distributed.comm.registry import backends
from distributed.comm.tcp import TLS, TLSBackend, TLSConnector, TLSListener
from distributed.protocol import pickle as dask_pickle

from alpheus.engine.certs import Credentials, Role

_ASKS = frozenset({
    "register-worker", "heartbeat_worker", "unregister", "close", "task-finished", "task-erred",
    "release-worker-data", "add-keys", "long-running", "reschedule", "keep-alive",
    "worker-status-change", "request-refresh-who-has", "steal-response", "log-event",
    "close-stream",
})  # fmt: skip
"""What a worker may ask of the scheduler, and report to it."""

_HEARS: dict[tuple[Role, str], frozenset[str] | None] = {
    (Role.SCHEDULER, Role.DRIVER.value): None,
    (Role.SCHEDULER, Role.WORKER.value): _ASKS,
    (Role.WORKER, Role.SCHEDULER.value): None,
    (Role.DRIVER, Role.SCHEDULER.value): None,
}
"""Whom a role listens to, and what it lets itself be told; None for anything."""

_BELIEVED = {(Role.SCHEDULER, Role.DRIVER.value), (Role.WORKER, Role.SCHEDULER.value)}
"""Whose pickles are read."""

_PLAIN = {("builtins", one.__name__): one for one in (bytes, bytearray, memoryview)}

_own: Role | None = None
_believes: ContextVar[bool] = ContextVar("believes")
_read: Any = dask_pickle.loads


class Refused(Exception):  # noqa: N818 - stands for what was not read, and is often no error
    """What was pickled by somebody who is not believed: nothing of it was run."""

    def __new__(cls, *_: object, **__: object) -> Self:
        """Whatever it should have been made of."""
        return super().__new__(cls)

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__("a pickle that was not read")

    def __setstate__(self, _: object) -> None:
        """Nothing of that either."""


class _Inert(pickle.Unpickler):
    """Reads containers, numbers, text and bytes; of anything else makes `Refused`."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as its base
        return _PLAIN.get((module, name), Refused)


def loads(content: Any, *, buffers: Iterable[Any] = ()) -> Any:  # noqa: ANN401 - as Dask's own
    """In place of Dask's: a pickle is read as what it is only where its sender is believed."""
    if _believes.get(_own is Role.WORKER):
        return _read(content, buffers=buffers)
    try:
        return _Inert(io.BytesIO(content), buffers=buffers).load()
    except Exception:  # whatever a broken or hostile one leads to
        return Refused()


@contextmanager
def believing(*, trusted: bool = True) -> Iterator[None]:
    """Read pickles as what they are, or do not, until the end of the block."""
    token = _believes.set(trusted)
    try:
        yield
    finally:
        _believes.reset(token)


class _Guarded(TLS):
    """A connection whose other end is known by its certificate."""

    async def read(self, deserializers: object = None) -> Any:  # noqa: ANN401 - as its base
        """The next message, if its sender may send it; else the connection ends."""
        peer = peer_role(self._extra.get("peercert"))
        assert _own is not None
        if (_own, peer) not in _HEARS:
            self.abort()
            raise CommClosedError(f"a {peer} has nothing to say to a {_own.value}")
        with believing(trusted=(_own, peer) in _BELIEVED):
            message = await super().read(deserializers=deserializers)  # type: ignore[no-untyped-call]
        allowed = _HEARS[_own, peer]
        if allowed is not None and not all(one in allowed for one in _asked(message)):
            self.abort()
            raise CommClosedError(f"a {peer} asked for what it may not")
        return message


def _asked(message: object) -> Iterator[object]:
    for one in message if isinstance(message, list | tuple) else [message]:
        if isinstance(one, Mapping) and "op" in one:
            yield one["op"]


def peer_role(certificate: Mapping[str, Any] | None) -> str:
    """The role that a certificate is for, which the authority has signed."""
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return "stranger"


class _Connector(TLSConnector):
    comm_class = _Guarded


class _Listener(TLSListener):
    comm_class = _Guarded


class _Backend(TLSBackend):
    _connector_class = _Connector
    _listener_class = _Listener


def _nothing_of_it(*_: object, **__: object) -> tuple[type[Refused], Refused, None]:
    """What became of a task that failed, at a driver: that it did."""
    return Refused, Refused(), None


def guard(own: Role) -> None:
    """From now on this process speaks as `own`, and only so; a process has one role."""
    global _own  # noqa: PLW0603 - of the process
    assert _own in {None, own}
    _own = own
    backends["tls"] = _Backend()
    for scheme in [one for one in backends if one != "tls"]:
        del backends[scheme]
    client: Any = distributed.client
    dask_pickle.loads = client.loads = loads
    client.clean_exception = _nothing_of_it
    client.pickle = SimpleNamespace(loads=loads, dumps=pickle.dumps)
    client.Client._default_event_handlers = {}  # noqa: SLF001 - nobody's words are printed


def quiet(level: int) -> None:
    """Let Dask say nothing below a level of `logging`; some of its parts have one of their own."""
    for name in ["distributed", *logging.root.manager.loggerDict]:
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(level)


def security(credentials: Credentials) -> Any:  # noqa: ANN401 - Dask is not typed here
    """Both ends show a certificate, of TLS 1.3."""
    made: Any = Security
    files = {"tls_ca_file": str(credentials.ca)}
    for name in ("client", "scheduler", "worker"):
        files[f"tls_{name}_cert"] = str(credentials.certificate)
        files[f"tls_{name}_key"] = str(credentials.key)
    return made(require_encryption=True, tls_min_version=ssl.TLSVersion.TLSv1_3, **files)
