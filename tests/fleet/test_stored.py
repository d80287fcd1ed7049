"""Packages in a store: found in its list, known without being read whole."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest

from alpheus.errors import StoreError
from alpheus.fleet.model import Package
from alpheus.fleet.stored import Knowing, Stored, content_of, find_stored, in_parts
from alpheus.store.address import Address, parse_address
from alpheus.store.model import Stat

HERE = parse_address("s3://bucket/in/")


class _Store:
    """A store in memory; `etag` makes that of a content."""

    def __init__(self, objects: dict[str, bytes], etag: Callable[[bytes], str] = repr) -> None:
        self.objects = objects
        self.etag = etag
        self.sent = 0

    def look(self, key: str) -> Stat | None:
        content = self.objects.get(key)
        return None if content is None else Stat(key, len(content), self.etag(content))

    def read(self, stat: Stat, start: int, stop: int) -> bytes:
        self.sent += stop - start
        return self.objects[stat.key][start:stop]

    def list(self, prefix: str) -> Iterator[Stat]:
        for key in sorted(self.objects, key=lambda one: one.encode("utf-8", "surrogateescape")):
            stat = self.look(key)
            if key.startswith(prefix) and stat is not None:
                yield stat

    def put(self, key: str, content: bytes | BinaryIO, size: int, sha256: str) -> None:
        raise NotImplementedError


def _zip(content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("C/x.log"), content)
    return out.getvalue()


def _etag(content: bytes) -> str:
    return f'"{hash(content)}"'


def _found(store: _Store, address: Address = HERE) -> list[Stored]:
    return list(find_stored(address, lambda _: store))


def test_each_object_and_each_prefix_below_is_one() -> None:
    """In the order of keys; hidden ones, the prefix itself and its neighbours are passed over."""
    objects = dict.fromkeys(
        ["in/", "in/a.zip", "in/a/1", "in/a/b/2", "in/.x", "in/.y/1", "in/c/1", "inner", "x"], b"12"
    )
    found = _found(_Store(objects))
    assert [(one.place, one.name, one.size) for one in found] == [
        ("s3://bucket/in/a.zip", "a.zip", 2),
        ("s3://bucket/in/a/", "a", 4),
        ("s3://bucket/in/c/", "c", 2),
    ]


def test_a_prefix_is_known_by_the_etags_of_its_objects() -> None:
    """The same below another name is the same; a name, size or ETag more or less is not."""
    same = {"in/a/1": b"1", "in/a/2": b"22", "in/b/1": b"1", "in/b/2": b"22"}
    one, two = _found(_Store(same))
    assert one.said == two.said
    for other in ({"in/a/1": b"1"}, {"in/a/1": b"1", "in/a/3": b"22"},
                  {"in/a/1": b"1", "in/a/2": b"23"}):  # fmt: skip
        assert _found(_Store(other))[0].said != one.said
    one, two = _found(_Store(same, lambda _: ""))
    assert one.said != two.said


def test_a_list_out_of_order_is_refused() -> None:
    """It would make two packages of one."""

    class Shuffled(_Store):
        def list(self, prefix: str) -> Iterator[Stat]:
            yield from (Stat(f"{prefix}{name}", 1, "e") for name in ("a/1", "b", "a/2"))

    with pytest.raises(StoreError, match="order"):
        _found(Shuffled({}))


def test_a_list_of_any_length_needs_no_memory_for_it() -> None:
    """One package is in memory at a time, however many there are."""

    class Endless(_Store):
        def list(self, prefix: str) -> Iterator[Stat]:
            for number in range(10_000):
                yield Stat(f"{prefix}{number // 5:09}/f{number % 5}", 1, '"e"')

    tracemalloc.start()
    count = sum(len(part) for part in in_parts(find_stored(HERE, lambda _: Endless({})), 200))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2_000
    assert peak < 1_000_000


def test_the_same_package_under_two_keys_is_one() -> None:
    """Where the ETag is that of the content; it is not read whole for it."""
    content = _zip(bytes(3 << 20))
    store = _Store({"in/a.zip": content, "in/b.zip": content, "in/c.zip": _zip(b"y")}, _etag)
    packages = Knowing(lambda _: store).all(_found(store))
    known = [one.content for one in packages if isinstance(one, Package)]
    assert known[0] == known[1] != known[2]
    assert store.sent < len(content) // 2


def test_two_packages_with_one_etag_are_two_if_their_directories_differ() -> None:
    """An ETag may be anything; the checksums of all members are in the directory."""
    store = _Store({"in/a.zip": _zip(b"1" * 9_000), "in/b.zip": _zip(b"2" * 9_000)}, lambda _: "e")
    one, two = Knowing(lambda _: store).all(_found(store))
    assert isinstance(one, Package)
    assert isinstance(two, Package)
    assert one.content != two.content


def test_without_an_etag_the_place_counts() -> None:
    """Nothing else tells one from the other for sure."""
    store = _Store({"in/a.zip": _zip(), "in/b.zip": _zip()}, lambda _: "")
    stats = [store.look(key) for key in store.objects]
    assert len({content_of(store, one, one.key) for one in stats if one is not None}) == 2


def test_what_is_no_package_and_what_cannot_be_one() -> None:
    """A text is passed over; a key that is no text is told, as is what the store refuses."""
    store = _Store({"in/a.txt": b"hello", "in/b\n.zip": _zip(), "in//c": b"1", "in/d.zip": _zip()})

    class Refusing(_Store):
        def read(self, stat: Stat, start: int, stop: int) -> bytes:
            raise StoreError("refused")

    told = dict(zip([one.name for one in _found(store)],
                    Knowing(lambda _: store).all(_found(store)), strict=True))  # fmt: skip
    assert told["a.txt"] is None
    assert "no plain text" in str(told["b\n.zip"])
    assert "no plain text" in str(told[""])
    assert isinstance(told["d.zip"], Package)
    assert Knowing(lambda _: Refusing({})).all(_found(_Store({"in/d.zip": _zip()}))) == ["refused"]


def test_a_web_address_is_one_package() -> None:
    """There is no list of a web server."""
    store = _Store({"p.zip": _zip()})
    (one,) = _found(store, parse_address("https://host/p.zip"))
    assert (one.place, one.name) == ("https://host/p.zip", "p.zip")
