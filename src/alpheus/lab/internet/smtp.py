"""The mail port: who says what in its first line."""

from __future__ import annotations

import time

from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.reply import Reply, Then

_POSTFIX = frozenset({"other-nginx", "other-apache", "other-zimbra", "other-empty"})
_IIS = frozenset({"other-iis", "other-asp-net"})
_FILTER = frozenset({"gateway-challenge", "gateway-single-sign-on"})


def greeting(behaviour: Behaviour) -> Reply | None:
    """The first line; None where nothing listens."""
    name = behaviour.names[0]
    application = behaviour.kind.application
    now = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
    if application in _POSTFIX or application in _FILTER:
        line = f"220 {name} ESMTP Postfix"
    elif application in _IIS:
        line = f"220 {name} Microsoft ESMTP MAIL Service, Version: 10.0.14393.2608 ready at  {now}"
    elif application == "exchange-online":
        line = f"220 {name} Microsoft ESMTP MAIL Service ready at {now} [08D8E2F1A3B4C5D6]"
    elif behaviour.servers:
        fqdn = f"{behaviour.servers[0]}.corp.{behaviour.domain}"
        line = f"220 {fqdn} Microsoft ESMTP MAIL Service ready at {now}"
    else:
        return None
    return Reply(line.encode() + b"\r\n")


def reply(behaviour: Behaviour, line: bytes) -> Reply:
    """The answer to one command."""
    word = line[:4].upper()
    if word == b"QUIT":
        return Reply(b"221 2.0.0 Service closing transmission channel\r\n", Then.CLOSE)
    if word in {b"EHLO", b"HELO"}:
        name = behaviour.names[0].encode()
        more = b"250-SIZE 37748736\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
        return Reply(b"250-" + name + b" Hello [127.0.0.1]\r\n" + more)
    return Reply(b"500 5.3.3 Unrecognized command\r\n")
