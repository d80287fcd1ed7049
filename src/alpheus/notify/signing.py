"""Notices with a signature: S/MIME (RFC 8551) or OpenPGP/MIME (RFC 3156), both detached.

The recipient reads the notice as it is, with or without software that knows signatures. What is
signed are the bytes that go over the wire; `mail_parts` makes them so that no server changes them.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpheus.errors import UsageError
from alpheus.notify.mail_headers import one_line
from alpheus.notify.mail_parts import file_part, multipart
from alpheus.notify.message import Mail
from alpheus.notify.settings import Signing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7PrivateKeyTypes
    from cryptography.x509 import Certificate
    from pysequoia import Cert

PASSWORD = "ALPHEUS_SIGNING_PASSWORD"  # noqa: S105 - the name of a variable
_MISSING = "notices cannot be signed without {}: pip install 'alpheus[signing]'"
_LARGEST = 1 << 20
_SOON = timedelta(days=14)
_HASHES = {"SHA224": "sha224", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}

Sign = Callable[[Mail], Mail]
"""Gives a message its signature."""


class SigningError(UsageError):
    """Notices cannot be signed as the settings say; the line says what to do."""


def signer(
    settings: Signing, sender: str, *, now: datetime, password: str | None = None
) -> tuple[Sign, tuple[str, ...]]:
    """What signs messages of `sender`, and what a person should know, a line each.

    Without a method messages stay as they are. Raises SigningError.
    """
    if not settings.method:
        return lambda mail: mail, ()
    if settings.key is None:
        raise SigningError("signing has no key; name its file in the settings")
    said = os.environ.get(PASSWORD, "") if password is None else password
    secret = said.encode() or None
    if settings.method == "smime":
        return _smime(settings.key, settings.certificate, sender, secret, now)
    return _openpgp(settings.key, sender, secret, now)


def _read(path: Path, *, private: bool = True) -> bytes:
    """A file of keys. One with a secret in it that anybody may read is not used."""
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read(_LARGEST)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SigningError(f"{path} cannot be read: {reason}") from error
    if private and os.name == "posix" and mode & (stat.S_IROTH | stat.S_IWOTH):
        raise SigningError(f"{path} holds a secret key that everybody here may read; "
                           f"make it yours alone: chmod 600 {path}")  # fmt: skip
    return content


def _smime(
    key_file: Path,
    certificate_file: Path | None,
    sender: str,
    password: bytes | None,
    now: datetime,
) -> tuple[Sign, tuple[str, ...]]:
    try:
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.serialization import Encoding, pkcs7  # noqa: PLC0415
    except ImportError as error:
        raise SigningError(_MISSING.format("cryptography")) from error
    key, certificate, others = _smime_keys(key_file, certificate_file, password)
    warned = _check_certificate(certificate, certificate_file or key_file, sender, now)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]

    def sign(mail: Mail) -> Mail:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(mail.body)
        builder = builder.add_signer(certificate, key, hashes.SHA256())
        for other in others:
            builder = builder.add_certificate(other)
        signature = builder.sign(Encoding.DER, options)
        part = file_part("smime.p7s", "application/pkcs7-signature", signature)
        return mail.with_body(
            multipart("signed", [mail.body, part], protocol="application/pkcs7-signature",
                      micalg="sha-256")
        )  # fmt: skip

    return sign, warned


def _smime_keys(
    key_file: Path, certificate_file: Path | None, password: bytes | None
) -> tuple[PKCS7PrivateKeyTypes, Certificate, list[Certificate]]:
    """Key, certificate and those between it and its authority, from PEM or PKCS#12."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
        pkcs12,
    )

    content = _read(key_file)
    certificates: list[Certificate] = []
    try:
        if b"-----BEGIN" in content:
            encrypted = b"ENCRYPTED" in content
            key: Any = load_pem_private_key(content, password if encrypted else None)
        else:
            key, first, rest = pkcs12.load_key_and_certificates(content, password)
            certificates = [each for each in (first, *rest) if each is not None]
    except (TypeError, ValueError) as error:
        raise _not_opened(key_file, password) from error
    if certificate_file is not None:
        certificates = [*_certificates_in(certificate_file, content), *certificates]
    if key is None:
        raise SigningError(f"{key_file} holds no key: export the certificate together with its key")
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise SigningError(f"{key_file} holds no RSA or elliptic key, as S/MIME needs")
    public = key.public_key()
    if not certificates:
        raise SigningError(
            f"{key_file} holds a key and no certificate: export both into it, or name the "
            "certificate's file under certificate: beside key:"
        )
    fitting = [each for each in certificates if each.public_key() == public]
    if not fitting:
        where = certificate_file or key_file
        raise SigningError(f"no certificate in {where} belongs to the key in {key_file}")
    return key, fitting[0], [each for each in dict.fromkeys(certificates) if each != fitting[0]]


