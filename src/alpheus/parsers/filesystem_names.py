"""Which names of a file system's own records are worth an event, and what a name is worth."""

from __future__ import annotations

import re

_SERVED = ("aspx", "ashx", "asmx", "asax", "ascx", "asp", "svc", "soap", "cshtml", "config")
_RUN = ("compiled", "dll", "exe", "ps1", "bat", "cmd", "vbs")
_CARRIED_AWAY = ("dmp", "zip", "7z", "rar", "cab", "pst")
RELEVANT_EXTENSIONS = frozenset((*_SERVED, *_RUN, *_CARRIED_AWAY))
"""Extensions, lower case and without the dot, of the names that become events."""


_IN_UTF_16 = re.compile(
    b"|".join(re.escape(f".{name}".encode("utf-16-le")) for name in sorted(RELEVANT_EXTENSIONS)),
    re.IGNORECASE,
)


def may_be_relevant(record: bytes | bytearray) -> bool:
    """Quickly, whether a record with names in UTF-16 can hold a relevant one; False is certain."""
    return _IN_UTF_16.search(record) is not None


def is_relevant(name: str) -> bool:
    """Whether a file of this name can matter for a web server that was broken into."""
    _, dot, extension = name.rpartition(".")
    return bool(dot) and extension.lower() in RELEVANT_EXTENSIONS
