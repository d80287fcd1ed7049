"""The key of names that say nothing, in a file: whoever has it can try names against an output."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TextIO

from alpheus.errors import UsageError
from alpheus.report.files import make_once

_BYTES = 32
_HEX = re.compile(r"[0-9a-fA-F]{64}")


def naming_key(path: Path) -> bytes:
    """The key of a file, which is made for this account alone where there is none.

    Raises UsageError where it is no key, or cannot be read or made.
    """
    try:
        if not path.exists():
            make_once(path, _new)
        text = path.read_text("utf-8", "replace").strip()
    except OSError as error:
        message = f"{path}: the key cannot be read or made: {error.strerror or error}"
        raise UsageError(f"{message}; name another file with --key-file") from error
    if not _HEX.fullmatch(text):
        message = f"{path} is no key of names, which is 64 hexadecimal digits"
        raise UsageError(f"{message}; name a file that is not there yet, and one is made")
    return bytes.fromhex(text)


def _new(stream: TextIO) -> None:
    stream.write(secrets.token_hex(_BYTES) + "\n")
