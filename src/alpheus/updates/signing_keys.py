"""The keys of a publisher: three roles, each a private key (Ed25519, PEM), encrypted at rest.

    root.pem       signs who the other keys are; keep it where no network is
    targets.pem    signs what packs and tables are
    online.pem     signs that nothing newer exists (snapshot and timestamp), often

A key that was renewed stays as `ROLE.DATE.pem`: the next root is signed by the old one, too, so
that those who trust it go over to the new one by themselves.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner

from alpheus.errors import OutputError, UsageError

VARIABLE = "ALPHEUS_PUBLISHER_PASSPHRASE"
ROLES = ("root", "targets", "online")


def make_keys(folder: Path, passphrase: str) -> None:
    """Make the three keys of a new publisher.

    Raises UsageError where keys are already, or for an empty passphrase; OutputError where they
    cannot be written.
    """
    if any((folder / f"{role}.pem").exists() for role in ROLES):
        raise UsageError(f"{folder}: keys are here already; alpheus pack keys --renew ROLE")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error
    for role in ROLES:
        _write(folder / f"{role}.pem", Ed25519PrivateKey.generate(), passphrase)


def renew_key(folder: Path, role: str, passphrase: str, now: datetime | None = None) -> Path:
    """Put a new key in the place of a role's; the old one is kept beside it. Returns the old one.

    Raises UsageError where there is none, or none that the passphrase opens.
    """
    path = folder / f"{role}.pem"
    _load(path, passphrase)
    when = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    old = folder / f"{role}.{when}.pem"
    path.rename(old)
    _write(path, Ed25519PrivateKey.generate(), passphrase)
    return old


def signer(folder: Path, role: str, passphrase: str) -> CryptoSigner:
    """What signs for a role. Raises UsageError where its key is not there or does not open."""
    return CryptoSigner(_load(folder / f"{role}.pem", passphrase))


def old_roots(folder: Path, passphrase: str) -> tuple[CryptoSigner, ...]:
    """The root keys that were renewed, which sign once more for the new one."""
    return tuple(
        CryptoSigner(_load(path, passphrase)) for path in sorted(folder.glob("root.*.pem"))
    )


def _write(path: Path, key: Ed25519PrivateKey, passphrase: str) -> None:
    if not passphrase:
        raise UsageError(f"keys are kept encrypted; put a passphrase into {VARIABLE}")
    content = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode())
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from error


def _load(path: Path, passphrase: str) -> Ed25519PrivateKey:
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path}: {error.strerror or error}; alpheus pack keys makes the keys"
        raise UsageError(message) from error
    if not passphrase:
        raise UsageError(f"{path}: its passphrase is not given; put it into {VARIABLE}")
    try:
        key = load_pem_private_key(content, passphrase.encode())
    except (ValueError, TypeError) as error:
        message = f"{path}: the passphrase in {VARIABLE} does not open it, or it is no key"
        raise UsageError(message) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: not an Ed25519 key")
    return key
