"""Responses in lists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.http_response import BODY_LIMIT
from alpheus.exposure.imports.raw_answers import (
    from_parts,
    header_pairs,
    is_exchange_path,
    parse,
    probe_of,
    unescape,
)
from alpheus.exposure.model import ProbeKind


def test_a_response_from_its_text() -> None:
    """Names in lower case, folded lines joined, the framing not applied again."""
    found = parse("HTTP/1.1 200 OK\r\nX-A: 1\r\n\t2\r\nContent-Length: 1\r\n\r\nbody")
    assert found is not None
    assert found.status == 200
    assert found.headers == (("x-a", "1 2"), ("content-length", "1"))
    assert found.body == b"body"
    assert parse("\n HTTP/2 204\n\nx", "other").body == b"other"  # type: ignore[union-attr]
    assert parse("220 mail ready") is None
    assert parse("") is None


def test_a_head_that_is_cut_counts_to_its_last_whole_line() -> None:
    """Half a header could name a wrong build."""
    found = parse("HTTP/1.1 200 OK\r\nServer: x\r\nX-OWA-Version: 15.1.21")
    assert found is not None
    assert found.headers == (("server", "x"),)


def test_bodies_are_bounded() -> None:
    """And said to be cut."""
    found = from_parts(200, (), "\u00e4" * BODY_LIMIT)
    assert found is not None
    assert (len(found.body), found.truncated) == (BODY_LIMIT, True)
    assert from_parts(7, (), "x") is None


def test_maps_of_headers() -> None:
    """Texts, lists, objects with one, and what zgrab2 does not know."""
    pairs = header_pairs({
        "server": ["a", "b"], "x_owa_version": "c", "X-FEServer": {"headers": ["d"]},
        "unknown": [{"key": "x_diaginfo", "value": ["e"]}, 5], "_encoding": {"x": "y"}, "n": None,
    })  # fmt: skip
    found = from_parts(200, pairs, "")
    assert found is not None
    assert found.headers == (
        ("server", "a"), ("server", "b"), ("x-owa-version", "c"), ("x-feserver", "d"),
        ("x-diaginfo", "e"),
    )  # fmt: skip
    assert list(header_pairs(["x"])) == []


def test_escapes_of_scanners() -> None:
    """Hexadecimal and short ones; a backslash before anything else is left out."""
    assert unescape(r"a\x0d\r\n\.\\\"") == 'a\r\r\n.\\"'


def test_paths() -> None:
    """Which probe a path was, and whether Exchange answers there."""
    assert probe_of("/owa/auth/logon.aspx?x") is ProbeKind.LOGON
    assert probe_of("/ecp/Current/exporttool/x.application") is ProbeKind.MANIFEST
    assert probe_of("/EWS/Exchange.asmx") is ProbeKind.EWS
    assert probe_of("/") is ProbeKind.OWA
    assert is_exchange_path("/OWA/")
    assert not is_exchange_path("/shop")


@given(st.text())
def test_any_text(text: str) -> None:
    """Nothing raises."""
    parse(text)
    parse(f"HTTP/1.1 200 OK\r\n{text}")
    unescape(text)
