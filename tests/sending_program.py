"""Sends what is due, and kills itself at a point.

Points are `connect`, `before-claim`, `after-claim`, `after-dot`, `after-answer`, `after-record` and
`never`; `number` is the notice, from 1, at which it happens.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import msgspec

from alpheus.cases.database import open_database
from alpheus.notify.send import Sending, send_mail
from alpheus.notify.service import Notices
from alpheus.notify.settings import Rates, SmtpSettings
from alpheus.notify.transport import Transport
from notices_filling import SETTINGS, Time


def settings_for(port: int) -> Any:
    """Settings that lead to a server of this machine, as fast as it can."""
    return msgspec.structs.replace(
        SETTINGS,
        smtp=SmtpSettings("127.0.0.1", port, "none"),
        rates=Rates(per_minute=1e9, per_domain_per_hour=1e6),
    )


def deadly(before: Callable[..., Any] | None, number: int, then: Callable[..., Any]) -> Any:
    """A call that kills this process at its n-th time: before it, or after it for None."""
    count = 0

    def call(*args: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if before is not None and count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        result = then(*args, **named)
        if before is None and count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


def prepare(notices: Notices, transport: Transport, point: str, number: int) -> None:
    """Put the end where it is wanted."""
    if point == "connect":
        transport._connect = deadly(print, 1, transport._connect)  # type: ignore[method-assign]
    elif point == "before-claim":
        notices.claim = deadly(print, number, notices.claim)  # type: ignore[method-assign]
    elif point == "after-claim":
        notices.claim = deadly(None, number, notices.claim)  # type: ignore[method-assign]
    elif point == "after-dot":
        ask = transport._ask
        dots = 0

        def asked(server: Any, command: str) -> Any:
            nonlocal dots
            dots += command == "."
            if command == "." and dots == number:
                server.send(b".\r\n")
                os.kill(os.getpid(), signal.SIGKILL)
            return ask(server, command)

        transport._ask = asked  # type: ignore[method-assign]
    elif point == "after-answer":
        notices.record = deadly(print, number, notices.record)  # type: ignore[method-assign]
    elif point == "after-record":
        notices.record = deadly(None, number, notices.record)  # type: ignore[method-assign]


def send(place: str, port: int, point: str = "never", number: int = 0) -> Sending:
    """Send what is due."""
    settings = settings_for(port)
    with open_database(place) as database:
        notices = Notices(database, settings, Time())
        transport = Transport(settings.smtp, hostname="cert.example", seconds=10)
        prepare(notices, transport, point, number)
        return send_mail(notices, transport, lambda mail: mail, who="sender")
