"""Google and Azure through obstore: on its store in memory, and against a server on loopback."""

from __future__ import annotations

import io

import obstore
import pytest
from obstore.store import MemoryStore

from alpheus.errors import StoreChangedError, StoreError, StoreLostError, UsageError
from alpheus.store.address import Address, parse_address
from alpheus.store.cloud import CloudStore
from alpheus.store.opening import open_store
from alpheus.store.patience import Patience
from byte_server import byte_server, says

QUICK = Patience(seconds=0.2, pause=0.001, longest=0.002)


@pytest.fixture
def memory() -> MemoryStore:
    """Two objects."""
    found = MemoryStore()
    obstore.put(found, "p/one", b"0123456789")
    obstore.put(found, "p/two", b"22")
    obstore.put(found, "q", b"3")
    return found


def _store(memory: MemoryStore) -> CloudStore:
    return CloudStore(Address("gs", "bucket"), QUICK, memory)


def test_objects_are_looked_at_read_and_listed(memory: MemoryStore) -> None:
    """As with every store."""
    store = _store(memory)
    stat = store.look("p/one")
    assert stat is not None
    assert store.read(stat, 2, 5) == b"234"
    assert store.read(stat, 3, 3) == b""
    assert store.look("none") is None
    assert [one.key for one in store.list("p/")] == ["p/one", "p/two"]
    assert [one.key for one in store.list("p/o")] == ["p/one"]


def test_an_object_that_changed_is_told(memory: MemoryStore) -> None:
    """By its ETag, and by being gone."""
    store = _store(memory)
    stat = store.look("p/one")
    assert stat is not None
    obstore.put(memory, "p/one", b"9876543210")
    with pytest.raises(StoreChangedError, match="gs://bucket/p/one"):
        store.read(stat, 0, 1)
    obstore.delete(memory, "p/one")
    with pytest.raises(StoreChangedError):
        store.read(stat, 0, 1)


def test_results_are_written(memory: MemoryStore) -> None:
    """From memory and from a stream."""
    store = _store(memory)
    store.put("r", b"abc", 3, "")
    store.put("r2", io.BytesIO(b"def"), 3, "")
    assert bytes(obstore.get(memory, "r").bytes()) == b"abc"
    assert bytes(obstore.get(memory, "r2").bytes()) == b"def"


def test_a_key_that_cannot_be_asked_for_is_told(memory: MemoryStore) -> None:
    """With what to do."""
    with pytest.raises(StoreError, match="rename"):
        _store(memory).look("a//b")


def test_google_is_asked_at_the_server_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a proxy where it is this machine; what it says of a failure is not repeated."""
    with byte_server(b"0123456789") as server:
        monkeypatch.setenv("GOOGLE_BASE_URL", server.url)
        monkeypatch.setenv("GOOGLE_SKIP_SIGNATURE", "true")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        store = open_store(parse_address("gs://bucket/k"), QUICK)
        stat = store.look("k")
        assert stat is not None
        assert store.read(stat, 1, 4) == b"123"
        assert server.asked[-1][1] == "/bucket/k"
        server.faults.append(says(503))
        assert store.read(stat, 1, 4) == b"123"
        server.faults.append(says(403, b"hush"))
        with pytest.raises(StoreError, match="access is refused") as caught:
            store.read(stat, 0, 1)
        assert "hush" not in str(caught.value)
        server.faults.append(says(418, b"hush"))
        with pytest.raises(StoreError, match="418"):
            store.read(stat, 0, 1)
        server.faults.extend([says(503)] * 4_000)
        with pytest.raises(StoreLostError):
            store.read(stat, 0, 1)


def test_settings_that_do_not_fit_are_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever obstore makes of the environment stays inside."""
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", "hush-that-is-no-key")
    monkeypatch.delenv("GOOGLE_SKIP_SIGNATURE", raising=False)
    with pytest.raises(UsageError, match="GOOGLE_") as caught:
        open_store(parse_address("gs://bucket/k"))
    assert "hush" not in str(caught.value)


def test_azure_is_asked_at_the_server_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Google is."""
    with byte_server(b"0123456789") as server:
        monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", server.url)
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "aHVzaA==")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        store = open_store(parse_address("az://boxes/a/k"), QUICK)
        stat = store.look("a/k")
        assert stat is not None
        assert store.read(stat, 1, 4) == b"123"
        assert server.asked[-1][1].endswith("/boxes/a/k")
