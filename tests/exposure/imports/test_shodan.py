"""Shodan banners."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

from alpheus.exposure.model import Status
from exposure.imports.import_samples import HEAD, PAGE, lines, losses, observations

BANNER: dict[str, Any] = {
    "ip_str": "192.0.2.7", "port": 443, "transport": "tcp", "hostnames": ["mail.example.org"],
    "timestamp": "2021-03-10T04:05:06.789123", "data": HEAD, "org": "Made up",
    "location": {"country_code": "DE"}, "_shodan": {"module": "https"},
    "http": {"html": PAGE, "location": "/owa/auth/logon.aspx", "host": "192.0.2.7", "status": 200},
    "ssl": {"cipher": {"version": "TLSv1/SSLv3", "name": "ECDHE-RSA-AES256-SHA"}, "chain": ["x"]},
}  # fmt: skip


def banner(**changes: Any) -> dict[str, Any]:
    """A banner with changes."""
    return {**copy.deepcopy(BANNER), **changes}


def test_the_raw_answer_is_read_anew(tmp_path: Path) -> None:
    """Its header has four parts; the version that Shodan says is not believed over it."""
    (found,) = observations(tmp_path, lines(banner(product="Microsoft Exchange", version="15.0.1")))
    assert found.build == "15.1.2176.9"
    assert found.witness == "X-OWA-Version"
    assert found.status is Status.IDENTIFIED
    assert found.cves["CVE-2021-26855"].state == "fixed"
    assert "MADEUP-EX1" in found.servers
    assert found.tls.version == "TLSv1"
    assert found.time == found.provenance.last_seen == "2021-03-10T04:05:06Z"
    assert found.attributes["location.country_code"] == "DE"
    assert "data" not in found.attributes


def test_another_build_in_its_own_words_is_a_conflict(tmp_path: Path) -> None:
    """The raw answer holds, the reason names both."""
    exchange = {"build_number": "15.1.2242.4"}
    (found,) = observations(tmp_path, lines(banner(microsoft_exchange=exchange)))
    assert found.build == "15.1.2176.9"
    assert "conflict" in found.flags
    assert "15.1.2242.4" in found.reason


def test_its_word_holds_where_there_is_no_answer(tmp_path: Path) -> None:
    """As that of a list."""
    given = banner(microsoft_exchange={"build_number": "15.1.2176.2"}, data="", http={})
    (found,) = observations(tmp_path, lines(given))
    assert found.status is Status.LISTED
    assert (found.build, found.precision) == ("15.1.2176.2", 4)
    assert found.witness == "shodan microsoft_exchange.build_number"


def test_only_what_was_verified_is_its_word(tmp_path: Path) -> None:
    """What is inferred from a version is an attribute."""
    vulns = {"CVE-2021-26855": {"verified": True}, "CVE-2021-27065": {"verified": False}}
    (found,) = observations(tmp_path, lines(banner(vulns=vulns, data="", http={})))
    assert found.cves["CVE-2021-26855"].state == "vulnerable"
    assert found.cves["CVE-2021-27065"].state == "undetermined"
    assert found.attributes["vulns"] == "CVE-2021-27065"


def test_a_root_page_of_another_server_disproves_nothing(tmp_path: Path) -> None:
    """It was not asked of Exchange."""
    page = "HTTP/1.1 200 OK\r\nServer: Apache-Coyote/1.1\r\n\r\n"
    given = banner(data=page, http={"html": "<title>A shop</title>", "location": "/"}, product="")
    (found,) = observations(tmp_path, lines(given))
    assert found.exchange is None
    assert found.status is Status.LISTED


def test_lines_arrays_and_gzip(tmp_path: Path) -> None:
    """The same comes out; a bad banner costs itself."""
    content = json.dumps([BANNER, {"ip_str": "x", "port": 1}, BANNER], indent=2)
    assert len(observations(tmp_path, content)) == 2
    assert losses(tmp_path, content) == [(2, "ip_str is no address")]
    packed = gzip.compress(lines(BANNER, BANNER).encode())
    assert len(observations(tmp_path, packed, "x.json")) == 2
    assert losses(tmp_path, lines(BANNER, {"ip_str": "192.0.2.1", "port": "x"})) == [
        (2, "the port is no number from 0 to 65535")
    ]
