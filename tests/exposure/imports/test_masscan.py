"""masscan."""

from __future__ import annotations

from pathlib import Path

import pytest

from exposure.imports.import_samples import lines, losses, observations

ARRAY = (
    '[\n{ "ip": "192.0.2.7", "timestamp": "1615349106", "ports": [ {"port": 443, "proto": "tcp",'
    ' "status": "open"} ] }\n,\n{ "ip": "192.0.2.8", "timestamp": "1615349106", "ports":'
    ' [ {"port": 443, "proto": "tcp", "service": {"name": "http", "banner":'
    ' "HTTP/1.1 302 Found\\\\x0d\\\\x0aX-OWA-Version: 15.1.2176.9\\\\x0d\\\\x0a'
    '\\\\x0d\\\\x0a"}} ] }\n,\n'
)  # fmt: skip
LIST = (
    "#masscan\nopen tcp 443 192.0.2.7 1615349106\n"
    "banner tcp 443 192.0.2.8 1615349106 http HTTP/1.1 302 Found\\x0d\\x0a"
    "X-OWA-Version: 15.1.2176.9\\x0d\\x0a\\x0d\\x0a\nclosed tcp 1 192.0.2.9 1615349106\n# end\n"
)
RECORDS = lines(
    {"ip": "192.0.2.7", "timestamp": "1615349106", "port": 443, "proto": "tcp",
     "rec_type": "status", "data": {"status": "open"}},
    {"ip": "192.0.2.8", "timestamp": "1615349106", "port": 443, "proto": "tcp",
     "rec_type": "banner", "data": {"service_name": "http", "banner":
                                    "HTTP/1.1 302 Found\r\nX-OWA-Version: 15.1.2176.9\r\n\r\n"}},
)  # fmt: skip


@pytest.mark.parametrize(
    "content", [f"{ARRAY}]\n", f"{ARRAY}{{finished: 1}}\n]\n", ARRAY, LIST, RECORDS]
)
def test_every_form(tmp_path: Path, content: str) -> None:
    """Arrays with commas too many, with their old end or none; lists; lines of JSON."""
    port, banner = observations(tmp_path, content)
    assert (port.address, port.port, port.time) == ("192.0.2.7", 443, "2021-03-10T04:05:06Z")
    assert port.exchange is None
    assert banner.build == "15.1.2176.9"
    assert losses(tmp_path, content) == []


def test_bad_rows(tmp_path: Path) -> None:
    """Are counted with the reason."""
    content = f"{LIST}open tcp x 192.0.2.1 1\nopen tcp 1 x 1\nnonsense\n"
    assert losses(tmp_path, content) == [
        (6, "the port is no number from 0 to 65535"), (7, "no address"),
        (8, "not as masscan writes a row"),
    ]  # fmt: skip
    bad = f'{ARRAY}{{"ip": "x", "ports": []}}\n,{{"ip": "192.0.2.1", "ports": [5]}}]'
    assert losses(tmp_path, bad) == [(3, "ip is no address"), (4, "a port is no object")]
