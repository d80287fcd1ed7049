"""The folder of a vault: made once, and opened by its passphrase."""

from __future__ import annotations

import hmac
import json
from pathlib import Path
from typing import TextIO

from alpheus.custody.chain import failed
from alpheus.errors import VaultError
from alpheus.report.files import write_files
from alpheus.respond.vault_cipher import Sealer, Stretching, new_salt

FORM = "alpheus.vault/1"
SHORTEST = 12
"""Characters of the passphrase of a new vault."""

_FILE = "vault.json"
LOCK = "lock"
_LEAST = (1, 1 << 13, 1)
_MOST = (16, 1 << 22, 64)
"""Passes, KiB and lanes: what a file may ask of the machine that opens it."""


def is_made(folder: Path) -> bool:
    """Whether there is a vault."""
    return (folder / _FILE).exists()


def prepare(folder: Path, passphrase: bytes) -> None:
    """Make the folder of a vault, unless there is one. Raises VaultError, OutputError.

    A vault of two salts would open half of what it holds: `make` follows once it is locked.
    """
    if is_made(folder):
        return
    if folder.exists() and not folder.is_dir():
        message = f"{folder} is a file; name a folder as --vault, which is made if it is missing"
        raise VaultError(message)
    if len(passphrase.decode("utf-8", "replace")) < SHORTEST:
        message = f"{folder}: a new vault needs a passphrase of {SHORTEST} characters or more"
        raise VaultError(message)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_free(folder) and not is_made(folder):
            message = f"{folder} is no vault and is not empty; name a new folder as --vault"
            raise VaultError(message)
        (folder / "segments").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise failed(folder, error) from error


def make(folder: Path, passphrase: bytes) -> None:
    """Make an empty vault of a prepared folder that is locked, unless it is one."""
    prepare(folder, passphrase)
    if is_made(folder):
        return
    stretching = Stretching(new_salt())
    check = Sealer(stretching.key(passphrase)).check
    content = json.dumps({
        "form": FORM, "salt": stretching.salt.hex(), "passes": stretching.passes,
        "memory": stretching.memory, "lanes": stretching.lanes, "check": check.hex(),
    }, indent=1)  # fmt: skip

    def write(stream: TextIO) -> None:
        stream.write(content)

    write_files(folder, {_FILE: write})


def _is_free(folder: Path) -> bool:
    """Whether nothing but what a run that makes a vault begins with lies there."""
    return all(
        one.name == LOCK or one.name.endswith(".part")
        or (one.name == "segments" and not any(one.iterdir()))
        for one in folder.iterdir()
    )  # fmt: skip


def sealer_of(folder: Path, passphrase: bytes) -> Sealer:
    """What opens the records of a vault. Raises VaultError."""
    file = folder / _FILE
    try:
        stretching, check = _read(file.read_bytes())
    except OSError as error:
        message = f"{folder} is no vault; name the folder that `clean apply` has filled as --vault"
        raise VaultError(message) from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file} is damaged, or of a newer program; put back a copy of it"
        raise VaultError(message) from error
    sealer = Sealer(stretching.key(passphrase))
    if not hmac.compare_digest(check, sealer.check):
        message = f"{folder}: the passphrase is not that of this vault"
        raise VaultError(message)
    return sealer


def _read(content: bytes) -> tuple[Stretching, bytes]:
    known = json.loads(content)
    asked = [int(known[name]) for name in ("passes", "memory", "lanes")]
    fits = all(low <= one <= high for low, one, high in zip(_LEAST, asked, _MOST, strict=True))
    if known["form"] != FORM or not fits:
        raise ValueError(known)
    return Stretching(bytes.fromhex(known["salt"]), *asked), bytes.fromhex(known["check"])
