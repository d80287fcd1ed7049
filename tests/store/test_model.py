"""What is said of an object."""

from __future__ import annotations

from datetime import UTC, datetime

from alpheus.store.model import Stat, changed, clean_etag


def test_a_mark_changes_with_the_content_as_far_as_the_store_knows() -> None:
    """By ETag, version and size; by time only where there is no ETag."""
    now, then = datetime(2021, 3, 3, tzinfo=UTC), datetime(2021, 3, 4, tzinfo=UTC)
    assert Stat("k", 1, "e", now).mark == Stat("k", 1, "e", then).mark
    assert Stat("k", 1, "", now).mark != Stat("k", 1, "", then).mark
    assert len({Stat("k", 1, "e").mark, Stat("k", 2, "e").mark, Stat("k", 1, "f").mark,
                Stat("k", 1, "e", version="2").mark}) == 4  # fmt: skip


def test_a_change_says_which_version_was_begun() -> None:
    """And what to do."""
    assert str(changed("s3://b/k", Stat("k", 1_000, '"e"'))) == (
        's3://b/k: changed or removed while it was read (it was ETag "e", 1,000 bytes); run again '
        "to read it as it is now"
    )
    assert "the version" in str(changed("x", Stat("k", 1)))


def test_an_etag_goes_back_as_it_came_or_not_at_all() -> None:
    """It stands in a header of the next request."""
    assert clean_etag(' W/"a b" ') == 'W/"a b"'
    for wrong in ('"a\r\nHost: x"', '"\u00fc"', "x" * 300, "\x00"):
        assert clean_etag(wrong) == ""
