"""Reading HTTP/1 responses from a stranger's bytes."""

from __future__ import annotations

import gzip
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.http_response import (
    BODY_LIMIT,
    HEAD_LIMIT,
    ResponseError,
    ResponseReader,
)
from alpheus.exposure.model import Response

OK = b"HTTP/1.1 200 OK\r\n"


def _read(*pieces: bytes) -> tuple[Response | None, bool]:
    reader = ResponseReader()
    for piece in pieces:
        response = reader.feed(piece)
        if response is not None:
            return response, reader.keep_alive
    return reader.finish(), reader.keep_alive


def _whole(raw: bytes) -> Response:
    response, _ = _read(raw)
    assert response is not None
    return response


def test_head_and_body_of_stated_length() -> None:
    """Header names come in lower case, values without blanks, in the order received."""
    raw = OK + b"X-OWA-VERSION:  15.1.2176.9 \r\nContent-Length: 2\r\nX-FEServer:EX01\r\n\r\nhi"
    response, keep_alive = _read(raw)
    assert response == Response(
        200,
        (("x-owa-version", "15.1.2176.9"), ("content-length", "2"), ("x-feserver", "EX01")),
        b"hi",
    )
    assert keep_alive


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", False),
        (b"HTTP/1.1 200 OK\r\nConnection: Keep-Alive, x\r\n", True),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", True),
        (b"HTTP/2 200 OK\r\n", True),
    ],
)
def test_reuse_follows_version_and_connection(head: bytes, *, expected: bool) -> None:
    """HTTP/1.1 keeps the connection unless it says otherwise, HTTP/1.0 only where it says so."""
    assert _read(head + b"Content-Length: 0\r\n\r\n")[1] is expected


def test_two_responses_on_one_connection() -> None:
    """The reader is ready for the next response once one is complete."""
    reader = ResponseReader()
    assert reader.feed(OK + b"Content-Length: 1\r\n\r\na") == Response(
        200, (("content-length", "1"),), b"a"
    )
    second = reader.feed(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
    assert second is not None
    assert second.status == 401


def test_what_nobody_asked_for_ends_the_connection() -> None:
    """Bytes beyond the response mean that the peer is out of step."""
    assert not _read(OK + b"Content-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n")[1]
    assert _read(OK + b"Content-Length: 1\r\n\r\na\r\n")[1]


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body(status: int) -> None:
    """204 and 304 end with their head, whatever length they state."""
    raw = b"HTTP/1.1 %d x\r\nContent-Length: 9\r\n\r\n" % status
    assert _read(raw) == (Response(status, (("content-length", "9"),), b""), True)


def test_interim_answers_are_skipped() -> None:
    """1xx answers are not the answer."""
    raw = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK
    assert _whole(raw + b"Content-Length: 0\r\n\r\n").headers == (("content-length", "0"),)


def test_chunks_with_extensions_and_trailers() -> None:
    """Chunked bodies are put together; extensions and trailers are read over."""
    raw = OK + b"Transfer-Encoding: gzip;q=0, Chunked\r\n\r\n"
    raw += b"3;name=value\r\nabc\r\n 0A \r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n"
    response, keep_alive = _read(raw)
    assert response is not None
    assert (response.body, response.truncated, keep_alive) == (b"abc0123456789", False, True)


@pytest.mark.parametrize("bad", [b"zz\r\n", b"-1\r\n", b"2\r\nabXX\r\n", b"\r\n", b"1" * 5000])
def test_bad_chunks_keep_what_was_read(bad: bytes) -> None:
    """The head's facts survive a body that breaks its framing."""
    response, keep_alive = _read(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n" + bad)
    assert response is not None
    assert response.body.startswith(b"a")
    assert (response.truncated, keep_alive) == (True, False)


def test_body_up_to_the_close() -> None:
    """Without a length the body ends with the connection; if we hung up it is not whole."""
    head = OK + b"Server: x\r\n\r\n"
    assert _read(head, b"abc") == (Response(200, (("server", "x"),), b"abc"), False)
    reader = ResponseReader()
    reader.feed(head + b"abc")
    assert reader.has_head
    cut = reader.finish(cut=True)
    assert cut is not None
    assert cut.truncated


def test_a_body_that_ends_early_is_truncated() -> None:
    """Fewer bytes than stated: what came is kept and marked."""
    response = _whole(OK + b"Content-Length: 10\r\n\r\nabc")
    assert (response.body, response.truncated) == (b"abc", True)


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 99999999\r\n\r\n", b"\r\n", b"Content-Length: 123456789012345678\r\n\r\n"],
)
def test_endless_bodies_end_at_the_bound(head: bytes) -> None:
    """No more than 256 KB are kept, and the connection is not used again."""
    response, keep_alive = _read(OK + head, *[b"x" * 65_536] * 6)
    assert response is not None
    assert (len(response.body), response.truncated, keep_alive) == (BODY_LIMIT, True, False)


def test_endless_chunk_overhead_ends() -> None:
    """Chunks of one byte with long extensions cannot make us read for ever."""
    reader = ResponseReader()
    reader.feed(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(40):
        response = reader.feed(b"1;" + b"x" * 4000 + b"\r\na\r\n")
        if response is not None:
            break
    assert response is not None
    assert response.truncated


def test_a_body_of_exactly_the_bound_is_whole() -> None:
    """The bound itself is no truncation."""
    response = _whole(OK + b"Content-Length: %d\r\n\r\n" % BODY_LIMIT + b"x" * BODY_LIMIT)
    assert (len(response.body), response.truncated) == (BODY_LIMIT, False)


@pytest.mark.parametrize("lengths", [b"-1", b"abc", b"5, 5", b"1" * 5000])
def test_nonsense_lengths_read_to_the_close(lengths: bytes) -> None:
    """A length that is none is ignored; the connection is not used again."""
    response, keep_alive = _read(OK + b"Content-Length: " + lengths + b"\r\n\r\nabc")
    assert response is not None
    assert (response.body, keep_alive) == (b"abc", False)


def test_two_lengths_that_differ_end_the_connection() -> None:
    """The shorter is believed, and nothing further is read from such a peer."""
    raw = OK + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\nab"
    response, keep_alive = _read(raw)
    assert response is not None
    assert (response.body, keep_alive) == (b"a", False)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (b"gzip", gzip.compress(b"hello" * 50, mtime=0)),
        (b"deflate", zlib.compress(b"hello" * 50)),
        (b"Deflate", zlib.compress(b"hello" * 50)[2:-4]),
    ],
)
def test_packed_bodies_are_inflated(coding: bytes, packed: bytes) -> None:
    """Servers that pack unasked are read all the same, deflate in both of its spellings."""
    head = OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (coding, len(packed))
    assert _whole(head + packed).body == b"hello" * 50


