"""What files of one import tell each other."""

from __future__ import annotations

import pytest

from alpheus.directory.importers import model
from alpheus.directory.importers.model import Context


def test_handles_are_remembered_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """In capitals; a hostile file does not fill the memory."""
    monkeypatch.setattr(model, "_MOST_REMEMBERED", 1)
    context = Context()
    context.remember(context.names, "org-a", "A")
    context.remember(context.names, "org-b", "B")
    assert context.names == {"ORG-A": "A"}
