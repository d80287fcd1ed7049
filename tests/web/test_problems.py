"""What programs are told when something was refused."""

from __future__ import annotations

import pytest
from litestar.exceptions import (
    NotAuthorizedException,
    PermissionDeniedException,
    ValidationException,
)

from alpheus.errors import DatabaseLostError, NotWorkedOutError, RefusedError
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.problems import (
    KINDS,
    NAME,
    ConflictError,
    UnknownParameterError,
    plain_words,
    problem,
    status_of,
)

CASES: list[tuple[int, Exception, str]] = [
    (400, UnknownParameterError("sise"), "unknown-parameter"),
    (401, NotAuthorizedException("sign in first"), "not-signed-in"),
    (403, PermissionDeniedException("this token is not for that"), "scope"),
    (403, PermissionDeniedException("this form is not from this session"), "not-this-session"),
    (403, PermissionDeniedException("your account does not allow that"), "not-allowed"),
    (409, ConflictError("it has changed"), "conflict"),
    (422, RefusedError("say why"), "refused"),
    (413, ComplaintError("no room", status=507), "no-room"),
    (503, NotWorkedOutError("not yet"), "not-worked-out"),
    (503, DatabaseLostError("gone"), "database"),
    (500, ZeroDivisionError("secret"), "unforeseen"),
]


@pytest.mark.parametrize(("status", "error", "code"), CASES)
def test_a_problem_has_a_name_that_stays(status: int, error: Exception, code: str) -> None:
    """The sentence may change, the code may not."""
    found = problem(status, "a sentence", error)
    assert (found.status, found.code, found.type) == (status, code, f"{NAME}{code}")
    assert found.detail == "a sentence"
    assert found.title
    assert found.remedy


def test_codes_are_each_used_once() -> None:
    """Programs tell problems apart by them."""
    codes = [one.code for one in KINDS]
    assert len(set(codes)) == len(codes)


def test_what_is_wrong_is_named() -> None:
    """The first by itself, and all where they are several."""
    extra = [{"key": "size", "message": "too large"}, {"key": "sort", "message": "unknown"}]
    found = problem(400, "…", ValidationException("bad", extra=extra))
    assert found.field == "size"
    assert [one.field for one in found.errors] == ["size", "sort"]
    assert problem(400, "…", UnknownParameterError("sise")).field == "sise"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (r"Expected `str` matching regex '^(\d{4}-\d{2}-\d{2})?$'", "write a day as 2021-03-12"),
        ("Expected `str` matching regex '^[0-9a-f]+$'", "it is not written as the reference says"),
        ("Expected `int` >= 1", "Expected `int` >= 1"),
    ],
)  # fmt: skip
def test_expressions_are_not_for_people(message: str, said: str) -> None:
    """What form a text has to have stands in the reference, as an example here."""
    assert plain_words(message) == said


def test_an_upload_is_told_where_to_go_on() -> None:
    """By the byte."""
    error = ComplaintError("Go on at %(offset)s", status=409, offset=7)
    assert problem(409, "…", error).offset == 7
    assert problem(422, "…", ComplaintError("…")).offset is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedError("there is no server 7"), 404),
        (RefusedError("say why"), 422),
        (ConflictError("look again"), 409),
        (UnknownParameterError("x"), 400),
        (ComplaintError("too large", status=413), 413),
        (ComplaintError("no room", status=507), 413),
    ],
)
def test_each_error_has_its_status(error: RefusedError, status: int) -> None:
    """That of HTTP."""
    assert status_of(error) == status