def test_a_bomb_is_inflated_to_the_bound_only() -> None:
    """A small body that inflates without end costs no more than the bound."""
    packed = gzip.compress(bytes(50_000_000))
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    response = _whole(head + packed)
    assert (len(response.body), response.truncated) == (BODY_LIMIT, True)


def test_a_body_that_is_not_packed_though_it_says_so() -> None:
    """Then it is kept as it came."""
    response = _whole(OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain")
    assert (response.body, response.truncated) == (b"plain", True)


def test_odd_heads() -> None:
    """Bare line feeds, folded lines, blanks before a colon, nameless lines, Latin-1."""
    raw = b"\r\n\nHTTP/1.1  302\nLocation : /a\n\tb\nnonsense\nX: \xe9\nContent-Length: 0\n\n"
    assert _whole(raw) == Response(
        302, (("location", "/a b"), ("x", "\xe9"), ("content-length", "0")), b""
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_8.9\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/x 200\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        OK + b"X: " + b"y" * HEAD_LIMIT,
        b"\n" * (HEAD_LIMIT + 1) + b"H",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3000,
    ],
)
def test_what_is_no_http_is_an_error(raw: bytes) -> None:
    """Other protocols, wrong status lines and heads without end are refused with a reason."""
    with pytest.raises(ResponseError, match="answer"):
        ResponseReader().feed(raw)


def test_the_end_before_anything_and_within_the_head() -> None:
    """Nothing is nothing; half a head is an error, because half a line may name a wrong build."""
    assert ResponseReader().finish() is None
    reader = ResponseReader()
    reader.feed(OK + b"X-OWA-Version: 15.1.2176.1")
    with pytest.raises(ResponseError, match="within its head"):
        reader.finish()


def _outcome(pieces: list[bytes]) -> object:
    reader = ResponseReader()
    try:
        for piece in pieces:
            response = reader.feed(piece)
            if response is not None:
                return response
        return reader.finish()
    except ResponseError as error:
        return str(error)


_FIELDS = st.sampled_from(
    [
        b"Content-Length: 5", b"Content-Length: 0", b"Content-Length: x", b"Connection: close",
        b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b" folded", b"X-OWA-Version: 15",
        b"nonsense", b"",
    ]
)  # fmt: skip
_BODIES = st.one_of(
    st.binary(max_size=60),
    st.lists(st.binary(max_size=9), max_size=5).map(
        lambda parts: b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
    ),
)


@st.composite
def _answers(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from([b"\r\n", b"\n"]))
    status = draw(st.sampled_from([b"200 OK", b"302", b"100 Continue", b"204 x", b"304", b"xx"]))
    fields = draw(st.lists(_FIELDS, max_size=5))
    return b"HTTP/1.1 " + end.join([status, *fields, b"", b""]) + draw(_BODIES)


@given(st.one_of(_answers(), st.lists(_answers(), max_size=3).map(b"".join)), st.data())
def test_the_cut_of_the_bytes_does_not_matter(raw: bytes, data: st.DataObject) -> None:
    """One byte at a time, all at once, or in any pieces: the same response or the same error."""
    whole = _outcome([raw])
    assert _outcome([raw[i : i + 1] for i in range(len(raw))]) == whole
    at = data.draw(st.integers(0, len(raw)))
    assert _outcome([raw[:at], raw[at:]]) == whole


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_random_bytes_are_refused_in_order(pieces: list[bytes]) -> None:
    """Nothing but a response, None or ResponseError ever comes out."""
    assert isinstance(_outcome(pieces), Response | str | None)
    assert isinstance(_outcome([b"HTTP/1.1 200 OK\r\n", *pieces]), Response | str | None)


@pytest.mark.parametrize("filler", [b"\n ", b"a:\n", b"\r\n", b"x"])
def test_hostile_heads_cost_no_time(filler: bytes) -> None:
    """A head of nothing but folds, fields or line ends, a byte at a time, takes no second."""
    raw = OK + b"X:" + filler * (HEAD_LIMIT // len(filler) // 2)
    began = time.process_time()
    _outcome([raw[i : i + 1] for i in range(len(raw))])
    _outcome([raw + b"\r\n\r\n"])
    assert time.process_time() - began < 2
