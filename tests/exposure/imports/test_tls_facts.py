"""Handshakes in lists."""

from __future__ import annotations

import base64

import pytest

from alpheus.exposure.imports import tls_facts


@pytest.mark.parametrize(
    ("text", "version"),
    [("TLSv1", "TLSv1"), ("tls10", "TLSv1"), ("TLSv1.0", "TLSv1"), ("TLSv1/SSLv3", "TLSv1"),
     ("TLSv1_2", "TLSv1.2"), ("tls13", "TLSv1.3"), ("TLS 1.1", "TLSv1.1"), ("SSLv3", "SSLv3"),
     ("ssl30", "SSLv3"), ("quic", "quic")],
)  # fmt: skip
def test_versions_have_one_spelling(text: str, version: str) -> None:
    """That of OpenSSL."""
    assert tls_facts.version_of(text) == version


def test_certificates() -> None:
    """From bytes, base64 and PEM; what is none gives nothing or an empty one, never an error."""
    text = base64.b64encode(b"no certificate").decode()
    found = tls_facts.certificate_of_base64(text)
    assert found is not None
    assert len(found.sha256) == 64
    pem = f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----"
    assert tls_facts.certificate_of_base64(pem) == found
    assert tls_facts.certificate_of_base64("*") is None
    assert tls_facts.certificate_of(b"") is None


def test_only_names_are_known() -> None:
    """Then the certificate is those."""
    found = tls_facts.certificate_from_names(
        "AA:" * 31 + "AA", "O=Made up, CN=mail.example.org", "CN=CA", ["*.Example.org", "?"]
    )
    assert found is not None
    assert found.sha256 == "aa" * 32
    assert (found.subject, found.organisation) == ("mail.example.org", "Made up")
    assert found.names == ("example.org",)
    assert tls_facts.certificate_from_names("", "", "x", []) is None


def test_nothing_known_is_no_handshake() -> None:
    """One fact is enough."""
    assert tls_facts.tls_of("", "", None) is None
    assert tls_facts.tls_of("", "X", None) is not None
