"""What an error on the wire says of the host, in words for people."""

from __future__ import annotations

import errno
import ssl

from alpheus.exposure.call import ClosedError, Phase
from alpheus.exposure.http_response import ResponseError
from alpheus.exposure.model import Status

_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EACCES}
)
_DOING = {Phase.CONNECTING: "the connection", Phase.HANDSHAKE: "the TLS handshake"}
_TEXTS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((TimeoutError,), "{doing} took too long"),
    ((ConnectionRefusedError,), "nothing listens on the port"),
    ((ClosedError, ssl.SSLEOFError), "{doing} was cut off"),
    ((ConnectionResetError, BrokenPipeError, ConnectionAbortedError), "{doing} was reset"),
    ((ResponseError,), "{why}"),
)
"""The first that fits, in this order."""


def status_of(error: Exception, phase: Phase, *, begun: bool) -> Status:
    """What became of the endpoint; `begun`: a part of an answer had come."""
    if isinstance(error, TimeoutError):
        return Status.BROKEN if begun else Status.NO_ANSWER
    if phase is Phase.CONNECTING:
        if isinstance(error, ConnectionRefusedError):
            return Status.REFUSED
        if isinstance(error, OSError) and error.errno in _NO_ROUTE:
            return Status.UNREACHABLE
    return Status.BROKEN


def text_of(error: Exception, phase: Phase) -> str:
    """Why there is no (whole) answer."""
    doing = _DOING.get(phase, "the answer")
    for kinds, text in _TEXTS:
        if isinstance(error, kinds):
            return text.format(doing=doing, why=error)
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    return f"{doing} failed ({reason})"
