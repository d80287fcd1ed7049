"""Errors of the wire in words."""

from __future__ import annotations

import errno
import ssl

import pytest

from alpheus.exposure.call import ClosedError, Phase
from alpheus.exposure.failures import status_of, text_of
from alpheus.exposure.http_response import ResponseError
from alpheus.exposure.model import Status


@pytest.mark.parametrize(
    ("error", "phase", "begun", "status", "text"),
    [
        (TimeoutError(), Phase.CONNECTING, False, Status.NO_ANSWER, "the connection took too long"),
        (TimeoutError(), Phase.READING, True, Status.BROKEN, "the answer took too long"),
        (ConnectionRefusedError(), Phase.CONNECTING, False, Status.REFUSED, "nothing listens"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), Phase.CONNECTING, False,
         Status.UNREACHABLE, "No route"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Phase.CONNECTING, False,
         Status.UNREACHABLE, "unreachable"),
        (ConnectionResetError(), Phase.READING, False, Status.BROKEN, "the answer was reset"),
        (ClosedError(), Phase.HANDSHAKE, False, Status.BROKEN, "the TLS handshake was cut off"),
        (ResponseError("the answer is no HTTP"), Phase.READING, True, Status.BROKEN, "no HTTP"),
        (ssl.SSLError(1, "odd"), Phase.READING, True, Status.BROKEN, "the answer failed"),
    ],
)  # fmt: skip
def test_each_error_has_a_status_and_a_sentence(
    error: Exception,
    phase: Phase,
    begun: bool,
    status: Status,
    text: str,
) -> None:
    """Silence, a refusal, no way there and a broken answer are different things."""
    assert status_of(error, phase, begun=begun) is status
    assert text in text_of(error, phase)
