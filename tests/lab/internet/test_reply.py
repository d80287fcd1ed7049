"""Replies."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from alpheus.lab.internet.reply import Request, chunks, date, object_moved, request_id, response


def test_headers_are_sent_as_they_are() -> None:
    """In their order and case, also twice."""
    reply = response("200 OK", (("X-b", "1"), ("x-A", "2"), ("X-b", "3")), b"body")
    assert reply.data == b"HTTP/1.1 200 OK\r\nX-b: 1\r\nx-A: 2\r\nX-b: 3\r\n\r\nbody"


def test_the_date_is_one_of_http() -> None:
    """Others can read it."""
    assert parsedate_to_datetime(date()).tzinfo is not None
    assert date().endswith(" GMT")


def test_identifiers_are_never_the_same() -> None:
    """Written as a GUID."""
    found = {request_id() for _ in range(1000)}
    assert len(found) == 1000
    assert {len(one) for one in found} == {36}


@pytest.mark.parametrize(
    ("target", "path"), [("/OWA/?x=/Y", "/owa/"), ("/", "/"), ("/a", "/a"), ("", "")]
)
def test_the_path_of_a_request(target: str, path: str) -> None:
    """Without its query, in lower case: Windows does not care about case."""
    assert Request("GET", target, "").path == path


def test_chunks() -> None:
    """A body in pieces, with the last one empty."""
    assert chunks(b"abcde", 3) == b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert b'href="/there"' in object_moved("/there")