def _certificates_in(path: Path, bundle: bytes) -> list[Certificate]:
    """The certificates of a file in PEM or DER; none of its own where it is the bundle itself."""
    from cryptography import x509  # noqa: PLC0415 - an extra

    given = _read(path, private=False)
    try:
        if b"-----BEGIN" in given:
            return x509.load_pem_x509_certificates(given)
        return [] if given == bundle else [x509.load_der_x509_certificate(given)]
    except ValueError as error:
        raise SigningError(f"{path} holds no certificate that can be read") from error


def _not_opened(path: Path, password: bytes | None) -> SigningError:
    if password:
        return SigningError(f"{path} does not open with the password in {PASSWORD}, or is no key")
    return SigningError(f"{path} needs a password in {PASSWORD}, or is no key in PEM or PKCS#12")


def _check_certificate(
    certificate: Certificate, path: Path, sender: str, now: datetime
) -> tuple[str, ...]:
    """A certificate that recipients' software would not believe is not used."""
    ends = certificate.not_valid_after_utc
    if ends <= now.astimezone(UTC) or certificate.not_valid_before_utc > now.astimezone(UTC):
        begins = certificate.not_valid_before_utc
        raise SigningError(f"the certificate in {path} holds from {begins:%Y-%m-%d} to "
                           f"{ends:%Y-%m-%d}, not today; get a new one")  # fmt: skip
    named = _mailboxes(certificate)
    if sender.lower() not in named:
        whom = ", ".join(sorted(named)) or "nobody's mailbox"
        raise SigningError(f"the certificate in {path} is for {one_line(whom)}, not for {sender}, "
                           "so no recipient would believe it")  # fmt: skip
    if ends - now.astimezone(UTC) < _SOON:
        return (f"the certificate in {path} ends on {ends:%Y-%m-%d}; get a new one",)
    return ()


def _mailboxes(certificate: Certificate) -> set[str]:
    from cryptography import x509  # noqa: PLC0415 - an extra
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    found = {str(each.value) for each in
             certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)}  # fmt: skip
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        found.update(names.value.get_values_for_type(x509.RFC822Name))
    except (x509.ExtensionNotFound, ValueError):
        pass
    return {each.lower() for each in found}


def _openpgp(
    key_file: Path, sender: str, password: bytes | None, now: datetime
) -> tuple[Sign, tuple[str, ...]]:
    try:
        import pysequoia  # noqa: PLC0415 - an extra
        from pysequoia.packet import PacketPile  # noqa: PLC0415
    except ImportError as error:
        raise SigningError(_MISSING.format("pysequoia")) from error
    content = _read(key_file)
    try:
        key = pysequoia.Tsk.from_bytes(content)
        certificate = key.extract_certificate()
        who = key.signer(password.decode() if password else None)
    except Exception as error:
        words = f"no password in {PASSWORD}" if not password else f"the password in {PASSWORD}"
        message = (
            f"{key_file} gives no OpenPGP key to sign with, with {words}: {one_line(str(error))}"
        )
        raise SigningError(message) from error
    _check_openpgp(certificate, key_file, sender, now)

    def sign(mail: Mail) -> Mail:
        mode = pysequoia.SignatureMode.DETACHED
        signature = pysequoia.sign(who, mail.body, mode=mode)
        algorithm = str(next(iter(PacketPile.from_bytes(signature))).hash_algorithm)
        micalg = f"pgp-{_HASHES[algorithm.rpartition('.')[2]]}"
        return mail.with_body(
            multipart("signed", [mail.body, _armored(signature)],
                      protocol="application/pgp-signature", micalg=micalg)
        )  # fmt: skip

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ends = certificate.expiration
    if ends is not None and ends.astimezone(UTC) - now.astimezone(UTC) < _SOON:
        return sign, (f"the key in {key_file} ends on {ends:%Y-%m-%d}; extend it",)
    return sign, ()


def _check_openpgp(certificate: Cert, path: Path, sender: str, now: datetime) -> None:
    ends = certificate.expiration
    if certificate.is_revoked or (ends is not None and ends <= now.astimezone(UTC)):
        raise SigningError(f"the key in {path} is revoked or has ended; name another")
    mailboxes = [str(each) for each in certificate.user_ids]
    if not any(f"<{sender.lower()}>" in each.lower() or each.lower() == sender.lower()
               for each in mailboxes):  # fmt: skip
        whom = one_line(", ".join(mailboxes)) or "nobody"
        raise SigningError(f"the key in {path} is of {whom}, not of {sender}, "
                           "so no recipient would believe it")  # fmt: skip


def _armored(signature: bytes) -> bytes:
    """The part of the signature as RFC 3156 has it: armour as plain text."""
    headers = (
        b'Content-Type: application/pgp-signature; name="signature.asc"\r\n'
        b"Content-Description: OpenPGP digital signature\r\n"
        b'Content-Disposition: attachment; filename="signature.asc"\r\n\r\n'
    )
    return headers + signature.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
