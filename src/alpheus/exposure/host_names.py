"""Host names in the one form in which they are compared, looked up and sent."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*"
    r"(?=[0-9-]*[a-z_])(?!0x[0-9a-f]*\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)


def host_name(text: str) -> str:
    """A host name in lower case, without the root's dot, as ASCII (IDNA). Raises ValueError.

    Its last part has a letter and is no hexadecimal number: else it would be an address, or a
    range of them, in an unusual spelling.
    """
    name = text.lower().removesuffix(".")
    if not name.isascii():
        name = _to_ascii(name, text)
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{text}' is no host name")
    return name


def _to_ascii(name: str, text: str) -> str:
    try:
        import idna  # noqa: PLC0415 - for foreign scripts only

        return idna.encode(name, uts46=True).decode("ascii")
    except ImportError:
        pass
    except UnicodeError:
        raise ValueError(f"'{text}' is no host name") from None
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError(f"'{text}' is no host name") from None
