"""Names and addresses, all made up from a seed."""

from __future__ import annotations

from random import Random

_ONSETS = ("b", "br", "d", "dr", "f", "g", "h", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ei", "ou")
_CODAS = ("", "", "l", "n", "r", "s", "t", "nd", "rn")
_ROLES = ("MAIL", "EX", "EXCH", "MX", "POST", "CAS")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"

LOOK_ALIKES = (
    "TimeoutSignin.aspx",
    "logonFallback.aspx",
    "ErrorViewHost.aspx",
    "OwaHealthView.aspx",
    "expiredsession.aspx",
    "svmDiagnostics.aspx",
)
"""Page names of our own invention that pass for stock pages at a glance."""


def word(rng: Random, syllables: int = 2) -> str:
    """A pronounceable word in lower case."""
    return "".join(
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables)
    )


def host_name(rng: Random) -> str:
    """A server's short name in upper case, at most 15 characters (NetBIOS)."""
    return f"{word(rng, 1).upper()}-{rng.choice(_ROLES)}{rng.randint(1, 9):02d}"[:15]


def person(rng: Random) -> str:
    """A user's name, `first.last`."""
    return f"{word(rng)}.{word(rng)}"


def guid(rng: Random) -> str:
    """A random GUID in lower case."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def hexadecimal(rng: Random, length: int) -> str:
    """So many random hexadecimal digits."""
    return f"{rng.getrandbits(4 * length):0{length}x}"


def letters(rng: Random, low: int, high: int) -> str:
    """A random string of letters and digits that begins with a letter."""
    rest = rng.choices(_LETTERS + _DIGITS, k=rng.randint(low, high) - 1)
    return rng.choice(_LETTERS) + "".join(rest)


def page_name(rng: Random) -> str:
    """A foreign page's name: every other one random, the others like a stock page's."""
    if rng.random() < 0.5:
        return letters(rng, 6, 10) + ".aspx"
    return rng.choice(LOOK_ALIKES)


def public_address(rng: Random) -> str:
    """An address that looks public; its owner, if any, is hit by chance and means nothing."""
    first = rng.choice((23, 31, 45, 62, 77, 81, 93, 109, 141, 151, 176, 185, 193, 212))
    return f"{first}.{rng.randint(1, 254)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def documentation_address(rng: Random) -> str:
    """An address from a range that is kept for documentation (RFC 5737)."""
    prefix = rng.choice(("192.0.2", "198.51.100", "203.0.113"))
    return f"{prefix}.{rng.randint(1, 254)}"


def sid(rng: Random, relative: int) -> str:
    """A domain account's security identifier."""
    parts = "-".join(str(rng.randint(10**8, 2**32 - 1)) for _ in range(3))
    return f"S-1-5-21-{parts}-{relative}"
