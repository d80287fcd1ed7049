"""A bucket of S3, on a real server on loopback."""

from __future__ import annotations

import hashlib
import io

import pytest

from alpheus.errors import StoreChangedError, StoreError, UsageError
from alpheus.store.address import Address
from alpheus.store.patience import Patience
from alpheus.store.s3 import S3Store
from store_server import BUCKET, SECRET, StoreServer

QUICK = Patience(seconds=2, pause=0.001, longest=0.002)
ODD = ("p/x/../y", "p/back\\slash", "p/a b+c", "p/ü", "p/%2e", "p/q?x=1", "p/z//e", "p/dir/",
       "p/\x01", "p/./dot")  # fmt: skip


@pytest.fixture
def store(s3: StoreServer) -> S3Store:
    """The bucket."""
    return S3Store(Address("s3", BUCKET), QUICK)


def test_an_object_is_looked_at_and_read_in_parts(s3: StoreServer, store: S3Store) -> None:
    """Only the bytes that are asked for are sent."""
    s3.put("a/one", b"0123456789")
    stat = store.look("a/one")
    assert stat is not None
    assert stat.size == 10
    assert stat.etag == f'"{hashlib.md5(b"0123456789", usedforsecurity=False).hexdigest()}"'
    assert store.read(stat, 3, 6) == b"345"
    assert s3.sent == 3
    assert store.look("a/none") is None


def test_no_secret_goes_over_the_wire(s3: StoreServer, store: S3Store) -> None:
    """Requests are signed; the secret itself is in none of them, nor a proxy's name."""
    s3.put("a/one", b"1")
    store.look("a/one")
    assert SECRET not in str(s3.headers)
    assert "AWS4-HMAC-SHA256" in str(s3.headers)


def test_an_object_that_changes_while_it_is_read(s3: StoreServer, store: S3Store) -> None:
    """The version that was begun is read, or nothing."""
    s3.put("a/two", b"before")
    stat = store.look("a/two")
    assert stat is not None
    s3.put("a/two", b"after!")
    with pytest.raises(StoreChangedError, match="s3://evidence/a/two: changed"):
        store.read(stat, 0, 3)


def test_cuts_pauses_and_slow_down_are_lived_through(s3: StoreServer, store: S3Store) -> None:
    """What was cut goes on by range; a busy store is asked again."""
    content = bytes(range(256)) * 4_000
    s3.put("a/big", content)
    stat = store.look("a/big")
    assert stat is not None
    s3.faults.extend([lambda _: (503, {}), lambda _: 300_000, lambda _: (500, {})])
    assert store.read(stat, 0, stat.size) == content
    assert [one.status for one in s3.seen if one.method == "GET"] == [503, 206, 500, 206]
    assert s3.seen[-1].part == f"bytes=300000-{len(content) - 1}"
    assert s3.sent == len(content)


def test_every_key_is_listed_and_read_as_it_is_called(s3: StoreServer, store: S3Store) -> None:
    """Dots, blanks, empty parts, control characters: one such key hides no other."""
    for key in ODD:
        s3.put(key, key.encode())
    listed = {stat.key: stat for stat in store.list("p/")}
    assert set(listed) == set(ODD)
    for key in ("p/back\\slash", "p/a b+c", "p/ü", "p/q?x=1", "p/%2e"):
        assert store.read(listed[key], 0, listed[key].size) == key.encode()


def test_a_list_comes_by_page_in_the_order_of_keys(
    s3: StoreServer, store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page at a time, as many as there are."""
    for number in range(7):
        s3.put(f"l/{number}", b"x")
    plain = S3Store._ask

    def small(
        self: S3Store, method: str, key: str, query: object = (), *more: object, **named: object
    ) -> object:
        return plain(self, method, key, [*query, ("max-keys", "3")], *more, **named)  # type: ignore[misc]

    monkeypatch.setattr(S3Store, "_ask", small)
    assert [stat.key for stat in store.list("l/")] == [f"l/{number}" for number in range(7)]
    assert len(s3.seen) == 3
    assert list(store.list("none/")) == []


def test_a_result_is_written_in_one_request(s3: StoreServer, store: S3Store) -> None:
    """Whole or not at all; again is the same; a stream is begun anew after a failure."""
    content = b"x" * 100_000
    digest = hashlib.sha256(content).hexdigest()
    store.put("r/1", content, len(content), digest)
    store.put("r/1", io.BytesIO(content), len(content), digest)
    assert [one.method for one in s3.seen] == ["PUT", "PUT"]
    assert s3.client.get_object(Bucket=BUCKET, Key="r/1")["Body"].read() == content


def test_no_such_bucket(s3: StoreServer) -> None:
    """It is said in one line."""
    with pytest.raises(StoreError, match="no such bucket"):
        next(S3Store(Address("s3", "nowhere-at-all"), QUICK).list(""))


def test_a_bucket_elsewhere_says_where(s3: StoreServer, store: S3Store) -> None:
    """Nothing is followed; the operator is told which region to name."""
    s3.put("a/three", b"1")
    stat = store.look("a/three")
    assert stat is not None
    moved = {"x-amz-bucket-region": "eu-west-1", "Location": "http://169.254.169.254/"}
    s3.faults.append(lambda _: (301, moved))
    with pytest.raises(StoreError, match="elsewhere"):
        store.read(stat, 0, 1)
    s3.faults.append(lambda _: (301, moved))
    with pytest.raises(StoreError, match="AWS_REGION=eu-west-1"):
        next(store.list("a/"))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AWS_ACCESS_KEY_ID", "", "AWS_ACCESS_KEY_ID"),
        ("AWS_ENDPOINT_URL", "http://minio.example", "AWS_ALLOW_HTTP"),
        ("AWS_ENDPOINT_URL", "minio", "no address"),
    ],
)
def test_what_is_missing_in_the_environment_is_named(
    s3: StoreServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """Before anything is asked."""
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=said):
        S3Store(Address("s3", BUCKET))
    assert s3.seen == []


def test_amazons_own_servers(s3: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an endpoint: by the bucket's own name where it can be one, over TLS."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    plain, dotted = S3Store(Address("s3", "evidence")), S3Store(Address("s3", "my.evidence"))
    assert str(plain._wire.origin) == "https://evidence.s3.eu-west-1.amazonaws.com"
    assert str(dotted._wire.origin) == "https://s3.eu-west-1.amazonaws.com"
    assert (plain._base, dotted._base) == ("", "/my.evidence")
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    china = S3Store(Address("s3", "evidence"))
    assert str(china._wire.origin) == "https://evidence.s3.cn-north-1.amazonaws.com.cn"
