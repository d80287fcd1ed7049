"""Responses that a list carries, in its spelling, as responses.

Lists keep bodies as they read them: unpacked, unchunked, perhaps cut. So a head's framing is not
applied again. Header names with underscores for hyphens are put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from alpheus.exposure.http_response import BODY_LIMIT, HEAD_LIMIT
from alpheus.exposure.imports.fields import text_of, texts_of
from alpheus.exposure.model import ProbeKind, Response

_STATUS = re.compile(r"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)", re.ASCII)
_HEAD_END = re.compile(r"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_ESCAPED = {"r": "\r", "n": "\n", "t": "\t", "0": "\0"}
_EXCHANGE_PATHS = ("/owa", "/ecp", "/ews", "/autodiscover", "/mapi", "/oab", "/rpc", "/microsoft-s")


def parse(text: str, body: str | None = None) -> Response | None:
    """A response from its status line on; `body` replaces what follows the head. None if no HTTP.

    A head without its end counts to the last whole line.
    """
    text = text.lstrip()
    status = _STATUS.match(text)
    if status is None:
        return None
    end = _HEAD_END.search(text, 0, HEAD_LIMIT)
    if end:
        head, rest = text[: end.start()], text[end.end() :]
    else:
        head, rest = text[:HEAD_LIMIT].rpartition("\n")[0], ""
    return _response(int(status[1]), _head_lines(head), rest if body is None else body)


def _head_lines(head: str) -> Iterator[tuple[str, str]]:
    for line in _FOLD.sub(" ", head).split("\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            yield name, value


def from_parts(status: int, headers: Iterable[tuple[str, str]], body: str) -> Response | None:
    """A response from what a list has taken apart; None where there is nothing of it."""
    if not 100 <= status <= 599:
        return None
    return _response(status, headers, body)


def _response(status: int, headers: Iterable[tuple[str, str]], body: str) -> Response:
    content = body[:BODY_LIMIT].encode("utf-8", "replace")
    named = tuple(
        (name.strip().lower().replace("_", "-"), value.strip()) for name, value in headers
    )
    truncated = len(body) > BODY_LIMIT or len(content) > BODY_LIMIT
    return Response(status, named, content[:BODY_LIMIT], truncated)


def header_pairs(headers: object) -> Iterator[tuple[str, str]]:
    """Names and values of a map, whatever its values are: a text, a list, or an object with one.

    zgrab2 keeps names it does not know in a list under `unknown`.
    """
    if not isinstance(headers, Mapping):
        return
    for name, value in headers.items():
        if name == "unknown" and isinstance(value, list):
            for item in value:
                if isinstance(item, Mapping):
                    yield from ((text_of(item.get("key")), v) for v in texts_of(item.get("value")))
        elif not name.startswith("_"):
            inner = value
            if isinstance(value, Mapping):
                inner = next((value[k] for k in ("headers", "values", "value") if k in value), "")
            yield from ((name, text) for text in texts_of(inner))


def unescape(text: str) -> str:
    r"""Text in which bytes are written `\x0d` or `\r`, as scanners write banners."""
    return _ESCAPE.sub(
        lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2]), text
    )


def is_exchange_path(path: str) -> bool:
    """Whether Exchange answers at this path, so that another answer there means something."""
    return path.lower().startswith(_EXCHANGE_PATHS)


def probe_of(path: str) -> ProbeKind:
    """The probe whose question this path was, or the nearest one."""
    lower = path.lower()
    if "/exporttool/" in lower:
        return ProbeKind.MANIFEST
    if lower.startswith("/ews"):
        return ProbeKind.EWS
    return ProbeKind.LOGON if lower.startswith("/owa/auth") else ProbeKind.OWA
