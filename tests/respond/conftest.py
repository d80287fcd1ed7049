"""A vault in tests opens quickly."""

from __future__ import annotations

from functools import partial

import pytest

from alpheus.respond import vault_folder
from alpheus.respond.vault_cipher import Stretching


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = partial(Stretching, passes=1, memory=8192, lanes=1)
    monkeypatch.setattr(vault_folder, "Stretching", lambda salt, *_: quick(salt))
