"""One object on a web server, and where it is not looked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from alpheus.errors import StoreError, UsageError
from alpheus.store.address import parse_address
from alpheus.store.patience import Patience
from alpheus.store.web import WebStore
from byte_server import ByteServer, byte_server, says

QUICK = Patience(seconds=2, pause=0.001, longest=0.002)


@pytest.fixture
def server() -> Iterator[ByteServer]:
    """A server of ten bytes."""
    with byte_server(b"0123456789") as found:
        yield found


def _store(server: ByteServer, target: str = "/a%20b.zip?sig=hush") -> WebStore:
    return WebStore(parse_address(f"{server.url}{target}"), QUICK)


def test_it_is_asked_for_as_it_was_typed(
    server: ByteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its signature, and the word of the environment; by GET, which signatures allow."""
    monkeypatch.setenv("ALPHEUS_STORE_AUTHORIZATION", "Bearer word")
    store = _store(server)
    stat = store.look("k")
    assert stat is not None
    assert (stat.size, stat.etag, stat.ranges) == (10, '"one"', True)
    assert stat.modified == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
    assert store.read(stat, 2, 5) == b"234"
    for command, path, headers in server.asked:
        assert (command, path) == ("GET", "/a%20b.zip?sig=hush")
        assert headers["authorization"] == "Bearer word"


def test_what_is_not_there(server: ByteServer) -> None:
    """None, not an error."""
    server.faults.append(says(404))
    assert _store(server).look("k") is None


def test_a_server_without_ranges_says_so(server: ByteServer) -> None:
    """It is seen at the first look."""
    server.ranges = False
    stat = _store(server).look("k")
    assert stat is not None
    assert not stat.ranges


def test_an_empty_object(server: ByteServer) -> None:
    """A range of nothing is refused by servers, with the length."""
    server.content = b""
    stat = _store(server).look("k")
    assert stat is not None
    assert stat.size == 0


def test_a_redirection_on_the_same_server_is_followed(server: ByteServer) -> None:
    """And only for this object: the new place is asked from then on."""
    server.faults.append(says(302, Location="/there?sig=x"))
    store = _store(server)
    stat = store.look("k")
    assert stat is not None
    store.read(stat, 0, 1)
    assert [path for _, path, _ in server.asked[1:]] == ["/there?sig=x"] * 2


def test_a_redirection_to_another_server_is_told_and_not_followed(server: ByteServer) -> None:
    """Nothing is asked where the operator did not say; what is told holds no signature."""
    for place in ("http://169.254.169.254/latest?x=hush", "https://other.example/hush"):
        server.faults.append(says(302, Location=place))
        with pytest.raises(StoreError, match="another server, http") as caught:
            _store(server).look("k")
        assert "hush" not in str(caught.value)
    server.faults.append(says(302, Location="file:///etc/passwd"))
    with pytest.raises(StoreError, match="elsewhere"):
        _store(server).look("k")


def test_redirections_end(server: ByteServer) -> None:
    """A server cannot lead on for ever."""
    server.faults.extend([says(302, Location="/x")] * 10)
    with pytest.raises(StoreError, match="without an end"):
        _store(server).look("k")


def test_a_refusal_and_a_length_that_is_missing(server: ByteServer) -> None:
    """Both are said in one line."""
    server.faults.append(says(401))
    with pytest.raises(StoreError, match="credentials"):
        _store(server).look("k")
    server.faults.append(says(206, b"x", Content_Range="bytes 0-0/*"))
    with pytest.raises(StoreError, match="how long"):
        _store(server).look("k")


def test_there_is_no_list_and_nothing_is_written(server: ByteServer) -> None:
    """A web server holds one package; results go into a bucket."""
    with pytest.raises(UsageError, match="name each package"):
        _store(server).list("")
    with pytest.raises(UsageError, match="name a bucket"):
        _store(server).put("k", b"", 0, "")
