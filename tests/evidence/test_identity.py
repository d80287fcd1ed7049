"""What stands for the content of a package in a store."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

from alpheus.evidence.identity import PrefixIdentity, object_identity
from alpheus.store.model import Stat


def _zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("C/x.log"), content)
    return out.getvalue()


def _of(content: bytes, etag: str = "e", place: str = "s3://b/k") -> str:
    return object_identity(lambda: io.BytesIO(content), Stat("k", len(content), etag), place)


def test_the_same_object_anywhere_is_one() -> None:
    """By ETag, size, beginning and directory; its address is not part of it."""
    one = _zip(bytes(9_000))
    assert _of(one) == _of(one, place="s3://other/place")
    assert _of(one) != _of(one, etag="f")


def test_a_directory_tells_what_an_etag_does_not() -> None:
    """The checksums of all members are in it."""
    middle = 5_000
    one, two = bytes(9_000), bytes(middle) + b"x" + bytes(9_000 - middle - 1)
    assert _of(_zip(one)) != _of(_zip(two))


def test_without_an_etag_the_address_counts() -> None:
    """Nothing else tells one from the other for sure."""
    one = _zip(b"1")
    assert _of(one, etag="") != _of(one, etag="", place="s3://other/place")


def test_other_objects_are_known_by_both_ends() -> None:
    """A change in the middle is told by the ETag alone."""
    content = bytes(200_000)
    assert _of(content) != _of(b"x" + content[1:])
    assert _of(content) != _of(content[:-1] + b"x")
    assert _of(content) == _of(content[:100_000] + b"x" + content[100_001:])


def test_a_prefix_is_known_by_what_is_listed_below_it() -> None:
    """Names below it, sizes and ETags; the prefix itself only where there are none."""

    def of(prefix: str, *stats: Stat) -> str:
        found = PrefixIdentity(prefix)
        for one in stats:
            found.add(replace(one, key=f"{prefix}{one.key}"))
        assert found.size == sum(one.size for one in stats)
        return found.end()

    one, two = Stat("1", 1, "a"), Stat("2", 2, "b")
    assert of("x/", one, two) == of("y/", one, two)
    changed = (replace(two, etag="c"), replace(two, key="3"), replace(two, size=3))
    others = [of("x/", one), *(of("x/", one, other) for other in changed)]
    assert len({of("x/", one, two), *others}) == 5
    bare = replace(one, etag="")
    assert of("x/", bare) != of("y/", bare)
