"""What pages about notices share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from litestar import Response
from litestar.response import Redirect

from alpheus.errors import RefusedError
from alpheus.web.notice_parts import UnsetError, at, deed, many, notice_desk, one


def _again(error: RefusedError) -> Response[Any]:
    return Response(str(error), status_code=422)


def _refuse(message: str) -> Any:
    raise RefusedError(message)


def test_what_is_done_leads_on() -> None:
    """To where one says, or to where it came to."""
    assert cast("Redirect[Any]", deed(lambda: None, _again, "/done")).url == "/done"
    assert cast("Redirect[Any]", deed(lambda: "/jobs/7", _again)).url == "/jobs/7"


def test_what_is_refused_is_told_in_place_and_what_is_not_there_is_not() -> None:
    """What one may not see looks as if it were not there."""
    assert deed(lambda: _refuse("say why"), _again).status_code == 422
    with pytest.raises(RefusedError, match="there is no batch 7"):
        deed(lambda: _refuse("there is no batch 7"), _again)


def test_without_settings_there_is_no_desk() -> None:
    """The page says what to do."""
    request = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(office=None)))
    with pytest.raises(UnsetError):
        notice_desk(cast("Any", request))


def test_fields_and_addresses() -> None:
    """A field that comes once or several times, and what is asked for in an address."""
    assert (one({"a": ["1", "2"]}, "a"), one({}, "a"), many({"a": "1"}, "a")) == ("1", "", ["1"])
    assert (at("/x"), at("/x", a="b c")) == ("/x", "/x?a=b+c")
