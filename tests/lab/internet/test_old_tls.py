"""Servers for which OpenSSL is too modern."""

from __future__ import annotations

import socket
import ssl

import pytest

from alpheus.lab.internet import old_tls
from alpheus.lab.internet.mix import MIXES
from alpheus.lab.internet.server import Server

tlslite = pytest.importorskip("tlslite.api")


@pytest.mark.parametrize(
    ("kind", "version"), [("tls-no-rfc5746", "TLSv1.2"), ("tls-tls10-no-rfc5746", "TLSv1")]
)
def test_no_secure_renegotiation(internet, client, kind: str, version: str) -> None:
    """A client of today refuses; one that is told to bear it gets an answer."""
    assert client.get(internet.address(kind), internet.port).version == version
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options &= ~0x4
    with (
        socket.create_connection((internet.address(kind), internet.port), timeout=5) as sock,
        pytest.raises(ssl.SSLError, match="UNSAFE_LEGACY_RENEGOTIATION_DISABLED"),
    ):
        context.wrap_socket(sock)


@pytest.mark.parametrize(("kind", "cipher"), [("tls-rc4", "rc4"), ("tls-3des", "3des")])
def test_ciphers_that_openssl_has_no_more(internet, client, kind: str, cipher: str) -> None:
    """Refused by `ssl`, answered where the client has them."""
    with pytest.raises(ssl.SSLError):
        client.get(internet.address(kind), internet.port)
    settings = tlslite.HandshakeSettings()
    settings.minVersion, settings.maxVersion, settings.versions = (3, 1), (3, 1), [(3, 1)]
    settings.cipherNames, settings.minKeySize = [cipher], 512
    with socket.create_connection((internet.address(kind), internet.port), timeout=5) as sock:
        secured = tlslite.TLSConnection(sock)
        secured.handshakeClientCert(settings=settings)
        secured.sendall(b"GET /owa/ HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received:
            received += bytes(secured.recv(4096))
        assert b"X-OWA-Version: 15.0.1497.2" in received
        assert secured.getCipherName() == cipher


def test_ssl_3_is_refused(internet, client) -> None:
    """No client here speaks it."""
    with pytest.raises(ssl.SSLError):
        client.get(internet.address("tls-ssl3"), internet.port)


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names what is left out, and how to get it."""
    monkeypatch.setattr(old_tls, "is_available", lambda: False)
    server = Server(0, MIXES["plain"], 1)
    server.stop()
    server.run()
    assert "old-tls" in server.remarks[-1]
    assert "rc4" in server.remarks[-1]
