"""The list of applications."""

from __future__ import annotations

import pytest

from alpheus.lab.internet import KINDS, MIXES, address_of, behaviour_of
from alpheus.lab.internet.applications import APPLICATIONS
from alpheus.lab.internet.reply import Reply, Request

MIX = MIXES["every-kind"]
PATHS = ("/", "/owa/", "/owa", "/OWA/auth/logon.aspx", "/ecp/", "/EWS/x", "/no", "", "*", "?")


@pytest.mark.parametrize("kind", [one.name for one in KINDS.values() if not one.drawn])
def test_every_kind_answers_whatever_is_asked(kind: str) -> None:
    """No path and no host makes it fail."""
    behaviour = behaviour_of(address_of(kind, MIX), 1, MIX)
    if behaviour.kind.application == "none":
        return
    for path in PATHS:
        for host in ("", "\x00", behaviour.names[0]):
            asked = Request("GET", path, host)
            reply = APPLICATIONS[behaviour.kind.application](behaviour, asked, 0)
            assert isinstance(reply, Reply)
