"""Certificates of simulated servers: as a public authority writes them, or self-signed by setup."""

from __future__ import annotations

import base64
import hashlib
import os
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alpheus.lab.internet import der
from alpheus.lab.internet.keys import Key

_COMMON_NAME = "2.5.4.3"
_COUNTRY = "2.5.4.6"
_ORGANISATION = "2.5.4.10"
_BORN = datetime(2019, 6, 1, tzinfo=UTC)
_YEARS = timedelta(days=15 * 365)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose certificate it is. An empty `issuer` means self-signed; names are DNS names.

    `authority` is the organisation of the issuer, `country` that of both, two letters.
    """

    names: tuple[str, ...]
    organisation: str = ""
    issuer: str = ""
    authority: str = "Made-up Trust Services"
    country: str = "ZZ"


def certificate(identity: Identity, key: Key, issuer_key: Key | None = None) -> bytes:
    """The certificate, DER; the same for the same arguments. Valid from 2019 for 15 years."""
    issuer_key = issuer_key or key
    subject = issuer = _name(identity.names[0], identity.organisation, identity.country)
    if identity.issuer:
        issuer = _name(identity.issuer, identity.authority, identity.country)
    serial = int.from_bytes(hashlib.sha256("\n".join(identity.names).encode()).digest()[:15])
    born = _BORN + timedelta(days=serial % 600)
    body = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(serial),
        issuer_key.algorithm(),
        issuer,
        der.sequence(der.time(born), der.time(born + _YEARS)),
        subject,
        key.public_key(),
        der.explicit(3, der.sequence(_alternative_names(identity.names), _no_authority())),
    )
    signature = der.bit_string(issuer_key.sign(body))
    return der.sequence(body, issuer_key.algorithm(), signature)


def _name(common_name: str, organisation: str, country: str) -> bytes:
    parts = [(_COUNTRY, country, 0x13), (_ORGANISATION, organisation, 0x0C)] if organisation else []
    parts.append((_COMMON_NAME, common_name, 0x0C))
    return der.sequence(
        *(
            der.set_of(der.sequence(der.object_identifier(kind), der.text(word, tag)))
            for kind, word, tag in parts
        )
    )


def _alternative_names(names: Sequence[str]) -> bytes:
    listed = der.sequence(*(der.value(0x82, name.encode("ascii")) for name in names))
    return der.sequence(der.object_identifier("2.5.29.17"), der.octet_string(listed))


def _no_authority() -> bytes:
    return der.sequence(
        der.object_identifier("2.5.29.19"),
        der.boolean(true=True),
        der.octet_string(der.sequence()),
    )


def pem(label: str, content: bytes) -> str:
    """The text form of a DER value (RFC 7468)."""
    body = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


@contextmanager
def key_files(content: bytes, key: Key) -> Iterator[tuple[Path, Path]]:
    """Certificate and key as files that only this user may read, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="alpheus-lab-") as folder:
        paths = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        for path, text in zip(
            paths, (pem("CERTIFICATE", content), pem(*key.private_key())), strict=True
        ):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
        yield paths


def load(context: ssl.SSLContext, content: bytes, key: Key) -> None:
    """Give a TLS context its certificate and key; nothing stays on disk."""
    with key_files(content, key) as (certificate_path, key_path):
        context.load_cert_chain(certificate_path, key_path)
