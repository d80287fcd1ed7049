"""TLS with servers of any age, and what a failed handshake tells.

The context trusts everybody and speaks everything that the library still knows. It serves probes
alone: what it carries is public, and a certificate is a fact to note, not a proof. One context of
each kind is made per process; making one costs as much as many handshakes.

The first try is made with what nearly every server of these years has, TLS 1.0 to 1.2 and AES: a
hello with less in it, and without a key for TLS 1.3 that such a server has no use for, takes a
tenth off a handshake. Who refuses it is offered everything.
"""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache

from alpheus.exposure.model import Certificate, Status, Tls

_LEGACY_SERVER_CONNECT = 0x4
"""`SSL_OP_LEGACY_SERVER_CONNECT`: peers without RFC 5746. Python names it from 3.12 on."""

_IGNORE_UNEXPECTED_EOF = 1 << 7
"""`SSL_OP_IGNORE_UNEXPECTED_EOF`: old servers end without a close_notify."""

_CIPHERS = "ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"
_USUAL_CIPHERS = (
    "ECDHE+AESGCM+AES128:ECDHE+AESGCM:ECDHE+AES:kRSA+AES:DHE+AES"
    ":!aNULL:!PSK:!SRP:!AESCCM:@SECLEVEL=0"
)
_OLD_VERSIONS = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
_OLD_SIGNATURES = ("md2", "md5", "sha1")
_OLD_CIPHERS = ("RC4", "3DES", "DES-CBC", "NULL", "EXP", "IDEA", "SEED")

_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST"})
_TOO_OLD = (
    "PROTOCOL", "HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "NO_CIPHER", "CIPHER", "TOO_SMALL",
    "LEGACY", "SIGALG", "SIGNATURE", "BAD_VALUE", "MODULUS", "WRONG_SSL_VERSION", "VERSION",
)  # fmt: skip
"""Parts of OpenSSL's reasons that mean: no common version, cipher, key or signature."""


@dataclass(frozen=True, slots=True)
class HandshakeFailure:
    """What a failed handshake means. `old_client`: one for older ciphers may get through.

    `cut`: the peer ended the connection without a word. `plain`: the port speaks HTTP without TLS.
    `name_wanted`: the server wants to be called by name.
    """

    status: Status
    text: str
    old_client: bool = False
    cut: bool = False
    plain: bool = False
    name_wanted: bool = False


@cache
def lax_context(*, wide: bool = True) -> ssl.SSLContext:
    """The contexts of this process, for probes alone: one that offers everything, one the usual."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if not wide:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS if wide else _USUAL_CIPHERS)
    context.options |= ssl.OP_NO_TICKET | _LEGACY_SERVER_CONNECT | _IGNORE_UNEXPECTED_EOF
    return context


def failure_of(error: Exception) -> HandshakeFailure:
    """What an error of the handshake means."""
    reason = str(getattr(error, "reason", None) or "") or type(error).__name__
    if isinstance(error, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
        text = "the connection was cut during the TLS handshake, as old servers do that share no"
        text = f"{text} version or cipher"
        return HandshakeFailure(Status.TLS_FAILED, text, old_client=True, cut=True)
    if reason in _NO_TLS:
        return HandshakeFailure(Status.BROKEN, "the port speaks no TLS", plain=True)
    if "UNRECOGNIZED_NAME" in reason:
        text = "the server answers only when called by a name it knows"
        return HandshakeFailure(Status.TLS_FAILED, text, name_wanted=True)
    if any(part in reason for part in _TOO_OLD):
        text = f"no TLS version or cipher in common ({reason})"
        return HandshakeFailure(Status.TLS_FAILED, text, old_client=True)
    return HandshakeFailure(Status.BROKEN, f"the TLS handshake failed ({reason})")


def describe(version: str, cipher: str, certificate: Certificate | None) -> Tls:
    """The facts of a handshake, with what of it is outdated."""
    if certificate is None:
        return Tls(version, cipher, weak=_weak(version, cipher, "", 0, ""))
    key, bits, signature = certificate.key, certificate.key_bits, certificate.signature
    return Tls(version, cipher, certificate, weak=_weak(version, cipher, key, bits, signature))


@lru_cache(maxsize=4096)
def _weak(version: str, cipher: str, key: str, bits: int, signature: str) -> tuple[str, ...]:
    weak = [version] if version in _OLD_VERSIONS else []
    if any(part in cipher.upper() for part in _OLD_CIPHERS):
        weak.append(cipher)
    if key == "RSA" and 0 < bits < 2048:
        weak.append(f"RSA-{bits}")
    if any(part in signature.lower() for part in _OLD_SIGNATURES):
        weak.append(signature)
    return tuple(weak)
