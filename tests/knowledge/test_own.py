"""Recognising the package's own files."""

from __future__ import annotations

import hashlib

from alpheus.knowledge import own


def _digest(relative: str) -> str:
    return hashlib.sha256((own.PACKAGE / relative).read_bytes()).hexdigest()


def test_rules_tables_and_programs_are_own():
    """A scan of a folder that holds Alpheus must not find Alpheus."""
    assert own.is_own(_digest("knowledge/packs/proxylogon/indicators.csv"))
    assert own.is_own(_digest("knowledge/tables/exchange_builds.csv").upper())
    assert own.is_own(_digest("knowledge/own.py"))


def test_other_content_is_not_own():
    """Neither something else nor nothing at all is ours."""
    assert not own.is_own(hashlib.sha256(b"something else").hexdigest())
    assert not own.is_own(hashlib.sha256(b"").hexdigest())
    assert not own.is_own("")
