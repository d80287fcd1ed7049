"""What one person asks for."""

from __future__ import annotations

from random import Random

from alpheus.lab.server import Build, Server
from alpheus.lab.visitors import Visitor


def test_every_protocol_but_powershell(server: Server, build: Build) -> None:
    """A person uses all that Exchange offers to people."""
    asked = Visitor(Random(1), server, build, 0).everything()
    assert {request.protocol for _, request in asked} == {
        "Autodiscover", "Eas", "Ecp", "Ews", "Mapi", "Oab", "Owa", "OwaCalendar", "RpcHttp",
    }  # fmt: skip


def test_refused_requests_name_nobody(server: Server, build: Build) -> None:
    """Before a logon there is neither a user nor a mailbox."""
    asked = Visitor(Random(1), server, build, 0).everything()
    refused = [request for _, request in asked if request.status == 401]
    assert refused
    assert all(not request.user and not request.anchor for request in refused)
