"""Which store an address belongs to."""

from __future__ import annotations

import sys

import pytest

from alpheus.errors import UsageError
from alpheus.store.address import parse_address
from alpheus.store.opening import open_store
from alpheus.store.s3 import S3Store
from alpheus.store.web import WebStore


def test_each_scheme_has_its_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 and the web need no extra."""
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "1")
    monkeypatch.setitem(sys.modules, "obstore", None)
    assert isinstance(open_store(parse_address("s3://bucket/k")), S3Store)
    assert isinstance(open_store(parse_address("https://host/k")), WebStore)


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_others_need_an_extra_and_say_so(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """With the command that brings it."""
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(UsageError, match=rf"{scheme}:// .*pip install 'alpheus\[store\]'"):
        open_store(parse_address(f"{scheme}://bucket/k"))
