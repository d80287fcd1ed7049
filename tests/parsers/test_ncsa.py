"""Access logs in the NCSA form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.model import TimeBasis
from textlogs import format_of, rows_of

_COMMON = b'192.0.2.7 - - [03/Jun/2026:02:11:07 +0000] "GET /a.gif HTTP/1.1" 200 2326\n'
_COMBINED = (
    b'203.0.113.66 - jane doe [03/Jun/2026:04:11:07 +0200] "POST /api/import?type=..%2f HTTP/1.1"'
    b' 200 900 "https://gw.example/" "curl/8.5.0 (\\"x\\")"\n'
)


def test_rows_get_w3c_names() -> None:
    """Rules of web servers apply unchanged; the time is that of its zone."""
    common, combined = rows_of(_COMMON + _COMBINED)
    assert common.fields == {
        "c-ip": "192.0.2.7", "cs-method": "GET", "cs-uri-stem": "/a.gif", "cs-version": "HTTP/1.1",
        "sc-status": "200", "sc-bytes": "2326",
    }  # fmt: skip
    assert combined.fields == {
        "c-ip": "203.0.113.66", "cs-username": "jane doe", "cs-method": "POST",
        "cs-uri-stem": "/api/import", "cs-uri-query": "type=..%2f", "cs-version": "HTTP/1.1",
        "sc-status": "200", "sc-bytes": "900", "cs(Referer)": "https://gw.example/",
        "cs(User-Agent)": 'curl/8.5.0 (\\"x\\")',
    }  # fmt: skip
    assert common.time == combined.time == datetime(2026, 6, 3, 2, 11, 7, tzinfo=UTC)
    assert (common.basis, combined.basis) == (TimeBasis.UTC, TimeBasis.CONVERTED)
    assert (common.host, common.label) == (None, "web-access")


def test_a_site_of_iis_counts_as_such() -> None:
    """IIS writes this form, too, in the folder of the site."""
    (row,) = rows_of(_COMMON, path="W3SVC3/u_nc260603.log")
    assert row.label == "iis-site-3"


@pytest.mark.parametrize(
    ("before", "host", "client"),
    [
        (b"gw.example:443 192.0.2.7 - -", "gw.example:443", "192.0.2.7"),
        (b"client.example - -", None, "client.example"),
        (b"2001:db8::7 - -", None, "2001:db8::7"),
    ],
)
def test_a_site_may_be_named_before_the_client(
    before: bytes, host: str | None, client: str
) -> None:
    """As in a log of several sites; a client may be a name."""
    (row,) = rows_of(_COMMON.replace(b"192.0.2.7 - -", before))
    assert (row.fields.get("cs-host"), row.fields["c-ip"]) == (host, client)


@pytest.mark.parametrize("request_line", [rb"\x16\x03\x01\x02", b"-", b"", b"GET", b"t3 12.1.2"])
def test_a_request_that_is_none_is_a_row(request_line: bytes) -> None:
    """Scanners send all sorts of bytes, and the log has them."""
    (row,) = rows_of(_COMMON.replace(b"GET /a.gif HTTP/1.1", request_line))
    assert "c-ip" in row.fields
    assert row.fields.get("cs-uri-stem", "-").encode() in {request_line or b"-", b"12.1.2"}


def test_whom_a_proxy_names_is_read() -> None:
    """Where it is written behind the program; other columns there are passed by."""
    line = _COMBINED.strip() + b' 0.017 "203.0.113.9, 10.0.0.4" "-"\n'
    (row,) = rows_of(line)
    assert row.fields["X-Forwarded-For"] == "203.0.113.9, 10.0.0.4"


@pytest.mark.parametrize(
    "change",
    [(b"03/Jun", b"31/Jun"), (b"03/Jun", b"03/Jux"), (b"02:11:07", b"02:61:07"),
     (b"+0000", b"UTC"), (b'HTTP/1.1"', b"HTTP/1.1"), (b"03/Jun/2026", b"01/Jan/0001")],
)  # fmt: skip
def test_damaged_rows_are_losses(change: tuple[bytes, bytes]) -> None:
    """A line without a time that can be, or that breaks off, is not a row."""
    damaged = _COMMON.replace(*change).replace(b"+0000", b"+2300")
    assert len(rows_of(_COMMON + damaged)) == 1


def test_other_texts_are_not_taken() -> None:
    """A syslog line or a bracketed time alone is no access log."""
    for text in (b"Jun  3 02:11:07 gw postfix[77]: connect\n", b"[03/Jun/2026:02:11:07 +0000] x\n"):
        found = format_of(text)
        assert found is None or type(found).__name__ != "NcsaFormat"
