"""Sizes as people write them."""

from __future__ import annotations

import re

from alpheus.errors import UsageError

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY = {"ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}
_PATTERN = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Bytes in `2GB` (decimal), `2GiB` (binary), `500 MB`, `1.5g` or `4096`.

    Raises:
        UsageError: the text is no size, or the size is nothing.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is not a size; write 2GB, 500MB or a number of bytes")
    unit = (match[2] or "").lower()
    size = int(float(match[1]) * (_BINARY.get(unit) or _UNITS[unit]))
    if size <= 0:
        raise UsageError(f"{text!r} is not a size above zero")
    return size
