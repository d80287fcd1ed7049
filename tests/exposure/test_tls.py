"""Old TLS is spoken, and a failed handshake tells why."""

from __future__ import annotations

import ssl

import pytest

from alpheus.exposure.model import Certificate, Status
from alpheus.exposure.tls import describe, failure_of, lax_context


def _error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] something")
    error.reason = reason
    return error


def test_one_context_serves_all() -> None:
    """Making one is as dear as many handshakes; it trusts everybody and checks no name."""
    context = lax_context()
    assert context is lax_context()
    assert context.verify_mode is ssl.CERT_NONE
    assert not context.check_hostname
    assert context.options & 0x4
    assert context.minimum_version is ssl.TLSVersion.MINIMUM_SUPPORTED


def test_the_first_hello_is_what_servers_of_these_years_have() -> None:
    """AES from TLS 1.0 to 1.2, and no key for a later version."""
    usual = lax_context(wide=False)
    assert usual is not lax_context()
    assert usual.maximum_version is ssl.TLSVersion.TLSv1_2
    assert usual.minimum_version is ssl.TLSVersion.MINIMUM_SUPPORTED
    names = {cipher["name"] for cipher in usual.get_ciphers()}
    assert {"AES128-SHA", "AES256-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"} < names
    assert len(names) < len(lax_context().get_ciphers())


@pytest.mark.parametrize(
    "reason",
    [
        "TLSV1_ALERT_PROTOCOL_VERSION", "SSLV3_ALERT_HANDSHAKE_FAILURE", "UNSUPPORTED_PROTOCOL",
        "TLSV1_ALERT_INSUFFICIENT_SECURITY", "DH_KEY_TOO_SMALL", "WRONG_SSL_VERSION",
        "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED", "NO_CIPHERS_AVAILABLE", "BAD_VALUE",
    ],
)  # fmt: skip
def test_too_old_is_worth_another_client(reason: str) -> None:
    """No common version or cipher is never `not Exchange`; one for RC4 and 3DES may get through."""
    failure = failure_of(_error(reason))
    assert failure.status is Status.TLS_FAILED
    assert failure.old_client
    assert reason in failure.text


@pytest.mark.parametrize(
    "error", [ConnectionResetError(), ssl.SSLEOFError(8, "EOF"), ssl.SSLZeroReturnError(6, "x")]
)
def test_a_cut_handshake_may_be_an_old_server(error: Exception) -> None:
    """Old Windows servers reset where nothing is shared."""
    failure = failure_of(error)
    assert (failure.status, failure.old_client) == (Status.TLS_FAILED, True)


def test_http_on_the_port_and_a_wanted_name_are_told_apart() -> None:
    """Each has a remedy of its own."""
    assert failure_of(_error("WRONG_VERSION_NUMBER")).plain
    assert failure_of(_error("TLSV1_UNRECOGNIZED_NAME")).name_wanted
    other = failure_of(_error("DECRYPTION_FAILED_OR_BAD_RECORD_MAC"))
    assert (other.status, other.old_client, other.plain) == (Status.BROKEN, False, False)


@pytest.mark.parametrize(
    ("version", "cipher", "certificate", "weak"),
    [
        ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", Certificate("x"), ()),
        ("TLSv1", "RC4-SHA", None, ("TLSv1", "RC4-SHA")),
        ("TLSv1.2", "DES-CBC3-SHA", None, ("DES-CBC3-SHA",)),
        ("TLSv1.2", "AES128-SHA", Certificate("x", key="RSA", key_bits=1024,
         signature="sha1WithRSAEncryption"), ("RSA-1024", "sha1WithRSAEncryption")),
        ("TLSv1.3", "TLS_AES_128_GCM_SHA256", Certificate("x", key="EC", key_bits=256), ()),
    ],
)  # fmt: skip
def test_what_is_outdated_is_named(
    version: str, cipher: str, certificate: Certificate | None, weak: tuple[str, ...]
) -> None:
    """Versions below 1.2, RC4 and 3DES, RSA below 2,048 bits, MD5 and SHA-1."""
    assert describe(version, cipher, certificate).weak == weak
