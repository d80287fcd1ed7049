"""A name is said, an account is known."""

from __future__ import annotations

import getpass
import os

import pytest

from alpheus.custody.who import account, is_same, machine, with_account


def test_the_account_is_not_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody becomes somebody else by a variable."""
    before = account()
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert account() == before != "somebody-else"


def test_an_account_without_a_name_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container."""
    monkeypatch.setattr(os, "getuid", lambda: 4_000_123)
    monkeypatch.setattr(getpass, "getuser", lambda: (_ for _ in ()).throw(KeyError("getpwuid")))
    assert account() == "uid 4000123"


def test_a_name_stands_with_its_account() -> None:
    """Where it is not the account's own, however it is written."""
    assert with_account("lou", "root") == "lou (account root)"
    assert with_account("Root", "root") == "Root"
    assert is_same("R\u00e9mi", "re\u0301 MI")


def test_a_machine_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the system, or by the environment where that has no such call."""
    assert machine() == os.uname().nodename
    monkeypatch.delattr(os, "uname")
    monkeypatch.setenv("COMPUTERNAME", "IR-3")
    assert machine() == "IR-3"
