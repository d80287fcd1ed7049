"""What a list knows of a handshake, in our words."""

from __future__ import annotations

import base64
import binascii
import re

from alpheus.exposure.certificate import read_certificate
from alpheus.exposure.imports.fields import host_names
from alpheus.exposure.model import Certificate, Tls

_VERSION = re.compile(r"(?:tls|ssl)[\s_]*v?\s*([123])(?:[._]?([0123]))?", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,200000})-----END")
_COMMON_NAME = re.compile(r"(?:^|,)\s*CN=([^,]+)", re.IGNORECASE)
_ORGANISATION = re.compile(r"(?:^|,)\s*O=([^,]+)", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def version_of(text: str) -> str:
    """`TLSv1`, `TLSv1.2` or `SSLv3` for any usual spelling; the text itself for others."""
    match = _VERSION.search(text)
    if match is None:
        return text[:40]
    if text.lower().startswith("ssl"):
        return f"SSLv{match[1]}"
    minor = match[2] or "0"
    return "TLSv1" if minor == "0" else f"TLSv{match[1]}.{minor}"


def certificate_of(der: bytes) -> Certificate | None:
    """A certificate from its bytes; None for no bytes."""
    return read_certificate(der) if der else None


def certificate_of_base64(text: str) -> Certificate | None:
    """A certificate from base64 with or without PEM lines; None where it is none."""
    match = _PEM.search(text)
    try:
        return certificate_of(base64.b64decode(match[1] if match else text))
    except (binascii.Error, ValueError):
        return None


def certificate_from_names(
    sha256: str, subject: str, issuer: str, names: list[str]
) -> Certificate | None:
    """A certificate of which only its names are known; None without any."""
    if not (subject or names or sha256):
        return None
    common = _COMMON_NAME.search(subject)
    organisation = _ORGANISATION.search(subject)
    fingerprint = sha256.lower().replace(":", "")
    return Certificate(
        fingerprint if _SHA256.fullmatch(fingerprint) else "",
        subject=common[1].strip() if common else subject,
        organisation=organisation[1].strip() if organisation else "",
        issuer=issuer, names=host_names(names),
    )  # fmt: skip


def tls_of(version: str, cipher: str, certificate: Certificate | None) -> Tls | None:
    """The facts of a handshake; None where nothing is known of one."""
    if not (version or cipher or certificate):
        return None
    return Tls(version=version_of(version) if version else "", cipher=cipher,
               certificate=certificate)  # fmt: skip
