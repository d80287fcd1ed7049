"""Who did it: a name that is said, and the account of the operating system, which is known."""

from __future__ import annotations

import getpass
import os
import unicodedata


def account() -> str:
    """The account of the operating system that runs this, whatever the environment says."""
    try:
        import pwd  # noqa: PLC0415 - not everywhere

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, AttributeError, KeyError):
        pass
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # an account without a name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def machine() -> str:
    """The name of this computer."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "")


def is_same(one: str, other: str) -> bool:
    """Whether two names are of one person, however they are written."""
    return _plain(one) == _plain(other)


def with_account(who: str, known: str) -> str:
    """A name with the account of the operating system that it was said under, where they differ."""
    return who if is_same(who, known) else f"{who} (account {known})"


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
