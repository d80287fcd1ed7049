"""What all routes of the API have in common."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest

from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import clean, dicts, rows_of, shaped
from web.programs import VIEWER, Api


class _Row(msgspec.Struct):
    a: int
    b: str = ""


class _Pair(NamedTuple):
    a: int
    b: str


def test_a_parameter_that_there_is_not_is_refused(api: Api) -> None:
    """A filter that was misspelled would else ask for everything."""
    answer = api.ask("GET", "/servers?compromize=compromised")
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"]) == ("unknown-parameter", "compromize")


@pytest.mark.parametrize("path", ["/servers?size=0", "/servers?size=501", "/servers?sort=x",
                                  f"/servers?q={'x' * 201}", "/servers?patch=x"])  # fmt: skip
def test_what_is_out_of_bounds_is_named(api: Api, path: str) -> None:
    """By its parameter."""
    answer = api.ask("GET", path)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert answer.json()["field"] == path.partition("?")[2].partition("=")[0]


def test_a_body_is_json_and_small(api: Api) -> None:
    """Anything else is not read."""
    path = "/bulk/preview"
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert api.refused("POST", path, content="kind=note", headers=form) == (415, "media-type")
    assert api.refused("POST", path, content="{}")[0] == 415
    large = {"kind": "note", "why": "x" * (1 << 20), "filters": {}}
    assert api.refused("POST", path, json=large) == (413, "too-large")
    assert api.refused("POST", path, json={"kind": "note", "more": 1}) == (400, "invalid")


def test_files_are_for_those_who_may_take_them_away(api: Api) -> None:
    """By account, and by the scope of a token."""
    assert api.rows("/servers", VIEWER)
    text = api.token(VIEWER, Permission.SEE)
    headers = {"authorization": f"Bearer {text}"}
    api.client.cookies.clear()
    assert api.client.get("/api/v1/servers", headers=headers).status_code == 200
    answer = api.client.get("/api/v1/servers?format=csv", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")


def test_shapes_take_what_they_name() -> None:
    """From attributes, rows and named tuples."""
    assert shaped(dicts([_Pair(1, "x")]), list[_Row]) == [_Row(1, "x")]
    assert rows_of([{"a": 1, "b": "x", "more": 2}], _Row) == [_Row(1, "x")]
    assert clean("a\0b") == "a\ufffdb"
