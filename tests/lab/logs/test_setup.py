"""ExchangeSetup.log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alpheus.lab.logs import setup
from alpheus.lab.server import Server

_INSTALLED = datetime(2020, 11, 14, 9, tzinfo=UTC)


def test_update_is_told(server: Server) -> None:
    """The first installation and the update each name their build."""
    text = setup.text(server, _INSTALLED)
    assert f"Setup version: {server.build_before.value}." in text
    assert server.build_after.value not in text
    patched = replace(server, patched_at=datetime(2021, 3, 4, 20, tzinfo=UTC))
    assert f"Setup version: {server.build_after.value}." in setup.text(patched, _INSTALLED)
    assert "[03/04/2021 19:48:00.0000] [0]" in setup.text(patched, _INSTALLED)
