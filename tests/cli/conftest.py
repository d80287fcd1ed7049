"""Evidence of some scenarios, small, written once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from alpheus.lab import generate
from alpheus.respond import vault_folder
from alpheus.respond.vault_cipher import Stretching

SMALL = 1_500_000
"""Bytes of evidence: enough for every scenario to get its verdict."""


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a scenario's evidence, by name; written when first asked for."""

    @cache
    def write(name: str) -> Path:
        out = tmp_path_factory.mktemp(name)
        generate(out, name, size=SMALL, seed=5)
        return out / "evidence"

    return write


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One log in which somebody used a page that does not belong: triaged at once."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "u_ex210304.log").write_text(
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
        "2021-03-04 10:00:00 10.0.0.1 POST /aspnet_client/k3\u00fcy.aspx - 198.51.100.7 a 200\n"
        "2021-03-04 10:00:05 10.0.0.1 POST /aspnet_client/k3\u00fcy.aspx - 198.51.100.7 a 200\n",
        "utf-8",
    )
    return folder


@pytest.fixture
def quick_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault whose passphrase is known, and takes no time to stretch."""
    quick = partial(Stretching, passes=1, memory=8192, lanes=1)
    monkeypatch.setattr(vault_folder, "Stretching", lambda salt, *_: quick(salt))
    monkeypatch.setenv("ALPHEUS_VAULT_PASSPHRASE", "a word and eleven more")
