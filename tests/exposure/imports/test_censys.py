"""Censys hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from exposure.imports.import_samples import PAGE, lines, losses, observations

LEGACY = {
    "ip": "192.0.2.7", "autonomous_system": {"asn": 64496, "name": "MADEUP"},
    "dns": {"names": ["mail.example.org"]},
    "services": [
        {"port": 25, "service_name": "SMTP", "observed_at": "2021-03-10T04:05:06Z"},
        {
            "port": 443, "service_name": "HTTP", "observed_at": "2021-03-10T04:05:06.5Z",
            "software": [{"product": "Exchange Server", "version": "15.1.2242"}],
            "http": {
                "request": {"uri": "https://192.0.2.7/owa/"},
                "response": {"status_code": 200, "body": PAGE,
                             "headers": {"X_OWA_Version": ["15.1.2176.9"], "_encoding": {"a": "b"},
                                         "X_FEServer": ["MADEUP-EX1"]}},
            },
            "tls": {
                "version_selected": "TLSv1_2", "cipher_selected": "X",
                "certificates": {"leaf_data": {"names": ["mail.example.org", "*.example.org"],
                                               "subject_dn": "O=Made up, CN=mail.example.org",
                                               "issuer_dn": "CN=CA", "fingerprint": "a" * 64}},
            },
        },
    ],
}  # fmt: skip
PLATFORM = {
    "host": {
        "ip": "192.0.2.7", "dns": {"names": ["mail.example.org"]},
        "services": [{
            "port": 443, "protocol": "HTTP", "scan_time": "2021-03-10T04:05:06Z",
            "endpoints": [{
                "path": "/owa/", "hostname": "",
                "http": {"status_code": 200, "body": PAGE,
                         "headers": {"X-OWA-Version": {"headers": ["15.1.2176.9"]}}},
            }],
        }],
    }
}  # fmt: skip


@pytest.mark.parametrize(
    "record", [LEGACY, {"result": {"hits": [LEGACY]}}, {"result": LEGACY}, PLATFORM,
               {"result": {"resource": PLATFORM["host"]}},
               {"result": {"hits": [{"host_v1": {"resource": PLATFORM["host"]}}]}}],
)  # fmt: skip
def test_every_shape_is_read_anew(tmp_path: Path, record: object) -> None:
    """Legacy, platform, and what the APIs wrap around them."""
    found = observations(tmp_path, lines(record))[-1]
    assert (found.address, found.port) == ("192.0.2.7", 443)
    assert found.build == "15.1.2176.9"
    assert "mail.example.org" in found.names
    assert found.time == "2021-03-10T04:05:06Z"


def test_every_service_of_a_host(tmp_path: Path) -> None:
    """With what Censys knows of the host; its version is not believed over the answer."""
    mail, web = observations(tmp_path, lines(LEGACY))
    assert (mail.port, mail.exchange, mail.build) == (25, None, None)
    assert mail.attributes["autonomous_system.asn"] == "64496"
    assert "conflict" in web.flags
    assert web.tls.version == "TLSv1.2"
    assert web.tls.certificate.organisation == "Made up"
    assert web.tls.certificate.sha256 == "a" * 64
    assert web.servers == ("MADEUP-EX1",)


def test_bad_hosts_are_losses(tmp_path: Path) -> None:
    """And bad services."""
    bad = [{"ip": "x", "services": []}, {"ip": "192.0.2.1", "services": [{"port": "x"}, 5]}]
    assert losses(tmp_path, lines(LEGACY, *bad, {"services": []})) == [
        (2, "ip is no address"), (3, "a service has no port"), (3, "a service has no port"),
        (4, "no host with an ip"),
    ]  # fmt: skip
