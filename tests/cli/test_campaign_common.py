"""What the commands that work through units have in common."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from alpheus.cases.database import Database
from alpheus.cli import campaign_common as common
from alpheus.fleet.driver import Summary
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Unit
from fleet_filling import RECIPE, registered, states


def test_what_a_dead_driver_left_waits_again(database: Database) -> None:
    """Of this machine at once; on a server another may be alive elsewhere."""
    ledger = Ledger(database)
    registered(ledger, 3)
    machine = "".join(c for c in socket.gethostname() if c.isalnum() or c in ".-")[:40]
    ledger.claim(RECIPE, 1, f"{machine}.4194304.x")
    ledger.claim(RECIPE, 1, "elsewhere.4194304.x")
    common.recover(ledger)
    left = {"waiting": 3} if database.is_sqlite else {"waiting": 2, "running": 1}
    assert states(database) == left


def test_whoever_stops_the_service_stops_it_as_an_interrupt_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And finds it as it was before; it is said what to do."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), common.ended_as_interrupted():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
    assert common.interrupted() == 130
    assert "the same command goes on with the rest" in capsys.readouterr().err


def test_parked_units_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With the reason, and what to do about them; nothing where there is none."""
    common.say_parked(Summary())
    assert capsys.readouterr().err == ""
    unit = Unit(7, 1, "/a", "srv1.zip", 1, 1, 0)
    common.say_parked(Summary(parked=[(unit, "it is encrypted")]))
    said = capsys.readouterr().err
    assert "parked: unit 7, srv1.zip: it is encrypted" in said
    assert "again: campaign retry" in said
