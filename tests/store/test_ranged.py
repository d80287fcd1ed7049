"""Parts of objects: exactly those bytes of exactly that version, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alpheus.errors import StoreChangedError, StoreError, StoreLostError
from alpheus.store.model import Stat
from alpheus.store.patience import Patience
from alpheus.store.ranged import read_range
from alpheus.store.wire import Wire, origin_of
from byte_server import ByteServer, byte_server, cuts_after, says

CONTENT = bytes(range(256)) * 1_000
QUICK = Patience(seconds=5, pause=0.001, longest=0.002)


@pytest.fixture(scope="module")
def shared() -> Iterator[ByteServer]:
    """One server for all."""
    with byte_server(CONTENT) as found:
        yield found


@pytest.fixture
def server(shared: ByteServer) -> ByteServer:
    """As it was."""
    shared.content, shared.etag, shared.ranges = CONTENT, '"one"', True
    shared.faults.clear()
    shared.asked.clear()
    return shared


def _read(server: ByteServer, start: int, stop: int, etag: str = '"one"', size: int = 0) -> bytes:
    wire = Wire(origin_of(server.url))
    stat = Stat("k", size or len(CONTENT), etag)
    return read_range(
        "s3://b/k", stat, start, stop, ask=lambda more: wire.ask("GET", "/k", more), patience=QUICK
    )


def test_a_part_is_asked_for_in_the_version_that_is_meant(server: ByteServer) -> None:
    """With its range and its ETag; nothing where nothing is asked for."""
    assert _read(server, 10, 300) == CONTENT[10:300]
    headers = server.asked[0][2]
    assert (headers["range"], headers["if-match"]) == ("bytes=10-299", '"one"')
    assert _read(server, 5, 5) == b""
    assert len(server.asked) == 1


def test_what_was_cut_goes_on_where_it_was_cut(server: ByteServer) -> None:
    """No byte is asked for twice."""
    server.faults.extend([cuts_after(100_000), says(503), cuts_after(50_000)])
    assert _read(server, 0, len(CONTENT)) == CONTENT
    starts = [headers["range"].split("=")[1] for _, _, headers in server.asked]
    assert starts == ["0-255999", "100000-255999", "100000-255999", "150000-255999"]


@pytest.mark.parametrize("status", [404, 410, 412, 416])
def test_an_object_that_is_gone_or_another_has_changed(server: ByteServer, status: int) -> None:
    """It is told as a change, with which version it was and what to do."""
    server.faults.append(says(status))
    with pytest.raises(StoreChangedError, match=r'changed or removed.*"one".*run again'):
        _read(server, 0, 10)


def test_a_server_that_does_not_look_at_if_match_is_looked_at(server: ByteServer) -> None:
    """The ETag, the size, and without an ETag the time, of every answer are compared."""
    server.etag = '"two"'
    server.faults.append(says(206, CONTENT[:10], Content_Range=f"bytes 0-9/{len(CONTENT)}"))
    with pytest.raises(StoreChangedError):
        _read(server, 0, 10)
    server.etag = '"one"'
    server.faults.append(says(206, CONTENT[:10], Content_Range="bytes 0-9/77"))
    with pytest.raises(StoreChangedError):
        _read(server, 0, 10)
    server.etag = ""
    with pytest.raises(StoreChangedError):
        _read(server, 0, 10, etag="")


def test_a_weak_etag_is_compared_and_not_sent(server: ByteServer) -> None:
    """`If-Match` never holds for one that is weak."""
    server.etag = 'W/"one"'
    assert _read(server, 0, 10, etag='W/"one"') == CONTENT[:10]
    assert "if-match" not in server.asked[0][2]


def test_other_bytes_than_asked_for_are_no_answer(server: ByteServer) -> None:
    """Another part, too many bytes, or all of it instead, are refused."""
    server.faults.append(says(206, b"x" * 10, Content_Range=f"bytes 1-10/{len(CONTENT)}"))
    with pytest.raises(StoreError, match="another part"):
        _read(server, 0, 10)
    server.faults.append(says(206, b"x" * 20, Content_Range=f"bytes 0-9/{len(CONTENT)}"))
    with pytest.raises(StoreError, match="more bytes"):
        _read(server, 0, 10)
    server.ranges = False
    with pytest.raises(StoreError, match="download it"):
        _read(server, 0, 10)
    assert _read(server, 0, len(CONTENT)) == CONTENT


def test_a_part_that_is_shorter_than_promised(server: ByteServer) -> None:
    """What is missing is asked for; a server that gives nothing of it has something else."""
    part = f"bytes 0-4/{len(CONTENT)}"
    server.faults.append(says(206, CONTENT[:5], Content_Range=part))
    assert _read(server, 0, 10) == CONTENT[:10]
    server.faults.append(says(206, b"", Content_Range=f"bytes 0-9/{len(CONTENT)}"))
    with pytest.raises(StoreChangedError):
        _read(server, 0, 10)


@pytest.mark.parametrize(
    ("status", "said"), [(403, "credentials in the environment"), (302, "elsewhere"), (418, "418")]
)
def test_a_refusal_says_what_to_do_and_nothing_of_the_request(
    server: ByteServer, status: int, said: str
) -> None:
    """Whatever the server writes is not repeated."""
    server.faults.append(says(status, b"your signature hush", Location="http://10.0.0.1/hush"))
    with pytest.raises(StoreError, match=said) as caught:
        _read(server, 0, 10)
    assert "hush" not in str(caught.value)


def test_a_store_that_stays_away_is_lost(server: ByteServer) -> None:
    """After patience has ended."""
    server.faults.extend([says(503)] * 4_000)
    with pytest.raises(StoreLostError, match="503"):
        _read(server, 0, 10)
    server.faults.clear()
