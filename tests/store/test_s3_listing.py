"""Pages of a list of objects: read in bounds, whatever a store writes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.errors import StoreError
from alpheus.store.s3_listing import read_page

_HEAD = b'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'


def _page(*parts: str) -> bytes:
    return _HEAD + "".join(parts).encode() + b"</ListBucketResult>"


def _object(key: str, size: str = "7") -> str:
    return (
        f'<Contents><Key>{key}</Key><Size>{size}</Size><ETag>"e"</ETag>'
        "<LastModified>2021-03-03T06:59:20.000Z</LastModified></Contents>"
    )


def test_a_page_says_key_size_etag_and_time() -> None:
    """Keys are percent-encoded in it, a blank as `+`."""
    page = read_page("x", _page(_object("a%2Fb+c%01%FF"), "<IsTruncated>false</IsTruncated>"))
    (stat,) = page.objects
    assert (stat.key, stat.size, stat.etag) == ("a/b c\x01\udcff", 7, '"e"')
    assert stat.modified == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
    assert page.following == ""


def test_a_page_says_how_to_go_on() -> None:
    """By a token, if there is more."""
    more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
    assert read_page("x", _page(more)).following == "t"
    with pytest.raises(StoreError, match="breaks off"):
        read_page("x", _page("<IsTruncated>true</IsTruncated>"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult/>', "no document"),
        ("<!DOCTYPE x><ListBucketResult/>".encode("utf-16"), "no document"),
        (b"<html/>", "no list of objects"),
        (b"<ListBucketResult>", "damaged at line 1"),
        (_page("<Contents><Size>1</Size></Contents>"), "key and size"),
        (_page(_object("k", "-1")), "key and size"),
        (_page(_object("k", "9" * 30)), "key and size"),
        (_page(*[_object("k")] * 10_001), "too many"),
    ],
)
def test_what_is_no_list_is_refused(text: bytes, said: str) -> None:
    """In one line that names the address."""
    with pytest.raises(StoreError, match=f"s3://b: .*{said}"):
        read_page("s3://b", text)
