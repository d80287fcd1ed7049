"""Answers that break a client which trusts them."""

from __future__ import annotations

import hashlib
import itertools
import struct
import zlib
from collections.abc import Callable
from functools import cache

from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.reply import Headers, Reply, Request, Then, date, response

_FILLER = b"<p>This page goes on for longer than anybody reads.</p>\r\n" * 64
_PAGE = b"<html><head><title>Mail</title></head><body>" + _FILLER * 3
_BOMB_MEGABYTES = 128


def noise(address: str, length: int) -> bytes:
    """Random bytes; the same for the same address."""
    blocks = (
        hashlib.blake2b(f"{address} {number}".encode()).digest() for number in itertools.count()
    )
    return b"".join(itertools.islice(blocks, length // 64 + 1))[:length]


def _html(*headers: tuple[str, str]) -> Headers:
    return (("Content-Type", "text/html"), ("Server", "Apache"), ("Date", date()), *headers)


def _ok(body: bytes, then: Then, *headers: tuple[str, str], again: bytes = b"") -> Reply:
    return Reply(response("200 OK", _html(*headers), body).data, then, again)


@cache
def _bomb() -> bytes:
    """Zeros, packed once and repeated: a block after a full flush needs nothing before it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(_BOMB_MEGABYTES):
        check = zlib.crc32(block, check)
    ending = struct.pack("<II", check, _BOMB_MEGABYTES << 20)
    begin = bytes.fromhex("1f8b0800000000000003")
    return begin + packed * _BOMB_MEGABYTES + packer.flush() + ending


def _small_bomb() -> Reply:
    body = _bomb()
    coding = (("Content-Encoding", "gzip"), ("Content-Length", str(len(body))))
    return _ok(body, Then.KEEP, *coding)


def _redirects(request: Request) -> Reply:
    step = request.target.rpartition("/")[2]
    place = f"/owa/{int(step) + 1 if step.isdecimal() else 1}"
    return response("302 Found", _html(("Location", place), ("Content-Length", "0")))


def _frames() -> Reply:
    settings = bytes.fromhex(
        "000012040000000000" + "000300000064" + "000400100000" + "000600004000"
    )
    go_away = bytes.fromhex("000008070000000000" + "00000000" + "0000000d")
    return Reply(settings + go_away, Then.CLOSE)


def _chunked(body: bytes, then: Then, again: bytes = b"") -> Reply:
    return _ok(body, then, ("Transfer-Encoding", "chunked"), again=again)


_CHUNK = b"%x\r\n%b\r\n" % (len(_FILLER), _FILLER)
_STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: Apache\r\n"

_ANSWERS: dict[str, Callable[[Behaviour, Request], Reply]] = {
    "tls-tarpit": lambda _b, _r: Reply(b"", Then.HOLD),
    "tls-reset": lambda _b, _r: Reply(b"", Then.RESET),
    "body-reset": lambda _b, _r: _ok(_PAGE, Then.RESET, ("Content-Length", "61440")),
    "slow-loris": lambda _b, _r: Reply(_STREAM_HEAD, Then.DRIP, b"X-More: yes\r\n"),
    "endless-body": lambda _b, _r: _ok(_PAGE, Then.REPEAT, again=_FILLER * 8),
    "endless-headers": lambda _b, _r: Reply(
        _STREAM_HEAD, Then.REPEAT, b"X-More: " + b"and so on, " * 90 + b"\r\n"
    ),
    "endless-redirects": lambda _b, request: _redirects(request),
    "giant-length": lambda _b, _r: _ok(_PAGE, Then.HOLD, ("Content-Length", "9223372036854775807")),
    "short-body": lambda _b, _r: _ok(_PAGE, Then.CLOSE, ("Content-Length", "100000")),
    "long-body": lambda _b, _r: _ok(_PAGE, Then.KEEP, ("Content-Length", "40")),
    "chunk-nonsense": lambda _b, _r: _chunked(b"zz top\r\n" + _PAGE, Then.CLOSE),
    "chunk-negative": lambda _b, _r: _chunked(b"-1\r\n" + _PAGE, Then.CLOSE),
    "chunk-huge": lambda _b, _r: _chunked(b"f" * 40 + b"\r\n" + _PAGE, Then.HOLD),
    "chunk-endless": lambda _b, _r: _chunked(_CHUNK, Then.REPEAT, _CHUNK),
    "gzip-bomb": lambda _b, _r: _small_bomb(),
    "http09": lambda _b, _r: Reply(_PAGE, Then.CLOSE),
    "http2-only": lambda _b, _r: _frames(),
    "binary": lambda behaviour, _r: Reply(noise(behaviour.address, 3000), Then.CLOSE),
    "status-nonsense": lambda _b, _r: Reply(
        b"HTTP/1.1 OK two hundred\r\nContent-Length: 0\r\n\r\n", Then.KEEP
    ),
    "continue-forever": lambda _b, _r: Reply(
        b"", Then.REPEAT, b"HTTP/1.1 100 Continue\r\n\r\n" * 40
    ),
}


def answer(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """What the kind's trouble is, whatever is asked."""
    return _ANSWERS[behaviour.kind.application.removeprefix("trouble-")](behaviour, request)
