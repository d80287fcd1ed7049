"""Certificates of a cluster: an authority of its own, and one certificate for each role.

The name in a certificate is its role. Keys are on the curve P-256, in files of mode 0600; each role
has a folder of its own, which is all that its machines need.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from alpheus.errors import EngineError, UsageError

ORGANISATION = "Alpheus cluster"
DAYS = 90
"""For so long certificates are valid, if nobody says otherwise."""

_AUTHORITY_DAYS = 3_650
_AUTHORITY = "authority"
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700
_CA, _CERTIFICATE, _KEY = "ca.pem", "certificate.pem", "key.pem"
_EARLIER = timedelta(minutes=10)
"""Clocks differ a little."""


class Role(StrEnum):
    """What a certificate is for."""

    SCHEDULER = "scheduler"
    WORKER = "worker"
    DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The files of one role, and when its certificate ends (UTC)."""

    role: Role
    ca: Path
    certificate: Path
    key: Path
    ends: datetime


def make(folder: Path, *, days: int = DAYS, renew: bool = False) -> list[Credentials]:
    """Make an authority in `folder` and a certificate of each role in a folder of its name.

    `renew`: the authority that is there signs new ones. Raises UsageError where something is there
    already, or nothing is to be renewed; OSError.
    """
    place = folder / _AUTHORITY
    if renew:
        authority, key = _authority(place)
    elif folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder}: is not empty; name a new folder, or --renew what is in it")
    else:
        authority, key = _new_authority(place)
    return [_certify(folder / role.value, role, authority, key, days) for role in Role]


def read(folder: Path, role: Role) -> Credentials:
    """The certificate of a role in `folder`, or in the folder of that role below it.

    Raises EngineError where there is none, it is of another role or authority, or has ended.
    """
    place = folder / role.value if (folder / role.value).is_dir() else folder
    ca, certificate, key = (place / name for name in (_CA, _CERTIFICATE, _KEY))
    for path in (ca, certificate, key):
        if not path.is_file():
            raise EngineError(
                f"{path}: is not there; name the folder {role.value} that "
                "alpheus engine certs has made"
            )
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        found.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.read_bytes()))
        is_for = _role_of(found)
    except (OSError, ValueError, TypeError, InvalidSignature) as error:
        why = getattr(error, "strerror", None) or "is no certificate of the authority beside it"
        raise EngineError(f"{certificate}: {why}; make new ones: alpheus engine certs") from None
    if is_for != role.value:
        raise EngineError(
            f"{certificate}: is that of a {is_for}, and that of a {role.value} is needed"
        )
    if os.name == "posix" and key.stat().st_mode & 0o077:
        raise EngineError(f"{key}: others may read it; chmod 600 {key}")
    ends = found.not_valid_after_utc
    if ends < datetime.now(UTC):
        raise EngineError(
            f"{certificate}: ended {ends:%Y-%m-%d %H:%M} UTC; "
            "where it was made: alpheus engine certs FOLDER --renew"
        )
    return Credentials(role, ca, certificate, key, ends)


def _role_of(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else "stranger"


def _new_authority(place: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_AUTHORITY, key.public_key(), _AUTHORITY_DAYS)
    made = (
        builder.issuer_name(_name(_AUTHORITY))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(place, made, made, key)
    return made, key


def _authority(place: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    try:
        found = x509.load_pem_x509_certificate((place / _CERTIFICATE).read_bytes())
        key = serialization.load_pem_private_key((place / _KEY).read_bytes(), None)
    except (OSError, ValueError, TypeError):
        raise UsageError(
            f"{place}: holds no authority that can be used; make a new one in another folder"
        ) from None
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return found, key


def _certify(
    place: Path,
    role: Role,
    authority: x509.Certificate,
    signing: ec.EllipticCurvePrivateKey,
    days: int,
) -> Credentials:
    """A driver only calls; scheduler and workers are called as well."""
    key = ec.generate_private_key(ec.SECP256R1())
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if role is not Role.DRIVER:
        uses.append(ExtendedKeyUsageOID.SERVER_AUTH)
    made = (
        _builder(role.value, key.public_key(), days)
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .sign(signing, hashes.SHA256())
    )
    _write(place, made, authority, key)
    ends = made.not_valid_after_utc
    return Credentials(role, place / _CA, place / _CERTIFICATE, place / _KEY, ends)


def _builder(name: str, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ])  # fmt: skip


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _write(
    place: Path,
    certificate: x509.Certificate,
    authority: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
) -> None:
    place.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, content in (
        (_CA, authority.public_bytes(pem)), (_CERTIFICATE, certificate.public_bytes(pem)),
        (_KEY, private),
    ):  # fmt: skip
        part = place / f"{name}.part"
        part.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(part, flags, _PRIVATE), "wb") as stream:
            stream.write(content)
        part.replace(place / name)
