"""A vault in tests opens quickly."""

from __future__ import annotations

import pytest

from alpheus.respond import vault_folder


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    real = vault_folder.Stretching
    monkeypatch.setattr(vault_folder, "Stretching", lambda salt, *asked: real(salt, 1, 8192, 1))
