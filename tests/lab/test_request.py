"""Requests and what is made of them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from alpheus.lab.request import Request, Template


def test_ordinary_request_was_proxied_and_answered() -> None:
    """Unless told otherwise a request reached the back end and was answered 200 at port 443."""
    request = Request("Owa", "GET", "/owa/", "192.0.2.1", "agent")
    assert (request.status, request.backend_status, request.port) == (200, 200, 443)


def test_records_do_not_change() -> None:
    """A template is shared by thousands of rows."""
    with pytest.raises(FrozenInstanceError):
        Template(()).milliseconds = 3  # type: ignore[misc]
